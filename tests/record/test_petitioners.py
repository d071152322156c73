"""Petitions taken in on a real record: who handed them in stands apart, sealed, and is opened by a look alone."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import inspect, text
from sqlmodel import Session

from identity import receipts
from models.acts import ActName
from models.messages import Cancel, Command, Outcome
from models.petitions import Identity
from models.proceeding_messages import AcceptRouting, CallBack, CheckItems, Finish, Open, Route
from models.proceedings import Channel, ProceedingStage, ProceedingState
from models.protection import FieldClass
from policies.authority import Refused
from policies.deadlines import SHANGHAI
from policies.masking import protection
from policies.throttling import ADDRESS
from record import keys, ledger, petitioners, proceedings
from record.erasing import NotErasableError, erase
from record.looks import Looker, NoPurposeError, looks_at
from record.petitioners import NothingSealedError
from record.store import Store
from showing.petitions import receipt_document
from taking import Candidate, Taken, Taker, candidates
from tests.desks import Counter
from tests.sealing import sealed_store

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
OFFICE, HANDLER = "区信访局承办岗", "区教育局承办岗"
WHO = Identity(
    name="赵甲乙", phone="13900001234", id_number="110101190001010017", address="丙丁街九号", employer="戊己厂"
)
TOLD = tuple(WHO.told.values())
MASK = protection().masks["identity"]
WITHDRAWN = Cancel(message_id="c", by=OFFICE, reason="撤诉")
LOOKER = Looker("tests", post=OFFICE, person="u7")


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    store = sealed_store(database_url, tmp_path / "office")
    yield store
    store.close()


def said(key: str = "k1", title: str = "夜间施工噪声", words: str = "夜间施工", **more: object) -> Open:
    return Open.model_validate(
        {
            "message_id": f"take:{key}", "procedure": "petition", "title": title, "text": words, "lead": "区信访局",
            "office": "区信访局", "channel": Channel.HOTLINE, **more,
        }
    )  # fmt: skip


class Front:
    """The counter at which petitions are handed in, one after the other."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.counter = Counter(store, MONDAY)
        self.taker = Taker(self.counter, store)

    def take(self, message: Open, who: Identity = WHO, repeats: str | None = None) -> Taken:
        return asyncio.run(self.taker.take(message, who, self.counter.now, repeats=repeats))

    def follow_up(self, petition: str, words: str) -> Outcome:
        return asyncio.run(self.taker.follow_up(petition, words, uuid4().hex))

    def say(self, petition: str, command: Command, hours: float = 1) -> Outcome:
        self.counter.now += timedelta(hours=hours)
        outcome = self.counter.tell(petition, command)
        assert outcome.accepted, outcome
        return outcome

    def state(self, petition: str) -> ProceedingState:
        with self.store.reading() as session:
            found = proceedings.seen(session, petition)
        assert found is not None
        return found


@pytest.fixture
def front(store: Store) -> Front:
    return Front(store)


def everything(store: Store) -> str:
    """All that the database holds, table by table."""
    with store.reading() as session:
        names = inspect(session.connection()).get_table_names()
        return "\n".join(
            str(tuple(row))  # a row by itself shows long values shortened
            for name in names
            for row in session.execute(text(f"SELECT * FROM {name}"))  # noqa: S608 - names of the database itself
        )


def looked(session: Session, petition: str, reason: str = "核实诉求", *, allowed: bool = True) -> dict[str, str] | None:
    return petitioners.look(session, petition, LOOKER, reason, at=MONDAY, allowed=allowed)


# --- apart and sealed -------------------------------------------------------------------------------------------------


def test_a_petition_gets_a_number_of_its_own_and_a_code_that_opens_it(front: Front, store: Store) -> None:
    one, two = front.take(said("k1")), front.take(said("k2"))
    assert (one.petition, two.petition) == ("petition/2026-0001", "petition/2026-0002")
    assert one.code is not None
    assert two.code is not None
    assert receipts.held(store, one.petition, one.code.lower().replace("-", " "), "a", MONDAY) == receipts.Held()
    assert receipts.held(store, one.petition, two.code, "a", MONDAY) == receipts.Unknown()
    assert receipts.held(store, "petition/2026-0009", one.code, "a", MONDAY) == receipts.Unknown()


def test_who_handed_it_in_is_nowhere_in_the_database_in_clear_and_neither_is_the_code(
    front: Front, store: Store
) -> None:
    words = "我叫赵甲乙,手机 139 0000 1234,在戊己厂,反映夜间施工"
    taken = front.take(said(words=words, title="赵甲乙反映噪声", subject="赵甲乙家门口"))
    assert taken.code is not None
    assert front.follow_up(taken.petition, "我是赵甲乙,昨夜又施工").accepted

    kept = everything(store)
    assert [line for line in kept.splitlines() if "赵甲乙" in line] == []
    assert [one for one in (*TOLD, "139 0000 1234", taken.code, taken.code.replace("-", "")) if one in kept] == []
    assert "反映夜间施工" in kept
    with store.reading() as session:
        assert ledger.verify(session) == []
        (opened, *_) = ledger.entries(session, taken.petition)
        known = petitioners.receipt(session, taken.petition)
    assert known is not None
    # The petition knows an opaque reference, and nothing else.
    assert opened.act.detail["said"]["petitioner"] == known.ref


def test_two_petitions_of_one_person_do_not_say_so_in_the_ledger(front: Front, store: Store) -> None:
    taken = [front.take(said(key)).petition for key in ("k1", "k2")]
    with store.reading() as session:
        refs = [ledger.entries(session, one)[0].act.detail["said"]["petitioner"] for one in taken]
    assert len(set(refs)) == 2


def test_an_identity_is_masked_until_a_look_that_is_on_record_without_it(front: Front, store: Store) -> None:
    petition = front.take(said()).petition
    with store.reading() as session:
        masked = petitioners.identity(session, petition)
    assert masked is not None
    assert {masked[name] for name in WHO.told} == {MASK}
    with store.writing() as session:
        opened = looked(session, petition)
    assert opened is not None
    assert {name: opened[name] for name in WHO.told} == WHO.told
    with store.reading() as session:
        (look,) = looks_at(session, petition)
        again = petitioners.identity(session, petition)
    assert again == masked
    assert (look.act.act, look.act.person, look.act.reason) == (ActName.LOOKED_AT, "u7", "核实诉求")
    assert [one for one in TOLD if one in look.act.model_dump_json()] == []


def test_a_look_that_is_not_allowed_is_on_record_and_opens_nothing(front: Front, store: Store) -> None:
    petition = front.take(said()).petition
    with store.writing() as session:
        shown = looked(session, petition, allowed=False)
    assert shown is not None
    assert shown["name"] == MASK
    with store.reading() as session:
        (refused,) = looks_at(session, petition)
    assert refused.act.act is ActName.REFUSED
    with pytest.raises(NoPurposeError), store.writing() as session:
        looked(session, petition, " ")


def test_an_anonymous_petitioner_leaves_a_code_and_nobody(front: Front, store: Store) -> None:
    taken = front.take(said(), Identity())
    assert taken.code is not None
    with store.writing() as session:
        assert looked(session, taken.petition) is None
        assert looks_at(session, taken.petition) == []
    terms = front.state(taken.petition).terms
    assert terms is not None
    assert terms.anonymous
    assert receipts.held(store, taken.petition, taken.code, "a", MONDAY) == receipts.Held()
    assert front.follow_up(taken.petition, "补充").accepted


def test_every_field_of_an_identity_is_classified_as_one() -> None:
    policy = protection()
    classes = next(leaves for kind, leaves in policy.leaves.items() if kind.value == "petitioner")
    assert {name for name, found in classes.items() if found is FieldClass.IDENTITY} == set(Identity.model_fields)


def test_a_record_that_seals_nothing_takes_no_identity(database_url: str) -> None:
    store = Store(database_url)
    store.migrate()
    try:
        front = Front(store)
        with pytest.raises(NothingSealedError):
            front.take(said("k1"))
        assert front.take(said("k2"), Identity()).code is not None
    finally:
        store.close()


# --- erased, given up -------------------------------------------------------------------------------------------------


def test_an_erased_petitioner_is_found_by_nothing_and_his_petition_stays(front: Front, store: Store) -> None:
    one, two = front.take(said("k1")).petition, front.take(said("k2")).petition
    with store.reading() as session:
        known = petitioners.receipt(session, one)
    assert known is not None
    assert known.ref is not None
    assert store.vault is not None
    subject = petitioners.subject_of(known.ref)
    with pytest.raises(NotErasableError, match="petition/2026-0001"), store.writing() as session:
        erase(session, store.vault, subject, LOOKER, reason="本人要求", at=MONDAY)
    front.say(one, WITHDRAWN)
    with store.writing() as session:
        erase(session, store.vault, subject, LOOKER, reason="本人要求", at=MONDAY)
    store.scrub()

    with store.writing() as session:
        gone = looked(session, one)
    assert gone is not None
    assert gone["name"] == protection().masks["erased"]
    with store.reading() as session:
        assert petitioners.same_person(session, two) == []
        assert petitioners.told(session, one) == {}
        assert ledger.verify(session) == []
    assert front.state(one).stage is ProceedingStage.ABANDONED


def test_what_the_rules_refuse_leaves_no_identity_behind(front: Front, store: Store) -> None:
    refused = front.take(said(lead="没有的单位"))
    assert (refused.outcome.accepted, refused.code) == (False, None)
    with store.reading() as session:
        assert petitioners.receipt(session, refused.petition) is None
        assert session.execute(text("SELECT count(*) FROM petitioners")).scalar_one() == 0
        assert session.execute(text("SELECT count(*) FROM petitioner_marks")).scalar_one() == 0
        assert [one.destroyed_at is None for one in keys.listed(session) if one.subject.startswith("petitioner/")] == [
            False
        ]


@pytest.mark.parametrize("where", ["text", "title", "identity"])
def test_a_state_secret_is_refused_at_the_door_and_nothing_is_kept(front: Front, store: Store, where: str) -> None:
    marked = "机密★10年 部署"
    who = Identity(name=marked) if where == "identity" else WHO
    message = said() if where == "identity" else said(**{("words" if where == "text" else where): marked})
    with pytest.raises(Refused):
        front.take(message, who)
    kept = everything(store)
    assert "机密" not in kept
    assert "petition/" not in kept


# --- the second time --------------------------------------------------------------------------------------------------


def test_handed_in_again_it_is_the_same_petition_and_the_newest_code_holds(front: Front, store: Store) -> None:
    first, second = front.take(said()), front.take(said())
    assert first.petition == second.petition
    assert first.code is not None
    assert second.code is not None
    assert receipts.held(store, first.petition, first.code, "a", MONDAY) == receipts.Unknown()
    assert receipts.held(store, first.petition, second.code, "a", MONDAY) == receipts.Held()
    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM petitioners")).scalar_one() == 1


def test_the_same_person_is_found_by_a_number_and_a_like_title_by_its_words(front: Front, store: Store) -> None:
    first = front.take(said("k1", "夜间施工噪声")).petition
    mine = front.take(said("k2", "路灯不亮"), Identity(phone="+86 139 0000 1234")).petition
    alike = front.take(said("k3", "夜间施工扬尘"), Identity()).petition
    front.take(said("k4", "夜间占道"), Identity(phone="13800000000"))
    front.take(said("k5", "夜间施工噪声", subject="另一工地"), Identity())
    last = front.take(said("k6", "夜间施工噪声", subject="某工地"), WHO).petition

    found = candidates(store, last, MONDAY)
    assert found == [
        Candidate(first, "夜间施工噪声", ("same_person", "similar"), 100, over=False),
        Candidate(alike, "夜间施工扬尘", ("similar",), 60, over=False),
        Candidate(mine, "路灯不亮", ("same_person",), 0, over=False),
    ]
    assert candidates(store, last, MONDAY + timedelta(days=366)) == []


def test_a_person_is_found_across_a_renewal_of_the_key(front: Front, store: Store) -> None:
    first = front.take(said("k1")).petition
    assert store.vault is not None
    with store.writing() as session:
        assert keys.renew(session, store.vault, petitioners.MARKS) == 2
    second = front.take(said("k2")).petition
    with store.reading() as session:
        assert petitioners.same_person(session, second) == [first]


def test_a_repeat_of_what_goes_on_is_linked_counted_and_follows_it(front: Front, store: Store) -> None:
    first = front.take(said("k1")).petition
    repeat = front.take(said("k2", by=OFFICE), repeats=first)
    third = front.take(said("k3", by=OFFICE), Identity(), repeats=repeat.petition)
    assert repeat.linked is not None
    assert repeat.linked.accepted
    assert third.linked is not None
    assert front.state(first).links == (repeat.petition, third.petition)
    assert front.state(repeat.petition).stage is ProceedingStage.LINKED

    assert front.follow_up(repeat.petition, "昨夜又施工").accepted
    assert front.follow_up(first, "首件补充").accepted
    front.say(first, Route(message_id="r", by=OFFICE, to="区教育局"))
    with store.reading() as session:
        mine = receipt_document(session, repeat.petition, MONDAY)
        others = receipt_document(session, third.petition, MONDAY)
    assert mine is not None
    assert others is not None
    assert mine["goes_on_with"] == first
    assert [one["text"] for one in mine["history"] if one["text"]] == ["昨夜又施工"]
    assert [one["text"] for one in others["history"] if one["text"]] == []
    assert ActName.ROUTED in {one["act"] for one in mine["history"]}


def test_a_repeat_of_what_has_ended_opens_anew_and_names_it(front: Front) -> None:
    first = front.take(said("k1")).petition
    front.say(first, WITHDRAWN)
    repeat = front.take(said("k2", by=OFFICE), repeats=first)
    state = front.state(repeat.petition)
    assert (repeat.linked, state.stage) == (None, ProceedingStage.UNDER_WAY)
    assert state.terms is not None
    assert state.terms.source == first


def test_a_repeat_of_what_is_not_there_is_refused_and_not_taken_in(front: Front, store: Store) -> None:
    with pytest.raises(Refused):
        front.take(said("k2"), repeats="petition/2026-0099")
    assert "petition/" not in everything(store)


# --- followed by its code ---------------------------------------------------------------------------------------------


def test_its_petitioner_reads_answers_and_what_is_missing_and_nothing_else(front: Front, store: Store) -> None:
    petition = front.take(said()).petition
    front.say(petition, Route(message_id="1", by=OFFICE, to="区教育局", reason="内部意见"))
    front.say(petition, AcceptRouting(message_id="2", by=HANDLER))
    front.say(petition, CheckItems(message_id="3", by=HANDLER, text="内部意见"))
    done = {"处理意见书": "责令停工", "调查笔录": "内部材料"}
    front.say(petition, Finish(message_id="4", by=HANDLER, text="内部意见", evidence=done))
    with store.reading() as session:
        told = receipt_document(session, petition, MONDAY)
    assert told is not None
    assert (told["stage"], told["step"]) == (ProceedingStage.UNDER_WAY, "书面答复")
    words = str(told)
    assert "责令停工" in words
    assert [one for one in ("内部意见", "内部材料", HANDLER, OFFICE, *TOLD) if one in words] == []


def test_wrong_codes_block_their_address_and_never_the_petition(front: Front, store: Store) -> None:
    taken = front.take(said())
    assert taken.code is not None
    wrong = "00000-00000-00000-00000"
    tries = [receipts.held(store, taken.petition, wrong, "10.0.0.1", MONDAY) for _ in range(ADDRESS.free)]
    assert set(tries) == {receipts.Unknown()}
    blocked = receipts.held(store, taken.petition, taken.code, "10.0.0.1", MONDAY)
    assert blocked == receipts.Blocked(MONDAY + ADDRESS.first)
    assert receipts.held(store, taken.petition, taken.code, "10.0.0.2", MONDAY) == receipts.Held()
    assert receipts.held(store, taken.petition, taken.code, "10.0.0.1", MONDAY + ADDRESS.first) == receipts.Held()


def test_codes_are_long_and_made_of_what_is_read_without_doubt() -> None:
    codes = {receipts.new_code() for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code.replace("-", "")) * 5 >= 80 for code in codes)
    assert not set("ILOU") & set("".join(codes))
    assert receipts.digest("petition/1", "O1L0-") == receipts.digest("petition/1", "0110")
    assert receipts.digest("petition/1", "0110") != receipts.digest("petition/2", "0110")


# --- prominent --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("prominent", "climbs"), [(True, True), (False, False)])
def test_a_prominent_petition_climbs_to_the_leader_in_person_after_the_first_dissatisfied_call(
    front: Front, prominent: bool, climbs: bool
) -> None:
    petition = front.take(said(prominent=prominent)).petition
    front.say(petition, Route(message_id="1", by=OFFICE, to="区教育局"))
    front.say(petition, AcceptRouting(message_id="2", by=HANDLER))
    front.say(petition, CheckItems(message_id="3", by=HANDLER))
    front.say(petition, Finish(message_id="4", by=HANDLER, evidence={"处理意见书": "意见"}))
    front.say(petition, Finish(message_id="5", by=HANDLER, evidence={"答复": "答复", "送达方式": "邮寄"}))
    outcome = front.say(petition, CallBack(message_id="6", by=OFFICE, satisfied=False, text="又施工"))
    assert (ActName.ESCALATED in outcome.acts) is climbs
    assert (ActName.REDONE in outcome.acts) is not climbs
