"""Why did this act happen, or why does the matter stand as it does?

From what is recorded of a matter or case to one answer: rule, facts, days, notices, who could have stopped it until
when. Nothing is decided or ruled again; the words are in words.py, the clocks from tracing.py and counted.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from models.acts import Act, ActName
from models.cases import CaseClockKind, CaseState
from models.documents import ISSUED
from models.explanations import Counted, Explanation, Paper, Telling, Way, Words
from models.matters import ClockKind, Light, MatterState, Running
from models.messages import TITLES
from policies.case_timers import OVERDUE
from policies.drafts import next_due
from policies.explaining.case_tracing import CASE_STRUCK, trace_case
from policies.explaining.counted import counted, counted_clock
from policies.explaining.dossier import ACTS_CAUSED, CAUSES_OF_CASES, Dossier
from policies.explaining.facts import facts, facts_now
from policies.explaining.rules import rule_named, rule_of
from policies.explaining.tracing import RAN_OUT, Moment, Numbered, Run, trace
from policies.explaining.vocabulary import AnyClock, Needs, Who
from policies.explaining.words import CLOCKS, WHO, about, rule_words
from policies.wording import CASE_STAGES, LIGHTS, STAGES, act_words, moment, speaker, speaker_en

# What somebody could have prevented: what a clock caused, and what is noted or reminded of because of it.
_PREVENTABLE = RAN_OUT | CASE_STRUCK | {ActName.SIGN_REMINDED}
# The steps of a case that somebody owes: once one has run out, the organ above may take it too.
_OWED = frozenset(OVERDUE)


def why_act(dossier: Dossier, seq: int, told: Iterable[Telling] = (), *, full: bool = False) -> Explanation:
    """Why the act of that number in the target's chain happened; what people wrote is repeated only in `full`.

    Raises KeyError for a number the chain does not have.
    """
    one = next((one for one in dossier.chain if one.seq == seq), None)
    if one is None:
        raise KeyError(seq)
    moments = _moments(dossier)
    now = next(found for found in moments if found.numbered.seq == seq)
    cause = _cause(dossier, one)
    clocks = tuple(clock for of in (cause, now) if of is not None for clock in _clocks(dossier, of))
    ahead = [(run, _ends_at(run, clocks)) for run in _ahead(now)]
    # What came at the same instant could stop nothing any more.
    before = [other.act for other in dossier.chain if other.act.at < one.act.at]
    could: list[Way] = []
    for missed in (cause, now):
        if missed is not None and missed.rests_on is not None and missed.numbered.act.act in _PREVENTABLE:
            prior = [other.act for other in dossier.matter if other.act.at < one.act.at] if missed is cause else before
            could += _ways(dossier, missed.rests_on, missed.due_at, missed.lead, prior)
    can = [way for run, ends_at in ahead for way in _ways(dossier, run, ends_at, now.lead, [*before, one.act])]
    return Explanation(
        target=dossier.target,
        title=_title(dossier),
        seq=seq,
        act=one.act.act,
        at=one.act.at,
        happened=tuple(_happened(one.act, full=full)),
        rule=rule_of(dossier, one.act, clocks),
        facts=tuple(facts(dossier, one, now, cause)),
        clocks=clocks,
        told=tuple(told),
        papers=tuple(
            Paper(number=str(issued["number"]), title=str(issued["title"])) for issued in one.act.detail.get(ISSUED, ())
        ),
        could=tuple(could),
        instead=tuple(_instead(dossier, one.act)),
        follows=tuple(_follows(one.act, ahead)),
        can=tuple(can),
        since=tuple(_since(dossier, one, moments)),
    )


def why_now(dossier: Dossier, told: Iterable[Telling] = (), *, full: bool = False) -> Explanation:
    """Why the target stands as it does: its light, stage and running clocks, and what happens next.

    `told` are the notices of its last act. A matter that was never admitted is explained by its last refusal.
    """
    state = dossier.state
    if dossier.case and dossier.standing is not None:
        return _why_case(dossier, dossier.standing, told, full=full)
    if dossier.case or state is None or state.terms is None:
        found = why_act(dossier, dossier.chain[-1].seq, told, full=full)
        return found.model_copy(update={"seq": None, "act": None, "at": None})
    clocks = tuple(
        counted_clock(clock.kind, clock, _finished(state), dossier.calendars, dossier.counting)
        for clock in sorted(state.clocks.values(), key=lambda clock: (clock.due_at, clock.kind))
    )
    running = [clock for clock in clocks if not state.suspended or clock.kind is ClockKind.SUSPENSION]
    prior = [one.act for one in dossier.matter]
    lead = state.terms.lead
    return Explanation(
        target=dossier.target,
        title=state.terms.title,
        seq=None,
        act=None,
        at=None,
        happened=tuple(_standing(state)),
        rule=rule_named(dossier, "lights", state.policy, clocks[0].calendar if clocks else "", None, (), clocks),
        facts=tuple(facts_now(dossier)),
        clocks=clocks,
        told=tuple(told),
        follows=tuple(_next(state, running)),
        can=tuple(
            way for clock in running for way in _ways(dossier, _run(state.clocks, clock), clock.due_at, lead, prior)
        ),
    )


def _why_case(dossier: Dossier, standing: CaseState, told: Iterable[Telling], *, full: bool) -> Explanation:
    """Why the case stands as it does: its step and its running clocks, beside its last act."""
    found = why_act(dossier, dossier.chain[-1].seq, told, full=full)
    clocks = tuple(
        counted_clock(clock.kind, clock, (), dossier.calendars, dossier.counting)
        for clock in sorted(standing.clocks.values(), key=lambda clock: (clock.due_at, clock.kind))
    )
    stage = Words(
        zh=f"案件{'在办' if standing.open else '不在办'},现处:{CASE_STAGES[standing.stage]}。",
        en=f"{'the case is open' if standing.open else 'the case is not open'}, stage: {standing.stage.value}.",
    )
    measure = standing.standing or (standing.measure if standing.open else "")
    figures = (
        [Words(zh=f"现拟或已定的措施:{measure}。", en=f"The measure proposed or decided: {measure}.")]
        if measure
        else []
    )
    prior = [one.act for one in dossier.case]
    ways = (way for clock in clocks for way in _ways(dossier, _run(standing.clocks, clock), clock.due_at, "", prior))
    return found.model_copy(
        update={
            "seq": None,
            "act": None,
            "at": None,
            "happened": (stage, *figures, *found.happened),
            "rule": rule_named(dossier, found.rule.entry, standing.policy, found.rule.calendar, None, (), clocks),
            "clocks": clocks,
            "could": (),
            "instead": (),
            "follows": tuple(_ends(clock.kind, clock.due_at) for clock in clocks)
            or (Words(zh="不再有到期之事。", en="Nothing falls due any more."),),
            "can": tuple(ways),
            "since": (),
        }
    )


def _run(running: Mapping[Any, Running], clock: Counted) -> Run:
    """The running clock that was counted, as a run."""
    return Run(clock.kind, clock.started_at, 0, clock.limit, clock.due_at, running[clock.kind].round)


def _next(state: MatterState, running: Sequence[Counted]) -> Iterator[Words]:
    """What falls due by itself, the earliest first."""
    due = next_due(state)
    if due is None:
        yield Words(zh="不再有到期之事。", en="Nothing falls due any more.")
    elif due.reminder is not None:
        left = due.reminder.days_left
        yield Words(
            zh=f"{moment(due.at, weekday=True)} 到期提醒(还有{left}个工作日)。",
            en=f"{moment(due.at)}: a reminder, {left} working days left.",
        )
    yield from (_ends(clock.kind, clock.due_at) for clock in running)


# --- what happened ----------------------------------------------------------------------------------------------------


def _title(dossier: Dossier) -> str | None:
    if dossier.standing is not None:
        return dossier.standing.title
    return dossier.state.terms.title if dossier.state and dossier.state.terms else None


def _happened(act: Act, *, full: bool) -> Iterator[Words]:
    words = about(act).words
    by = Words(zh=f",由{speaker(act)}", en=f", by {speaker_en(act)}") if act.by else Words(zh="", en="")
    yield Words(
        zh=f"{moment(act.at, weekday=True)} {act_words(act.act)}{by.zh}:{words.zh}。",
        en=f"{moment(act.at)} {act.act.value}{by.en}: {words.en}.",
    )
    if act.act is ActName.REFUSED:
        do = str(act.detail.get("do", "register"))
        name = TITLES.get(do, "立项" if do == "register" else do)
        yield Words(zh=f"所提操作:{name}。", en=f"The command: {do}.")
        yield Words(zh="不予受理的理由", en=f"the reason: {act.reason}")
    elif act.act is ActName.FINDING_WITHDRAWN:
        yield Words(zh=f"撤回的认定:{act_words(ActName(act.reason or ''))}。", en=f"Withdrawn: {act.reason}.")
    elif act.act is ActName.CALENDAR_RECOMPUTED:
        yield Words(zh=f"所依通知:{act.reason}。", en=f"By the notice {act.reason}.")
    elif full and act.reason:
        yield Words(zh=f"所述理由:{act.reason}", en="(the reason as it was written)")
    for name in ("text", "evidence") if full else ():
        if act.detail.get(name):
            yield Words(zh=f"所述内容:{act.detail[name]}", en=f"({name} as it was given)")
    yield from _figures(act)


def _figures(act: Act) -> Iterator[Words]:
    if act.light:
        yield Words(zh=f"变为{LIGHTS[Light(act.light)]}。", en=f"It turned {act.light}.")
    if act.days_left is not None:
        yield Words(zh=f"距到期还有{act.days_left}个工作日。", en=f"{act.days_left} working days are left.")
    if act.due is not None:
        yield Words(zh=f"期限至 {moment(act.due, weekday=True)}。", en=f"Due {moment(act.due)}.")
    if act.subject:
        yield Words(zh=f"所涉:{act.subject}。", en=f"It concerns {act.subject}.")
    if act.measure and act.severity is None:
        yield Words(zh=f"措施:{act.measure}。", en=f"The measure: {act.measure}.")
    elif act.measure:
        yield Words(
            zh=f"严重程度 {act.severity},十二个月内第{act.count}次,查表为 {act.measure}。",
            en=f"Severity {act.severity}, count {act.count} within the period: {act.measure} by the table.",
        )
    if "mitigation" in act.detail:
        yield Words(zh="从轻情节:延期申请逾期未批。", en="Mitigation: an extension request lapsed undecided.")


def _standing(state: MatterState) -> Iterator[Words]:
    yield Words(
        zh=f"环节:{STAGES[state.stage]};灯:{LIGHTS[state.light]};升级级次:{state.level}。",
        en=f"Stage: {state.stage.value}; light: {state.light.value}; level: {state.level}.",
    )
    if state.suspended:
        yield Words(
            zh=f"计时自 {moment(state.stops[-1].from_at)} 中止。",
            en=f"Suspended since {moment(state.stops[-1].from_at)}.",
        )
    if state.parent:
        yield Words(zh=f"本项由 {state.parent} 分解而来。", en=f"Split off {state.parent}.")
    if state.children:
        worst = "、".join(f"{child} {LIGHTS[brief.light]}" for child, brief in state.children.items() if brief.open)
        yield Words(
            zh=f"在办子项:{worst or '无'}。子项未办结,本项不能报结;灯取最差者。",
            en=f"Open children: {', '.join(state.open_children) or 'none'}; it waits for them, the worst light shows.",
        )


# --- the clocks -------------------------------------------------------------------------------------------------------


def _moments(dossier: Dossier) -> tuple[Moment, ...]:
    """The moments of the target's own acts."""
    if dossier.case:
        return trace_case(dossier.case, dossier.case_policy, dossier.ladder)
    return _moments_of_matter(dossier)


def _moments_of_matter(dossier: Dossier) -> tuple[Moment, ...]:
    return trace(dossier.matter, dossier.state.terms if dossier.state else None, dossier.policy)


def _cause(dossier: Dossier, one: Numbered) -> Moment | None:
    """The moment of the matter's act that an act of a case came with; None for a matter, and where there is none."""
    if not dossier.case or one.act.act not in ACTS_CAUSED:
        return None
    together = [now for now in _moments_of_matter(dossier) if now.numbered.act.at == one.act.at]
    return next((now for now in together if now.rests_on and now.numbered.act.act in CAUSES_OF_CASES), None)


def _clocks(dossier: Dossier, now: Moment) -> Iterator[Counted]:
    """The clocks the act rests on and set; of the matter's act that a case came of, only what it rests on."""
    act = now.numbered.act
    of_matter = bool(dossier.case) and act.target != dossier.target
    wanted: list[tuple[Run, datetime | None]] = []
    if now.rests_on is not None:
        wanted.append((now.rests_on, now.due_at))
    if not of_matter:
        if dossier.case and now.withdraws is not None:
            # What was found missed runs again: one clock, not two.
            wanted = []
        wanted += [(run, run.due_at) for run in (now.sets, *now.beside) if run is not None]
        named = about(act).clock
        if not wanted and named is not None and named in now.running:
            wanted.append((now.running[named], now.running[named].due_at))
    counting = dossier.counting_of_matter if of_matter else dossier.counting
    for run, due_at in wanted:
        if run.limit or due_at is not None:
            yield counted(run, due_at, now.stops, now.calendars, dossier.calendars, counting)


def _ahead(now: Moment) -> Iterator[Run]:
    """The clocks that decide what follows the act: those it set, or the one its words name."""
    act = now.numbered.act.act
    if act is ActName.REFUSED:
        return
    if now.sets is not None:
        yield from (now.sets, *now.beside)
        return
    named = about(now.numbered.act).clock
    if named is not None and named in now.running:
        yield now.running[named]


def _ends_at(ahead: Run, clocks: Sequence[Counted]) -> datetime | None:
    """When the clock ahead ends: as recorded, else as its days come to; None where neither is known."""
    if ahead.due_at is not None:
        return ahead.due_at
    return next((clock.derived_at for clock in reversed(clocks) if clock.kind is ahead.kind), None)


# --- who could stop it ------------------------------------------------------------------------------------------------


def _ways(dossier: Dossier, run: Run, until: datetime | None, lead: str, prior: Sequence[Act]) -> Iterator[Way]:
    names = {act.act for act in prior}
    asked = ActName.EXTENSION_REQUESTED in names
    decided = {ActName.EXTENSION_GRANTED, ActName.EXTENSION_REFUSED, ActName.EXTENSION_LAPSED}
    possible = {
        Needs.NOTHING: True,
        Needs.NOT_ASKED: not asked,
        Needs.PENDING: asked and not decided & names,
        Needs.NOT_PROLONGED: ActName.EXTENSION_GRANTED not in names,
    }
    for means in CLOCKS[run.kind].means:
        if possible[means.needs]:
            of_case = isinstance(run.kind, CaseClockKind)
            who = _who_in_case(dossier, means.who, prior) if of_case else _who(dossier, means.who, lead)
            yield Way(who=who, words=means.words, until=until)
    if run.kind in _OWED and run.round > 1:
        step = CLOCKS[run.kind].means[0].words
        words = Words(zh=f"自行办理:{step.zh}", en=f"act itself: {step.en}")
        yield Way(who=_both(WHO[Who.ABOVE_STEP]), words=words, until=until)


def _both(words: Words) -> str:
    return f"{words.zh} {words.en}"


def _who(dossier: Dossier, who: Who, lead: str) -> str:
    terms = dossier.state.terms if dossier.state else None
    if terms is None:
        return _both(WHO[who])
    named = {
        Who.LEAD: lead or terms.lead,
        Who.CO: "、".join(terms.co),
        Who.OFFICE: terms.office,
        Who.LEADER: terms.leader,
        Who.PANEL: "、".join(terms.panel),
        Who.REVIEWERS: "、".join(terms.reviewers),
    }.get(who, "")
    if who is Who.OFFICE and terms.office == (lead or terms.lead):
        return f"{terms.office} 的上一级 the organ above {terms.office}"
    return f"{_both(WHO[who])}: {named}" if named else _both(WHO[who])


def _who_in_case(dossier: Dossier, who: Who, prior: Sequence[Act]) -> str:
    """Who is meant in a case: by the names on its record, without those who were recused by then."""
    standing = dossier.standing
    if standing is None:
        return _both(WHO[who])
    recused = {act.detail.get("member") for act in prior if act.act is ActName.RECUSED}
    named = {
        Who.SUBJECT: (standing.subject,),
        Who.OFFICE: (standing.office,),
        Who.LEADER: (standing.leader,),
        Who.PANEL: standing.panel,
        Who.REVIEWERS: standing.reviewers,
    }.get(who, ())
    left = "、".join(name for name in named if name and name not in recused)
    return f"{_both(WHO[who])}: {left}" if left else _both(WHO[who])


def _instead(dossier: Dossier, act: Act) -> Iterator[Words]:
    if act.act is not ActName.REFUSED:
        return
    case = bool(dossier.case)
    rule = rule_words(act.ruling.entry if act.ruling else about(act).rule, case=case)
    if rule is not None and rule.accepts is not None:
        yield rule.accepts
    _, said, accepted = (act.reason or "").partition("可接受 accepted: ")
    if said:
        yield Words(zh=f"可接受的值:{accepted}", en=f"accepted: {accepted}")


# --- what follows, and what became of it ------------------------------------------------------------------------------


def _ends(kind: AnyClock, due_at: datetime | None) -> Words:
    words = CLOCKS[kind]
    when = moment(due_at, weekday=True) if due_at else "到期时"
    at = moment(due_at) if due_at else "when due"
    return Words(
        zh=f"{when} {words.name.zh}到期,仍无人办理的:{words.ends.zh}。", en=f"{at}, if nobody acts: {words.ends.en}."
    )


def _follows(act: Act, ahead: Iterable[tuple[Run, datetime | None]]) -> Iterator[Words]:
    follows = about(act).follows
    if follows is not None:
        yield follows
    yield from (_ends(run.kind, ends_at) for run, ends_at in ahead)
    if act.act is ActName.REFUSED:
        yield Words(zh="在走的时限照走,如同未提出一样。", en="Running clocks run on as if it had not been said.")


def _since(dossier: Dossier, one: Numbered, moments: Sequence[Moment]) -> Iterator[Words]:
    chain = dossier.chain
    taken_back = {now.numbered.seq for now in moments if now.withdraws == one.seq}
    later = next((other for other in chain if other.seq == one.seq + 1), None)
    if later is not None:
        yield Words(
            zh=f"其后的记录:第{later.seq}条 {moment(later.act.at)} {act_words(later.act.act)}。",
            en=f"Next on record: act {later.seq}, {later.act.act.value}.",
        )
    for other in chain:
        if other.seq <= one.seq:
            continue
        act = other.act
        if act.act is ActName.CORRECTED and act.detail.get("entry") == one.seq:
            yield Words(zh=f"后经第{other.seq}条更正。", en=f"Corrected by act {other.seq}.")
        elif act.act is ActName.FINDING_WITHDRAWN and other.seq in taken_back:
            yield Words(
                zh=f"后经第{other.seq}条撤回,不再作数。", en=f"Withdrawn by act {other.seq}: it no longer counts."
            )
        elif act.act is ActName.CALENDAR_RECOMPUTED and one.act.due is not None and one.act.act is not act.act:
            yield Words(
                zh=f"第{other.seq}条依节假日安排重新认定了当时在走的时限。",
                en=f"Act {other.seq} ruled again, by a calendar notice, the clock that ran then.",
            )
        elif act.act is ActName.CASE_WITHDRAWN:
            yield Words(zh=f"案件后经第{other.seq}条撤回。", en=f"The case was withdrawn by act {other.seq}.")


def _finished(state: MatterState) -> tuple[tuple[datetime, datetime], ...]:
    return tuple((stop.from_at, stop.to_at) for stop in state.stops if stop.to_at is not None)
