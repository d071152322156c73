"""What does a matter look like in these tests? A fixed cast, a matter naming only what matters, and its life."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from intake.directory import read_directory
from models.acts import Act, ActName
from models.calendar import CalendarNotice
from models.case_messages import DropCase, NoteFailure, OpenCase
from models.cases import CaseState
from models.contract import is_case
from models.directory import Organ
from models.matters import MatterState
from models.messages import CalendarPublished, CaseConcluded, Command, Outcome, Registration, Relayed
from policies import case
from policies.calendar import Calendar, days_of, standard_calendar
from policies.counting import counting
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from policies.matter import Facts, Step, blank, next_due, step
from policies.procedures import STANDARD, Procedure, shipped
from rehearsal.printing import printed

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "tests" / "scenarios"

OFFICE, LEAD, CO, OTHER, INDEPENDENT = "督查室", "教育局", "财政局", "公安局", "监委"
OFFICER, OFFICE_HEAD, LEADER, ABOVE = "督查室承办岗", "督查室主任", "区长", "市长"
HANDLER, HEAD, CO_HANDLER, CO_HEAD = "教育局承办岗", "教育局长", "财政局承办岗", "财政局长"
STRANGER, NOBODY = "公安局承办岗", "没有这个岗位"

CAST = (
    Organ(name="省政府", head="省长", handler="省政府承办岗"),
    Organ(name="市政府", head=ABOVE, handler="市政府承办岗", parent="省政府"),
    Organ(name="区政府", head=LEADER, handler="区政府承办岗", parent="市政府"),
    Organ(name=OFFICE, head=OFFICE_HEAD, handler=OFFICER, parent="区政府"),
    Organ(name=LEAD, head=HEAD, handler=HANDLER, parent="区政府"),
    Organ(name=CO, head=CO_HEAD, handler=CO_HANDLER, parent="区政府"),
    Organ(name=OTHER, head="公安局长", handler=STRANGER, parent="区政府"),
    Organ(name=INDEPENDENT, head="监委主任", handler="监委承办岗", independent=True),
)

MONDAY = "2026-03-02 09:00"
"""The start of most stories: no day off before the Qingming holiday of 4 April."""

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


def at(text: str) -> datetime:
    """The instant written without a zone, in Shanghai; without a year in 2026."""
    written = text if text.count("-") == 2 else f"2026-{text}"
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


def a_matter(**said: Any) -> Registration:
    """A registration of the lead's by the office; only what is said differs from an ordinary one."""
    ordinary = {"message_id": "registration", "title": "校舍加固", "lead": LEAD, "office": OFFICE, "leader": LEADER}
    return Registration.model_validate({**ordinary, **said})


def a_notice(*days_off: str, workdays: Iterable[str] = (), year: int = 2026, number: str = "演练1号") -> CalendarNotice:
    """A made-up holiday notice; days are written `2026-03-09` or `2026-03-09..2026-03-20`."""
    off = [day for span in days_off for day in days_of(span)]
    work = [day for span in workdays for day in days_of(span)]
    return CalendarNotice(number=number, date=date(2026, 1, 1), year=year, days_off=tuple(off), workdays=tuple(work))


def sample_directory() -> Directory:
    """The directory that ships with the sample ledger."""
    return Directory(read_directory(ROOT / "data" / "directory.csv"))


class Life:
    """One matter as it is lived through the pure core, instant by instant; `measures` were decided before it."""

    def __init__(
        self,
        start: str = MONDAY,
        *,
        organs: Iterable[Organ] = CAST,
        calendar: Calendar | None = None,
        measures: Iterable[tuple[str, str]] = (),
        twin: str | None = None,
        procedure: Procedure | None = None,
        **said: Any,
    ) -> None:
        self.now = at(start)
        self.others: dict[str, MatterState] = {}
        self._measures = [(subject, at(decided)) for subject, decided in measures]
        self._procedure = procedure or shipped(STANDARD)
        self.facts = Facts(
            policy=self._procedure.in_force(self.now.date()),
            calendar=calendar or standard_calendar(),
            counting=counting(self.now.date()),
            directory=Directory(organs),
            measures_decided=self._measures_decided,
            other=self.others.get,
            recorded=lambda _: [act.act for act in self.acts if act.target == self.state.id],
        )
        self.state: MatterState = blank("m1")
        self.cases: dict[str, CaseState] = {}
        self.acts: list[Act] = []
        self.stood: list[MatterState | CaseState] = []
        self._said = 0
        self.answer = self._hear(a_matter(**said), twin=twin)

    def _measures_decided(self, subject: str, since: datetime, until: datetime) -> int:
        return sum(one == subject and since <= decided < until for one, decided in self._measures)

    def _hear(self, message: Any, twin: str | None = None) -> Outcome:
        result = step(self.state, message, self.now, self.facts, twin=twin)
        self._keep(result)
        self._pass_cases()
        assert result.outcome is not None
        return result.outcome

    def _keep(self, result: Step) -> None:
        """Keep what a step of the matter came to, and what its cases say to it."""
        self.state = result.state
        self.acts += result.acts
        self.stood += result.stood
        for relayed in result.relays:
            if is_case(relayed.target):
                self._tell_case(relayed)

    def _tell_case(self, relayed: Relayed) -> None:
        before = self.cases.get(relayed.target) or case.blank(relayed.target)
        assert isinstance(relayed.message, OpenCase | NoteFailure | DropCase)
        self._keep_case(case.step(before, relayed.message, relayed.at, self._case_facts(before, relayed.at)))

    def _pass_cases(self) -> None:
        """Let the clocks of the cases strike that are due by now."""
        for state in list(self.cases.values()):
            self._keep_case(case.step(state, None, self.now, self._case_facts(state, self.now)))

    def _case_facts(self, state: CaseState, when: datetime) -> Facts:
        """A case goes by the values of the day on which it was proposed."""
        on = (state.proposed_at or when).date()
        return replace(self.facts, policy=self._procedure.in_force(on), counting=counting(on))

    def _keep_case(self, told: case.CaseStep) -> None:
        self.cases[told.state.id] = told.state
        self.acts += told.acts
        self.stood += told.stood
        for answer in told.relays:
            assert isinstance(answer.message, CaseConcluded)
            self._keep(step(self.state, answer.message, answer.at, self.facts))

    def say(self, when: str, do: str, by: str | None = HANDLER, **fields: Any) -> Outcome:
        """Give the command at that instant; its answer comes back."""
        self.now = at(when)
        self._said += 1
        said = {"message_id": f"#{self._said}", "do": do, "by": by, **fields}
        self.answer = self._hear(_COMMAND.validate_python(said))
        return self.answer

    def load(self, when: str, notice: CalendarNotice) -> None:
        """Load a calendar notice at that instant; what was due by then was ruled by the calendar before it."""
        self.wait(when)
        calendar = self.facts.calendar.with_notice(notice)
        self.facts = replace(self.facts, calendar=calendar)
        self._hear(CalendarPublished(message_id=notice.number, notice=notice))

    def wait(self, until: str) -> "Life":
        """Let time pass until that instant, inclusive."""
        self.now = at(until)
        self._keep(step(self.state, None, self.now, self.facts))
        self._pass_cases()
        return self

    @property
    def next_at(self) -> datetime | None:
        """When something happens by itself next."""
        due = next_due(self.state)
        return due.at if due else None

    def names(self, since: str | None = None) -> list[str]:
        """The names of the acts, in order, from the instant `since` on."""
        return [act.act.value for act in self.acts if since is None or act.at >= at(since)]

    def of(self, name: ActName) -> list[Act]:
        """Every act of this name."""
        return [act for act in self.acts if act.act is name]

    def when(self, name: ActName) -> list[datetime]:
        """The instants of the acts of this name."""
        return [act.at for act in self.of(name)]

    def the(self, name: ActName) -> Act:
        """The only act of this name."""
        (act,) = self.of(name)
        return act

    def told(self, name: ActName) -> tuple[str, ...]:
        """Whom the only act of this name was told to."""
        return self.the(name).tell

    def printed(self) -> list[dict[str, Any]]:
        """Every act as a rehearsal prints it."""
        return [printed(act) for act in self.acts]
