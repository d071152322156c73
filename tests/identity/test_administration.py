import pytest
from sqlalchemy import text

from identity.administration import Administration, UnknownPersonError
from identity.checking import changed
from identity.holdings import posts_of
from models.acts import ActName
from models.identity import ActingPost, PersonState, SiteRole, TokenScope
from record import accounts, ledger
from record.store import Store
from tests.identity.conftest import AT, DAY, HANDLER, HEAD, OFFICER, PASSWORD, TODAY, office, ok


def told(store: Store, person: str) -> list[ActName]:
    with store.reading() as session:
        return ledger.acts_of(session, f"person/{person}")


def refusal(done: object) -> str:
    why = getattr(done, "refusal")  # noqa: B009
    assert why is not None
    return str(why.rule)


@pytest.mark.usefixtures("accounts_office")
def test_every_change_is_an_act_in_the_persons_chain(store: Store) -> None:
    at_hand = office(store, by="u4")
    ok(at_hand.hold("deputy", OFFICER, TODAY))
    number = ok(at_hand.lend("head", HEAD, "deputy", TODAY, TODAY + DAY, reason="外出")).number
    assert number is not None
    ok(at_hand.recall(number))
    ok(at_hand.vacate("deputy", OFFICER, TODAY + DAY, "调离"))
    ok(at_hand.set_password("deputy", PASSWORD))
    token = ok(at_hand.issue_token("deputy", "脚本", TokenScope.READ, None, DAY))
    assert token.number is not None
    ok(at_hand.revoke_token(token.number))
    ok(at_hand.lock("deputy", "离岗"))
    ok(at_hand.unlock("deputy"))

    assert told(store, "u3") == [
        ActName.PERSON_REGISTERED, ActName.POST_HELD, ActName.POST_VACATED, ActName.PASSWORD_SET,
        ActName.TOKEN_ISSUED, ActName.TOKEN_REVOKED, ActName.PERSON_LOCKED, ActName.PERSON_UNLOCKED,
    ]  # fmt: skip
    assert told(store, "u1")[-2:] == [ActName.POST_LENT, ActName.POST_RECALLED]
    with store.reading() as session:
        acts = [entry.act for entry in ledger.entries(session, "person/u3")]
        assert ledger.verify(session) == []
        assert changed(session) == []
    assert {act.person for act in acts[1:]} == {"u4"}
    assert acts[0].person is None


def test_the_last_administrator_is_neither_locked_nor_loses_the_role(
    store: Store, accounts_office: Administration
) -> None:
    himself = office(store, by="u4")
    for done in (
        himself.lock("admin"),
        himself.withdraw_role("admin", SiteRole.ADMINISTRATOR),
        accounts_office.lock("admin", "离岗"),
        accounts_office.withdraw_role("admin", SiteRole.ADMINISTRATOR),
    ):
        assert refusal(done) == "last_administrator"
    assert told(store, "u4")[-4:] == [ActName.REFUSED] * 4
    ok(accounts_office.register("second"))
    ok(accounts_office.give_role("second", SiteRole.ADMINISTRATOR))
    ok(accounts_office.lock("second"))
    assert refusal(himself.lock("admin")) == "last_administrator"  # one who may not sign in looks after nothing
    ok(accounts_office.withdraw_role("second", SiteRole.ADMINISTRATOR))
    ok(accounts_office.give_role("second", SiteRole.ADMINISTRATOR))
    ok(accounts_office.unlock("second"))

    ok(himself.lock("admin"))
    assert refusal(accounts_office.lock("second")) == "last_administrator"
    ok(accounts_office.withdraw_role("admin", SiteRole.ADMINISTRATOR))
    ok(accounts_office.lock("head"))
    with store.reading() as session:
        assert changed(session) == []


@pytest.mark.usefixtures("accounts_office")
def test_no_secret_and_no_name_is_in_a_chain(store: Store) -> None:
    at_hand = office(store)
    ok(at_hand.register("secretive", "某某某"))
    ok(at_hand.set_password("secretive", PASSWORD))
    secret = ok(at_hand.issue_token("secretive", "标签", TokenScope.ACT, None, DAY)).secret
    assert secret
    with store.reading() as session:
        written = "".join(str(entry.act.model_dump()) for entry in ledger.recorded(session))
    for hidden in (PASSWORD, secret, "argon2", "某某某", "secretive"):
        assert hidden not in written


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE persons SET login = 'somebody' WHERE id = 'u1'",
        "UPDATE persons SET state = 'locked' WHERE id = 'u1'",
        "UPDATE credentials SET hash = 'x' WHERE person = 'u1'",
        "DELETE FROM credentials",
        "UPDATE holdings SET held_to = '2030-01-01' WHERE person = 'u2'",
        "INSERT INTO holdings (person, post, held_from) VALUES ('u3', '区长', '2026-01-01')",
        "DELETE FROM holdings WHERE person = 'u1'",
        "UPDATE delegations SET person = 'u2'",
        "INSERT INTO site_roles (person, role, given_at) VALUES ('u3', 'administrator', '2026-01-01T00:00:00+00:00')",
        "DELETE FROM site_roles",
        "UPDATE access_tokens SET person = 'u4'",
        "INSERT INTO persons VALUES ('u9', 9, 'ghost', NULL, 'active', '2026-01-01T00:00:00+00:00')",
    ],
)
def test_what_is_changed_in_the_tables_alone_is_found(
    store: Store, accounts_office: Administration, statement: str
) -> None:
    ok(accounts_office.set_password("head", PASSWORD))
    ok(accounts_office.lend("head", HEAD, "deputy", TODAY, TODAY + DAY, reason="外出"))
    ok(accounts_office.issue_token("deputy", "脚本", TokenScope.ACT, None, DAY))
    with store.writing() as session:
        assert changed(session) == []
        session.execute(text(statement))
    with store.reading() as session:
        assert changed(session)


def test_a_refused_change_is_on_record_and_changes_nothing(store: Store, accounts_office: Administration) -> None:
    before = told(store, "u2")
    assert refusal(accounts_office.hold("handler", HEAD, TODAY)) == "one_holder"
    assert told(store, "u2") == [*before, ActName.REFUSED]
    with store.reading() as session:
        assert accounts.holdings(session, post=HEAD)[0].person == "u1"
        assert changed(session) == []


def test_only_an_administrator_looks_after_accounts(store: Store, accounts_office: Administration) -> None:
    stranger = office(store, by="u3")
    ok(accounts_office.register("auditor"))
    ok(accounts_office.give_role("auditor", SiteRole.AUDITOR))
    for who in (stranger, office(store, by="u5")):
        for done in (
            who.register("another"),
            who.hold("deputy", OFFICER, TODAY),
            who.vacate("head", HEAD, TODAY),
            who.lend("head", HEAD, "deputy", TODAY, TODAY, reason="外出"),
            who.give_role("deputy", SiteRole.OPERATOR),
            who.withdraw_role("admin", SiteRole.ADMINISTRATOR),
            who.lock("head"),
            who.unlock("head"),
            who.rename("head", "某"),
            who.set_password("head", PASSWORD),
            who.issue_token("head", "", TokenScope.ACT, None, DAY),
        ):
            assert refusal(done) == "administrator_only"


@pytest.mark.usefixtures("accounts_office")
def test_an_administrator_gives_himself_nothing(store: Store) -> None:
    himself = office(store, by="u4")
    assert refusal(himself.hold("admin", OFFICER, TODAY)) == "not_himself"
    assert refusal(himself.give_role("admin", SiteRole.OPERATOR)) == "not_himself"
    assert refusal(himself.lend("head", HEAD, "admin", TODAY, TODAY, reason="外出")) == "not_himself"


def test_whoever_looks_after_the_site_holds_no_post_and_the_other_way_round(
    store: Store, accounts_office: Administration
) -> None:
    assert refusal(accounts_office.hold("admin", OFFICER, TODAY)) == "duties_separated"
    assert refusal(accounts_office.lend("head", HEAD, "admin", TODAY, TODAY, reason="外出")) == "duties_separated"
    assert refusal(accounts_office.give_role("head", SiteRole.OPERATOR)) == "duties_separated"
    assert refusal(accounts_office.give_role("admin", SiteRole.AUDITOR)) == "auditor_apart"


def test_a_principal_lends_his_own_post_and_recalls_it(store: Store, accounts_office: Administration) -> None:
    himself = office(store, by="u1")
    number = ok(himself.lend("head", HEAD, "deputy", TODAY, TODAY + 5 * DAY, reason="外出")).number
    assert number is not None
    with store.reading() as session:
        assert posts_of(session, "u3", TODAY) == (ActingPost(post=HEAD, principal="u1"),)
    deputy = office(store, by="u3")
    assert refusal(deputy.lend("deputy", HEAD, "handler", TODAY, TODAY, reason="外出")) == "not_lent_further"
    assert refusal(office(store, by="u2").recall(number)) == "not_his"
    ok(himself.recall(number))
    with store.reading() as session:
        assert posts_of(session, "u3", TODAY) == ()
    assert refusal(himself.recall(number)) == "not_lent"


def test_what_was_lent_ends_with_the_holding(store: Store, accounts_office: Administration) -> None:
    ok(accounts_office.lend("head", HEAD, "deputy", TODAY, TODAY + 50 * DAY, reason="外出"))
    ok(accounts_office.vacate("head", HEAD, TODAY + 10 * DAY))
    with store.reading() as session:
        assert posts_of(session, "u3", TODAY + 10 * DAY) == (ActingPost(post=HEAD, principal="u1"),)
        assert posts_of(session, "u3", TODAY + 11 * DAY) == ()


def test_nothing_is_lent_beyond_the_holding(accounts_office: Administration) -> None:
    beyond = accounts_office.lend("handler", HANDLER, "deputy", TODAY, TODAY + 101 * DAY, reason="外出")
    assert refusal(beyond) == "beyond_holding"
    assert refusal(accounts_office.lend("handler", HANDLER, "deputy", TODAY, TODAY, reason=" ")) == "lending_reason"


def test_a_login_is_taken_once_whatever_its_case(accounts_office: Administration) -> None:
    assert refusal(accounts_office.register(" HEAD ")) == "login_taken"


@pytest.mark.parametrize("login", ["", "a", "two words", "nul\0", "=cmd", "x" * 65])
def test_what_is_no_login_is_refused(accounts_office: Administration, login: str) -> None:
    assert refusal(accounts_office.register(login)) == "login"


def test_ids_are_opaque_and_never_used_again(accounts_office: Administration) -> None:
    assert ok(accounts_office.register("one")).person.id == "u5"
    assert ok(accounts_office.register("two")).person.id == "u6"


def test_nobody_is_looked_after_who_is_not_there(accounts_office: Administration) -> None:
    with pytest.raises(UnknownPersonError):
        accounts_office.lock("nobody")
    with pytest.raises(UnknownPersonError):
        accounts_office.recall(99)


def test_a_locked_person_is_locked(store: Store, accounts_office: Administration) -> None:
    assert ok(accounts_office.lock("head", "停职")).person.state is PersonState.LOCKED
    assert refusal(accounts_office.lock("head")) == "locked"
    assert ok(accounts_office.unlock("head")).person.state is PersonState.ACTIVE


def test_acts_are_of_the_instant_they_happened(store: Store, accounts_office: Administration) -> None:
    with store.reading() as session:
        assert {entry.act.at for entry in ledger.entries(session, "person/u1")} == {AT}
