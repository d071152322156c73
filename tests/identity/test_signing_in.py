from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from identity import passwords, signing_in
from identity.administration import Administration
from identity.checking import changed
from identity.signing_in import Admitted, Blocked, Wrong, network, sign_in
from models.acts import ActName
from policies.accounts import digest
from policies.throttling import ACCOUNT, ADDRESS, FORGOTTEN_AFTER
from record import credentials, ledger
from record.accounts import Asking
from record.store import Store
from tests.identity.conftest import AT, PASSWORD, ok

HERE = "192.0.2.1"
SECOND = timedelta(seconds=1)


@pytest.fixture
def head(accounts_office: Administration) -> str:
    ok(accounts_office.set_password("head", PASSWORD))
    return "u1"


def test_the_right_password_signs_in(store: Store, head: str) -> None:
    assert sign_in(store, "Head", PASSWORD, HERE, AT) == Admitted(head)


@pytest.mark.parametrize(
    ("login", "password"),
    [("head", "something else"), ("nobody", PASSWORD), ("deputy", PASSWORD), ("head", ""), ("he\0ad", PASSWORD)],
)
def test_whatever_is_wrong_the_answer_is_the_same(store: Store, head: str, login: str, password: str) -> None:
    assert sign_in(store, login, password, HERE, AT) == Wrong()


def test_an_unknown_login_costs_the_same_checks(store: Store, head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bool] = []
    real = passwords.matches

    def counting(kept: str | None, password: str) -> bool:
        checked.append(kept is None)
        return real(kept, password)

    monkeypatch.setattr(signing_in, "matches", counting)
    for login in ("head", "nobody"):
        sign_in(store, login, "wrong", HERE, AT)
    assert checked == [False, True]
    verified: list[str] = []
    hasher = PasswordHasher(1, 8, 1)

    class Counting:
        def hash(self, password: str) -> str:
            return hasher.hash(password)

        def verify(self, kept: str, password: str) -> bool:
            verified.append(kept)
            return hasher.verify(kept, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    assert not passwords.matches(None, "wrong")
    assert len(verified) == 1


@pytest.mark.parametrize("login", ["head", "nobody"])
def test_failures_block_an_account_known_or_not_and_the_block_doubles_and_ends(
    store: Store, head: str, login: str
) -> None:
    at = AT
    for _ in range(ACCOUNT.free):
        assert sign_in(store, login, "wrong", HERE, at) == Wrong()
    assert sign_in(store, login, PASSWORD, "198.51.100.7", at) == Blocked(at + ACCOUNT.first)
    at += ACCOUNT.first
    assert sign_in(store, login, "wrong", HERE, at) == Wrong()
    assert sign_in(store, login, PASSWORD, HERE, at + ACCOUNT.first) == Blocked(at + 2 * ACCOUNT.first)
    assert isinstance(
        sign_in(store, login, PASSWORD, HERE, at + 2 * ACCOUNT.first), Admitted if login == "head" else Wrong
    )
    with store.reading() as session:
        acts = [entry.act for entry in ledger.entries(session, "accounts")]
    assert {act.act for act in acts} == {ActName.SIGN_IN_BLOCKED}
    assert acts[0].detail.get("whom") == (head if login == "head" else None)
    assert login not in str(acts)


def test_a_block_outlives_a_restart(store: Store, head: str, database_url: str) -> None:
    for _ in range(ACCOUNT.free):
        sign_in(store, "head", "wrong", HERE, AT)
    again = Store(database_url)
    try:
        assert isinstance(sign_in(again, "head", PASSWORD, HERE, AT + SECOND), Blocked)
    finally:
        again.close()


def test_trying_while_blocked_makes_it_no_longer(store: Store, head: str) -> None:
    for _ in range(ACCOUNT.free + 20):
        sign_in(store, "head", "wrong", HERE, AT)
    assert sign_in(store, "head", PASSWORD, HERE, AT + ACCOUNT.first) == Admitted(head)


def test_one_address_tries_many_accounts_only_so_often(store: Store, head: str) -> None:
    for number in range(ADDRESS.free):
        assert sign_in(store, f"guess{number}", "wrong", HERE, AT) == Wrong()
    assert isinstance(sign_in(store, "head", PASSWORD, HERE, AT), Blocked)
    assert sign_in(store, "head", PASSWORD, "198.51.100.7", AT) == Admitted(head)


def test_being_right_is_no_failure_of_the_address(store: Store, head: str) -> None:
    for _ in range(ADDRESS.free + 5):
        assert sign_in(store, "head", PASSWORD, HERE, AT) == Admitted(head)


def test_failures_are_forgotten_after_a_day(store: Store, head: str) -> None:
    for _ in range(ACCOUNT.free - 1):
        sign_in(store, "head", "wrong", HERE, AT)
    later = AT + FORGOTTEN_AFTER
    for _ in range(ACCOUNT.free - 1):
        assert sign_in(store, "head", "wrong", HERE, later) == Wrong()
    assert sign_in(store, "head", PASSWORD, HERE, later) == Admitted(head)
    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM attempts WHERE failures > 4")).scalar_one() == 0


def test_a_locked_person_does_not_sign_in(store: Store, head: str, accounts_office: Administration) -> None:
    ok(accounts_office.lock("head"))
    assert sign_in(store, "head", PASSWORD, HERE, AT) == Wrong()


def test_a_sample_password_is_good_only_where_samples_are(store: Store, accounts_office: Administration) -> None:
    ok(accounts_office.set_password("head", PASSWORD, sample=True))
    assert sign_in(store, "head", PASSWORD, HERE, AT) == Wrong()
    assert sign_in(store, "head", PASSWORD, HERE, AT, samples=True) == Admitted("u1")


def test_a_hash_of_older_parameters_is_made_anew_and_told(
    store: Store, head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(2, 16, 1))
    with store.reading() as session:
        before = credentials.credential(session, head)
    assert sign_in(store, "head", PASSWORD, HERE, AT) == Admitted(head)
    with store.reading() as session:
        after = credentials.credential(session, head)
        assert changed(session) == []
    assert before is not None
    assert after is not None
    assert before.hash != after.hash
    assert "m=16,t=2" in after.hash
    assert sign_in(store, "head", PASSWORD, HERE, AT) == Admitted(head)


def test_passwords_are_kept_as_argon2id_with_the_librarys_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher())
    kept = passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.matches(kept, PASSWORD)
    assert not passwords.matches(kept, PASSWORD + " ")
    assert not passwords.matches("no hash at all", PASSWORD)
    assert passwords.hashed(PASSWORD) != kept


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_customer_is_one_address(address: str, counted_as: str) -> None:
    assert network(address) == counted_as


def test_the_digest_of_a_hash_is_not_the_hash(store: Store, head: str) -> None:
    with store.writing() as session:
        credentials.set_password(session, head, "$hash", digest("$hash"), Asking(AT))
        assert "$hash" not in str([entry.act for entry in ledger.entries(session, f"person/{head}")])


@pytest.mark.parametrize("login", ["head", "nobody"])
def test_the_first_try_of_a_process_costs_the_same_for_everybody(
    store: Store, head: str, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    hasher = PasswordHasher(1, 8, 1)

    class Counting:
        def hash(self, password: str) -> str:
            done.append("hash")
            return hasher.hash(password)

        def verify(self, kept: str, password: str) -> bool:
            done.append("verify")
            return hasher.verify(kept, password)

    passwords._nobodys.cache_clear()
    monkeypatch.setattr(passwords, "_HASHER", Counting())
    assert sign_in(store, login, "wrong", HERE, AT) == Wrong()
    assert done == ["hash", "verify"]
    passwords._nobodys.cache_clear()
