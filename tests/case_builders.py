"""What does a case look like in these tests? The cast of tests/builders.py, and one case lived through the core."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from models.acts import Act, ActName
from models.calendar import CalendarNotice
from models.case_messages import CaseCommand, DropCase, NoteFailure, OpenCase
from models.cases import CaseState
from models.directory import Organ
from models.matters import MatterTerms, Severity, Urgency
from models.messages import CalendarPublished, CaseConcluded, Outcome
from policies.calendar import standard_calendar
from policies.case import blank, step
from policies.counting import counting
from policies.directory import Directory
from policies.drafting import Facts
from policies.procedures import STANDARD, Procedure, shipped
from tests.builders import CAST, CO_HEAD, HEAD, LEAD, LEADER, OFFICE, OFFICER, at

JUDGE, REVIEWER = "监委主任", CO_HEAD
TALK = {"kind": "talk_record", "persons": [LEADER, HEAD], "place": "会议室", "time": "2026-03-31", "content": "诫勉"}
_COMMAND: TypeAdapter[Any] = TypeAdapter(CaseCommand)


class CaseLife:
    """A case against the head of the lead, proposed on an overdue clock; `measures` were decided against him before."""

    def __init__(
        self,
        start: str = "03-19 18:00",
        *,
        organs: Iterable[Organ] = CAST,
        measures: Iterable[str] = (),
        procedure: Procedure | None = None,
        subject: str = HEAD,
        severity: Severity = Severity.ORDINARY,
        opened: bool = True,
        **terms: Any,
    ) -> None:
        self.now = at(start)
        decided = [at(when) for when in measures]
        self.facts = Facts(
            policy=(procedure or shipped(STANDARD)).in_force(self.now.date()),
            calendar=standard_calendar(),
            counting=counting(self.now.date()),
            directory=Directory(organs),
            measures_decided=lambda _, since, until: sum(since <= one < until for one in decided),
        )
        self.state: CaseState = blank("m1/case1")
        self.acts: list[Act] = []
        self.told: list[CaseConcluded] = []
        self._said = 0
        fields = {
            "title": "校舍加固", "lead": LEAD, "office": OFFICE, "leader": LEADER, "limit": "5wd", "basis": "会议决定",
            "urgency": Urgency.PLAIN, "severity": severity, "panel": (LEADER, JUDGE), "reviewers": (REVIEWER,),
        }  # fmt: skip
        if opened:
            self.hear(
                OpenCase(
                    message_id="opening",
                    matter_id="m1",
                    subject=subject,
                    severity=severity,
                    terms=MatterTerms.model_validate({**fields, **terms}),
                )
            )

    def hear(self, message: Any) -> Outcome:
        """Say to the case what its matter or the calendar has to say; its answer comes back."""
        result = step(self.state, message, self.now, self.facts)
        self._keep(result)
        assert result.outcome is not None
        return result.outcome

    def _keep(self, result: Any) -> None:
        self.state = result.state
        self.acts += result.acts
        self.told += [relayed.message for relayed in result.relays if isinstance(relayed.message, CaseConcluded)]

    def say(self, when: str, do: str, by: str | None = OFFICER, **fields: Any) -> Outcome:
        """Give the command at that instant; its answer comes back."""
        self.now = at(when)
        self._said += 1
        return self.hear(_COMMAND.validate_python({"message_id": f"#{self._said}", "do": do, "by": by, **fields}))

    def wait(self, until: str) -> "CaseLife":
        """Let time pass until that instant, inclusive."""
        self.now = at(until)
        self._keep(step(self.state, None, self.now, self.facts))
        return self

    def load(self, when: str, notice: CalendarNotice) -> None:
        """Load a calendar notice at that instant."""
        self.wait(when)
        self.facts = replace(self.facts, calendar=self.facts.calendar.with_notice(notice))
        self.hear(CalendarPublished(message_id=notice.number, notice=notice))

    def fail(self) -> Outcome:
        """The matter tells of another failure."""
        return self.hear(NoteFailure(message_id="again"))

    def drop(self, **said: Any) -> Outcome:
        """The matter drops the case."""
        return self.hear(DropCase(message_id="drop", **said))

    # --- the way through it ---------------------------------------------------------------------------------------

    def filed(self) -> "CaseLife":
        """Filed on the morning after the proposal."""
        self.say("03-20 10:00", "file", LEADER)
        return self

    def notified(self, **said: Any) -> "CaseLife":
        """Filed, and the facts served within the hour."""
        self.filed().say("03-20 11:00", "notify_facts", text="未报结", receipt="本人签收", **said)
        return self

    def heard(self) -> "CaseLife":
        """The subject has waived on the Monday after."""
        self.notified().say("03-23 10:00", "waive_statement", HEAD)
        return self

    def decided(self, choice: str = "proposed", **said: Any) -> "CaseLife":
        """Both members vote for `choice`, and the chair closes, on 24 March at 10:00."""
        self.heard()
        for minute, member in ((10, LEADER), (11, JUDGE)):
            self.say(f"03-24 09:{minute}", "vote", member, choice=choice, **said)
        self.say("03-24 10:00", "decide", LEADER)
        return self

    def served(self, choice: str = "proposed", **said: Any) -> "CaseLife":
        """Decided, and served the day after."""
        self.decided(choice, **said).say("03-25 10:00", "serve", receipt="签收")
        return self

    # --- what came of it ------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """The names of the acts, in order."""
        return [act.act.value for act in self.acts]

    def of(self, name: ActName) -> list[Act]:
        """Every act of this name."""
        return [act for act in self.acts if act.act is name]

    def the(self, name: ActName) -> Act:
        """The only act of this name."""
        (act,) = self.of(name)
        return act
