"""Cases at an office's desk: each told to the pure machine and put on record, its papers issued like any other's."""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from activities.documents import Issuing
from documents.files import Files
from documents.printing import Printing
from documents.templates import Templates
from models.case_messages import CaseCommand, OpenCase
from models.cases import CaseState
from models.contract import matter_of
from models.documents import DocumentFacts
from models.matters import MatterTerms, Severity, Urgency
from models.messages import Outcome
from policies.calendar import standard_calendar
from policies.case import CaseMessage, CaseStep, blank, step
from policies.counting import counting
from policies.directory import Directory
from policies.drafting import Facts
from policies.procedures import STANDARD, shipped
from record import documents, ledger
from record.documents import Issued
from record.store import Store
from tests.builders import CAST, CO_HANDLER, HEAD, LEAD, LEADER, OFFICE, OFFICE_HEAD, OFFICER, at
from tests.documents.pages import paragraphs

_COMMAND: TypeAdapter[CaseCommand] = TypeAdapter(CaseCommand)

CASE = "m1/case1"
PANEL = ("市长", "区政府承办岗", "公安局长")
REVIEWERS = ("省长", "市政府承办岗")
FOUND = "校舍加固逾期四十五日，督办、责令整改后仍未完成。"
DEFENCE = "图纸审批延误，\n本人已于三月五日书面报告。"
TALK = {"kind": "talk_record", "persons": [LEADER, HEAD], "recorder": OFFICER, "place": "区政府三楼会议室",
        "time": "2026-03-20", "content": "指出问题，提出要求，本人表示接受。"}  # fmt: skip
PROOF: dict[str, dict[str, Any]] = {
    "P1": TALK,
    "P3": {"kind": "signed_text", "content": "本人未按期督促办理，深刻检查。", "receipt": "督查室收件"},
    "P4": {"kind": "publication", "medium": "区政府网站", "date": "2026-03-20", "text": "就校舍加固逾期向公众道歉。"},
    "U2": {"kind": "signed_text", "text": "本单位就逾期作出检查。"},
}


class CaseDesk:
    """One case on one record, said to instant by instant."""

    def __init__(self, store: Store, directory: Path, case_id: str = CASE) -> None:
        self.store = store
        self._directory = directory
        self._issuing = Issuing(Templates(directory / "templates"))
        self._counts = 0
        self.state: CaseState = blank(case_id)
        self.answer: Outcome | None = None
        self._said = 0
        self.facts = Facts(
            policy=shipped(STANDARD).in_force(at("03-02 09:00").date()),
            calendar=standard_calendar(),
            counting=counting(at("03-02 09:00").date()),
            directory=Directory(CAST),
            measures_decided=lambda *_: self._counts,
        )

    # --- saying -------------------------------------------------------------------------------------------------------

    def hear(self, when: str, message: CaseMessage | None) -> Outcome | None:
        """One transition, as one transaction."""
        with self.store.writing() as session:
            result, issued = self._issuing.issue(session, step(self.state, message, at(when), self.facts), self.facts)
            assert isinstance(result, CaseStep)
            entries = ledger.append(session, result.acts, message_id=None, processed_at=at(when))
            documents.keep(session, [(entries[place], draft) for place, draft in issued])
        self.state, self.answer = result.state, result.outcome
        return result.outcome

    def say(self, when: str, do: str, by: str, **fields: Any) -> None:
        """Say a command that is admitted."""
        self._said += 1
        command = _COMMAND.validate_python({"message_id": f"#{self._said}", "do": do, "by": by, **fields})
        outcome = self.hear(when, command)
        assert outcome is not None
        assert outcome.accepted, outcome

    # --- stories ------------------------------------------------------------------------------------------------------

    def opened(
        self,
        severity: Severity = Severity.ORDINARY,
        *,
        subject: str = HEAD,
        before: int = 0,
        panel: tuple[str, ...] = PANEL,
    ) -> "CaseDesk":
        """Opened by its matter, for the subject's failure after so many measures."""
        self._counts = before
        terms = MatterTerms(
            title="校舍加固",
            lead=LEAD,
            office=OFFICE,
            leader=LEADER,
            limit="5wd",
            basis="会议决定",
            urgency=Urgency.PLAIN,
            severity=severity,
            panel=panel,
            reviewers=REVIEWERS,
        )
        message = OpenCase(
            message_id="opening",
            matter_id=matter_of(self.state.id),
            subject=subject,
            severity=severity,
            terms=terms,
            recorded_overdue=False,
        )
        self.hear("03-02 09:00", message)
        return self

    def notified(self, measure: str = "P1", receipt: Any = "本人签收", **opened: Any) -> "CaseDesk":
        """Filed, investigated, and the facts served."""
        severity, before = _row(measure)
        self.opened(severity, before=before, **opened)
        self.say("03-03 09:00", "file", LEADER, reason="情况属实")
        self.say("03-04 09:00", "investigate", OFFICER, posts=[OFFICER, CO_HANDLER], text="属实")
        shown = {"督办单": "督查室督办〔2026〕3号", "照片": ["一号楼", "二号楼"]}
        self.say("03-05 09:00", "notify_facts", OFFICER, text=FOUND, receipt=receipt, evidence=shown)
        return self

    def heard(self, measure: str = "P1", **said: Any) -> "CaseDesk":
        """And the subject heard and answered."""
        self.notified(measure, **said)
        self.say("03-06 09:00", "give_statement", HEAD, text=DEFENCE)
        self.say("03-09 09:00", "answer_statement", OFFICE_HEAD, text="图纸审批一节不予采纳；书面报告一节予以采纳。")
        return self

    def decided(self, measure: str = "P1", **said: Any) -> "CaseDesk":
        """And the measure decided by two of three votes."""
        self.heard(measure, **said)
        self.say("03-10 09:00", "vote", PANEL[0], choice="proposed")
        self.say("03-10 09:10", "vote", PANEL[1], choice="proposed")
        self.say("03-10 09:20", "vote", PANEL[2], choice="dismiss", reason="已尽力")
        self.say("03-10 10:00", "decide", PANEL[0], reason="事实清楚")
        return self

    def served(self, measure: str = "P1", served: Any = "本人签收", **said: Any) -> "CaseDesk":
        """And the decision served."""
        self.decided(measure, **said)
        self.say("03-11 09:00", "serve", OFFICER, receipt=served)
        return self

    def executed(self, measure: str = "P1", **said: Any) -> "CaseDesk":
        """And carried out, with the proof of its kind."""
        self.served(measure, **said)
        self.say(
            "03-20 17:00" if measure in ("P1", "P4") else "03-17 09:00", "execute", OFFICER, evidence=PROOF[measure]
        )
        return self

    def reviewed(self, outcome: str = "upheld", **decided: Any) -> "CaseDesk":
        """A public apology decided, served, and then reviewed."""
        self.served("P4")
        self.say("03-12 09:00", "request_review", HEAD, text="请求从轻。")
        self.say("03-16 09:00", "decide_review", REVIEWERS[0], outcome=outcome, reason="经复核", **decided)
        return self

    # --- what came of it ----------------------------------------------------------------------------------------------

    @property
    def printing(self) -> Printing:
        """The printing of what was issued."""
        return Printing(self.store, Files(self._directory / "documents"), Templates(self._directory / "templates"))

    def facts_of(self, kind: str) -> DocumentFacts:
        """What the last paper of this kind says."""
        one = [paper for paper in self.issued() if paper.kind == kind][-1]
        with self.store.reading() as session:
            return DocumentFacts.model_validate_json(documents.kept(session, one.id).facts)

    def page_of(self, kind: str) -> str:
        """The text of the page of the last paper of this kind."""
        one = [paper for paper in self.issued() if paper.kind == kind][-1]
        return "\n".join(paragraphs(self.printing.printed(one.id)))

    def issued(self) -> list[Issued]:
        """The papers, oldest first."""
        with self.store.reading() as session:
            return list(reversed(documents.issued(session, limit=1000).items))


def _row(measure: str) -> tuple[Severity, int]:
    """Severity and earlier measures after which the standard procedure proposes this measure."""
    return {
        "P1": (Severity.ORDINARY, 0),
        "P3": (Severity.ORDINARY, 1),
        "P4": (Severity.SERIOUS, 0),
        "P10": (Severity.GRAVE, 1),
        "U2": (Severity.MINOR, 1),
    }[measure]
