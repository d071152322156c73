"""What do people say, and when do they keep silent, in the course of a year?

A seeded stream of replies for the conductor: organs differ in diligence, and every matter draws from its own source, so
that the same seed and matter always bring the same answers. They are made up; what they come to is for policies/.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from models.acts import Act, ActName
from models.matters import Clock, ClockKind, MatterState, MatterTerms, Stage
from models.messages import (
    Approve,
    Cancel,
    Command,
    DecideExtension,
    ReportProgress,
    RequestExtension,
    Resume,
    Sign,
    Submit,
    Suspend,
    Verify,
)
from policies.calendar import Calendar, standard_calendar
from policies.counting import Counting, counting
from policies.deadlines import SHANGHAI, local_date
from policies.directory import Directory
from policies.limits import Unit, parse_limit
from rehearsal.scenarios import PlannedCommand

LONGEST_SUSPENSION_DAYS = 25
RATHER_LATE, VERY_LATE = (1, 3), (3, 12)


@dataclass(frozen=True, slots=True)
class Diligence:
    """How an organ answers: each value is how likely it does the thing, in time where there is a time."""

    signs: float
    reports: float
    finishes: float
    asks: float
    heeds: float
    decides: float


PROMPT = Diligence(signs=0.97, reports=0.95, finishes=0.85, asks=0.07, heeds=0.90, decides=0.93)
USUAL = Diligence(signs=0.86, reports=0.80, finishes=0.62, asks=0.18, heeds=0.65, decides=0.80)
SLACK = Diligence(signs=0.50, reports=0.45, finishes=0.30, asks=0.22, heeds=0.40, decides=0.55)
SILENT = Diligence(signs=0.15, reports=0.10, finishes=0.10, asks=0.05, heeds=0.20, decides=0.35)
_SORTS = (PROMPT, USUAL, SLACK, SILENT)
_SHARES = (40, 38, 16, 6)


class OfficeHours:
    """Instants at which people usually speak: on working days in office hours, now and then in the evening."""

    def __init__(self, calendar: Calendar, hours: Counting) -> None:
        self._calendar = calendar
        self._hours = hours

    def on(self, rng: Random, day: date) -> datetime:
        """An instant on the local date `day`, in whole minutes."""
        hours = self._hours
        spans = [(hours.opening, hours.noon), (hours.afternoon, hours.close)]
        if rng.random() < 0.03:
            spans = [(hours.close, time(22))]
        first, last = rng.choice(spans)
        minutes = (last.hour - first.hour) * 60 + last.minute - first.minute
        return datetime.combine(day, first, SHANGHAI) + timedelta(minutes=rng.randint(1, minutes - 1))

    def soon(self, rng: Random, now: datetime, working_days: tuple[int, int]) -> datetime:
        """An instant after `now`, so many working days later (from and to, both included; 0 is the same day)."""
        days = rng.randint(*working_days)
        today = local_date(now)
        if days == 0 and self._calendar.is_working(today):
            at = self.on(rng, today)
            if at > now:
                return at
        return self.on(rng, self._calendar.nth_working_after(today, max(days, 1)))

    def before(self, rng: Random, now: datetime, due_at: datetime, part: tuple[float, float] = (0.0, 1.0)) -> datetime:
        """An instant after `now` and before `due_at`, in that part of the time between them."""
        low, high = part
        wished = now + (due_at - now) * (low + (high - low) * rng.random())
        day, calendar = local_date(wished), self._calendar
        for office_day in (calendar.next_working(day), calendar.previous_working(day), calendar.next_working(day)):
            at = self.on(rng, office_day)
            if now < at < due_at:
                return at
        return now + timedelta(seconds=max(1, int((wished - now).total_seconds())))


class Stream:
    """A responder for the conductor: after each step of a matter it plans what the posts concerned will say.

    The same seed, directory and calendar give the same commands for the same matter, whatever else is played. `manners`
    says how the organs answer for which chance is not to say it, `shares` how many of a hundred others are prompt,
    usual, slack and silent.
    """

    def __init__(
        self,
        seed: int,
        directory: Directory,
        *,
        calendar: Calendar | None = None,
        manners: Mapping[str, Diligence] | None = None,
        shares: Sequence[int] = _SHARES,
    ) -> None:
        self._seed = seed
        self._directory = directory
        self._calendar = calendar or standard_calendar()
        self._voices: dict[str, _Voice] = {}
        self._sorts: dict[str, Diligence] = dict(manners or {})
        self._shares = shares

    def __call__(self, state: MatterState, acts: Sequence[Act]) -> list[PlannedCommand]:
        """What will be said because of `acts`; nothing for a matter that was not admitted."""
        if state.terms is None:
            return []
        voice = self._voices.get(state.id)
        if voice is None:
            rng = Random(f"{self._seed}/{state.id}")  # noqa: S311 - a rehearsal, not a secret
            voice = self._voices[state.id] = _Voice(rng, self, state.id)
        return [planned for act in acts if act.target == state.id for planned in voice.answers(state, act)]

    @property
    def directory(self) -> Directory:
        """Whose posts speak."""
        return self._directory

    def hours(self, now: datetime) -> OfficeHours:
        """The office hours of the day of `now`."""
        return OfficeHours(self._calendar, counting(local_date(now)))

    def diligence(self, organ: str) -> Diligence:
        """How this organ answers; the same in every matter of the stream."""
        if organ not in self._sorts:
            rng = Random(f"{self._seed}//{organ}")  # noqa: S311 - a rehearsal, not a secret
            self._sorts[organ] = rng.choices(_SORTS, self._shares)[0]
        return self._sorts[organ]


class _Voice:
    """Everybody who speaks about one matter."""

    def __init__(self, rng: Random, stream: Stream, matter_id: str) -> None:
        self._rng = rng
        self._stream = stream
        self._id = matter_id
        self._said = 0

    def answers(self, state: MatterState, act: Act) -> Iterator[PlannedCommand]:
        """The commands that `act` calls forth, each at an instant after it."""
        terms = state.terms
        answer = _ANSWERS.get(act.act)
        if answer is None or terms is None:
            return
        scene = _Scene(self._rng, self._stream, state, terms, act.at, act)
        for at, command in answer(scene):
            self._said += 1
            named = command.model_copy(update={"message_id": f"{self._id}#{self._said}"})
            yield PlannedCommand(at, self._id, named, self._said)
            if self._rng.random() < 0.01:
                yield PlannedCommand(at + timedelta(minutes=2), self._id, named, self._said)


_Saying = tuple[datetime, Command]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What one act leaves people with: the matter as it stands, the instant, and a source of chance."""

    rng: Random
    stream: Stream
    state: MatterState
    terms: MatterTerms
    now: datetime
    act: Act

    @property
    def hours(self) -> OfficeHours:
        return self.stream.hours(self.now)

    def likely(self, probability: float) -> bool:
        return self.rng.random() < probability

    def soon(self, first: int, last: int) -> datetime:
        return self.hours.soon(self.rng, self.now, (first, last))

    def before(self, due_at: datetime, first: float = 0.0, last: float = 1.0) -> datetime:
        return self.hours.before(self.rng, self.now, due_at, (first, last))

    def running(self, *kinds: ClockKind) -> Clock | None:
        return next((self.state.clocks[kind] for kind in kinds if kind in self.state.clocks), None)

    @property
    def lead(self) -> Diligence:
        return self.stream.diligence(self.terms.lead)

    @property
    def office(self) -> Diligence:
        return self.stream.diligence(self.terms.office)

    def handler(self, organ: str) -> str:
        return self.stream.directory.organ(organ).handler

    def head_or_handler(self, organ: str) -> str:
        found = self.stream.directory.organ(organ)
        return found.head if self.likely(0.1) else found.handler


def _command(shape: type[Any], **fields: Any) -> Command:
    command: Command = shape(message_id="", **fields)
    return command


def _registered(scene: _Scene) -> Iterator[_Saying]:
    if scene.state.stage is not Stage.AWAITING_APPROVAL:
        return
    approve = _command(Approve, by=scene.terms.leader)
    if scene.likely(0.85):
        yield scene.soon(0, 3), approve
    elif scene.likely(0.9):
        yield scene.soon(*VERY_LATE), approve


def _assigned(scene: _Scene) -> Iterator[_Saying]:
    yield from _sign(scene)
    yield from _parts(scene)
    yield from _report(scene)
    yield from _suspend(scene)
    limit = scene.running(ClockKind.LIMIT)
    if limit is None:
        return
    if scene.likely(scene.lead.asks):
        yield from _ask(scene, limit)
    elif scene.likely(scene.lead.finishes):
        yield scene.before(limit.due_at, 0.45, 0.98), _submit(scene)
    if scene.likely(0.01):
        by, reason = scene.terms.leader, "情况变化,不再需要"
        yield scene.before(limit.due_at, 0.3, 2.0), _command(Cancel, by=by, reason=reason)


def _sign(scene: _Scene) -> Iterator[_Saying]:
    signing = scene.running(ClockKind.SIGNING)
    if signing is not None and scene.likely(scene.lead.signs):
        yield scene.before(signing.due_at), _command(Sign, by=scene.head_or_handler(scene.terms.lead))


def _parts(scene: _Scene) -> Iterator[_Saying]:
    part = scene.running(ClockKind.CO_PART)
    if part is None:
        return
    for organ in scene.terms.co:
        handler, manner = scene.handler(organ), scene.stream.diligence(organ)
        done = _command(ReportProgress, by=handler, text="协办事项已办结", done=True)
        if scene.likely(0.3):
            yield scene.before(part.due_at, 0.1, 0.5), _command(ReportProgress, by=handler, text="正在办理")
        if scene.likely(max(manner.finishes, 0.4)):
            yield scene.before(part.due_at, 0.2, 0.8), done


def _report(scene: _Scene) -> Iterator[_Saying]:
    period = scene.running(ClockKind.PROGRESS)
    if period is not None and scene.likely(scene.lead.reports):
        by = scene.handler(scene.terms.lead)
        yield scene.before(period.due_at, 0.3, 0.95), _command(ReportProgress, by=by, text="按计划推进")


def _suspend(scene: _Scene) -> Iterator[_Saying]:
    limit = scene.running(ClockKind.LIMIT)
    if limit is None or not scene.likely(0.05):
        return
    at = scene.before(limit.due_at, 0.1, 0.7)
    until = local_date(at) + timedelta(days=scene.rng.randint(2, LONGEST_SUSPENSION_DAYS))
    reason = scene.rng.choice(("等待上级批复", "专家评审", "第三方检测"))
    yield at, _command(Suspend, by=scene.handler(scene.terms.office), reason=reason, until=until.isoformat())


def _ask(scene: _Scene, limit: Clock) -> Iterator[_Saying]:
    original = parse_limit(scene.terms.limit)
    if original.unit is Unit.SAME_DAY:
        return
    if original.on is not None:
        asked = (original.on + timedelta(days=scene.rng.randint(1, 20))).isoformat()
    elif original.unit is Unit.HALF_DAY:
        asked = original.text
    else:
        asked = f"{scene.rng.randint(1, max(1, original.number))}{original.unit}"
    by, reason = scene.handler(scene.terms.lead), scene.rng.choice(("数据量大", "等待批复", "涉及部门多"))
    yield scene.before(limit.due_at, 0.5, 0.97), _command(RequestExtension, by=by, limit=asked, reason=reason)


def _submit(scene: _Scene) -> Command:
    without_co = None
    if scene.state.submitted_at is not None or scene.likely(0.1):
        without_co = "协办部分不影响办结" if scene.terms.co else None
    return _command(Submit, by=scene.head_or_handler(scene.terms.lead), text="已办结,请予核验", without_co=without_co)


def _sign_overdue(scene: _Scene) -> Iterator[_Saying]:
    if scene.likely(scene.lead.heeds / 3):
        yield scene.soon(1, 2), _command(Sign, by=scene.handler(scene.terms.lead))


def _period_over(scene: _Scene) -> Iterator[_Saying]:
    yield from _report(scene)


def _reported(scene: _Scene) -> Iterator[_Saying]:
    # The next period's report, once this period is reported: a report about a part of a co-handler does not count here.
    period = scene.running(ClockKind.PROGRESS)
    if period is not None and scene.stream.directory.serves(scene.act.by, scene.terms.lead):
        later = period.due_at + timedelta(days=4)
        if scene.likely(scene.lead.reports):
            by = scene.handler(scene.terms.lead)
            at = scene.hours.before(scene.rng, period.due_at, later)
            yield at, _command(ReportProgress, by=by, text="按计划推进")


def _extension_requested(scene: _Scene) -> Iterator[_Saying]:
    limit = scene.running(ClockKind.LIMIT)
    chance = scene.rng.random()
    if limit is None or chance > 0.85:
        return
    decide = _command(DecideExtension, by=scene.terms.leader, granted=chance < 0.62)
    yield min(scene.soon(0, 2), scene.before(limit.due_at + timedelta(hours=2))), decide


def _time_to_finish(scene: _Scene) -> Iterator[_Saying]:
    limit = scene.running(ClockKind.LIMIT)
    if limit is not None and scene.likely(scene.lead.heeds):
        yield scene.before(limit.due_at, 0.3, 0.98), _submit(scene)


def _pressed(scene: _Scene) -> Iterator[_Saying]:
    clock = scene.running(ClockKind.SUPERVISION, ClockKind.RECTIFICATION, ClockKind.EXPLANATION, ClockKind.RETURNED)
    if clock is not None and scene.likely(scene.lead.heeds):
        yield scene.before(clock.due_at, 0.1, 0.98), _submit(scene)


def _co_overdue(scene: _Scene) -> Iterator[_Saying]:
    organ = scene.act.subject
    if organ is not None and scene.likely(scene.stream.diligence(organ).heeds):
        done = _command(ReportProgress, by=scene.handler(organ), text="协办事项已办结", done=True)
        yield scene.soon(*RATHER_LATE), done


def _suspended(scene: _Scene) -> Iterator[_Saying]:
    end = scene.running(ClockKind.SUSPENSION)
    if end is not None and scene.likely(0.8):
        yield scene.before(end.due_at, 0.4, 0.99), _command(Resume, by=scene.handler(scene.terms.office))


def _suspension_overdue(scene: _Scene) -> Iterator[_Saying]:
    yield scene.soon(0, 4), _command(Resume, by=scene.handler(scene.terms.office))


def _submitted(scene: _Scene) -> Iterator[_Saying]:
    if scene.likely(scene.office.decides):
        clock = scene.running(ClockKind.VERIFICATION)
        due_at = clock.due_at if clock else scene.soon(1, 3)
        yield scene.before(due_at, 0.1, 0.95), _verify(scene)


def _verify(scene: _Scene) -> Command:
    by, directory = scene.handler(scene.terms.office), scene.stream.directory
    if scene.terms.lead == scene.terms.office:
        above = directory.above(directory.organ(scene.terms.office))
        by = above.handler if above else by
    if not scene.likely(0.55 + 0.35 * scene.lead.finishes):
        return _command(Verify, by=by, passed=False, method="document", reason="材料不全,退回补充")
    chance = scene.rng.random()
    if chance < 0.7:
        return _command(Verify, by=by, passed=True, method="document", evidence="办结材料")
    if chance < 0.85:
        return _command(Verify, by=by, passed=True, method="call_back", evidence="电话回访记录")
    evidence = {"persons": ["核验岗甲", "核验岗乙"], "place": "现场", "date": local_date(scene.now).isoformat()}
    return _command(Verify, by=by, passed=True, method="visit", evidence=evidence)


def _verification_overdue(scene: _Scene) -> Iterator[_Saying]:
    if scene.likely(0.7):
        yield scene.soon(0, 2), _verify(scene)


def _withdrawn(scene: _Scene) -> Iterator[_Saying]:
    if scene.running(ClockKind.LIMIT, ClockKind.RETURNED) is not None:
        yield from _time_to_finish(scene)


def _refused(scene: _Scene) -> Iterator[_Saying]:
    # The report was turned away because a co-handler's part is open: once more, with a reason.
    if scene.act.detail.get("do") == "submit" and scene.state.stage is not Stage.SUBMITTED and scene.likely(0.7):
        by = scene.handler(scene.terms.lead)
        yield scene.soon(1, 2), _command(Submit, by=by, text="已办结,请予核验", without_co="协办部分不影响办结")


_ANSWERS: dict[ActName, Callable[[_Scene], Iterator[_Saying]]] = {
    ActName.REGISTERED: _registered,
    ActName.ASSIGNED: _assigned,
    ActName.IMPORTED: _assigned,
    ActName.SIGN_OVERDUE: _sign_overdue,
    ActName.SIGN_REMINDED: _sign_overdue,
    ActName.PROGRESS_OVERDUE: _period_over,
    ActName.PROGRESS_REPORTED: _reported,
    ActName.EXTENSION_REQUESTED: _extension_requested,
    ActName.EXTENSION_GRANTED: _time_to_finish,
    ActName.EXTENSION_REFUSED: _time_to_finish,
    ActName.SUPERVISED: _pressed,
    ActName.RECTIFICATION_ORDERED: _pressed,
    ActName.EXPLANATION_ASKED: _pressed,
    ActName.RETURNED: _pressed,
    ActName.CO_OVERDUE: _co_overdue,
    ActName.SUSPENDED: _suspended,
    ActName.SUSPENSION_OVERDUE: _suspension_overdue,
    ActName.SUBMITTED: _submitted,
    ActName.VERIFICATION_OVERDUE: _verification_overdue,
    ActName.VERIFICATION_ESCALATED: _verification_overdue,
    ActName.FINDING_WITHDRAWN: _withdrawn,
    ActName.REFUSED: _refused,
}
