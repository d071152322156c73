"""Case materials at rest: sealed before they are hashed, opened by a look, gone with their key."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from activities.recording import Recording
from documents.files import Files
from documents.printing import GuardedDocumentError, Printing
from documents.templates import Templates
from identity.administration import Administration
from models.acts import ActName
from models.case_messages import Decline, GiveStatement, Propose
from models.cases import CaseState
from models.contract import TransitionOrder
from models.evidence import IncidentKind
from models.identity import ActingPost, TokenScope
from models.protection import Kind
from models.rows import CaseSnapshotRow, SubjectKeyRow, table
from office import Office, UnavailableError
from policies.masking import protection
from privacy.masters import MasterMissingError
from privacy.sealing import ErasedError, SealError
from record import cases, documents, incidents, keys, ledger, looks, sealed, spoken
from record.documents import Issued
from record.erasing import NotErasableError, erase
from record.looks import Looker, NoPurposeError
from record.store import Store
from settings import Settings
from tests.builders import sample_directory
from tests.privacy.conftest import MONDAY, SECRETS, closed, recorded, said
from tests.record.tampering import tamper
from tests.sealing import a_vault, key_file, sealed_store
from tests.workflows.cast import a_matter
from tests.workflows.test_kill import CASE, a_case
from web.api.install import install
from web.app import create_app

SUBJECT = f"case/{CASE}"
_STATES = table(CaseSnapshotRow)
MASK, GONE = protection().masks["case_material"], protection().masks["erased"]
AUDITOR = Looker("cli", account="office")


def everything(store: Store) -> str:
    """All the text that the database holds, table by table."""
    with store.reading() as session:
        return "\n".join(
            str(tuple(row))  # a row by itself shows long values shortened
            for name in ("acts", "case_snapshots", "answers", "documents", "notices", "deliveries", "cases")
            for row in session.execute(text(f"SELECT * FROM {name}"))  # noqa: S608 - names of this list
        )


def texts(store: Store) -> str:
    with store.reading() as session:
        return json.dumps(
            [entry.act.model_dump(mode="json") for entry in ledger.entries(session, CASE)], ensure_ascii=False
        )


def opened_texts(store: Store, reason: str = "复核案卷", may: bool = True) -> str:
    with store.writing() as session:
        looks.look(session, [CASE], AUDITOR, reason, at=MONDAY, may=lambda _: may)
        return json.dumps(
            [entry.act.model_dump(mode="json") for entry in ledger.entries(session, CASE)], ensure_ascii=False
        )


def erased(store: Store) -> None:
    assert store.vault is not None
    with store.writing() as session:
        erase(session, store.vault, SUBJECT, AUDITOR, reason="保管期满", at=MONDAY)
    store.scrub()


# --- a proposal on its way to a matter --------------------------------------------------------------------------------


def proposed(store: Store, message_id: str, *, days: float, subject: str, told: str) -> bool:
    """Say a proposal to m1, sealed as it travels; whether it was accepted."""
    said_ = Propose(message_id=message_id, by="区政府督查室承办岗", subject=subject, facts=told, reason=told)
    with store.writing() as session:
        travelling = spoken.sealed(session, "m1", said_)
    assert travelling.sealed
    assert told not in travelling.model_dump_json()
    assert subject not in travelling.model_dump_json()
    at = MONDAY + timedelta(days=days)
    receipt = recording_of(store).record_transition(TransitionOrder(matter_id="m1", at=at, message=travelling))
    assert receipt.outcome is not None
    return receipt.outcome.accepted


def recording_of(store: Store) -> Recording:
    return Recording(store, sample_directory())


def keys_of_proposals(store: Store) -> list[bool]:
    """Of every proposal in the order of their keys' making, whether its key is still there."""
    with store.reading() as session:
        found = sorted(keys.listed(session), key=lambda one: one.created_at)
        return [one.destroyed_at is None for one in found if one.subject.startswith("proposal/")]


def a_matter_on_record(store: Store) -> None:
    said_ = a_matter(lead="区教育局", office="区政府督查室", leader="区长", limit="5wd")
    recording_of(store).record_transition(TransitionOrder(matter_id="m1", at=MONDAY, message=said_))


def test_the_key_of_a_proposal_goes_with_that_of_its_case_and_no_other(store: Store) -> None:
    a_matter_on_record(store)
    assert proposed(store, "p1", days=0.1, subject="区教育局长", told="检查发现甲")
    assert proposed(store, "p2", days=0.2, subject="区教育局承办岗", told="检查发现乙")
    assert not proposed(store, "p3", days=0.3, subject="区教育局长", told="检查发现丙")
    assert keys_of_proposals(store) == [True, True, False]
    recording_of(store).record_transition(
        TransitionOrder(
            matter_id="m1/case1", at=MONDAY + timedelta(days=1), message=Decline(message_id="d", by="区长", reason="否")
        )
    )

    assert store.vault is not None
    with store.writing() as session:
        erase(session, store.vault, "case/m1/case1", AUDITOR, reason="保管期满", at=MONDAY)

    assert keys_of_proposals(store) == [False, True, False]
    with store.writing() as session:
        again = spoken.sealed(session, "m1", Propose(message_id="p1", by="区长", facts="检查发现甲"))
        spoken.forget_matter(session, "m1", MONDAY)
    assert (again.sealed, again.facts) == (None, None)
    assert keys_of_proposals(store) == [False, False, False]


def test_a_proposal_after_a_clock_that_opened_a_case_is_sealed_under_its_own_cases_key(store: Store) -> None:
    a_matter_on_record(store)

    assert proposed(store, "p1", days=90, subject="区教育局承办岗", told="检查发现甲")

    with store.reading() as session:
        opened = {one.id: one.subject for one in (cases.seen(session, f"m1/case{no}") for no in (1, 2)) if one}
        found = "SELECT body FROM acts WHERE target = 'm1' AND message_id = 'p1'"
        body = " ".join(session.execute(text(found)).scalars())
    assert opened == {"m1/case1": "区教育局长", "m1/case2": "区教育局承办岗"}
    assert '"subject":"case/m1/case2"' in body
    assert '"subject":"case/m1/case1"' not in body


# --- at rest ----------------------------------------------------------------------------------------------------------


def test_nothing_that_was_written_in_a_case_is_in_the_database_in_clear(store: Store) -> None:
    recorded(store)

    kept = everything(store)
    assert [one for one in SECRETS if one in kept] == []
    assert "FACTS_NOTIFIED".lower() in kept


def test_the_rules_go_on_what_was_really_said_and_the_chain_verifies_without_a_key(store: Store, place: Path) -> None:
    recorded(store)
    key_file(place).unlink()

    with store.reading() as session:
        assert ledger.verify(session) == []
        assert list(documents.verify(session)) == []


def test_a_reader_gets_masks_and_the_steps_of_the_case(store: Store) -> None:
    recorded(store)

    told = texts(store)
    assert [one for one in SECRETS if one in told] == []
    assert MASK in told
    with store.reading() as session:
        names = [entry.act.act for entry in ledger.entries(session, CASE)]
        state = cases.seen(session, CASE)
    assert names[0] is ActName.CASE_PROPOSED
    assert isinstance(state, CaseState)
    assert (state.allegation, state.subject) == (MASK, "区教育局长")


def test_a_repeated_command_still_gets_its_first_answer_and_adds_nothing(store: Store) -> None:
    before = recorded(store)
    again = Recording(store, sample_directory()).record_transition(
        TransitionOrder(matter_id=CASE, at=MONDAY, message=said()[-1])
    )
    assert (again.seq, again.head, again.outcome) == (before.seq, before.head, before.outcome)


def test_a_case_costs_one_key_and_a_transition_asks_for_it_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    find = keys._OF.every

    def counted(session: object, values: dict[str, str]) -> list[list[object]]:
        asked.append(values["of"])
        return find(session, values)  # type: ignore[arg-type]

    monkeypatch.setattr(keys._OF, "every", counted)
    recorded(store)

    # Once more for the first, which found none, made one, and looked again.
    assert asked.count(SUBJECT) <= len(a_case()) + 2
    with store.reading() as session:
        assert [(one.subject, one.version) for one in keys.listed(session)] == [(SUBJECT, 1)]


def test_a_record_kept_plain_by_an_earlier_release_is_masked_and_opens_by_a_look(
    database_url: str, place: Path
) -> None:
    plain = Store(database_url)
    plain.migrate()
    recorded(plain)
    plain.close()

    store = Store(database_url, vault=a_vault(place))
    try:
        assert "材料供应延误" not in texts(store)
        assert "材料供应延误" in opened_texts(store)
        with store.reading() as session:
            assert ledger.verify(session) == []
    finally:
        store.close()


def test_a_box_that_was_moved_to_another_entry_does_not_open(store: Store) -> None:
    recorded(store)
    with store.reading() as session:
        rows = session.execute(text("SELECT seq, body FROM acts ORDER BY seq")).all()
    with_box = [(seq, json.loads(body)) for seq, body in rows if '"sealed":' in body]
    (first, one), (_, other) = with_box[0], with_box[-1]
    one["sealed"]["box"] = other["sealed"]["box"]
    tamper(store, "UPDATE acts SET body = :body WHERE seq = :seq", body=ledger.canonical(one), seq=first)

    with pytest.raises(SealError):
        opened_texts(store)
    with store.reading() as session:
        assert [fault.seq for fault in ledger.verify(session)][:1] == [first]


@pytest.mark.parametrize("box", [{}, {"fields": {"/x/y/z": "case_material text"}}, {"fields": {"nowhere": 1}}, []])
def test_a_box_of_nonsense_is_an_altered_record_and_no_crash(store: Store, box: object) -> None:
    recorded(store)
    with store.reading() as session:
        body = json.loads(session.execute(text("SELECT body FROM acts WHERE seq = 1")).scalar_one())
    altered = ledger.canonical(body | {"sealed": box, "added": 1})
    tamper(store, "UPDATE acts SET body = :body WHERE seq = 1", body=altered)
    with pytest.raises(ValueError, match=r"altered or moved|Extra inputs"):
        texts(store)
    with store.reading() as session:
        assert ledger.verify(session)


def test_masks_are_never_kept_in_place_of_what_they_hide(store: Store) -> None:
    recorded(store)
    with store.writing() as session:
        state = cases.load(session, CASE)
        assert state is not None
        with pytest.raises(RuntimeError, match="does not open"):
            cases.save(session, state, seq=1, at=MONDAY, last_act=ActName.CASE_FILED, next_at=None, due_at=None)


# --- looking ----------------------------------------------------------------------------------------------------------


def test_every_look_is_an_act_beside_the_case_with_who_what_and_why(store: Store) -> None:
    recorded(store)
    with store.reading() as session:
        head = ledger.head(session, CASE)

    told = opened_texts(store)

    assert [one for one in SECRETS if one not in told] == []
    with store.reading() as session:
        (look,) = looks.looks_at(session, CASE)
        assert ledger.head(session, CASE) == head
        assert ledger.verify(session) == []
    assert (look.target, look.act.act, look.act.reason) == (f"looks/{CASE}", ActName.LOOKED_AT, "复核案卷")
    assert look.act.detail["account"] == "office"
    assert {"reason", "detail.text", "detail.evidence"} & set(look.act.detail["fields"])
    assert "材料供应延误" not in str(look.act)


def test_a_look_that_is_refused_is_on_record_and_opens_nothing(store: Store) -> None:
    recorded(store)

    told = opened_texts(store, may=False)

    assert "材料供应延误" not in told
    with store.reading() as session:
        assert [entry.act.act for entry in looks.looks_at(session, CASE)] == [ActName.REFUSED]


def test_a_look_without_a_reason_is_none(store: Store) -> None:
    recorded(store)
    with pytest.raises(NoPurposeError):
        opened_texts(store, reason=" ")
    with store.reading() as session:
        assert looks.looks_at(session, CASE) == []


def test_a_look_whose_transaction_fails_has_shown_nothing(store: Store) -> None:
    recorded(store)
    with suppress(KeyError), store.writing() as session:
        looks.look(session, [CASE], AUDITOR, "复核案卷", at=MONDAY, may=lambda _: True)
        raise KeyError
    with store.reading() as session:
        assert looks.looks_at(session, CASE) == []
    assert "材料供应延误" not in texts(store)


def test_a_look_at_one_case_opens_no_other(store: Store) -> None:
    recorded(store)
    with store.writing() as session:
        looks.look(session, ["other/case1"], AUDITOR, "复核案卷", at=MONDAY, may=lambda _: True)
        assert not sealed.opens(session, SUBJECT)


# --- renewing ---------------------------------------------------------------------------------------------------------


def test_after_a_rotation_of_the_master_nothing_sealed_was_rewritten_and_all_opens(store: Store, place: Path) -> None:
    recorded(store)
    before = everything(store)
    vault = a_vault(place)
    vault.master.rotate()

    with store.writing() as session:
        assert keys.rewrap(session, vault) == 1
        assert keys.rewrap(session, vault) == 0

    assert everything(store) == before
    fresh = Store(str(store.url.render_as_string(hide_password=False)), vault=a_vault(place))
    try:
        assert "材料供应延误" in opened_texts(fresh)
        with fresh.reading() as session:
            assert keys.used(session) == {"k2": 1}
    finally:
        fresh.close()


def test_a_subjects_new_key_seals_what_comes_and_the_old_one_still_opens(store: Store) -> None:
    assert store.vault is not None
    recorded(store, commands=a_case()[:4])
    with store.writing() as session:
        assert keys.renew(session, store.vault, SUBJECT) == 2
    statement = GiveStatement(message_id="s", by="区教育局长", text="材料供应延误")
    Recording(store, sample_directory()).record_transition(
        TransitionOrder(matter_id=CASE, at=MONDAY.replace(hour=18), message=statement)
    )

    told = opened_texts(store)
    assert "属实" in told
    assert "材料供应延误" in told
    with store.reading() as session:
        bodies = session.execute(text("SELECT body FROM acts WHERE target = :t ORDER BY seq"), {"t": CASE}).scalars()
        versions = [json.loads(body)["sealed"]["key"] for body in bodies if '"sealed":' in body]
    assert versions == [1] * (len(versions) - 1) + [2]


def test_without_the_key_file_nothing_new_is_recorded_and_no_second_key_is_made(store: Store, place: Path) -> None:
    recorded(store, commands=a_case()[:4])
    key_file(place).unlink()
    fresh = Store(str(store.url.render_as_string(hide_password=False)), vault=a_vault(place))
    statement = GiveStatement(message_id="s", by="区教育局长", text="材料供应延误")
    try:
        with pytest.raises(MasterMissingError):
            Recording(fresh, sample_directory()).record_transition(
                TransitionOrder(matter_id=CASE, at=MONDAY.replace(hour=18), message=statement)
            )
        assert fresh.vault is not None
        with pytest.raises(MasterMissingError, match="DUBAN_KEY_FILE"), fresh.writing() as session:
            keys.sealing_key(session, fresh.vault, "case/new/case1")
    finally:
        fresh.close()
    assert not key_file(place).exists()


# --- erasing ----------------------------------------------------------------------------------------------------------


def test_an_open_case_is_not_erased_nor_anything_without_a_reason(store: Store) -> None:
    assert store.vault is not None
    recorded(store)
    for subject, reason in ((SUBJECT, "保管期满"), (SUBJECT, " "), ("matter/m1", "保管期满")):
        with pytest.raises(NotErasableError), store.writing() as session:
            erase(session, store.vault, subject, AUDITOR, reason=reason, at=MONDAY)
    with pytest.raises(KeyError), store.writing() as session:
        erase(session, store.vault, "case/none/case1", AUDITOR, reason="保管期满", at=MONDAY)


def test_what_is_erased_opens_for_nobody_and_every_chain_still_verifies(store: Store) -> None:
    closed(store)
    with store.reading() as session:
        head = ledger.head(session, CASE)
    erased(store)

    told = opened_texts(store)

    assert "检查发现" not in told
    assert "事实不清" not in told
    assert GONE in told
    with store.reading() as session:
        state = cases.seen(session, CASE)
        assert isinstance(state, CaseState)
        assert state.allegation == GONE
        assert ledger.head(session, CASE) == head
        assert ledger.verify(session) == []
        assert [one.destroyed_at is not None for one in keys.listed(session)] == [True]
        entry = looks.looks_at(session, CASE)[0]
    assert entry.act.act is ActName.KEY_DESTROYED
    assert entry.act.detail["certificate"]["head"] == head.hash


def test_a_command_to_an_erased_case_is_refused_and_what_it_said_is_not_kept(store: Store) -> None:
    closed(store)
    erased(store)
    statement = GiveStatement(message_id="late", by="区教育局长", text="材料供应延误")

    receipt = Recording(store, sample_directory()).record_transition(
        TransitionOrder(matter_id=CASE, at=MONDAY.replace(hour=18), message=statement, attended=False)
    )

    assert receipt.outcome is not None
    assert not receipt.outcome.accepted
    assert "材料供应延误" not in everything(store)
    assert GONE in opened_texts(store)


def test_a_key_is_destroyed_once_and_for_ever(store: Store) -> None:
    assert store.vault is not None
    closed(store)
    erased(store)
    with pytest.raises(ErasedError):
        erased(store)
    with pytest.raises(ErasedError), store.writing() as session:
        keys.renew(session, store.vault, SUBJECT)


def test_a_destroyed_key_leaves_no_trace_in_the_file(sqlite_url: str, place: Path) -> None:
    store = sealed_store(sqlite_url, place)
    closed(store)
    rows = table(SubjectKeyRow)
    with store.reading() as session:
        wrapped = str(session.execute(rows.select()).one().wrapped)
    erased(store)
    store.close()

    file = Path(sqlite_url.removeprefix("sqlite:///"))
    kept = b"".join(one.read_bytes() for one in file.parent.iterdir() if one.name.startswith(file.name))
    assert wrapped.encode() not in kept
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT wrapped FROM subject_keys").fetchall() == [(None,)]
    connection.close()


# --- papers -----------------------------------------------------------------------------------------------------------


def papers(store: Store, place: Path) -> tuple[Printing, tuple[Issued, ...]]:
    printing = Printing(store, Files(place / "documents"), Templates(place / "templates"))
    with store.reading() as session:
        return printing, documents.issued(session, matter_id=CASE).items


def look_at(session: object, one: Issued) -> None:
    looks.look(
        session,  # type: ignore[arg-type]
        [one.target],
        AUDITOR,
        "归档",
        at=MONDAY,
        may=lambda _: True,
        fields=[one.number],
    )


def test_a_paper_of_a_case_is_printed_by_a_look_alone_and_kept_sealed(store: Store, place: Path) -> None:
    recorded(store)
    printing, issued = papers(store, place)
    assert issued
    with pytest.raises(GuardedDocumentError):
        printing.printed(issued[0].id)

    first, again = printing.printed(issued[0].id, look_at), printing.printed(issued[0].id, look_at)

    assert first == again
    assert first.startswith(b"PK")
    (kept,) = [path.read_bytes() for path in (place / "documents").rglob("*.docx")]
    assert not kept.startswith(b"PK")
    assert printing.intact(issued[0].id)
    with store.reading() as session:
        assert issued[0].number in looks.looks_at(session, CASE)[0].act.detail["fields"]
        assert list(documents.verify(session)) == []


def test_a_paper_of_an_erased_case_is_said_to_be_erased(store: Store, place: Path) -> None:
    recorded(store)
    printing, issued = papers(store, place)
    printing.printed(issued[0].id, look_at)
    snapshots = table(CaseSnapshotRow)
    with store.writing() as session:
        # Years later: the case is archived.
        session.execute(text("UPDATE cases SET stage = 'archived'"))
        assert session.execute(snapshots.select()).one()
    erased(store)

    for look in (None, look_at):
        with pytest.raises(ErasedError):
            printing.printed(issued[0].id, look)
    assert printing.intact(issued[0].id)
    with store.reading() as session:
        assert list(documents.verify(session)) == []


# --- persons ----------------------------------------------------------------------------------------------------------


def test_a_petitioners_identity_is_sealed_masked_opened_and_erased_like_any_subject(store: Store) -> None:
    assert store.vault is not None
    subject, place = "petitioner/8f2c", "petitioner 8f2c"
    told = {"reference": "信〔2026〕12号", "name": "密甲", "phone": "密乙", "unheard_of": "密丙"}
    with store.writing() as session:
        kept = sealed.sealed(session, Kind.PETITIONER, told, subject, place)
    assert "密" not in json.dumps(kept, ensure_ascii=False)
    with store.reading() as session:
        masked = sealed.read(session, Kind.PETITIONER, kept, place, subject)
    assert masked["reference"] == told["reference"]
    assert masked["name"] == protection().masks["identity"]
    assert masked["unheard_of"] == MASK
    with store.writing() as session:
        sealed.for_the_rules(session)
        assert sealed.read(session, Kind.PETITIONER, kept, place, subject) == told
        with pytest.raises(SealError):
            sealed.read(session, Kind.PETITIONER, kept, "petitioner another", subject)
    with store.writing() as session:
        erase(session, store.vault, subject, AUDITOR, reason="依申请删除", at=MONDAY)
    with store.writing() as session:
        sealed.for_the_rules(session)
        gone = sealed.read(session, Kind.PETITIONER, kept, place, subject)
    assert (gone["name"], gone["phone"], gone["unheard_of"]) == (GONE, GONE, GONE)


# --- one transaction and the next -------------------------------------------------------------------------------------


def test_what_one_transaction_opened_is_closed_to_every_other(store: Store) -> None:
    recorded(store)
    with store.reading() as before:
        assert "检查发现" in opened_texts(store)
        with store.writing() as rules:
            sealed.for_the_rules(rules)
            assert sealed.opens(rules, SUBJECT)
        assert not sealed.opens(before, SUBJECT)
    with store.reading() as after:
        assert not sealed.opens(after, SUBJECT)
    with store.writing() as after:
        assert not sealed.opens(after, SUBJECT)
    told = texts(store)
    assert [one for one in SECRETS if one in told] == []


@contextmanager
def the_leader(store: Store, place: Path, database_url: str) -> Iterator[TestClient]:
    """The leader at the interface, with no server behind it."""
    at = Administration(store, sample_directory(), datetime.now(UTC))
    assert at.register("leader").accepted
    assert at.hold("leader", "区长", date(2026, 1, 1)).accepted
    token = at.issue_token("leader", "tests", TokenScope.ACT, ActingPost(post="区长"), timedelta(days=1)).secret

    async def no_office() -> Office:
        raise UnavailableError("no server here")

    settings = Settings(data_dir=place, database_url=database_url)
    with TestClient(install(create_app(settings, store, no_office, sample_directory())), "http://127.0.0.1") as client:
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def test_what_was_altered_is_not_shown_over_the_interface_and_is_an_incident_until_it_is_dealt_with(
    store: Store, place: Path, database_url: str
) -> None:
    recorded(store)
    with store.reading() as session:
        kept = json.loads(session.execute(select(_STATES.c.state).where(_STATES.c.id == CASE)).scalar_one())
    box = kept["sealed"]["box"]
    kept["sealed"]["box"] = box[:-8] + ("A" if box[-8] != "A" else "B") + box[-7:]
    tamper(store, "UPDATE case_snapshots SET state = :state WHERE id = :id", state=json.dumps(kept), id=CASE)

    with the_leader(store, place, database_url) as client:
        answers = [client.post(f"/api/v1/cases/{CASE}/openings", json={"reason": "复核案卷"}) for _ in range(2)]
        assert client.get(f"/api/v1/cases/{CASE}").status_code == 200  # masks need no key

    for answer in answers:
        told = answer.json()
        assert (answer.status_code, told["type"]) == (409, "urn:duban:problem:altered")
        assert "starter.py verify" in told["detail"]
        assert not any(word in answer.text for word in (*SECRETS, box))
    with store.writing() as session:
        (one,) = incidents.listed(session)
        assert (one.target, one.kind, one.closed_at) == (CASE, IncidentKind.ALTERED, None)
        assert looks.looks_at(session, CASE) == []  # nothing was shown
        told_of = session.execute(text("SELECT recipient FROM notices ORDER BY entry DESC")).scalars().first()
        assert told_of == "区政府督查室主任"
        assert incidents.close(session, CASE, MONDAY, by=None, voice=None, how="重新启动") == 0
        assert incidents.close_one(session, one.seq, MONDAY, by=None, voice=None, how="由备份恢复")
        assert not incidents.close_one(session, one.seq, MONDAY, by=None, voice=None, how="又")
        assert incidents.report(session, incidents.altered(f"state {CASE}", CASE, "又"), MONDAY, ())


def test_over_the_interface_a_paper_of_a_case_is_refused_in_words_and_not_opened(
    store: Store, place: Path, database_url: str
) -> None:
    recorded(store)
    _, issued = papers(store, place)
    with the_leader(store, place, database_url) as client:
        path = f"/api/v1/documents/{issued[0].id}/file"
        refused = client.get(path)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:duban:problem:not-opened")
        key_file(place).unlink()
        store.vault = a_vault(place)
        assert client.get(path).status_code == 409
    for one in (*SECRETS, str(place)):
        assert one not in refused.text
