"""What do the people of a sample office say to their cases, proceedings and petitions, and when are they silent?

Seeded, as the replies to matters are (rehearsal/streams.py): every target draws from its own source, so the same seed
brings the same answers. They are made up; what they come to is for policies/.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from models import blocks
from models.acts import Act, ActName
from models.case_messages import (
    AnswerStatement,
    Decide,
    DecideReview,
    Decline,
    Execute,
    File,
    GiveStatement,
    Investigate,
    NotifyFacts,
    Record,
    RequestReview,
    Serve,
    Vote,
    WaiveStatement,
)
from models.cases import CaseClockKind, CaseState
from models.matters import MatterState
from models.messages import Command
from models.proceeding_messages import AcceptRouting, CallBack, CheckItems, Finish, Grant, Opine, Route
from models.proceedings import Calls, Handing, ProceedingState
from policies import ladder, parties, seats
from policies.block_procedures import shipped_blocks
from policies.deadlines import local_date
from policies.directory import Directory
from policies.machines import due_at
from rehearsal.streams import Diligence, OfficeHours, Stream
from sample.player import Said, State

_AGAIN = frozenset({ActName.ESCALATED, ActName.CALLED_BACK, ActName.ROUTING_OBJECTED})
_SHORT = timedelta(minutes=20)
_PLACE = "区政府会议室"
# Of a hundred organs so many are prompt, usual, slack, silent: an office in which most things are done.
_SHARES = (58, 34, 7, 1)
_INVESTIGATORS = ("区监委承办岗", "区司法局承办岗", "区政府办公室承办岗")


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where a target stands after an act, and a source of chance of its own."""

    rng: Random
    hours: OfficeHours
    directory: Directory
    now: datetime

    def likely(self, probability: float) -> bool:
        return self.rng.random() < probability

    def soon(self, first: int, last: int) -> datetime:
        return self.hours.soon(self.rng, self.now, (first, last))

    def before(self, due: datetime | None, first: float, last: float) -> datetime:
        return self.soon(1, 3) if due is None else self.hours.before(self.rng, self.now, due, (first, last))


_Saying = tuple[datetime, Command]
_Answer = Callable[[_Scene, CaseState], Iterator[_Saying]]


class People:
    """Everybody who answers in the sample: those of a stream to matters, and here to all else.

    `manners` says how the organs answer for which chance is not to say it. `silent` are the targets to which nothing is
    said but what is planned, `carried_out` those of them whose decided cases are carried out without a plan, `routes`
    where petitions are sent.
    """

    def __init__(
        self,
        seed: int,
        directory: Directory,
        *,
        manners: Mapping[str, Diligence],
        silent: Collection[str],
        carried_out: Collection[str],
        routes: Mapping[str, str],
    ) -> None:
        self._seed = seed
        self._directory = directory
        self._stream = Stream(seed, directory, manners=manners, shares=_SHARES)
        self._silent = silent
        self._carried_out = carried_out
        self._routes = routes
        self._sources: dict[str, Random] = {}
        self._said: dict[str, int] = {}
        self._asked: set[tuple[str, int, int, int, int]] = set()

    def __call__(self, state: State, acts: Sequence[Act]) -> Iterator[Said]:
        """What will be said because of `acts`, each at an instant after the last of them."""
        told = self._told(state)
        if told is not None and not (told in self._carried_out and isinstance(state, CaseState)):
            return
        if isinstance(state, MatterState):
            yield from (Said(one.at, one.target, one.command) for one in self._stream(state, acts))
            return
        scene = _Scene(self._source(state.id), self._stream.hours(acts[-1].at), self._directory, acts[-1].at)
        if isinstance(state, CaseState):
            said = _CARRIED_OUT if told else _CASE_ANSWERS
            answers: Iterator[_Saying] = (one for act in acts for one in _to_case(scene, state, act, said))
        else:
            answers = self._to_proceeding(scene, state, acts)
        for at, command in answers:
            number = self._said[state.id] = self._said.get(state.id, 0) + 1
            yield Said(at, state.id, command.model_copy(update={"message_id": f"{state.id}#{number}"}))

    def _told(self, state: State) -> str | None:
        """The target told day by day to which this one belongs, or which it is."""
        own = (told for told in self._silent if state.id == told or state.id.startswith((f"{told}-", f"{told}/")))
        return next(own, None)

    def _source(self, target: str) -> Random:
        if target not in self._sources:
            self._sources[target] = Random(f"{self._seed}/{target}")  # noqa: S311 - a sample, not a secret
        return self._sources[target]

    # --- proceedings --------------------------------------------------------------------------------------------------

    def _to_proceeding(self, scene: _Scene, state: ProceedingState, acts: Sequence[Act]) -> Iterator[_Saying]:
        """Whoever owes the step under way takes it, or is late once or twice with it."""
        terms = state.terms
        if terms is None or state.over or state.opened_at is None:
            return
        for act in acts:
            if act.act is ActName.ROUTED and act.subject is not None:
                handler = self._directory.organ(act.subject).handler
                if scene.likely(0.9):
                    yield scene.soon(0, 2), _said(AcceptRouting, handler)
        step = state.step, state.round, state.missed, sum(act.act in _AGAIN for act in acts)
        if (state.id, *step) in self._asked:
            return
        self._asked.add((state.id, *step))
        block = shipped_blocks(terms.procedure).in_force(local_date(state.opened_at)).steps[state.step]
        if scene.likely(0.1 if not state.missed else 0.5):
            return
        posts = parties.holders(state, self._directory)
        if posts:
            yield from self._taken(scene, state, block, posts[0])

    def _taken(self, scene: _Scene, state: ProceedingState, block: blocks.AnyBlock, by: str) -> Iterator[_Saying]:
        at = scene.before(due_at(state), 0.15, 0.9) if not state.missed else scene.soon(1, 4)
        match block:
            case blocks.Routing() if isinstance(state.kept, Handing) and state.kept.to is not None:
                yield at, _said(AcceptRouting, self._directory.organ(state.kept.to).handler)
            case blocks.Routing():
                yield scene.soon(0, 2), _said(Route, by, to=self._routes.get(state.id, "区政府办公室"))
            case blocks.Checklist():
                yield at, _said(CheckItems, by)
            case blocks.Deadline():
                evidence = {name: f"{name}(样例)" for name in block.shown}
                yield at, _said(Finish, by, text="已办结", evidence=evidence or None)
            case blocks.Approval():
                yield at, _said(Grant, by)
            case blocks.Joint() if state.terms is not None:
                opinions = [scene.soon(1, 3) for _ in state.terms.co]
                for co, said_at in zip(state.terms.co, opinions, strict=True):
                    handler = self._directory.organ(co).handler
                    yield said_at, _said(Opine, handler, agreed=True, text="同意")
                yield max(opinions, default=at) + timedelta(days=1), _said(Finish, by, text="意见一致")
            case blocks.Feedback() if isinstance(state.kept, Calls) and state.kept.climbed and not state.kept.answered:
                leader = parties.posts_of(block.climb, state, self._directory)
                if leader:
                    yield scene.soon(0, 2), _said(Finish, leader[0], text="已当面答复")
            case blocks.Feedback():
                satisfied = scene.likely(0.85)
                words = None if satisfied else "仍未解决"
                yield scene.soon(0, 1), _said(CallBack, by, satisfied=satisfied, text=words)
            case _:
                return


# --- cases ------------------------------------------------------------------------------------------------------------


def _said(shape: type[Any], by: str, **fields: Any) -> Command:
    command: Command = shape(message_id="", by=by, **fields)
    return command


def _to_case(scene: _Scene, state: CaseState, act: Act, said: Mapping[ActName, _Answer]) -> Iterator[_Saying]:
    answer = said.get(act.act)
    if answer is not None and act.target == state.id:
        yield from answer(scene, state)


def _holder(scene: _Scene, state: CaseState, step: CaseClockKind) -> str | None:
    return next(iter(seats.holders(state, scene.directory, step)), None)


def _filed(scene: _Scene, state: CaseState) -> Iterator[_Saying]:
    by = _holder(scene, state, CaseClockKind.FILING)
    if by is None:
        return
    if scene.likely(0.75):
        yield scene.soon(0, 4), _said(File, by)
    elif scene.likely(0.85):
        yield scene.soon(1, 4), _said(Decline, by, reason="已整改到位,另行约谈")
    else:
        yield scene.soon(7, 15), _said(File, by)


def _looked_into(scene: _Scene, state: CaseState) -> Iterator[_Saying]:
    if state.recorded_overdue:
        yield from _told_of_facts(scene, state)
        return
    by = _holder(scene, state, CaseClockKind.INVESTIGATION)
    posts = [post for post in _INVESTIGATORS if seats.barred(state, scene.directory, post, seats.INVESTIGATOR) is None]
    if by is not None and len(posts) > 1:
        yield scene.soon(3, 12), _said(Investigate, by, posts=tuple(posts[:2]), text="情况属实,笔录在案")


def _told_of_facts(scene: _Scene, state: CaseState) -> Iterator[_Saying]:
    by = _holder(scene, state, CaseClockKind.INVESTIGATION)
    if by is not None:
        yield scene.soon(1, 3), _said(NotifyFacts, by, text="未在整改期限内报结", receipt="本人签收")


def _heard(scene: _Scene, state: CaseState) -> Iterator[_Saying]:
    clock = state.clocks.get(CaseClockKind.WINDOW)
    by = seats.speakers(state, scene.directory)[0]
    if clock is None:
        return
    if scene.likely(0.5):
        yield scene.before(clock.due_at, 0.2, 0.8), _said(GiveStatement, by, text="工作量大、人手不足,请予从轻")
    elif scene.likely(0.5):
        yield scene.before(clock.due_at, 0.2, 0.8), _said(WaiveStatement, by, text="无异议")


def _answered(scene: _Scene, state: CaseState) -> Iterator[_Saying]:
    by = _holder(scene, state, CaseClockKind.ANSWER)
    if by is not None:
        yield scene.soon(1, 3), _said(AnswerStatement, by, text="已核实,不影响认定")


def _decided(scene: _Scene, state: CaseState) -> Iterator[_Saying]:
    if state.window is None:
        return
    chance = scene.rng.random()
    choice = "proposed" if chance < 0.8 else "dismiss"
    if not seats.panel_decides(state, scene.directory):
        by = _holder(scene, state, CaseClockKind.DECISION)
        if by is not None:
            yield scene.soon(2, 8), _said(Decide, by, choice=choice, reason="依程序决定")
        return
    at = scene.soon(2, 8)
    for place, member in enumerate(seats.eligible(state, scene.directory)):
        reason = None if choice == "proposed" else "情节轻微"
        yield at + place * _SHORT, _said(Vote, member, choice=choice, reason=reason)
    chair = seats.chair(state, scene.directory)
    if chair is not None:
        yield at + timedelta(hours=2), _said(Decide, chair)


def _served(scene: _Scene, state: CaseState) -> Iterator[_Saying]:
    by = _holder(scene, state, CaseClockKind.SERVICE)
    if by is not None:
        yield scene.soon(1, 2), _said(Serve, by, receipt="本人签收")


def _carried_out(scene: _Scene, state: CaseState) -> Iterator[_Saying]:
    by, at = _holder(scene, state, CaseClockKind.EXECUTION), scene.soon(2, 4)
    if by is not None and state.standing is not None:
        yield at, _said(Execute, by, **_proof(state, at))


def _executed(scene: _Scene, state: CaseState) -> Iterator[_Saying]:
    yield from _carried_out(scene, state)
    clock = state.clocks.get(CaseClockKind.REVIEW_WINDOW)
    if clock is not None and scene.likely(0.2):
        subject = seats.speakers(state, scene.directory)[0]
        yield scene.before(clock.due_at, 0.2, 0.8), _said(RequestReview, subject, text="认定的时间有误")


def _proof(state: CaseState, at: datetime) -> dict[str, Any]:
    """What the measure that stands must leave behind, part by part."""
    day = local_date(at).isoformat()
    told = {
        "persons": [state.leader, state.subject], "place": _PLACE, "time": day, "date": day, "start": day,
        "medium": "区政府网站", "number": f"样例〔{day[:4]}〕通报", "recipients": ["各部门"], "receipt": "回执在卷",
    }  # fmt: skip
    force = ladder.standard_ladder().in_force(local_date(at))
    entries = ladder.measures_of(force, state.standing or "")
    names = [part.split("|")[0] for entry in entries for part in entry.evidence.value.parts]
    evidence = {"kind": entries[0].evidence.value.kind, **{name: told.get(name, f"{name}(样例)") for name in names}}
    document = {"organ": "区委组织部", "number": f"样例〔{day[:4]}〕号"}
    return {"evidence": evidence, "document": document if ladder.needs_document(force, state.standing or "") else None}


def _recorded(scene: _Scene, state: CaseState) -> Iterator[_Saying]:
    by = _holder(scene, state, CaseClockKind.RECORD)
    if by is not None:
        yield scene.soon(2, 6), _said(Record, by, number=f"备字样例 {state.id}")


def _reviewed(scene: _Scene, state: CaseState) -> Iterator[_Saying]:
    by = _holder(scene, state, CaseClockKind.REVIEW)
    outcome = "upheld" if scene.likely(0.7) else "revoked"
    if by is not None:
        yield scene.soon(4, 12), _said(DecideReview, by, outcome=outcome, reason="经复核,依事实决定")


_CARRIED_OUT: dict[ActName, _Answer] = {
    ActName.MEASURE_DECIDED: _served,
    ActName.DECISION_SERVED: _carried_out,
    ActName.MEASURE_EXECUTED: _recorded,
}

_CASE_ANSWERS: dict[ActName, _Answer] = {
    ActName.CASE_PROPOSED: _filed,
    ActName.CASE_FILED: _looked_into,
    ActName.INVESTIGATED: _told_of_facts,
    ActName.FACTS_NOTIFIED: _heard,
    ActName.STATEMENT_GIVEN: _answered,
    ActName.STATEMENT_LAPSED: _decided,
    ActName.STATEMENT_WAIVED: _decided,
    ActName.STATEMENT_ANSWERED: _decided,
    ActName.MEASURE_DECIDED: _served,
    ActName.DECISION_SERVED: _executed,
    ActName.MEASURE_EXECUTED: _recorded,
    ActName.REVIEW_REQUESTED: _reviewed,
}
