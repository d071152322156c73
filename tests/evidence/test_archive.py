"""A file is kept as long as the table says; nothing of it goes before, and then only by two persons, certified (W9)."""

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import exc, make_url, select, text

from activities.recording import Recording
from documents.files import Files
from evidence import check as checking
from evidence import sealing
from evidence.archiving import NAMES, Asked, Done, UnknownFileError, decide
from evidence.packing import pack
from evidence.signing import Signer, signer_or_new
from models.access import Scope, SiteCommand
from models.acts import Act, ActName
from models.base import Voice
from models.cases import CaseStage, CaseState, Decision
from models.contract import ARCHIVE, TransitionOrder
from models.matters import MatterState, MatterTerms, Severity, Stage, Urgency
from models.messages import Cancel, Command, Registration, Sign
from models.retention import ArchiveCommand, ClassCode
from models.rows import (
    ActRow,
    AnswerRow,
    CaseRow,
    CaseSnapshotRow,
    DeliveryRow,
    DocumentRow,
    MatterRow,
    NoticeRow,
    SnapshotRow,
    table,
)
from policies import speakers
from policies.access import SITE_NEEDS
from policies.authority import Refused
from policies.deadlines import SHANGHAI
from policies.documents import DocumentError
from policies.relations import Site
from policies.retention import (
    class_of_case,
    class_of_matter,
    read_retention,
    refuse_destruction,
    standard_retention,
    term,
)
from policies.speakers import Speaker
from record import archive, documents, ledger, views
from record.store import Store
from tests.databases import Databases
from tests.record.recount import recounted, tallied
from tests.record.tampering import faults, tamper
from tests.workflows.cast import DIRECTORY, HANDLER, LEADER, OFFICER, STRANGER, a_matter

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
DUE = datetime(2037, 1, 1, 9, tzinfo=SHANGHAI)
CHIEF = "督查室主任"


# --- how long -------------------------------------------------------------------------------------------------------


def a_state(**said: Any) -> MatterState:
    fields: dict[str, Any] = {"basis": "会议决定", "severity": Severity.ORDINARY, **said}
    terms = MatterTerms(
        title="甲", lead="教育局", office="督查室", leader=LEADER, limit="5wd", urgency=Urgency.PLAIN, **fields
    )
    return MatterState(id="m1", stage=Stage.ARCHIVED, terms=terms)


def a_case(measure: str | None, stage: CaseStage = CaseStage.ARCHIVED) -> CaseState:
    decided: dict[str, Any] = {"measure": measure, "at": MONDAY, "by": LEADER}
    decision = None if measure is None else Decision.model_construct(**decided)
    return CaseState(id="m1/case1", stage=stage).model_copy(update={"decision": decision})


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, ClassCode.MATTER_ORDINARY),
        ({"basis": "领导批示"}, ClassCode.MATTER_IMPORTANT),
        ({"basis": "上级交办"}, ClassCode.MATTER_IMPORTANT),
        ({"severity": Severity.GRAVE}, ClassCode.MATTER_IMPORTANT),
        ({"basis": "群众来信"}, ClassCode.PETITION),
    ],
)
def test_a_matter_is_kept_by_what_it_came_from_and_how_grave_it_is(said: dict[str, Any], code: ClassCode) -> None:
    assert class_of_matter(a_state(**said), standard_retention()) is code


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        (None, ClassCode.CASE_NO_MEASURE),
        ("P1", ClassCode.CASE_LIGHT),
        ("U4", ClassCode.CASE_LIGHT),
        ("P6", ClassCode.CASE_GRAVE),
        ("U5", ClassCode.CASE_GRAVE),
        ("P10", ClassCode.CASE_GRAVE),
        ("X9", ClassCode.CASE_GRAVE),
    ],
)
def test_a_case_is_kept_by_its_measure_and_for_ever_in_doubt(measure: str | None, code: ClassCode) -> None:
    assert class_of_case(a_case(measure), standard_retention()) is code
    assert class_of_case(a_case(measure), standard_retention(), referred=True) is ClassCode.CASE_GRAVE


@pytest.mark.parametrize(
    ("cases", "years", "due"),
    [
        ([], 10, date(2037, 1, 1)),
        ([a_case("P3")], 30, date(2057, 1, 1)),
        ([a_case("P3"), a_case("P9")], None, None),
        ([a_case(None, CaseStage.DECIDED)], 10, None),
    ],
)
def test_a_file_has_the_longest_period_of_all_that_is_in_it_once_all_is_over(
    cases: list[CaseState], years: int | None, due: date | None
) -> None:
    for closed in (date(2026, 1, 1), date(2026, 12, 31)):
        kept = term(a_state(), cases, closed, standard_retention())
        assert (kept.years, kept.due_on) == (years, due)


def test_a_file_may_be_destroyed_from_the_day_on_and_not_while_on_hold() -> None:
    kept = term(a_state(), [], date(2026, 5, 1), standard_retention())

    assert refuse_destruction(kept, date(2036, 12, 31), held=False) is not None
    assert refuse_destruction(kept, date(2037, 1, 1), held=False) is None
    assert refuse_destruction(kept, date(2037, 1, 1), held=True) is not None
    assert "for ever" in str(refuse_destruction(term(a_state(), [a_case("P9")], date(2026, 5, 1), standard_retention()),
                                                date(2999, 1, 1), held=False))  # fmt: skip


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("years: 10", "years: 0"),
        ("permanent: true,", ""),
        ("code: petition", "code: case_light"),
        ("code: petition", "code: nobody"),
        ("important: {", "unimportant: {"),
        ("years: 10, source", "sauce"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(was: str, becomes: str) -> None:
    shipped = (Path(__file__).parents[2] / "policies/parameters/retention.yaml").read_text(encoding="utf-8")
    with pytest.raises(DocumentError):
        read_retention(shipped.replace(was, becomes, 1), "own.yaml")


# --- who ------------------------------------------------------------------------------------------------------------

FILE = a_state()
ONE, OTHER, THIRD = Voice(person="u1"), Voice(person="u2"), Voice(person="u3")
FIRST = Act(at=MONDAY, target=ARCHIVE, act=ActName.DESTRUCTION_REQUESTED, by=OFFICER, person="u1")


def may_ask(command: ArchiveCommand, by: str | None, voice: Voice | None = ONE, *roles: str) -> bool:
    """Whether the table lets this post, or somebody of these roles, ask for it, whoever else agrees."""
    speaker = Speaker(by, voice, frozenset(roles), machine=voice is None)
    try:
        speakers.check(NAMES[command].value, speaker, DIRECTORY, FILE, Site("督查室"))
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    ("command", "posts"),
    [
        (ArchiveCommand.HOLD, {CHIEF, LEADER}),
        (ArchiveCommand.RELEASE, {CHIEF, LEADER}),
        (ArchiveCommand.REQUEST_DESTRUCTION, {CHIEF, LEADER, OFFICER}),
        (ArchiveCommand.DESTROY, {CHIEF, LEADER}),
    ],
)
def test_who_may_hold_release_and_destroy_a_file_is_in_the_table_of_authority(
    command: ArchiveCommand, posts: set[str]
) -> None:
    everybody = {post for organ in DIRECTORY.organs for post in (organ.head, organ.handler)} | {"nobody", None}

    assert {post for post in everybody if may_ask(command, post)} == posts
    assert may_ask(command, None, ONE, "auditor")
    for roles in ((), ("administrator",), ("operator",), ("machine",), ("leader",)):
        assert not may_ask(command, None, ONE, *roles)
    assert not may_ask(command, None, None)


def test_a_file_of_another_office_is_the_keepers_and_that_offices() -> None:
    terms = FILE.terms
    assert terms is not None
    others = FILE.model_copy(update={"terms": terms.model_copy(update={"office": "公安局", "leader": "另一领导"})})

    def may_hold(post: str) -> bool:
        try:
            speakers.check(SiteCommand.HOLD.value, Speaker(post, ONE), DIRECTORY, others, Site("督查室"))
        except Refused:
            return False
        return True

    posts = (CHIEF, "公安局长", STRANGER, OFFICER, "教育局长")
    assert [post for post in posts if may_hold(post)] == [CHIEF, "公安局长"]


def test_whom_a_case_is_against_destroys_no_file_it_lies_in() -> None:
    case = CaseState(id="m1/case1", stage=CaseStage.ARCHIVED, subject=CHIEF, organs=("督查室",), leader=LEADER)
    for command in (SiteCommand.DESTROY, SiteCommand.RELEASE_HOLD, SiteCommand.REQUEST_DESTRUCTION):
        for post in (CHIEF, OFFICER):
            with pytest.raises(Refused):
                speakers.check(command.value, Speaker(post, ONE), DIRECTORY, FILE, Site("督查室"), beside=[case])
        need = speakers.check(command.value, Speaker(LEADER, ONE), DIRECTORY, FILE, Site("督查室"), beside=[case])
        assert need is SITE_NEEDS[command]
    with pytest.raises(Refused) as refused:
        speakers.check(SiteCommand.ERASE.value, Speaker(CHIEF, ONE), DIRECTORY, case, Site("督查室"))
    assert refused.value.rule in ("authority.subject", "authority.own_organ")


TWO = [name for name, need in SITE_NEEDS.items() if need.persons == 2]


@pytest.mark.parametrize("name", TWO)
@pytest.mark.parametrize(
    ("by", "voice", "first", "said"),
    [
        (LEADER, OTHER, FIRST, True),
        (LEADER, THIRD, FIRST.model_copy(update={"by": None}), True),
        (LEADER, OTHER, None, False),
        (LEADER, ONE, FIRST, speakers.PERSONS),
        (OFFICER, OTHER, FIRST, speakers.PERSONS),
        (LEADER, Voice(person="u3", principal="u1"), FIRST, speakers.PERSONS),
        (LEADER, ONE, FIRST.model_copy(update={"person": "u3", "principal": "u1"}), speakers.PERSONS),
        (LEADER, OTHER, FIRST.model_copy(update={"person": None}), speakers.PERSONS),
        (LEADER, None, FIRST, speakers.PERSON),
        (LEADER, None, None, speakers.PERSON),
    ],
)
def test_what_takes_two_persons_is_not_done_by_one(
    name: SiteCommand, by: str, voice: Voice | None, first: Act | None, said: bool | str
) -> None:
    speaker = Speaker(by, voice, machine=voice is None)
    answered: bool | str
    try:
        answered = speakers.enough(SITE_NEEDS[name], speaker, first)
    except Refused as refused:
        answered = refused.rule
    assert answered == said


def test_two_auditors_without_posts_are_two_persons() -> None:
    asked = FIRST.model_copy(update={"by": None})
    assert speakers.enough(SITE_NEEDS[SiteCommand.DESTROY], Speaker(None, OTHER, frozenset({"auditor"})), asked)


# --- carried out ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lived(databases: Databases) -> str:
    """The URL of a record in which m1 is archived, m2 goes on, and m3 is cancelled and its case goes on."""
    url = databases.new()
    store = Store(url)
    store.migrate()
    recording = Recording(store, DIRECTORY)

    def tell(target: str, after: timedelta, message: Registration | Command | None) -> None:
        recording.record_transition(TransitionOrder(matter_id=target, at=MONDAY + after, message=message))

    for target, title in (("m1", "校舍加固"), ("m2", "另一事项"), ("m3", "第三事项")):
        tell(target, timedelta(), a_matter(message_id=f"r{target}", title=title, limit="5wd"))
        tell(target, timedelta(hours=1), Sign(message_id=f"s{target}", by=HANDLER))
    tell("m3", timedelta(days=60), None)
    for target, days in (("m1", 10), ("m3", 61)):
        tell(target, timedelta(days=days), Cancel(message_id=f"c{target}", by=LEADER, reason="任务取消"))
        tell(target, timedelta(days=days + 40), None)
    store.close()
    return url


@pytest.fixture
def store(databases: Databases, lived: str) -> Iterator[Store]:
    """A copy of that record, the test's own."""
    url = databases.copy(lived)
    store = Store(url)
    yield store
    store.close()
    databases.drop(url)


Archive = Callable[..., Done]


def speaking(by: str | None, person: str | None) -> Speaker:
    return Speaker(by, Voice(person=person) if person else None, machine=person is None)


@pytest.fixture
def ask(store: Store) -> Archive:
    def asked(
        command: ArchiveCommand, by: str | None, person: str | None = None, target: str = "m1", at: datetime = DUE
    ) -> Done:
        with store.writing() as session:
            return decide(session, DIRECTORY, "督查室", Asked(command, target, speaking(by, person), "期满", at))

    return asked


def destroyed(ask: Archive) -> Done:
    assert ask(ArchiveCommand.REQUEST_DESTRUCTION, OFFICER, "u1").refused is None
    done = ask(ArchiveCommand.DESTROY, LEADER, "u2")
    assert done.refused is None
    return done


def bodies(store: Store, target: str = "m1") -> list[str]:
    with store.reading() as session:
        return list(
            session.execute(text("SELECT body FROM acts WHERE target = :of ORDER BY seq"), {"of": target}).scalars()
        )


def test_what_is_over_is_listed_and_what_goes_on_is_not(store: Store) -> None:
    with store.reading() as session:
        assert archive.over(session) == ["m1"]
        assert archive.file_of(session, "m3/case1") is None


def test_destruction_leaves_hashes_links_and_a_certificate(store: Store, ask: Archive) -> None:
    with store.reading() as session:
        before = ledger.entries(session, "m1")
        papers = documents.issued(session, matter_id="m1").items
    done = destroyed(ask)
    with store.reading() as session:
        after = ledger.entries(session, "m1")
        (certificate,) = archive.certificates(session, "m1")
        assert views.card(session, "m1", DUE, scope=Scope.everything()) is None
        assert archive.over(session) == []
        assert archive.requested(session) == {}

    assert [(one.seq, one.previous, one.hash) for one in after] == [(one.seq, one.previous, one.hash) for one in before]
    assert {one.act.reason for one in after} | {one.act.by for one in after} == {None}
    assert set(bodies(store)) == {""}
    assert certificate == done.certificate
    detail = certificate.entry.act.detail
    assert detail["hashes"] == {"m1": [one.hash for one in before]}
    assert (detail["class"], detail["due_on"]) == ("matter_ordinary", "2037-01-01")
    assert detail["requested"] == {"seq": 1, "by": OFFICER, "person": "u1"}
    assert (certificate.entry.act.by, certificate.entry.act.person) == (LEADER, "u2")
    assert [one["number"] for one in detail["papers"]] == [one.number for one in reversed(papers)]
    assert faults(store) == []
    with store.reading() as session:
        assert tallied(session) == recounted(session)
        assert list(documents.verify(session)) == []


def test_nothing_of_what_was_said_is_left_anywhere(store: Store, ask: Archive) -> None:
    destroyed(ask)
    rows = (ActRow, AnswerRow, SnapshotRow, MatterRow, CaseRow, CaseSnapshotRow, DocumentRow, NoticeRow, DeliveryRow)
    with store.reading() as session:
        found = {
            row.__tablename__ for row in rows for one in session.execute(select(table(row))) if "校舍加固" in str(one)
        }
    assert found == set()


def test_an_sqlite_file_holds_no_trace_of_what_was_said(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    store.migrate()
    recording = Recording(store, DIRECTORY)
    spoken: tuple[tuple[int, Registration | Command | None], ...] = (
        (0, a_matter(message_id="r", title="无人知晓的标题", limit="5wd")),
        (10, Cancel(message_id="c", by=LEADER, reason="无人知晓的标题")),
        (50, None),
    )
    for days, message in spoken:
        at = MONDAY + timedelta(days=days)
        recording.record_transition(TransitionOrder(matter_id="m1", at=at, message=message))

    def traces() -> int:
        store.close()
        file = Path(str(make_url(sqlite_url).database))
        return sum(one.read_bytes().count("无人知晓的标题".encode()) for one in file.parent.glob("duban.db*"))

    assert traces() > 3
    for command, by, person in (
        (ArchiveCommand.REQUEST_DESTRUCTION, OFFICER, "u1"),
        (ArchiveCommand.DESTROY, LEADER, "u2"),
    ):
        with store.writing() as session:
            asked = Asked(command, "m1", speaking(by, person), "期满", DUE)
            assert decide(session, DIRECTORY, "督查室", asked).refused is None
    assert traces() == 0


def test_seals_and_packages_of_what_was_destroyed_still_hold(store: Store, ask: Archive, tmp_path: Path) -> None:
    signer: Signer = signer_or_new(tmp_path / "key")
    sealing.seal(store, signer, DUE - timedelta(days=1), time(20))
    destroyed(ask)
    sealing.seal(store, signer, DUE + timedelta(days=1), time(20))

    with store.reading() as session:
        assert sealing.check(session) == []
        content = pack(session, "m1", signer=signer, kept_files=Files(tmp_path), made_at=DUE, histories=None)
    package = checking.opened(io.BytesIO(content))
    report = checking.check(package)
    assert report.faults == []
    assert any("destroyed under a certificate" in note for note in report.notes)

    lines = package["archive.jsonl"].replace(b'\\"destroyed\\"', b'\\"held\\"')
    found = checking.check({**package, "archive.jsonl": lines}).faults
    assert any("gone without a certificate" in what for _, what in found)


@pytest.mark.parametrize(
    ("target", "at", "said"),
    [("m1", DUE - timedelta(days=1), "retention runs until"), ("m3", DUE.replace(year=2100), "is not over"),
     ("m2", DUE, "is not over")],
)  # fmt: skip
def test_before_its_day_or_while_anything_goes_on_it_is_refused_on_record(
    store: Store, ask: Archive, target: str, at: datetime, said: str
) -> None:
    done = ask(ArchiveCommand.REQUEST_DESTRUCTION, OFFICER, "u1", target, at)

    assert said in str(done.refused)
    assert (done.entry.target, done.entry.act.act, done.entry.act.person) == (ARCHIVE, ActName.REFUSED, "u1")
    assert "" not in bodies(store, target)


def test_one_person_alone_destroys_nothing(store: Store, ask: Archive) -> None:
    assert ask(ArchiveCommand.DESTROY, LEADER, "u2").refused is not None
    assert ask(ArchiveCommand.REQUEST_DESTRUCTION, OFFICER, "u1").refused is None

    for by, person in ((LEADER, "u1"), (OFFICER, "u2"), (None, "u2"), (LEADER, None), (STRANGER, "u2")):
        assert ask(ArchiveCommand.DESTROY, by, person).refused is not None
    assert "" not in bodies(store)
    with store.reading() as session:
        assert [one.act.act for one in ledger.entries(session, ARCHIVE)].count(ActName.REFUSED) == 6


def test_what_is_on_hold_stays_until_it_is_released(store: Store, ask: Archive) -> None:
    assert ask(ArchiveCommand.REQUEST_DESTRUCTION, OFFICER, "u1").refused is None
    assert "not on hold" in str(ask(ArchiveCommand.RELEASE, CHIEF, "u3").refused)
    assert ask(ArchiveCommand.HOLD, CHIEF).refused is None
    assert "on hold" in str(ask(ArchiveCommand.DESTROY, LEADER, "u2").refused)
    assert ask(ArchiveCommand.RELEASE, OFFICER, "u1").refused is not None
    assert ask(ArchiveCommand.RELEASE, CHIEF).refused is not None  # nobody is named

    asked = ask(ArchiveCommand.RELEASE, CHIEF, "u3")
    assert (asked.refused, asked.waiting, asked.entry.act.act) == (None, True, ActName.HOLD_RELEASE_REQUESTED)
    for by, person in ((CHIEF, "u3"), (LEADER, "u3"), (CHIEF, "u2")):
        assert "两人" in str(ask(ArchiveCommand.RELEASE, by, person).refused)
    assert "on hold" in str(ask(ArchiveCommand.DESTROY, LEADER, "u2").refused)
    done = ask(ArchiveCommand.RELEASE, LEADER, "u2")
    assert (done.refused, done.waiting, done.entry.act.act) == (None, False, ActName.HOLD_RELEASED)
    assert ask(ArchiveCommand.RELEASE, LEADER, "u2").refused is not None

    assert ask(ArchiveCommand.DESTROY, LEADER, "u2").refused is None


def test_who_asked_to_release_an_earlier_hold_has_not_asked_to_release_this_one(store: Store, ask: Archive) -> None:
    ask(ArchiveCommand.HOLD, CHIEF)
    assert ask(ArchiveCommand.RELEASE, CHIEF, "u3").waiting
    ask(ArchiveCommand.HOLD, LEADER)

    assert ask(ArchiveCommand.RELEASE, LEADER, "u2").waiting
    with store.reading() as session:
        assert list(archive.held(session)) == ["m1"]


def test_asked_again_it_gives_the_same_certificate(store: Store, ask: Archive) -> None:
    first = destroyed(ask)

    assert ask(ArchiveCommand.DESTROY, LEADER, "u2").certificate == first.certificate
    for command in (ArchiveCommand.HOLD, ArchiveCommand.REQUEST_DESTRUCTION):
        with pytest.raises(UnknownFileError):
            ask(command, OFFICER, "u1")
    with pytest.raises(UnknownFileError):
        ask(ArchiveCommand.DESTROY, LEADER, "u2", target="1999-0001")


# --- W9 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE acts SET body = '' WHERE target = 'm2'",
        "UPDATE acts SET body = '', subject = NULL, message_id = NULL WHERE target = 'm2'",
        "UPDATE acts SET body = '', subject = NULL, message_id = NULL, hash = '0' WHERE target = 'm1'",
        "UPDATE acts SET body = '', subject = NULL, message_id = NULL, seq = seq + 100 WHERE target = 'm1'",
        "UPDATE acts SET body = '{}' WHERE target = 'm1'",
        "UPDATE acts SET act = 'closed' WHERE target = 'm1'",
        "DELETE FROM acts WHERE target = 'm1'",
        "DELETE FROM acts WHERE target = 'm2'",
        "UPDATE certificates SET upto = 100",
        "DELETE FROM certificates",
        "UPDATE acts SET body = '', subject = NULL, message_id = NULL WHERE target = 'archive'",
    ],
)
def test_the_database_refuses_every_other_change_and_removal(store: Store, ask: Archive, change: str) -> None:
    destroyed(ask)

    with pytest.raises(exc.DBAPIError, match="append-only"), store.writing() as session:
        session.execute(text(change))
    assert faults(store) == []


def test_a_refused_command_after_destruction_is_an_act_like_any_other(store: Store, ask: Archive) -> None:
    destroyed(ask)
    late = Sign(message_id="late", by=HANDLER)
    Recording(store, DIRECTORY).record_transition(
        TransitionOrder(matter_id="m1", at=DUE + timedelta(days=1), message=late, attended=False)
    )

    assert bodies(store)[-1] != ""
    assert faults(store) == []
    with pytest.raises(exc.DBAPIError, match="append-only"), store.writing() as session:
        session.execute(
            text("UPDATE acts SET body = '', subject = NULL, message_id = NULL WHERE target = 'm1' AND body <> ''")
        )


@pytest.mark.parametrize(
    "changes",
    [
        ("INSERT INTO certificates SELECT 'm2', 2, 1, processed_at FROM acts WHERE target = 'm1' AND seq = 1",
         "UPDATE acts SET body = '', subject = NULL, message_id = NULL WHERE target = 'm2' AND seq <= 2"),
        ("UPDATE acts SET body = 'back' WHERE target = 'm1' AND seq = 2",),
        ("UPDATE acts SET hash = 'other' WHERE target = 'm1' AND seq = 2",
         "UPDATE acts SET previous = 'other' WHERE target = 'm1' AND seq = 3"),
        ("UPDATE certificates SET upto = 1",),
        ("UPDATE certificates SET seq = 1",),
    ],
)  # fmt: skip
def test_a_certificate_that_does_not_fit_is_found(store: Store, ask: Archive, changes: tuple[str, ...]) -> None:
    destroyed(ask)
    tamper(store, *changes)

    assert ledger.FaultKind.CERTIFICATE in {kind for _, _, kind in faults(store)}


def test_what_is_destroyed_is_all_or_nothing(store: Store, ask: Archive) -> None:
    ask(ArchiveCommand.REQUEST_DESTRUCTION, OFFICER, "u1")
    before = bodies(store)

    asked = Asked(ArchiveCommand.DESTROY, "m1", speaking(LEADER, "u2"), "期满", DUE)

    def killed_before_the_commit() -> None:
        with store.writing() as session:
            assert decide(session, DIRECTORY, "督查室", asked).certificate is not None
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed_before_the_commit()
    assert bodies(store) == before
    with store.reading() as session:
        assert archive.certificates(session) == []
