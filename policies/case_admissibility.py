"""Who may say what to a case, and when?

Each command has its guards, one refusal for each rule broken; a guard taken out of the table is a guarantee gone. What
an admitted command does is for policies/case_commands.py, who is seated where for policies/seats.py (engine.md 4).
"""

from collections.abc import Callable
from typing import Any

from models.acts import ActName
from models.case_messages import (
    Aggravate,
    AnswerStatement,
    Decide,
    DecideReview,
    Decline,
    DropCase,
    Execute,
    File,
    GiveStatement,
    Investigate,
    Mitigate,
    NoteFailure,
    NotifyFacts,
    OpenCase,
    Prolong,
    Propose,
    Record,
    Recuse,
    Refer,
    RequestReview,
    Serve,
    Vote,
    WaiveStatement,
    Withdraw,
)
from models.cases import OPEN, CaseClockKind, CaseStage, CaseState, ClosedWindow, ReviewOutcome, Service
from models.ladder import Effect, Track
from models.matters import Severity
from policies import access, evidence, ladder, panel, seats
from policies.authority import Refused, given, offered
from policies.case_drafts import CaseDraft
from policies.relations import Situation, named_member

Guard = Callable[[CaseDraft, Any], None]

UNDECIDED_AFTER_FILING = frozenset({CaseStage.FILED, CaseStage.INVESTIGATED, CaseStage.NOTIFIED, CaseStage.DECIDING})
DECIDED = frozenset({CaseStage.DECIDED, CaseStage.NOT_ADOPTED})

MOVED_BY = {Effect.MITIGATION: ActName.MITIGATED, Effect.AGGRAVATION: ActName.AGGRAVATED}

_OUTCOMES = {
    "upheld": ReviewOutcome.UPHELD,
    "维持": ReviewOutcome.UPHELD,
    "lighter": ReviewOutcome.LIGHTER,
    "减轻": ReviewOutcome.LIGHTER,
    "revoked": ReviewOutcome.REVOKED,
    "撤销": ReviewOutcome.REVOKED,
}
_HEAVIER = {"heavier", "加重"}


# --- guards of many commands ------------------------------------------------------------------------------------------


def in_stage(*stages: CaseStage) -> Guard:
    """Refuse a case that stands anywhere else."""
    accepted = "、".join(stage.value for stage in CaseStage if stage in stages)

    def check(draft: CaseDraft, command: Any) -> None:
        if draft.state.stage not in stages:
            reason = f"案件现处 {draft.state.stage.value},不能办理 not at this stage;须在 accepted: {accepted}"
            raise Refused(reason, "stage")

    return check


def by(do: str) -> Guard:
    """Refuse whoever has not the right that the table says this command needs."""

    def check(draft: CaseDraft, command: Any) -> None:
        this = Situation(command.by, draft.state, draft.facts.directory, command, draft.ladder)
        access.check(access.CASE_NEEDS.get(do), this)

    return check


def refuse_named(draft: CaseDraft, do: str, post: str) -> None:
    """Refuse a post that a command names and that the table does not admit to it (W3)."""
    access.check_named(access.CASE_NEEDS[do], post, Situation(None, draft.state, draft.facts.directory))


def says(field: str, name: str, rule: str) -> Guard:
    """Refuse a command without this text."""

    def check(draft: CaseDraft, command: Any) -> None:
        given(getattr(command, field), f"{name} {field}", rule)

    return check


# --- proposing --------------------------------------------------------------------------------------------------------


def unknown_case(draft: CaseDraft, command: Any) -> None:
    """Refuse to propose what has been proposed: one failure, one case (W5)."""
    if draft.state.stage is not CaseStage.BLANK:
        raise Refused("案件已提出 this case has been proposed", "proposal")


def known_case(draft: CaseDraft, command: Any) -> None:
    """Refuse what is said about a case that was never proposed."""
    if draft.state.stage is CaseStage.BLANK:
        raise Refused("没有这个案件 no such case", "stage")


def _named(draft: CaseDraft, command: Propose) -> None:
    rule, directory = "proposal", draft.facts.directory
    subject = given(command.subject, "被问责人 subject", rule)
    given(command.facts, "事实 facts", rule)
    if not directory.has_post(subject) and directory.find(subject) is None:
        raise Refused(f"名录中没有该岗位或单位 unknown post or organ: {subject}", rule)
    if command.severity is not None and command.severity not in set(Severity):
        accepted = "、".join(Severity)
        reason = f"严重程度 severity读不懂 not understood: {command.severity};可接受 accepted: {accepted}"
        raise Refused(reason, rule)
    posts = (command.leader, *evidence.persons_of(command.panel), *evidence.persons_of(command.reviewers))
    for post in posts:
        if post is not None and not directory.has_post(post):
            raise Refused(f"名录中没有该岗位 unknown post: {post}", rule)


def _not_independent(draft: CaseDraft, command: Propose) -> None:
    directory = draft.facts.directory
    if any(directory.organ(organ).independent for organ in seats.organs_of(directory, command.subject or "")):
        raise Refused("独立机关不由督办问责 independent organs are never supervised into a case", "proposal")


# --- investigating, notifying, hearing --------------------------------------------------------------------------------


def _two_investigators(draft: CaseDraft, command: Investigate) -> None:
    rule, directory = "investigation", draft.facts.directory
    posts = evidence.persons_of(command.posts)
    if len(posts) < 2:
        raise Refused("调查须由两名以上岗位进行 posts: two or more must investigate", rule)
    for post in posts:
        if not directory.has_post(post):
            raise Refused(f"名录中没有该岗位 unknown post: {post}", rule)
        refuse_named(draft, command.do, post)


def _investigated(draft: CaseDraft, command: NotifyFacts) -> None:
    state = draft.state
    if state.stage is CaseStage.FILED and not state.recorded_overdue:
        raise Refused("尚未调查,不能告知 the facts have not been investigated", "investigation")


def _served(draft: CaseDraft, command: Any) -> None:
    evidence.receipt_of(command.receipt, "service")


def notified_measure(draft: CaseDraft, command: NotifyFacts) -> str:
    """The measure that a notice proposes: the one named, else the one that stands; refuses what cannot be notified."""
    state, rule = draft.state, "heavier"
    if not command.measure:
        return state.measure
    measure = ladder.read_measure(draft.ladder, state.track, command.measure)
    if measure is None:
        raise Refused(f"问责方式读不懂 measure not understood: {command.measure}", "notice")
    first = state.facts is None
    heavier = measure != state.measure and not ladder.is_lighter(draft.ladder, measure, state.measure)
    if first and heavier:
        reason = f"首次告知不得重于所建议的 {state.measure} a first notice is not heavier than proposed"
        raise Refused(f"{reason};请以 aggravate 写明理由 give the reason by aggravate", rule)
    return measure


def _measure_notifiable(draft: CaseDraft, command: NotifyFacts) -> None:
    notified_measure(draft, command)


def _window_runs(draft: CaseDraft, command: Any) -> None:
    if CaseClockKind.WINDOW not in draft.state.clocks or draft.state.waived:
        raise Refused("陈述申辩期间已过 the time for statements is over", "window")


def _something_to_answer(draft: CaseDraft, command: AnswerStatement) -> None:
    if not draft.state.unanswered:
        raise Refused("没有待答复的陈述申辩 no statement awaits an answer", "answer")


# --- lighter, heavier -------------------------------------------------------------------------------------------------


def _moves(effect: Effect, entries: int) -> Guard:
    def check(draft: CaseDraft, command: Any) -> None:
        state = draft.state
        given(command.reason, "理由 reason", effect.value)
        if any(one.act is MOVED_BY[effect] for one in state.circumstances):
            raise Refused(f"已作过一次 already moved once: {state.measure}", effect.value)
        if command.criterion and ladder.criterion(draft.ladder, effect, command.criterion) is None:
            accepted = ladder.accepted_criteria(draft.ladder, effect)
            reason = f"情形读不懂 criterion not understood: {command.criterion};可接受 accepted: {accepted}"
            raise Refused(reason, effect.value)
        if ladder.moved(draft.ladder, state.measure, entries) is None:
            raise Refused(f"阶梯上没有下一档 the ladder has no further entry: {state.measure}", effect.value)

    return check


def _before_any_vote(draft: CaseDraft, command: Mitigate) -> None:
    if draft.state.votes:
        raise Refused("已开始表决,由会议选择较轻的方式 the vote has begun; the panel may choose less", "mitigation")


def _before_the_notice(draft: CaseDraft, command: Aggravate) -> None:
    if draft.state.facts is not None:
        reason = "已告知事实,加重须以 notify_facts 另行告知新事实 heavier only by notifying new facts"
        raise Refused(f"{reason} (measure)", "heavier")


# --- the panel --------------------------------------------------------------------------------------------------------


def window_of(draft: CaseDraft) -> ClosedWindow:
    """The closed window that a vote and a decision rest on; refuses where there is none (W1)."""
    state = draft.state
    if state.window is None:
        raise Refused("陈述申辩期间尚未结束 the statement window is not closed", "window")
    return state.window


def _window_closed(draft: CaseDraft, command: Any) -> None:
    window_of(draft)


def _panel_votes(draft: CaseDraft, command: Vote) -> None:
    state, directory = draft.state, draft.facts.directory
    if not seats.panel_decides(state, directory):
        above = "、".join(seats.holders(state, directory, CaseClockKind.DECISION)) or "无人 nobody"
        raise Refused(f"会议不足法定人数或须由上一级决定 the organ above decides: {above}", "panel")


def _may_vote(draft: CaseDraft, command: Vote) -> None:
    refuse_named(draft, command.do, named_member(command))


def _votes_once(draft: CaseDraft, command: Vote) -> None:
    state, directory = draft.state, draft.facts.directory
    if all(vote.member != named_member(command) for vote in state.votes):
        return
    if not panel.hung(state, directory):
        raise Refused(f"已表决 has voted: {named_member(command)}", "vote")
    if state.ballot >= panel.LAST_BALLOT:
        raise Refused("已表决两次,由主持人宣布结果 two votes were held; the chair closes", "vote")


def _choice_readable(draft: CaseDraft, command: Vote) -> None:
    choice = panel.choice_of(draft.state, draft.ladder, command.choice)
    if choice == panel.EXEMPT and command.criterion:
        exemption_criterion(draft, command.criterion)


def exemption_criterion(draft: CaseDraft, text: str | None) -> str:
    """The code of the exemption criterion meant by `text`; refuses what names none."""
    found = ladder.criterion(draft.ladder, Effect.EXEMPTION, text)
    if found is None:
        accepted = ladder.accepted_criteria(draft.ladder, Effect.EXEMPTION)
        said = text or "(无 none)"
        reason = f"容错须有规定情形 exemption needs a criterion, not: {said};可接受 accepted: {accepted}"
        raise Refused(reason, "exemption")
    return found.code


def _recusable(draft: CaseDraft, command: Recuse) -> None:
    rule, state, directory = "recusal", draft.state, draft.facts.directory
    member = named_member(command)
    given(command.reason, "回避理由 reason", rule)
    if not directory.has_post(member):
        raise Refused(f"名录中没有该岗位 unknown post: {member}", rule)
    if member in state.recused:
        raise Refused(f"已回避 recused already: {member}", rule)
    if member == state.subject:
        raise Refused("被问责人本不参与办理,无须回避 the subject decides nothing", rule)


def _still_to_judge(draft: CaseDraft, command: Recuse) -> None:
    state = draft.state
    reviewing = state.review is not None and state.review.outcome is None
    if state.stage not in OPEN and not reviewing:
        raise Refused("已无须决定之事 nothing is left to decide", "stage")


# --- service, execution, record ---------------------------------------------------------------------------------------


def service_of(draft: CaseDraft) -> Service:
    """The service that an execution rests on; refuses where the decision was not served (W2)."""
    if draft.state.service is None:
        raise Refused("决定尚未送达,不能执行 the decision has not been served", "service")
    return draft.state.service


def _decision_served(draft: CaseDraft, command: Execute) -> None:
    service_of(draft)


def _not_yet(field: str, words: str, rule: str) -> Guard:
    def check(draft: CaseDraft, command: Any) -> None:
        if getattr(draft.state, field) is not None:
            raise Refused(words, rule)

    return check


def standing_of(state: CaseState) -> str:
    """The measure that stands; asking before a decision is a programming error."""
    if state.standing is None:
        raise ValueError(f"{state.id} has no standing measure")
    return state.standing


def not_adopted(command: Execute) -> bool:
    """Whether the appointing organ's answer is no."""
    return command.adopted is False or evidence.is_refusal(command.evidence)


def _answered_by_an_appointing_organ(draft: CaseDraft, command: Execute) -> None:
    measure = standing_of(draft.state)
    if not_adopted(command) and not ladder.needs_document(draft.ladder, measure):
        raise Refused(f"{measure} 不经任免机关 is not for an appointing organ to adopt", "evidence")


def _documented(draft: CaseDraft, command: Execute) -> None:
    evidence.refuse_without_document(draft.ladder, standing_of(draft.state), command.document)


def _evidenced(draft: CaseDraft, command: Execute) -> None:
    measure = standing_of(draft.state)
    if not not_adopted(command):
        evidence.refuse_incomplete(draft.ladder, measure, command.evidence, command.document)


def _done_in_time(draft: CaseDraft, command: Execute) -> None:
    evidence.refuse_wrong_time(command.evidence, service_of(draft).at, draft.at)


# --- review -----------------------------------------------------------------------------------------------------------


def _review_open(draft: CaseDraft, command: RequestReview) -> None:
    rule, state = "review", draft.state
    if state.review is not None:
        raise Refused("只能申请一次复核 one review may be asked for", rule)
    if state.service is None:
        raise Refused("决定尚未送达 the decision has not been served", rule)
    if CaseClockKind.REVIEW_WINDOW not in state.clocks:
        raise Refused("申请复核的期限已过 the time to ask for a review is over", rule)


def _review_pending(draft: CaseDraft, command: Any) -> None:
    if draft.state.review is None or draft.state.review.outcome is not None:
        raise Refused("没有待决定的复核 no review is pending", "review")


def outcome_of(command: DecideReview) -> ReviewOutcome:
    """What the review comes to; refuses every other word, above all a heavier one (W4)."""
    said = (command.outcome or "").strip().lower()
    if said in _HEAVIER:
        raise Refused("复核不得加重 a review never makes it heavier", "review.heavier")
    if said not in _OUTCOMES:
        accepted = "upheld 维持, lighter 减轻 (measure), revoked 撤销"
        raise Refused(
            f"复核结果读不懂 outcome not understood: {said or '(无 none)'};可接受 accepted: {accepted}", "review"
        )
    return _OUTCOMES[said]


def reviewed_measure(draft: CaseDraft, command: DecideReview) -> str:
    """The lighter measure that a review names; refuses none, and one that is not lighter (W4)."""
    before = standing_of(draft.state)
    said = given(command.measure, "减轻后的问责方式 measure", "review")
    measure = ladder.read_measure(draft.ladder, draft.state.track, said)
    if measure is None:
        raise Refused(f"问责方式读不懂 measure not understood: {said}", "review")
    if not ladder.is_lighter(draft.ladder, measure, before):
        raise Refused(f"复核不得加重,{measure} 不轻于 is not lighter than {before}", "review.heavier")
    return measure


def _never_heavier(draft: CaseDraft, command: DecideReview) -> None:
    if outcome_of(command) is ReviewOutcome.LIGHTER:
        reviewed_measure(draft, command)
    elif command.measure and ladder.read_measure(draft.ladder, draft.state.track, command.measure) != standing_of(
        draft.state
    ):
        raise Refused("只有减轻才写问责方式 a measure is named only with lighter", "review")


# --- the rest ---------------------------------------------------------------------------------------------------------


def _not_prolonged(draft: CaseDraft, command: Prolong) -> None:
    if draft.state.prolonged:
        raise Refused("已延长过一次 prolonged already", "lapse")


def _referable(draft: CaseDraft, command: Refer) -> None:
    rule, tracks = "referral", (Track.DISCIPLINE, Track.CRIME)
    known = [entry for entry in draft.ladder.measures if entry.track in tracks]
    if command.track not in {entry.code for entry in known}:
        accepted = "、".join(f"{entry.code} {entry.zh}" for entry in known)
        raise Refused(f"移送的种类读不懂 track not understood: {command.track};可接受 accepted: {accepted}", rule)
    given(command.to, "接收机关 to", rule)
    if evidence.document_of(command.document) is None:
        raise Refused("缺少移送函 document is required", rule)


GUARDS: dict[type, tuple[Guard, ...]] = {
    OpenCase: (unknown_case,),
    NoteFailure: (known_case,),
    DropCase: (known_case,),
    Propose: (unknown_case, _named, by("propose"), _not_independent),
    File: (in_stage(CaseStage.PROPOSED), by("file")),
    Decline: (in_stage(CaseStage.PROPOSED), by("decline"), says("reason", "不予立案的理由", "filing")),
    Investigate: (
        in_stage(CaseStage.FILED),
        _two_investigators,
        by("investigate"),
        says("text", "调查情况", "investigation"),
    ),
    NotifyFacts: (
        in_stage(CaseStage.FILED, CaseStage.INVESTIGATED, CaseStage.NOTIFIED, CaseStage.DECIDING),
        by("notify_facts"),
        _investigated,
        says("text", "事实", "notice"),
        _served,
        _measure_notifiable,
    ),
    GiveStatement: (
        in_stage(CaseStage.NOTIFIED),
        by("give_statement"),
        _window_runs,
        says("text", "陈述内容", "window"),
    ),
    WaiveStatement: (in_stage(CaseStage.NOTIFIED), by("waive_statement"), _window_runs),
    AnswerStatement: (
        in_stage(CaseStage.NOTIFIED),
        by("answer_statement"),
        _something_to_answer,
        says("text", "逐点答复", "answer"),
    ),
    Mitigate: (in_stage(*OPEN), by("mitigate"), _before_any_vote, _moves(Effect.MITIGATION, -1)),
    Aggravate: (in_stage(*OPEN), by("aggravate"), _before_the_notice, _moves(Effect.AGGRAVATION, 1)),
    Vote: (
        _window_closed,
        in_stage(CaseStage.DECIDING),
        _panel_votes,
        _may_vote,
        by("vote"),
        _votes_once,
        _choice_readable,
    ),
    Recuse: (_still_to_judge, _recusable, by("recuse")),
    Decide: (_window_closed, in_stage(CaseStage.DECIDING), by("decide")),
    Serve: (
        in_stage(CaseStage.DECIDED),
        by("serve"),
        _not_yet("service", "决定已送达 the decision has been served", "service"),
        _served,
    ),
    Execute: (
        in_stage(CaseStage.DECIDED),
        _decision_served,
        _not_yet("execution", "已执行 executed already", "execution"),
        by("execute"),
        _answered_by_an_appointing_organ,
        _documented,
        _evidenced,
        _done_in_time,
    ),
    Record: (
        in_stage(*DECIDED),
        by("record"),
        _not_yet("recorded", "已备案 recorded already", "record"),
    ),
    RequestReview: (in_stage(*DECIDED), by("request_review"), _review_open, says("text", "复核申请", "review")),
    DecideReview: (in_stage(*DECIDED), _review_pending, by("decide_review"), _never_heavier),
    Withdraw: (in_stage(*OPEN), by("withdraw"), says("reason", "撤回理由", "withdrawal")),
    Prolong: (in_stage(*UNDECIDED_AFTER_FILING), by("prolong"), _not_prolonged, says("reason", "延长理由", "lapse")),
    Refer: (in_stage(*UNDECIDED_AFTER_FILING, *DECIDED), by("refer"), _referable, _served),
}


def offers_cases(draft: CaseDraft) -> None:
    """Refuse where the procedure version of this case knows no more than the proposal."""
    offered(draft.facts.policy.case_filing)
