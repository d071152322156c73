"""What does an admitted message do to a case?

Each function notes the acts in the order in which they are read and moves the clocks that follow. Whether the message
is admitted is for policies/case_admissibility.py; what happens when nobody speaks for policies/case_timers.py.
"""

from collections.abc import Callable, Mapping
from typing import Any

from models.acts import ActName
from models.case_messages import (
    Aggravate,
    AnswerStatement,
    Decide,
    DecideReview,
    Decline,
    DropCase,
    DropReason,
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
from models.cases import (
    STANDING,
    CaseClockKind,
    CaseStage,
    CastVote,
    Circumstance,
    ClosedWindow,
    Decision,
    Execution,
    Filing,
    Investigation,
    Recorded,
    Review,
    ReviewOutcome,
    ServedFacts,
    Service,
    Statement,
)
from models.ladder import Effect, Track
from models.matters import Severity
from policies import evidence, ladder, panel, seats
from policies.authority import Refused, offered
from policies.case_admissibility import (
    MOVED_BY,
    exemption_criterion,
    not_adopted,
    notified_measure,
    outcome_of,
    reviewed_measure,
    service_of,
    standing_of,
    window_of,
)
from policies.case_drafts import CaseDraft
from policies.relations import named_member

FURTHER_APPEAL = "不服复核决定的,可依法向上一级机关申诉 a further appeal lies to the organ above, as the law provides"


def _given(**detail: object) -> dict[str, object]:
    return {name: value for name, value in detail.items() if value not in (None, "", (), [], {})}


# --- proposing --------------------------------------------------------------------------------------------------------


def _open(draft: CaseDraft, message: OpenCase) -> None:
    terms = message.terms
    draft.change(
        matter_id=message.matter_id,
        title=terms.title,
        office=terms.office,
        leader=terms.leader,
        lead=terms.lead,
        panel=terms.panel,
        reviewers=terms.reviewers,
        recorded_overdue=message.recorded_overdue,
        mitigation=message.mitigation,
        allegation=message.facts,
        organs=tuple(dict.fromkeys((*seats.organs_of(draft.facts.directory, message.subject), terms.lead))),
    )
    _propose_measure(draft, message.subject, message.severity, message.by, _given(mitigation=message.mitigation))


def _propose(draft: CaseDraft, command: Propose) -> None:
    directory, subject = draft.facts.directory, command.subject or ""
    office = directory.find(command.office) or directory.organ_of(command.by)
    above = directory.above(office)
    own = office.head if office else ""
    draft.change(
        office=office.name if office else "",
        leader=command.leader or (above.head if above else own),
        panel=evidence.persons_of(command.panel) or draft.facts.policy.panel,
        reviewers=evidence.persons_of(command.reviewers),
        allegation=command.facts,
        organs=seats.organs_of(directory, subject),
    )
    severity = Severity(command.severity or draft.facts.policy.default_severity)
    _propose_measure(draft, subject, severity, command.by, _given(facts=command.facts))


def _propose_measure(
    draft: CaseDraft, subject: str, severity: Severity, proposer: str | None, detail: dict[str, object]
) -> None:
    policy, directory = draft.facts.policy, draft.facts.directory
    track = Track.PERSON if directory.has_post(subject) or directory.find(subject) is None else Track.ORGAN
    count = ladder.count_at(policy, draft.facts.measures_decided, subject, draft.at)
    measure = ladder.proposed_measure(policy, draft.ladder, track, severity, count)
    draft.change(
        stage=CaseStage.PROPOSED,
        policy=policy.key,
        subject=subject,
        track=track,
        severity=severity,
        proposer=proposer,
        proposed_at=draft.at,
        count=count,
        measure=measure,
    )
    if policy.case_filing is not None:
        draft.run(draft.clock(CaseClockKind.FILING, policy.case_filing))
    draft.note(
        ActName.CASE_PROPOSED,
        by=proposer,
        subject=subject,
        severity=severity.value,
        count=count,
        measure=measure,
        entry="measures",
        detail=detail,
    )


# --- what the matter says ---------------------------------------------------------------------------------------------


def _note_failure(draft: CaseDraft, message: NoteFailure) -> None:
    draft.change(failures=draft.state.failures + 1)
    draft.note(ActName.FAILURE_NOTED, subject=draft.state.subject)


def _drop(draft: CaseDraft, message: DropCase) -> None:
    """Withdraw what is open; revoke what was decided, where the finding itself fell (W7); leave everything else."""
    state = draft.state
    if state.open:
        draft.end(CaseStage.WITHDRAWN)
        draft.note(ActName.CASE_WITHDRAWN, subject=state.subject, reason=message.reason)
        draft.conclude(ActName.CASE_WITHDRAWN, message.reason)
    elif state.stage in STANDING and message.why is DropReason.FINDING_WITHDRAWN:
        _restore(draft, message.reason)
        draft.conclude(ActName.RESTORED, message.reason)


def _restore(draft: CaseDraft, reason: str | None, by: str | None = None) -> None:
    """The measure is revoked: the subject counts no failure from this case (W10)."""
    measure = standing_of(draft.state)
    draft.end(CaseStage.RESTORED)
    draft.note(
        ActName.RESTORED, by=by, subject=draft.state.subject, measure=measure, reason=reason, entry="restoration"
    )


# --- filing, investigating, notifying ---------------------------------------------------------------------------------


def _file(draft: CaseDraft, command: File) -> None:
    policy = draft.facts.policy
    draft.halt(CaseClockKind.FILING)
    draft.change(stage=CaseStage.FILED, filing=Filing(at=draft.at, by=command.by or ""))
    longest = draft.clock(CaseClockKind.LAPSE, offered(policy.case_longest))
    draft.run(longest)
    if draft.state.recorded_overdue:
        draft.note(ActName.CASE_FILED, by=command.by, reason=command.reason, entry="filing")
        return
    investigation = draft.clock(CaseClockKind.INVESTIGATION, offered(policy.case_investigation))
    draft.run(investigation)
    draft.note_clock(ActName.CASE_FILED, investigation, entry="filing", by=command.by, reason=command.reason)


def _decline(draft: CaseDraft, command: Decline) -> None:
    draft.end(CaseStage.DECLINED)
    draft.note(ActName.CASE_DECLINED, by=command.by, reason=command.reason, entry="filing")
    draft.conclude(ActName.CASE_DECLINED, command.reason)


def _investigate(draft: CaseDraft, command: Investigate) -> None:
    posts = evidence.persons_of(command.posts)
    draft.halt(CaseClockKind.INVESTIGATION)
    investigation = Investigation(at=draft.at, posts=posts, text=command.text or "")
    draft.change(stage=CaseStage.INVESTIGATED, investigation=investigation)
    detail = _given(posts=list(posts), text=command.text)
    draft.note(ActName.INVESTIGATED, by=command.by, detail=detail, entry="investigation")


def _notify(draft: CaseDraft, command: NotifyFacts) -> None:
    """Serve the facts, or new facts: the subject has the whole window anew, and no vote cast on the old ones stands."""
    state, before = draft.state, draft.state.facts
    measure = notified_measure(draft, command)
    heavier = before is not None and (
        before.heavier or (measure != state.measure and not ladder.is_lighter(draft.ladder, measure, state.measure))
    )
    facts = ServedFacts(
        at=draft.at,
        by=command.by or "",
        number=before.number + 1 if before else 1,
        text=command.text or "",
        measure=measure,
        receipt=evidence.receipt_of(command.receipt, "service"),
        heavier=heavier,
    )
    draft.halt(CaseClockKind.DECISION, CaseClockKind.INVESTIGATION)
    draft.change(stage=CaseStage.NOTIFIED, facts=facts, measure=measure, window=None, waived=False, ballot=1, votes=())
    window = draft.clock(CaseClockKind.WINDOW, offered(draft.facts.policy.case_window))
    draft.run(window)
    rights = "查阅案卷、陈述申辩、申请复核 to read the file, to be heard, to ask for a review"
    detail = _given(
        text=command.text, receipt=facts.receipt.model_dump(mode="json"), evidence=command.evidence, rights=rights
    )
    draft.note_clock(
        ActName.FACTS_NOTIFIED,
        window,
        entry="window",
        by=command.by,
        subject=state.subject,
        measure=measure,
        detail=detail,
    )


# --- the statement ----------------------------------------------------------------------------------------------------


def _give(draft: CaseDraft, command: GiveStatement) -> None:
    said = Statement(at=draft.at, by=command.by or "", text=command.text or "")
    draft.change(statements=(*draft.state.statements, said))
    answer = draft.clock(CaseClockKind.ANSWER, offered(draft.facts.policy.case_answer))
    draft.run(answer)
    draft.note_clock(ActName.STATEMENT_GIVEN, answer, entry="answer", by=command.by, detail=_given(text=command.text))


def _waive(draft: CaseDraft, command: WaiveStatement) -> None:
    """Nothing more will be said; what was said is still answered before anything is decided."""
    draft.halt(CaseClockKind.WINDOW)
    draft.change(waived=True)
    draft.note(ActName.STATEMENT_WAIVED, by=command.by, detail=_given(text=command.text), entry="window")
    if not draft.state.unanswered:
        close(draft, ActName.STATEMENT_WAIVED, command.by)


def _answer(draft: CaseDraft, command: AnswerStatement) -> None:
    state = draft.state
    draft.halt(CaseClockKind.ANSWER, CaseClockKind.WINDOW)
    answered = tuple(
        said if said.answered_at else said.model_copy(update={"answered_at": draft.at}) for said in state.statements
    )
    draft.change(statements=answered, answerers=tuple(dict.fromkeys((*state.answerers, command.by or ""))))
    draft.note(ActName.STATEMENT_ANSWERED, by=command.by, detail=_given(text=command.text), entry="answer")
    close(draft, ActName.STATEMENT_ANSWERED, command.by)


def close(draft: CaseDraft, how: ActName, by: str | None = None) -> None:
    """The subject has been heard: the panel decides within its limit."""
    facts = draft.state.facts
    if facts is None:
        raise ValueError(f"{draft.state.id} has no notice of facts")
    draft.change(stage=CaseStage.DECIDING, window=ClosedWindow(facts=facts, how=how, at=draft.at, by=by))
    draft.run(draft.clock(CaseClockKind.DECISION, offered(draft.facts.policy.case_decision)))


# --- lighter, heavier -------------------------------------------------------------------------------------------------


def _move(draft: CaseDraft, command: Mitigate | Aggravate, effect: Effect, entries: int) -> None:
    state = draft.state
    to = ladder.moved(draft.ladder, state.measure, entries) or state.measure
    found = ladder.criterion(draft.ladder, effect, command.criterion or command.reason)
    moved = Circumstance(
        act=MOVED_BY[effect],
        at=draft.at,
        by=command.by or "",
        reason=command.reason or "",
        criterion=found.code if found else None,
        moved_from=state.measure,
        moved_to=to,
    )
    draft.change(measure=to, circumstances=(*state.circumstances, moved))
    detail = _given(criterion=found.label if found else None, moved_from=state.measure)
    draft.note(
        moved.act,
        by=command.by,
        subject=state.subject,
        measure=to,
        reason=command.reason,
        detail=detail,
        entry=effect.value,
    )


def _mitigate(draft: CaseDraft, command: Mitigate) -> None:
    _move(draft, command, Effect.MITIGATION, -1)


def _aggravate(draft: CaseDraft, command: Aggravate) -> None:
    _move(draft, command, Effect.AGGRAVATION, 1)


# --- the panel --------------------------------------------------------------------------------------------------------


def _vote(draft: CaseDraft, command: Vote) -> None:
    member = named_member(command)
    choice = panel.choice_of(draft.state, draft.ladder, command.choice)
    exempt = choice == panel.EXEMPT and command.criterion
    cast = CastVote(
        member=member,
        choice=choice,
        at=draft.at,
        reason=command.reason,
        criterion=exemption_criterion(draft, command.criterion) if exempt else None,
    )
    ballot, votes = panel.with_vote(draft.state, draft.facts.directory, cast)
    voted = tuple(dict.fromkeys((*draft.state.voted, member)))
    draft.change(ballot=ballot, votes=votes, voted=voted)
    detail = _given(member=member, choice=choice, ballot=ballot, criterion=cast.criterion)
    draft.note(ActName.VOTE_CAST, by=command.by, reason=command.reason, detail=detail, entry="vote")


def _recuse(draft: CaseDraft, command: Recuse) -> None:
    member = (command.member or command.by or "").strip()
    state = draft.state
    votes = tuple(vote for vote in state.votes if vote.member != member)
    draft.change(recused=(*state.recused, member), votes=votes)
    detail = _given(member=member)
    draft.note(ActName.RECUSED, by=command.by, reason=command.reason, detail=detail, entry="recusal")


def _decide(draft: CaseDraft, command: Decide) -> None:
    state, directory = draft.state, draft.facts.directory
    if command.by != seats.chair(state, directory):
        choice = panel.choice_of(state, draft.ladder, command.choice or panel.PROPOSED)
        _conclude_choice(draft, command, choice, ())
        return
    tally = panel.tally(state, directory)
    if tally.verdict is panel.Verdict.NO_QUORUM:
        reason = f"未达法定人数 no quorum: {tally.votes}/{tally.needed}"
        raise Refused(reason, "panel.quorum")
    if tally.choice is None and state.ballot < panel.LAST_BALLOT:
        raise Refused("没有过半数的意见,须再表决一次 no majority: one more vote is held", "panel.majority")
    if tally.choice is None:
        _dismiss(draft, command, "两次表决均未过半数 no majority in two votes")
        return
    if command.choice and panel.choice_of(state, draft.ladder, command.choice) != tally.choice:
        raise Refused(f"与表决结果不符 the panel chose: {tally.choice}", "panel.majority")
    voters = tuple(vote.member for vote in state.votes)
    _conclude_choice(draft, command, tally.choice, voters)


def _conclude_choice(draft: CaseDraft, command: Decide, choice: str, voters: tuple[str, ...]) -> None:
    state = draft.state
    votes = [vote for vote in state.votes if vote.choice == choice and vote.member in voters]
    reason = (command.reason or "").strip() or next((vote.reason for vote in votes if vote.reason), None)
    if choice == panel.DISMISS:
        _dismiss(draft, command, reason)
    elif choice == panel.EXEMPT:
        said = command.criterion or next((vote.criterion for vote in votes if vote.criterion), None)
        _exempt(draft, command, exemption_criterion(draft, said), reason)
    else:
        if choice != state.measure and not reason:
            raise Refused("从轻处理须写明理由 a lighter measure needs a reason", "lighter")
        _decide_measure(draft, command, choice, voters, reason)


def _dismiss(draft: CaseDraft, command: Decide, reason: str | None) -> None:
    draft.end(CaseStage.DISMISSED)
    draft.note(ActName.CASE_DISMISSED, by=command.by, subject=draft.state.subject, reason=reason, entry="decision")
    draft.conclude(ActName.CASE_DISMISSED, reason)


def _exempt(draft: CaseDraft, command: Decide, criterion: str, reason: str | None) -> None:
    if not reason:
        raise Refused("容错须写明理由 exemption needs a reason", "exemption")
    draft.end(CaseStage.EXEMPTED)
    draft.note(
        ActName.CASE_EXEMPTED,
        by=command.by,
        subject=draft.state.subject,
        reason=reason,
        detail={"criterion": criterion},
        entry="exemption",
    )
    draft.conclude(ActName.CASE_EXEMPTED, reason)


def _decide_measure(
    draft: CaseDraft, command: Decide, measure: str, voters: tuple[str, ...], reason: str | None
) -> None:
    policy, state = draft.facts.policy, draft.state
    window = window_of(draft)
    decision = Decision(window=window, measure=measure, at=draft.at, by=command.by or "", voters=voters, reason=reason)
    draft.halt(CaseClockKind.DECISION, CaseClockKind.LAPSE)
    draft.change(stage=CaseStage.DECIDED, decision=decision)
    service = draft.clock(CaseClockKind.SERVICE, offered(policy.case_service))
    draft.run(service)
    draft.run(draft.clock(CaseClockKind.RECORD, offered(policy.case_record)))
    _run_effect(draft, measure)
    draft.note_clock(
        ActName.MEASURE_DECIDED,
        service,
        entry="decision",
        by=command.by,
        subject=state.subject,
        measure=measure,
        reason=reason,
        detail=_given(
            names=_labels(draft, measure),
            voters=list(voters),
            review=f"自送达起 {policy.case_review_request} 内可申请复核 a review may be asked for",
            appeal=FURTHER_APPEAL,
        ),
    )
    draft.conclude(ActName.MEASURE_DECIDED)


def _labels(draft: CaseDraft, measure: str) -> list[str]:
    return [entry.label for entry in ladder.measures_of(draft.ladder, measure)]


def _run_effect(draft: CaseDraft, measure: str) -> None:
    """Let the effect period of a measure run from the day of the decision; a period that is over ends now."""
    decision, months = draft.state.decision, ladder.effect_of(draft.ladder, measure)
    draft.halt(CaseClockKind.EFFECT)
    if decision is None or months is None:
        return
    effect = draft.clock(CaseClockKind.EFFECT, months, decision.at)
    if effect.due_at <= draft.at:
        draft.change(effect_ended_at=draft.at)
        draft.note(ActName.EFFECT_ENDED, subject=draft.state.subject, entry="effect", rules=effect.rules)
    else:
        draft.run(effect)


# --- service, execution, record ---------------------------------------------------------------------------------------


def _serve(draft: CaseDraft, command: Serve) -> None:
    state, policy = draft.state, draft.facts.policy
    if state.decision is None:
        raise ValueError(f"{state.id} has no decision")
    receipt = evidence.receipt_of(command.receipt, "service")
    service = Service(decision=state.decision, at=draft.at, by=command.by or "", receipt=receipt)
    draft.halt(CaseClockKind.SERVICE)
    draft.change(service=service)
    draft.run(draft.clock(CaseClockKind.EXECUTION, ladder.execution_limit(draft.ladder, standing_of(state))))
    window = draft.clock(CaseClockKind.REVIEW_WINDOW, offered(policy.case_review_request))
    draft.run(window)
    detail = _given(receipt=receipt.model_dump(mode="json"), appeal=FURTHER_APPEAL)
    draft.note_clock(
        ActName.DECISION_SERVED,
        window,
        entry="service",
        by=command.by,
        subject=state.subject,
        measure=standing_of(state),
        detail=detail,
    )


def _execute(draft: CaseDraft, command: Execute) -> None:
    state, adopted = draft.state, not not_adopted(command)
    measure = standing_of(state)
    execution = Execution(
        service=service_of(draft),
        measure=measure,
        at=draft.at,
        by=command.by or "",
        evidence=evidence.shown_parts(command.evidence),
        document=evidence.document_of(command.document),
        adopted=adopted,
    )
    draft.halt(CaseClockKind.EXECUTION)
    draft.change(execution=execution)
    act = ActName.MEASURE_EXECUTED
    if not adopted:
        draft.halt(CaseClockKind.EFFECT)
        draft.change(stage=CaseStage.NOT_ADOPTED)
        act = ActName.MEASURE_NOT_ADOPTED
    draft.note(
        act,
        by=command.by,
        subject=state.subject,
        measure=measure,
        reason=command.reason,
        detail=_given(evidence=execution.evidence, document=execution.document),
        entry="execution",
    )


def _record(draft: CaseDraft, command: Record) -> None:
    draft.halt(CaseClockKind.RECORD)
    draft.change(recorded=Recorded(at=draft.at, by=command.by or "", number=command.number))
    draft.note(ActName.CASE_RECORDED, by=command.by, detail=_given(number=command.number), entry="record")


# --- review -----------------------------------------------------------------------------------------------------------


def _request_review(draft: CaseDraft, command: RequestReview) -> None:
    draft.halt(CaseClockKind.REVIEW_WINDOW)
    review = Review(requested_at=draft.at, text=command.text or "", before=standing_of(draft.state))
    draft.change(review=review)
    clock = draft.clock(CaseClockKind.REVIEW, offered(draft.facts.policy.case_review))
    draft.run(clock)
    draft.note_clock(
        ActName.REVIEW_REQUESTED,
        clock,
        entry="review",
        by=command.by,
        subject=draft.state.subject,
        detail=_given(text=command.text),
    )


def _decide_review(draft: CaseDraft, command: DecideReview) -> None:
    state, outcome = draft.state, outcome_of(command)
    if state.review is None:
        raise ValueError(f"{state.id} has no review")
    after = reviewed_measure(draft, command) if outcome is ReviewOutcome.LIGHTER else None
    draft.halt(CaseClockKind.REVIEW)
    decided = {"outcome": outcome, "decided_at": draft.at, "by": command.by, "after": after}
    draft.change(review=state.review.model_copy(update=decided))
    draft.note(
        ActName.REVIEW_DECIDED,
        by=command.by,
        subject=state.subject,
        measure=after or (state.review.before if outcome is ReviewOutcome.UPHELD else None),
        reason=command.reason,
        detail={"outcome": outcome.value},
        entry="review",
    )
    draft.conclude(ActName.REVIEW_DECIDED, outcome.value)
    if outcome is ReviewOutcome.REVOKED:
        _restore(draft, outcome.value, command.by)
    elif after is not None:
        _lighten(draft, after)


def _lighten(draft: CaseDraft, measure: str) -> None:
    """The lighter measure has its own limit and period; what was executed already stays executed."""
    state = draft.state
    if state.stage is CaseStage.DECIDED:
        if state.effect_ended_at is None:
            _run_effect(draft, measure)
        if state.execution is None and state.service is not None:
            limit = ladder.execution_limit(draft.ladder, measure)
            draft.run(draft.clock(CaseClockKind.EXECUTION, limit))


# --- the rest ---------------------------------------------------------------------------------------------------------


def _withdraw(draft: CaseDraft, command: Withdraw) -> None:
    draft.end(CaseStage.WITHDRAWN)
    draft.note(
        ActName.CASE_WITHDRAWN,
        by=command.by,
        subject=draft.state.subject,
        reason=command.reason,
        entry="withdrawal",
    )
    draft.conclude(ActName.CASE_WITHDRAWN, command.reason)


def _prolong(draft: CaseDraft, command: Prolong) -> None:
    filing = draft.state.filing
    if filing is None:
        raise ValueError(f"{draft.state.id} is not filed")
    longest = draft.clock(CaseClockKind.LAPSE, offered(draft.facts.policy.case_longest_approved), filing.at)
    draft.run(longest)
    draft.change(prolonged=True)
    draft.note_clock(ActName.EXTENSION_GRANTED, longest, entry="lapse", by=command.by, reason=command.reason)


def _refer(draft: CaseDraft, command: Refer) -> None:
    receipt = evidence.receipt_of(command.receipt, "service")
    detail = _given(
        to=command.to, document=evidence.document_of(command.document), receipt=receipt.model_dump(mode="json")
    )
    draft.note(
        ActName.REFERRED,
        by=command.by,
        subject=draft.state.subject,
        measure=command.track,
        reason=command.reason,
        detail=detail,
        entry="referral",
    )


EFFECTS: Mapping[type, Callable[[CaseDraft, Any], None]] = {
    OpenCase: _open,
    NoteFailure: _note_failure,
    DropCase: _drop,
    Propose: _propose,
    File: _file,
    Decline: _decline,
    Investigate: _investigate,
    NotifyFacts: _notify,
    GiveStatement: _give,
    WaiveStatement: _waive,
    AnswerStatement: _answer,
    Mitigate: _mitigate,
    Aggravate: _aggravate,
    Vote: _vote,
    Recuse: _recuse,
    Decide: _decide,
    Serve: _serve,
    Execute: _execute,
    Record: _record,
    RequestReview: _request_review,
    DecideReview: _decide_review,
    Withdraw: _withdraw,
    Prolong: _prolong,
    Refer: _refer,
}
