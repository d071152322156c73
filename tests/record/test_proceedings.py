"""Proceedings, petitions and duties in the record: what is kept of each, who finds it, and what belongs together."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.recording import Recording
from models.access import Scope, View
from models.acts import ActName
from models.contract import (
    KIND_PETITION,
    KIND_PROCEEDING,
    Receipt,
    TransitionOrder,
    matter_workflow_id,
    target_of,
    workflow_of,
)
from models.matters import Stage
from models.messages import Registration
from models.policy import Role
from models.proceeding_messages import Finish, Open
from models.proceedings import (
    Handing,
    Items,
    ProceedingStage,
    ProceedingState,
    ProceedingTerms,
    StepClock,
    StepClockKind,
)
from policies.access import may_view, relations, scope
from policies.block_procedures import load_blocks, read_blocks
from policies.directory import Directory
from policies.parties import holders
from record import (
    census,
    deliveries,
    families,
    files,
    ledger,
    numbers,
    outbox,
    parties,
    proceeding_lists,
    proceedings,
    targets,
)
from record.store import Store
from record.views import timeline
from tests.builders import CO, CO_HANDLER, LEAD, LEADER, OFFICE, OFFICER, OTHER
from tests.policies.access_cast import DIRECTORY, POSTS
from tests.record.builders import DUE, NOW, an_act, append
from tests.record.tampering import faults

EVERYTHING = Scope.everything()
FILE = Path(__file__).parents[1] / "scenarios" / "proceedings" / "procedures" / "letter_answer.yaml"
ANSWER = read_blocks(FILE.read_bytes(), str(FILE))


def an_opening(**said: Any) -> Open:
    given = {"message_id": "o1", "procedure": "letter_answer", "title": "答复来函", "lead": LEAD, "office": OFFICE}
    return Open.model_validate({**given, "leader": LEADER, **said})


def hear(recording: Recording, message: Any, at: datetime = NOW, target: str = "proceeding/1", **more: Any) -> Receipt:
    return recording.record_transition(TransitionOrder(matter_id=target, at=at, message=message, **more))


def a_state(target: str, *, kept: Any = None, **terms: Any) -> ProceedingState:
    given = {"procedure": "p", "title": "事项", "lead": LEAD, "office": OFFICE, "leader": LEADER, "received_at": NOW}
    state = ProceedingState(
        id=target, stage=ProceedingStage.UNDER_WAY, policy="p@1/2026-03-02",
        terms=ProceedingTerms.model_validate({**given, **terms}), opened_at=NOW,
    )  # fmt: skip
    return state if kept is None else state.model_copy(update={"kept": kept})


def save(
    store: Store, state: ProceedingState, *acts: ActName, holders: tuple[str, ...] = (), at: datetime = NOW
) -> None:
    with store.writing() as session:
        terms = state.terms
        for act in acts or (ActName.OPENED,):
            entries = append(session, an_act(act, state.id, at, subject=terms and terms.subject))
        seq = entries[-1].seq
        proceedings.save(
            session, state, seq=seq, at=NOW, last_act=act, next_at=None, due_at=None, holders=holders,
            step=("answer", "限时答复"),
        )  # fmt: skip


def test_a_proceeding_is_kept_as_it_stands_and_listed(store: Store) -> None:
    recording = Recording(store, DIRECTORY, blocks=(ANSWER,))
    receipt = hear(recording, an_opening(subject="来函"))

    with store.reading() as session:
        (line,) = proceeding_lists.listed(session, scope=EVERYTHING, now=NOW).items
        late = proceeding_lists.listed(session, scope=EVERYTHING, now=DUE, overdue=True).items
        card = proceeding_lists.card(session, "proceeding/1", NOW, scope=EVERYTHING)
        assert proceeding_lists.public_status(session, "proceeding/1") is None
        assert census.census(session).proceedings == 1
    assert (line.kind, line.title, line.step, line.step_title) == (KIND_PROCEEDING, "答复来函", "answer", "限时答复")
    assert (line.due_at, line.overdue, [one.id for one in late]) == (DUE, False, ["proceeding/1"])
    assert card is not None
    assert (card.seq, card.state.stage) == (receipt.seq, ProceedingStage.UNDER_WAY)
    assert receipt.next_at is not None
    assert receipt.due_at == DUE


def test_what_a_block_keeps_is_read_back_also_where_all_of_it_is_a_default(store: Store) -> None:
    save(store, a_state("proceeding/1", kept=Items()))
    with store.writing() as session:
        loaded = proceedings.load(session, "proceeding/1")
    assert loaded is not None
    assert loaded.kept == Items()


def test_what_was_opened_under_a_version_stays_under_it(store: Store) -> None:
    hear(Recording(store, DIRECTORY, blocks=(ANSWER,)), an_opening())
    longer = load_blocks(ANSWER.text.replace("value: 5wd", "value: 9wd"), "longer.yaml")
    later = Recording(store, DIRECTORY, blocks=(longer,))

    done = hear(
        later, Finish(message_id="f1", by=DIRECTORY.organ(LEAD).handler, text="已答复"), NOW + timedelta(hours=1)
    )
    other = hear(later, an_opening(message_id="o2", title="另一来函"), target="proceeding/2")

    assert done.outcome is not None
    assert done.outcome.accepted
    with store.reading() as session:
        first, second = (proceedings.seen(session, f"proceeding/{number}") for number in (1, 2))
    assert first is not None
    assert second is not None
    assert (first.policy, second.policy) == (f"{ANSWER.version}/2026-03-02", f"{longer.version}/2026-03-02")
    assert other.due_at is not None
    assert other.due_at > DUE


def test_a_refused_opening_leaves_a_refusal_and_may_be_opened_anew(store: Store) -> None:
    recording = Recording(store, DIRECTORY, blocks=(ANSWER,))
    refused = hear(recording, an_opening(procedure="none_such"))
    with store.reading() as session:
        assert targets.stages(session) == {}
        assert targets.waiting(session, ["proceeding/1"]) == {}
    opened = hear(recording, an_opening(message_id="o2"), known_seq=refused.seq)

    assert refused.outcome is not None
    assert opened.outcome is not None
    assert (refused.outcome.accepted, refused.ended) == (False, True)
    assert (opened.outcome.accepted, opened.ended) == (True, False)
    assert faults(store) == []


def test_what_a_proceeding_launches_and_proposes_is_recorded_with_it_and_woken_until_it_looks(store: Store) -> None:
    recording = Recording(store, DIRECTORY, blocks=(ANSWER,))
    hear(recording, an_opening(panel=[LEADER]))
    receipt = hear(recording, None, DUE, known_seq=2)

    with store.reading() as session:
        stirred = families.stirred(session, "proceeding/1")
        stages = targets.stages(session)
        file = files.members(session, "proceeding/1")
        cards = files.cards(session, file)
        waiting = targets.waiting(session, ["proceeding/1"])
    assert receipt.light.value == "red"
    assert stirred == ["proceeding-1-s1", "proceeding/1/case1"]
    assert stages["proceeding-1-s1"] is Stage.RUNNING
    assert file == sorted(["proceeding-1-s1", "proceeding/1", "proceeding/1/case1"])
    assert set(waiting) == set(file)
    assert cards["proceeding/1"]["procedure"] == "letter_answer"

    for target in ("proceeding-1-s1", "proceeding/1/case1"):
        hear(recording, None, DUE, target=target)
    with store.reading() as session:
        assert families.stirred(session, "proceeding/1") == []
    assert faults(store) == []


def test_a_notice_tells_of_which_proceeding_it_is_and_stands_in_the_inbox_under_its_title(store: Store) -> None:
    hear(Recording(store, DIRECTORY, blocks=(ANSWER,)), an_opening())
    handler = DIRECTORY.organ(LEAD).handler
    with store.reading() as session:
        told = deliveries.told(session, "proceeding/1", 1)
        notices = outbox.inbox(session, handler).items
    assert told is not None
    assert (told.matter_id, told.state) == ("proceeding/1", None)
    assert told.proceeding is not None
    assert [(one.matter_id, one.title) for one in notices] == [("proceeding/1", "答复来函")] * 2


def test_an_answer_is_given_once(store: Store) -> None:
    recording = Recording(store, DIRECTORY, blocks=(ANSWER,))
    first = hear(recording, an_opening())
    again = hear(recording, an_opening(), NOW + timedelta(days=1))
    assert again.outcome == first.outcome
    with store.reading() as session:
        assert ledger.head(session, "proceeding/1").seq == first.seq


def test_others_about_the_same_subject_are_the_open_ones_and_those_still_valid(store: Store) -> None:
    valid = StepClock(
        kind=StepClockKind.VALIDITY, step="answer", started_at=NOW, limit="5d", due_at=DUE, last_day=DUE.date()
    )
    over = {"stage": ProceedingStage.COMPLETED, "ended_at": NOW}
    save(store, a_state("proceeding/1", subject="某企业"))
    save(store, a_state("proceeding/2", subject="某企业").model_copy(update=over))
    save(store, a_state("proceeding/3", subject="某企业").model_copy(update={**over, "clocks": {valid.kind: valid}}))
    save(store, a_state("proceeding/4", subject="另一企业"))
    save(store, a_state("proceeding/5", subject="某企业", procedure="q"))
    with store.reading() as session:
        assert proceedings.same_subject(session, "p", "某企业", NOW) == ["proceeding/1", "proceeding/3"]
        assert proceedings.same_subject(session, "p", "无", NOW) == []
        # What is valid has a clock to strike; what has none is over.
        assert targets.going_on(session) == {"proceeding/1", "proceeding/4", "proceeding/5"}


@pytest.mark.parametrize(("at", "counted"), [(NOW, 1), (NOW - timedelta(seconds=1), 0), (NOW + timedelta(days=1), 0)])
def test_offences_count_from_the_first_instant_to_before_the_last(store: Store, at: datetime, counted: int) -> None:
    save(store, a_state("proceeding/1", subject="某企业"), ActName.OFFENCE_REGISTERED, at=at)
    save(store, a_state("proceeding/2", subject="某企业", procedure="q"), ActName.OFFENCE_REGISTERED)
    with store.reading() as session:
        assert proceedings.offences(session, "p", "某企业", NOW, NOW + timedelta(days=1)) == counted
        assert proceedings.offences(session, "p", "另一企业", NOW, NOW + timedelta(days=1)) == 0


def test_each_kind_counts_its_numbers_for_itself_and_a_key_keeps_its_own(store: Store) -> None:
    asked = [("a", "petition", 2026), ("b", "petition", 2026), ("c", "proceeding", 2026), ("d", "petition", 2027)]
    given = [numbers.reserve_proceeding(store, *one) for one in asked]
    assert given == ["petition/2026-0001", "petition/2026-0002", "proceeding/2026-0001", "petition/2027-0001"]
    assert numbers.reserve_proceeding(store, "a", "petition", 2030) == given[0]


# --- who finds what ---------------------------------------------------------------------------------------------------

STATES = {
    state.id: state
    for state in (
        a_state("proceeding/1"),
        a_state("proceeding/2", lead=OTHER, co=[CO], public=True),
        a_state("petition/2026-0003", lead=OTHER, office=OTHER, leader=OFFICER, kept=Handing(to=CO), channel="web"),
        a_state("proceeding/4", lead=OTHER, office=OTHER, leader=OFFICER, panel=[CO_HANDLER]),
        a_state("proceeding/5", lead=OTHER, office=OTHER, leader=OFFICER, kept=Handing(to=CO, accepted=True)),
        a_state("proceeding/6", lead=CO, office=LEAD, leader=OFFICER).model_copy(update={"by": (Role.LEADER,)}),
    )
}  # fmt: skip


@pytest.fixture
def kept(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    store.migrate()
    for state in STATES.values():
        save(store, state, holders=holders(state, DIRECTORY))
        with store.writing() as session:
            outbox.queue(session, append(session, an_act(ActName.PUBLISHED, state.id, tell=(CO_HANDLER,))))
    yield store
    store.close()


@pytest.mark.parametrize("roles", [(), ("administrator",), ("auditor",)])
def test_every_reader_finds_exactly_what_the_table_lets_him_see(kept: Store, roles: tuple[str, ...]) -> None:
    for post in [one for one in POSTS if DIRECTORY.has_post(one)] if not roles else [None]:
        reader = scope(post, DIRECTORY, roles=roles)
        held = {target: relations(post, state, DIRECTORY, roles=roles) for target, state in STATES.items()}
        whole = {target for target, one in held.items() if may_view(View.PROCEEDING, one)}
        with kept.reading() as session:
            listed = {line.id for line in proceeding_lists.listed(session, scope=reader, now=DUE).items}
            carded = {one for one in STATES if proceeding_lists.card(session, one, DUE, scope=reader)}
            told = {one: timeline(session, one, scope=reader) for one in STATES}
        assert carded == whole, post
        assert listed == {target for target, one in held.items() if may_view(View.PROCEEDING_LINE, one)}, post
        for target, entries in told.items():
            expected = 2 if target in whole else int(target in listed and CO_HANDLER in reader.posts)
            assert len(entries) == expected, (post, target)


def test_the_public_lists_what_is_marked_public_and_nothing_else(kept: Store) -> None:
    with kept.reading() as session:
        assert [line.id for line in proceeding_lists.published(session).items] == ["proceeding/2"]
        assert proceeding_lists.listed(session, scope=Scope.published(), now=DUE).items == ()
        petitions = proceeding_lists.listed(session, scope=EVERYTHING, now=DUE, kind=KIND_PETITION).items
    assert [line.id for line in petitions] == ["petition/2026-0003"]


def test_a_part_that_has_ended_is_no_part_any_more(kept: Store) -> None:
    handed = STATES["petition/2026-0003"]
    accepted = handed.model_copy(update={"kept": Handing(to=CO, accepted=True)})
    with kept.writing() as session:
        proceedings.load(session, handed.id)
        parties.keep(session, accepted)
    reader = scope(CO_HANDLER, Directory(DIRECTORY.organs), roles=())
    with kept.reading() as session:
        assert handed.id not in {line.id for line in proceeding_lists.listed(session, scope=reader, now=DUE).items}


def test_no_payload_of_an_opening_can_be_read_as_a_registration() -> None:
    bare = TransitionOrder(matter_id="proceeding/1", at=NOW, message=Open(message_id="o1", title="t", lead=LEAD))
    assert TransitionOrder.model_validate_json(bare.model_dump_json()) == bare
    other = TransitionOrder(matter_id="m1", at=NOW, message=Registration(message_id="r1", title="t", lead=LEAD))
    assert TransitionOrder.model_validate_json(other.model_dump_json()) == other


@pytest.mark.parametrize("scope_", ["", "drill-1"])
@pytest.mark.parametrize(
    ("target", "workflow"),
    [
        ("2026-0143", "MatterWorkflow"),
        ("2026-0143/case1", "CaseWorkflow"),
        ("proceeding/12", "ProceedingWorkflow"),
        ("petition/2026-0007", "PetitionWorkflow"),
        ("duty/monthly", "DutyWorkflow"),
        ("petition/2026-0007/case1", "CaseWorkflow"),
        ("petition/case1", "CaseWorkflow"),
        ("proceeding-12-s1", "MatterWorkflow"),
    ],
)
def test_a_workflow_id_leads_back_to_its_target(target: str, workflow: str, scope_: str) -> None:
    assert workflow_of(target) == workflow
    assert target_of(matter_workflow_id(target, scope_), scope_) == target
    assert target_of(f"other/{matter_workflow_id(target, scope_)}", scope_) is None
