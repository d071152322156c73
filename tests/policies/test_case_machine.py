"""Do W1 to W10 hold for large casts too, whoever sits where and whatever is said in whatever order?

Hypothesis draws the organs, the roles, the words and the waiting; the judge is the one of the exhaustive walk.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from models.case_messages import AnswerStatement, DropCase, DropReason, NoteFailure, Vote
from models.cases import CaseClockKind, CaseStage
from models.directory import Organ
from models.matters import Severity
from policies import seats
from policies.case import RULES, CaseRules, Rule, blank, next_due, step
from tests.policies.case_explorer import START, Cast, say
from tests.policies.case_invariants import Seen, violations

LEVELS = ("省", "市", "区", "镇")
POSTS = tuple(f"{level}{role}" for level in LEVELS for role in ("长", "办")) + tuple(
    f"{name}{role}" for name in ("督查", "教育", "财政", "公安", "监委", "组织") for role in ("主任", "岗")
)
ORGANS = (
    *(Organ(name=f"{level}政府", head=f"{level}长", handler=f"{level}办", parent=f"{above}政府" if above else None)
      for level, above in zip(LEVELS, (None, *LEVELS), strict=False)),
    *(Organ(name=name, head=f"{name}主任", handler=f"{name}岗", parent="区政府")
      for name in ("督查", "教育", "财政", "公安")),
    *(Organ(name=name, head=f"{name}主任", handler=f"{name}岗", independent=True) for name in ("监委", "组织")),
)  # fmt: skip
OFFICES = ("督查", "区政府", "市政府", "财政")

posts = st.sampled_from(POSTS)
COMMANDS = (
    "file", "decline", "waive_statement", "decide", "record", "withdraw", "prolong", "give_statement",
    "answer_statement", "request_review", "mitigate", "aggravate",
)  # fmt: skip
choices = st.sampled_from(("proposed", "P0", "P1", "P3", "P4", "P10", "U1", "dismiss", "exempt", "nonsense", None))
RECEIPTS = ("本人签收", "留置送达", {"kind": "left", "witnesses": ["甲", "乙"]}, None)
EVIDENCE = {
    "persons": ["甲", "乙"], "place": "会议室", "time": "", "date": "当日", "content": "谈话", "text": "检查",
    "medium": "区政府网", "number": "1", "recipients": "全区", "decision": "决定", "handover": "交接", "start": "1",
    "talk_record": "记录", "letter": "函", "order": "责令", "notice": "1", "report": "1", "verification": "1",
    "end": "2", "receipt": "签收", "reply": "同意", "entry": "已取消", "clipping": "剪报", "result": "降档",
}  # fmt: skip


NEXT: dict[CaseStage, tuple[CaseClockKind, dict[str, Any]]] = {
    CaseStage.PROPOSED: (CaseClockKind.FILING, {"do": "file"}),
    CaseStage.FILED: (CaseClockKind.SERVICE, {"do": "notify_facts", "text": "事实", "receipt": "签收"}),
    CaseStage.INVESTIGATED: (CaseClockKind.SERVICE, {"do": "notify_facts", "text": "事实", "receipt": "签收"}),
    CaseStage.DECIDING: (CaseClockKind.DECISION, {"do": "decide", "reason": "理由"}),
    CaseStage.DECIDED: (
        CaseClockKind.EXECUTION,
        {"do": "execute", "evidence": EVIDENCE, "document": {"organ": "组织", "number": "1"}},
    ),
}

VISITED: Counter[str] = Counter()


class Case(RuleBasedStateMachine):
    """One case of a large cast."""

    procedure: CaseRules = RULES

    @initialize(
        subject=posts, leader=posts, office=st.sampled_from(OFFICES), panel=st.lists(posts, max_size=5, unique=True),
        reviewers=st.lists(posts, max_size=3, unique=True), severity=st.sampled_from(Severity),
        opened_by=st.one_of(st.none(), posts), filed=st.sampled_from((True, True, False)),
        lead=st.sampled_from(tuple(organ.name for organ in ORGANS)),
    )  # fmt: skip
    def opens(self, subject: str, opened_by: str | None, *, filed: bool = False, **roles: Any) -> None:
        """A case is proposed, by the engine or by some post, and mostly filed at once."""
        for name in ("panel", "reviewers"):
            roles[name] = tuple(roles[name])
        cast = Cast("large", subject, organs=ORGANS, opened_by=opened_by, **roles)
        self.facts = cast.facts()
        if opened_by is not None:
            organ = self.facts.directory.organ_of(opened_by)
            cast = replace(cast, office=organ.name if organ else "督查")
        self.state, self.seen, self.now = blank("m1/case1"), Seen(), START
        self.last: Any = None
        self._hear(cast.opening())
        if filed:
            self._next_step(0, "waive_statement")

    def _hear(self, message: Any) -> None:
        before = self.state
        result = step(self.state, message, self.now, self.facts, rules=self.procedure)
        VISITED["转换 transitions"] += 1
        broken = list(violations(self.state, self.seen, message, self.now, result, self.facts.directory))
        assert broken == []
        for act in result.acts:
            self.seen = self.seen.after(act)
        self.state, self.last = result.state, message
        VISITED["变动 states"] += result.state != before
        VISITED[self.state.stage] += 1

    def _say(self, by: str, do: str, **fields: Any) -> None:
        self._hear(say(by, do=do, **{name: value for name, value in fields.items() if value is not None}))

    @rule(at=st.sampled_from(("before", "at", "after")), far=st.sampled_from((False, False, False, True)))
    def time_passes(self, at: str, far: bool) -> None:
        """Until just before, at, or after the next instant at which something is due, or the farthest one."""
        due = next_due(self.state)
        if due is None:
            return
        until = max(clock.due_at for clock in self.state.clocks.values()) if far else due.at
        shift = {"before": timedelta(seconds=-1), "at": timedelta(), "after": timedelta(seconds=1)}[at]
        self.now = max(self.now, until + shift)
        self._hear(None)

    @rule(by=posts, do=st.sampled_from(COMMANDS))
    def somebody_says(self, by: str, do: str) -> None:
        """A command that needs no more than a text or a reason, by anybody."""
        words = {"give_statement": "text", "answer_statement": "text", "request_review": "text", "record": None}
        field = words.get(do, None if do in ("file", "waive_statement", "decide") else "reason")
        self._say(by, do, **({field: "有关情况"} if field else {}))

    @rule(pick=st.integers(0, 5), hearing=st.sampled_from(("waive_statement", "give_statement", "answer_statement")))
    def the_procedure_goes_on(self, pick: int, hearing: str) -> None:
        """The next two steps, by one who may take them, so that cases get on."""
        self._next_step(pick, hearing)
        self._next_step(pick, hearing)

    def _next_step(self, pick: int, hearing: str) -> None:
        state, directory = self.state, self.facts.directory
        step_of, said = NEXT.get(state.stage, (CaseClockKind.RECORD, {"do": "record"}))
        if state.stage is CaseStage.FILED and not state.recorded_overdue:
            said = {"do": "investigate", "posts": ["镇长", "镇办"], "text": "属实"}
        if state.stage is CaseStage.NOTIFIED:
            step_of, said = CaseClockKind.ANSWER, {"do": hearing, "text": "有关情况"}
        if state.stage is CaseStage.DECIDED and state.service is None:
            step_of, said = CaseClockKind.SERVICE, {"do": "serve", "receipt": "签收"}
        if state.review is not None and state.review.outcome is None:
            outcome = ("upheld", "revoked")[pick % 2]
            step_of, said = CaseClockKind.REVIEW, {"do": "decide_review", "outcome": outcome}
        able = seats.holders(state, directory, step_of) if state.proposed_at else ()
        if hearing != "answer_statement" and state.stage is CaseStage.NOTIFIED:
            able = seats.speakers(state, directory)
        self._say(able[pick % len(able)] if able else POSTS[pick], **said)

    @rule(by=posts, named=st.lists(posts, max_size=3))
    def investigates(self, by: str, named: list[str]) -> None:
        """Some posts, the same one twice perhaps, report what they found."""
        self._say(by, "investigate", posts=named, text="属实")

    @rule(by=posts, receipt=st.sampled_from(RECEIPTS), measure=choices, office=st.booleans())
    def notifies(self, by: str, receipt: Any, measure: str | None, office: bool) -> None:
        """Facts are served, again perhaps, with another measure perhaps."""
        measure = None if measure in ("proposed", "dismiss", "exempt", "nonsense") else measure
        self._say(self._of_office(by, office), "notify_facts", text="事实", receipt=receipt, measure=measure)

    @rule(by=posts, choice=choices, member=st.one_of(st.none(), posts))
    def votes(self, by: str, choice: str | None, member: str | None) -> None:
        """Anybody votes, for himself or another."""
        self._say(by, "vote", choice=choice, member=member, reason="理由", criterion="不可抗力")

    @rule(choice=st.sampled_from(("proposed", "P0", "dismiss")))
    def the_panel_votes(self, choice: str) -> None:
        """Every member votes the same."""
        for member in seats.eligible(self.state, self.facts.directory):
            self._say(member, "vote", choice=choice, reason="理由")

    @rule(by=posts, choice=choices)
    def decides_itself(self, by: str, choice: str | None) -> None:
        """Somebody decides, as an organ above would."""
        self._say(by, "decide", choice=choice, reason="理由", criterion="不可抗力")

    @rule(by=posts, member=st.one_of(st.none(), posts))
    def recuses(self, by: str, member: str | None) -> None:
        """Somebody stands down, or is stood down."""
        self._say(by, "recuse", member=member, reason="利害关系")

    @rule(by=posts, receipt=st.sampled_from(RECEIPTS), office=st.booleans())
    def serves(self, by: str, receipt: Any, office: bool) -> None:
        """The decision is served."""
        self._say(self._of_office(by, office), "serve", receipt=receipt)

    @rule(by=posts, document=st.sampled_from(("组织部文件", None)), whole=st.booleans(), office=st.booleans(),
          adopted=st.sampled_from((True, False, None)))  # fmt: skip
    def executes(self, by: str, document: str | None, whole: bool, office: bool, adopted: bool | None) -> None:
        """The measure is executed, with evidence or without."""
        evidence = EVIDENCE if whole else {"kind": "talk_record"}
        self._say(self._of_office(by, office), "execute", evidence=evidence, document=document, adopted=adopted)

    @rule(by=posts, outcome=st.sampled_from(("upheld", "lighter", "revoked", "heavier")), measure=choices)
    def reviews(self, by: str, outcome: str, measure: str | None) -> None:
        """Anybody decides the review."""
        self._say(by, "decide_review", outcome=outcome, measure=measure)

    @rule()
    def the_subject_asks(self) -> None:
        """The subject asks for a review."""
        self._say(self.state.subject or "教育岗", "request_review", text="请复核")

    @rule(message=st.sampled_from((
        NoteFailure(message_id="failure"), DropCase(message_id="fell"),
        DropCase(message_id="cancelled", why=DropReason.CANCELLED, reason="cancelled"),
    )))  # fmt: skip
    def the_matter_says(self, message: Any) -> None:
        """What the matter has to say; it ends many a case, so it is said of those that have got on."""
        if isinstance(message, NoteFailure) or self.state.service is not None:
            self._hear(message)

    @rule()
    def the_last_message_comes_again(self) -> None:
        """Late, or twice under another id."""
        self._hear(self.last)

    def _of_office(self, by: str, office: bool) -> str:
        organ = self.facts.directory.find(self.state.office)
        return organ.handler if office and organ else by


@settings(
    max_examples=300, stateful_step_count=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
class _Walk(Case):
    """The walks of the ordinary run."""


def test_no_transition_of_a_large_cast_breaks_a_guarantee() -> None:
    run_state_machine_as_test(_Walk)
    print(dict(VISITED))  # noqa: T201 - the figures of the walks
    assert VISITED.keys() >= {CaseStage.NOTIFIED, CaseStage.DECIDED, CaseStage.LAPSED, CaseStage.RESTORED}


def _forgets(draft: Any, command: AnswerStatement) -> None:
    RULES.messages[AnswerStatement].effect(draft, command)
    draft.change(statements=())


def test_the_judge_finds_a_broken_rule_in_a_large_cast_too() -> None:
    voting = RULES.messages[Vote]
    lax = replace(voting, guards=tuple(guard for guard in voting.guards if guard.__name__ != "_may_vote"))
    machine = Case()
    machine.procedure = replace(RULES, messages={**RULES.messages, Vote: lax, AnswerStatement: Rule((), _forgets)})
    machine.opens(subject="教育主任", opened_by=None, leader="区长", office="督查", panel=["区长", "市长", "教育主任"],
                  reviewers=[], severity=Severity.ORDINARY, lead="教育")  # fmt: skip
    machine._say("区长", "file")
    machine._say("督查岗", "notify_facts", text="事实", receipt="签收")
    machine._say("教育主任", "waive_statement")
    with pytest.raises(AssertionError, match="W3"):
        machine._say("教育主任", "vote", choice="dismiss")
