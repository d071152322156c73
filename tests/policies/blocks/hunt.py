"""Says anything to any shipped procedure, by anybody, with time passing in between, and judges every transition.

    python -m tests.policies.blocks.hunt [--seeds N] [--steps N] [--procedure NAME]

What is said is made from the shapes of the commands themselves, with words of the procedure at hand among right and
wrong ones, so that a new command or block is walked without a list of its own. Exits 1 on the first broken guarantee,
with the seed that leads to it.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import ValidationError

from models.acts import Act, ActName
from models.base import Spoken
from models.calendar import CalendarNotice
from models.messages import CalendarPublished, Cancel, DecideExtension, RequestExtension, Resume, Suspend
from models.proceeding_messages import Open, ProceedingCommand
from models.proceedings import PROCEEDING_OVER, Channel, ProceedingState, Representative, StepClockKind
from policies import parties
from policies.block_procedures import BlockProcedure, all_shipped, shipped_blocks
from policies.blocks import BLOCKS
from policies.calendar import Calendar, standard_calendar
from policies.counting import counting
from policies.deadlines import local_date
from policies.drafting import Facts
from policies.procedures import STANDARD, shipped
from policies.proceeding import ProceedingStep, blank, next_due, step
from tests.builders import at
from tests.policies.blocks.walks import directory

COMMANDS: tuple[type[Spoken], ...] = (
    *get_args(ProceedingCommand),
    RequestExtension,
    DecideExtension,
    Suspend,
    Resume,
    Cancel,
)
MISSES = frozenset({ActName.STEP_OVERDUE, ActName.CO_OVERDUE, ActName.VALUE_MISSED, ActName.SUSPENSION_OVERDUE})
BY_SILENCE = frozenset({ActName.CONSENT_DEEMED, ActName.ACCEPTANCE_DEEMED, ActName.OPINION_DEEMED})
DECIDED = frozenset({ActName.GRANTED, ActName.DENIED, ActName.VOTE_PASSED, ActName.MEASURE_DECIDED,
                     ActName.EXTENSION_GRANTED, ActName.EXTENSION_REFUSED, ActName.STEP_DONE})  # fmt: skip
ORGANS = ("区信访局", "区教育局", "区住建局", "区财政局", "区政府")
SPANS = (timedelta(0), timedelta(minutes=5), timedelta(hours=3), timedelta(days=1), timedelta(days=4),
         timedelta(days=12), timedelta(days=45))  # fmt: skip
STARTS = ("03-02 09:00", "02-13 16:00", "09-30 17:30", "12-25 10:00", "04-30 23:59", "06-06 10:00")
FAR_AHEAD = at("2040-01-01 00:00")
"""The calendar that ships ends a decade later."""


class BrokenError(AssertionError):
    """A guarantee that did not hold."""


class Hunt:
    """One life of one target under one procedure, as the seed has it."""

    def __init__(self, procedure: BlockProcedure, seed: int) -> None:
        self.random = Random(f"{procedure.name} {seed}")  # noqa: S311  a walk to be repeated, no secret
        self.procedure = procedure
        self.now = at(self.random.choice(STARTS))
        self.opened_on = local_date(self.now)
        self.plan = procedure.in_force(self.opened_on)
        self.calendar: Calendar = standard_calendar()
        self.target = f"{procedure.of}/1"
        self.state = blank(self.target)
        self.acts: list[Act] = []
        self.steps: list[tuple[Any, datetime, Facts]] = []
        self.said = 0
        self.words = tuple(dict.fromkeys(_words(self.plan.model_dump(mode="json"))))
        self.posts = tuple(sorted({p for organ in directory().organs for p in (organ.head, organ.handler) if p}))

    @property
    def facts(self) -> Facts:
        other = replace_id(self.state, f"{self.procedure.of}/2")
        return Facts(
            policy=shipped(STANDARD).in_force(self.opened_on), calendar=self.calendar,
            counting=counting(self.opened_on), directory=directory(),
            measures_decided=lambda _subject, _since, _until: 0, plan=self.plan,
            other_proceeding=lambda target: other if target == other.id else None,
        )  # fmt: skip

    # --- what is said -------------------------------------------------------------------------------------------------

    def opening(self) -> Open:
        pick = self.random.choice
        lead = pick(ORGANS)
        office = pick((lead, "区信访局", "区政府"))
        groups = ("公众", "利害关系人", "专家")
        return Open(
            message_id="open", by=pick((None, directory().organ(office).handler)), procedure=self.procedure.name,
            title="事项", lead=lead, office=office, co=tuple(one for one in ORGANS[:3] if one != lead),
            subject=pick(("区教育局", "某某学校", "区长", "区财政局局长")),
            event_on=pick((None, self.opened_on, self.opened_on + timedelta(days=pick((-40, -3, 30, 60))))),
            received_at=pick((None, self.now - timedelta(days=pick((0, 2, 30))))),
            panel=tuple(pick((self.posts[:5], self.posts[2:3], ("区长", "市长", "区教育局长")))),
            representatives=tuple(Representative(name=f"代表{n}", group=groups[n % 3]) for n in range(pick((3, 6)))),
            channel=Channel.HOTLINE if self.procedure.of == "petition" else None,
            prominent=pick((True, False)), urgent=pick((True, False)),
        )  # fmt: skip

    def command(self) -> Any:
        block = self.plan.steps[self.state.step]
        own: tuple[type[Spoken], ...] = tuple(BLOCKS[type(block)].heard)
        kind = self.random.choice(own) if self.random.random() < 0.75 and own else self.random.choice(COMMANDS)
        self.said += 1
        said: dict[str, Any] = {"message_id": f"m{self.said}", "by": self.speaker()}
        for name, field in kind.model_fields.items():
            if name in ("message_id", "by", "voice", "do"):
                continue
            if self.random.random() < 0.12:
                continue
            said[name] = self.value(name, field.annotation)
        try:
            return kind.model_validate(said)
        except ValidationError:
            return None

    def speaker(self) -> str:
        owed = (*parties.holders(self.state, directory()), *parties.above(self.state, directory()))
        handed = parties.of_organ(parties.handed(self.state), directory())
        panel = self.state.terms.panel if self.state.terms else ()
        likely = (*owed, *handed, *panel, *parties.receivers(self.state, directory()),
                  *(self._co()), self.state.terms.leader if self.state.terms else "区长")  # fmt: skip
        return self.random.choice(likely) if likely and self.random.random() < 0.85 else self.random.choice(self.posts)

    def _co(self) -> Iterator[str]:
        for organ in self.state.terms.co if self.state.terms else ():
            yield from parties.of_organ(organ, directory())

    def value(self, name: str, kind: Any) -> Any:
        pick = self.random.choice
        if name == "evidence":
            return dict.fromkeys((*self.words, "集体讨论记录"), "有") if self.random.random() < 0.8 else "文字"
        if name in ("limit", "until") and "str" in str(kind):
            return pick(("5d", "5wd", "1mo", "30d", "x", "2h", "999999999d"))
        if name == "marks":
            return {word: pick((0, 5, 10, 1000)) for word in self.words} if pick((True, False)) else self.full_marks()
        if name == "to":
            return pick((*ORGANS, f"{self.procedure.of}/2", self.target, "没有的局", None, None))
        if name in ("present", "missing", "items", "organs", "representatives"):
            if name == "representatives":
                return ()
            kept = self.state.kept
            names = [one.name for one in getattr(kept, "representatives", ())] + list(getattr(kept, "organs", ()))
            names += list(self.state.terms.panel if self.state.terms else ())
            many = names if name == "present" else list(ORGANS) if name == "organs" else list(self.words)
            return tuple(one for one in many if self.random.random() < pick((0.0, 0.3, 0.9, 1.0)))
        if name == "opinions":
            return {"代表0": "同意"}
        if name == "representative":
            return pick(("代表0", *ORGANS))
        if name == "value":
            return pick(("95", "95.2%", "-1", "100.01", "1e12", "NaN", "读不懂", "0"))
        if name == "number":
            return pick((None, "1", "2", "号〔2026〕1号"))
        if name == "reason":
            return pick((*self.plan.steps[self.state.step].pauses, "有理由", "有理由", None))
        if name == "what":
            return pick((*getattr(self.plan.steps[self.state.step], "notices", {}), "别的"))
        kinds = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
        if bool in kinds:
            return pick((True, False, None) if type(None) in kinds else (True, False))
        if date in kinds:
            ends = getattr(self.state.kept, "awaited", None)
            return pick((None, ends, self.now.date(), self.now.date() + timedelta(days=pick((-40, -1, 1, 20, 40))),
                         date.max, date.min))  # fmt: skip
        return pick(("文字", "文字", "", None))

    def full_marks(self) -> dict[str, int]:
        return {one.name: one.full for one in getattr(self.plan.steps[self.state.step], "criteria", ())}

    def notice(self) -> CalendarPublished:
        day = self.now.date() + timedelta(days=self.random.randrange(1, 20))
        off = tuple(one for one in (day + timedelta(days=n) for n in range(6)) if one.year == day.year)
        self.said += 1
        notice = CalendarNotice(number=f"第{self.said}号", date=self.now.date(), year=day.year, days_off=off)
        self.calendar = self.calendar.with_notice(notice)
        return CalendarPublished(message_id=f"m{self.said}", notice=notice)

    # --- living -------------------------------------------------------------------------------------------------------

    def live(self, moves: int) -> "Hunt":
        self.hear(self.opening())
        if self.state.terms is None:
            return self
        for _ in range(moves):
            self.pass_time()
            if self.now > FAR_AHEAD:
                break
            message = None
            if self.random.random() < 0.8:
                message = self.notice() if self.random.random() < 0.06 else self.command()
            self.hear(message)
        return self

    def pass_time(self) -> None:
        due = next_due(self.state)
        if due is not None and self.random.random() < 0.25:
            self.now = max(self.now, due.at + timedelta(seconds=self.random.choice((-1, 0, 1))))
        else:
            self.now += self.random.choice(SPANS)

    def hear(self, message: Any) -> None:
        before, facts = self.state, self.facts
        try:
            result = step(before, message, self.now, facts)
        except Exception as error:
            raise BrokenError(f"raised {error!r} for {message!r} at {self.now}") from error
        self.state = ProceedingState.model_validate_json(result.state.model_dump_json(exclude_defaults=True))
        if self.state != result.state:
            raise BrokenError("the state is another one once it was kept as JSON")
        if step(before, message, self.now, facts) != result:
            raise BrokenError("said again to the same state, it comes to something else")
        self.judge(before, message, result)
        self.acts += result.acts

    # --- judging ------------------------------------------------------------------------------------------------------

    def judge(self, before: ProceedingState, message: Any, result: ProceedingStep) -> None:
        state, acts = result.state, result.acts
        last = self.acts[-1].at if self.acts else datetime.min.replace(tzinfo=self.now.tzinfo)
        for act in acts:
            if act.at < last:
                raise BrokenError(f"{act.act} at {act.at} after an act of {last}")
            last = act.at
        if acts and last > self.now:
            raise BrokenError(f"an act of the future {last} at {self.now}")
        for act in acts[: result.struck]:
            self.judge_struck(before, act)
        if result.outcome is not None and not result.outcome.accepted and not result.struck and state != before:
            raise BrokenError("a refusal changed the state")
        for act in acts[result.struck :]:
            if act.act in DECIDED and act.by is not None:
                self.judge_decided(before, act)
        self.judge_standing(before, state)

    def judge_struck(self, before: ProceedingState, act: Act) -> None:
        if act.act in MISSES:
            owed = set(parties.holders(before, directory()))
            told = set(act.tell)
            if not told - owed:
                raise BrokenError(f"W8: {act.act} of {owed} is told to nobody else: {told}")
        if act.act in BY_SILENCE and not (act.reason or act.act is ActName.ACCEPTANCE_DEEMED):
            raise BrokenError(f"{act.act} by silence without a law")
        if act.act in (ActName.GRANTED, ActName.DENIED, ActName.VOTE_PASSED, ActName.EXTENSION_GRANTED):
            raise BrokenError(f"{act.act} by silence")
        if act.by is not None:
            raise BrokenError(f"{act.act} of a clock is somebody's: {act.by}")

    def judge_decided(self, before: ProceedingState, act: Act) -> None:
        if act.act in (ActName.EXTENSION_GRANTED, ActName.EXTENSION_REFUSED):
            for post in parties.holders(before, directory()):
                organ = directory().organ_of(post)
                if organ is not None and directory().serves(act.by, organ.name):
                    raise BrokenError(f"W3: {act.act} by {act.by} of his own organ")

    def judge_standing(self, before: ProceedingState, state: ProceedingState) -> None:
        due = next_due(state)
        if state.stage in PROCEEDING_OVER:
            if set(state.clocks) - {StepClockKind.VALIDITY}:
                raise BrokenError(f"clocks after the end: {list(state.clocks)}")
            if state.paused:
                raise BrokenError("paused after the end")
            return
        if state.terms is None:
            return
        if due is not None and due.at < self.now:
            raise BrokenError(f"a clock in the past: {due} at {self.now}")
        owed = (*parties.holders(state, directory()), *parties.above(state, directory()))
        if not owed and not (self.plan.of == "duty"):
            raise BrokenError(f"nobody owes the step {self.plan.steps[state.step].name} (missed {state.missed})")
        if state.paused and due is None:
            ended = any(act.act is ActName.SUSPENSION_OVERDUE for act in self.acts)
            if not ended:
                raise BrokenError("paused, and nothing will ever say so")
        for stop, later in zip(state.stops, state.stops[1:], strict=False):
            if stop.to_at is None or stop.to_at > later.from_at:
                raise BrokenError(f"pauses overlap: {stop} {later}")


def _words(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for name, part in content.items():
            if name not in ("key", "sources", "tell"):
                yield from _words(part)
    elif isinstance(content, list):
        for part in content:
            yield from _words(part)
    elif isinstance(content, str):
        yield content


def replace_id(state: ProceedingState, target: str) -> ProceedingState:
    """Another one like it, to be linked to."""
    return state.model_copy(update={"id": target})


def say(line: str) -> None:
    """A line, at once: a long hunt is watched."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--procedure")
    parser.add_argument("--trace", action="store_true")
    options = parser.parse_args()
    procedures = [shipped_blocks(options.procedure)] if options.procedure else all_shipped()
    found: dict[str, str] = {}
    ended = lived = 0
    for procedure in procedures:
        for seed in range(options.first, options.first + options.seeds):
            hunt = Hunt(procedure, seed)
            lived += 1
            try:
                hunt.live(options.steps)
            except BrokenError as error:
                key = str(error)[:60]
                if key not in found:
                    found[key] = procedure.name
                    say(f"{procedure.name} {seed}: {error}")
            ended += hunt.state.over
            if options.trace:
                for act in hunt.acts:
                    say(f"{act.at} {act.act.value} {act.by} {act.reason} {act.tell}")
    say(f"{lived} lives, {ended} ended, {len(found)} kinds of faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
