"""Why did this act of a proceeding happen, or why does it stand as it does? Which step, whose turn, until when, why.

From what is recorded of one proceeding, petition or duty, and the text of its procedure file as it was kept: the step,
its block, the parameters its numbers come from with their sources, and the days of each clock. Nothing is decided or
ruled again. As explanation.py is for matters and cases.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models.access import Relation
from models.acts import Act, ActName
from models.blocks import Block, CountedFrom, Plan, Then
from models.explanations import (
    Counted,
    CountedDay,
    CountingRule,
    Explanation,
    Fact,
    Number,
    Rule,
    Telling,
    Way,
    Words,
)
from models.matters import Light
from models.messages import TITLES
from models.policy import Role
from models.proceeding_messages import PROCEEDING_TITLES
from models.proceedings import ProceedingState, StepClock, StepClockKind
from policies.access import PROCEEDING_NEEDS
from policies.access_words import RELATIONS
from policies.block_procedures import BlockProcedure
from policies.blocks import BLOCKS
from policies.calendar import Calendar
from policies.counting import Counting, standard_counting
from policies.deadlines import latest_day_before, local_date, validity_end
from policies.explaining.counted import counted_clock
from policies.explaining.proceeding_words import (
    COUNTED_FROM,
    GENERAL_ABOUT,
    PROCEEDING_ABOUT,
    STEP_CLOCKS,
    block_rule,
    rule_of_entry,
)
from policies.explaining.tracing import Numbered
from policies.explaining.vocabulary import About, RuleWords, both
from policies.explaining.words import COUNTING_EN
from policies.limits import parse_limit
from policies.procedure_words import words as in_words
from policies.proceeding_drafts import next_due
from policies.proceeding_wording import BLOCK_TITLES, CONCLUSIONS, PROCEEDING_STAGES, ROLES, VALUE_WORDS
from policies.wording import LIGHTS, act_words, moment, speaker, speaker_en, value_words
from policies.wording import RULES as COUNTING_ZH

_ALWAYS = Words(zh="不再有到期之事。", en="Nothing falls due any more.")
_WINDOWS = (StepClockKind.NOTICE, StepClockKind.VALIDITY)
_LONGEST_LIST = 100
_HOURS = frozenset({"opening", "noon", "afternoon"})


def _do_of(kind: Any) -> str:
    return str(kind.model_fields["do"].default)


_DO: dict[Any, str] = {kind: _do_of(kind) for rules in BLOCKS.values() for kind in rules.heard}
_TELLING = (
    ActName.OPENED, ActName.STEP_BEGUN, ActName.STEP_OVERDUE, ActName.EXTENSION_REQUESTED, ActName.EXTENSION_GRANTED,
    ActName.SUSPENDED, ActName.RESUMED, ActName.ROUTED, ActName.PAPER_SENT, ActName.NOTICE_POSTED, ActName.ESCALATED,
    ActName.CONCLUDED,
)  # fmt: skip
"""What an act, and a refusal above all, is read against: the last act of each of these names."""


@dataclass(frozen=True, slots=True)
class ProceedingDossier:
    """All that is recorded of one proceeding, petition or duty.

    `state` is None for one that was never opened, `procedure` None where the text of its version is not kept.
    `holders` are the posts that owe the step under way, as lists show them.
    """

    target: str
    chain: tuple[Numbered, ...]
    calendars: Mapping[str, Calendar]
    state: ProceedingState | None = None
    procedure: BlockProcedure | None = None
    holders: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan | None:
        """The procedure as of the day it was opened on; None where its text is not kept, or covers no such day."""
        if self.procedure is None or self.state is None:
            return None
        try:
            return self.procedure.in_force(date.fromisoformat(self.state.policy.partition("/")[2]))
        except (LookupError, ValueError):
            return None

    @property
    def counting(self) -> Counting:
        """How days are counted for it, for its whole life."""
        return standard_counting().in_force(local_date(self.chain[0].act.at))


def why_step(dossier: ProceedingDossier, seq: int, told: Iterable[Telling] = (), *, full: bool = False) -> Explanation:
    """Why the act of that number in its chain happened; what people wrote is repeated only in `full`.

    Raises KeyError for a number the chain does not have.
    """
    one = next((one for one in dossier.chain if one.seq == seq), None)
    if one is None:
        raise KeyError(seq)
    plan, act = dossier.plan, one.act
    block = _block(plan, act.step)
    clocks = tuple(_clocks_of(dossier, one, block))
    follows: tuple[Words, ...] = ()
    can: tuple[Way, ...] = ()
    if one.seq == dossier.chain[-1].seq:
        follows, can = tuple(_follows(dossier, plan)), tuple(_can(dossier, plan))
    else:
        follows = (_next_act(dossier, one),)
    return Explanation(
        target=dossier.target,
        title=_title(dossier),
        seq=seq,
        act=act.act,
        at=act.at,
        happened=tuple(_happened(act, block, full=full)),
        rule=_rule(dossier, plan, act, block, clocks),
        facts=tuple(_facts(dossier, one)),
        clocks=clocks,
        told=tuple(told),
        could=tuple(_could(dossier, act, block)),
        instead=tuple(_instead(dossier, act, block)),
        follows=follows,
        can=can,
        since=tuple(_since(dossier, one)),
    )


def why_stands(dossier: ProceedingDossier, told: Iterable[Telling] = (), *, full: bool = False) -> Explanation:
    """Why it stands as it does: which step is awaited of whom until when, whence the date, and what comes next."""
    state, plan = dossier.state, dossier.plan
    if state is None or state.terms is None:
        found = why_step(dossier, dossier.chain[-1].seq, told, full=full)
        return found.model_copy(update={"seq": None, "act": None, "at": None})
    block = None if state.over or plan is None else plan.steps[state.step]
    clocks = tuple(
        _counted(dossier, clock)
        for clock in sorted(state.clocks.values(), key=lambda clock: (clock.due_at, clock.kind))
    )
    return Explanation(
        target=dossier.target,
        title=state.terms.title,
        seq=None,
        act=None,
        at=None,
        happened=tuple(_standing(dossier, state, plan, block)),
        rule=_rule_named(dossier, plan, "", block, state.policy, clocks[0].calendar if clocks else "", (), clocks),
        facts=tuple(_facts(dossier, dossier.chain[-1], last=True)),
        clocks=clocks,
        told=tuple(told),
        follows=tuple(_follows(dossier, plan)),
        can=tuple(_can(dossier, plan)),
    )


def about_step(act: Act) -> About:
    """What there is to say of an act of a proceeding."""
    return PROCEEDING_ABOUT.get(act.act) or GENERAL_ABOUT.get(act.act) or _UNSAID


_UNSAID = About(both("记录在案", "it is on record"), "step")


# --- what happened ----------------------------------------------------------------------------------------------------


def _title(dossier: ProceedingDossier) -> str | None:
    return dossier.state.terms.title if dossier.state and dossier.state.terms else None


def _block(plan: Plan | None, step: str | None) -> Block | None:
    return next((block for block in plan.steps if block.name == step), None) if plan else None


def _happened(act: Act, block: Block | None, *, full: bool) -> Iterator[Words]:
    words = about_step(act).words
    by = (f",由{speaker(act)}", f", by {speaker_en(act)}") if act.by else ("", "")
    yield Words(
        zh=f"{moment(act.at, weekday=True)} {act_words(act.act)}{by[0]}:{words.zh}。",
        en=f"{moment(act.at)} {act.act.value}{by[1]}: {words.en}.",
    )
    if block is not None:
        zh, en = BLOCK_TITLES[type(block)]
        yield Words(zh=f"所属环节:{block.title}({zh})。", en=f"Of the step {block.name}, {en}.")
    if act.act is ActName.REFUSED:
        do = str(act.detail.get("do", "open"))
        name = PROCEEDING_TITLES.get(do) or TITLES.get(do) or ("开办" if do == "open" else do)
        yield Words(zh=f"所提操作:{name}。", en=f"The command: {do}.")
        yield Words(zh="不予受理的理由", en=f"the reason: {act.reason}")
    elif act.act is ActName.CONCLUDED and act.reason is not None and act.reason in CONCLUSIONS:
        yield Words(zh=f"结果:{CONCLUSIONS[act.reason]}。", en=f"How it ended: {act.reason}.")
    elif act.act is ActName.MATTER_LAUNCHED:
        yield Words(zh=f"督办事项:{act.reason}。", en=f"The matter: {act.reason}.")
    elif act.act is ActName.FINDING_WITHDRAWN:
        yield Words(zh=f"撤回的认定:{act_words(ActName(act.reason or ''))}。", en=f"Withdrawn: {act.reason}.")
    elif full and act.reason:
        yield Words(zh=f"所述理由:{act.reason}", en="(the reason as it was written)")
    yield from _figures(act)


def _figures(act: Act) -> Iterator[Words]:
    if act.light:
        yield Words(zh=f"变为{LIGHTS[Light(act.light)]}。", en=f"It turned {act.light}.")
    if act.days_left is not None:
        yield Words(zh=f"距到期还有{act.days_left}个工作日。", en=f"{act.days_left} working days are left.")
    if act.due is not None:
        yield Words(zh=f"期限至 {moment(act.due, weekday=True)}。", en=f"Due {moment(act.due)}.")
    if act.subject:
        subject = VALUE_WORDS.get(act.subject, act.subject)
        yield Words(zh=f"所涉:{subject}。", en=f"It concerns {act.subject}.")
    if act.value:
        yield Words(zh=f"数值:{value_words(act)}。", en=f"The value: {act.value}.")
    if act.count is not None:
        yield Words(zh=f"次数或件数:{act.count}。", en=f"The count: {act.count}.")


def _heard(block: Block) -> Words:
    """What a step takes, each with the name that programs have for it."""
    accepted = [_DO[kind] for kind in BLOCKS[type(block)].heard]
    names = "、".join(f"{PROCEEDING_TITLES.get(do) or TITLES.get(do, do)}({do})" for do in accepted)
    return Words(zh=names, en=", ".join(accepted))


def _standing(
    dossier: ProceedingDossier, state: ProceedingState, plan: Plan | None, block: Block | None
) -> Iterator[Words]:
    yield Words(
        zh=f"状态:{PROCEEDING_STAGES[state.stage]};灯:{LIGHTS[state.light]}。",
        en=f"Stage: {state.stage.value}; light: {state.light.value}.",
    )
    if block is not None and plan is not None:
        zh, en = BLOCK_TITLES[type(block)]
        yield Words(
            zh=f"现处第{state.step + 1}个环节(共{len(plan.steps)}个):{block.title}({zh}),第{state.round}轮。",
            en=f"Step {state.step + 1} of {len(plan.steps)}: {block.name}, {en}; round {state.round}.",
        )
        roles = _roles(state.by)
        posts = "、".join(dossier.holders)
        yield Words(
            zh=f"待办:{roles.zh}{f'({posts})' if posts else ''}。",
            en=f"Waits for: {roles.en}{f' ({posts})' if posts else ''}.",
        )
        heard = _heard(block)
        yield Words(zh=f"本环节可办:{heard.zh}。", en=f"The step takes: {heard.en}.")
    if state.missed:
        yield Words(zh=f"本环节已逾期{state.missed}次。", en=f"The step has been missed {state.missed} times.")
    if state.paused:
        since = moment(state.stops[-1].from_at)
        yield Words(zh=f"计时自 {since} 中止。", en=f"Time stands still since {since}.")
    if state.linked_to:
        yield Words(zh=f"并入 {state.linked_to}。", en=f"It goes on with {state.linked_to}.")
    if state.links:
        yield Words(zh=f"关联件:{'、'.join(state.links)}。", en=f"Linked to it: {', '.join(state.links)}.")
    if state.launched:
        yield Words(
            zh=f"由此启动的督办事项:{'、'.join(state.launched[-5:])}(共{len(state.launched)}件)。",
            en=f"Matters launched from it: {', '.join(state.launched[-5:])} ({len(state.launched)} altogether).",
        )


def _roles(roles: Iterable[Role]) -> Words:
    named = [ROLES[role] for role in roles]
    return Words(zh="、".join(zh for zh, _ in named) or "无", en=", ".join(en for _, en in named) or "nobody")


# --- by which rule ----------------------------------------------------------------------------------------------------


def _rule(
    dossier: ProceedingDossier, plan: Plan | None, act: Act, block: Block | None, clocks: Sequence[Counted]
) -> Rule:
    ruling = act.ruling
    entry = ruling.entry if ruling is not None else about_step(act).rule
    policy = ruling.policy if ruling is not None else dossier.state.policy if dossier.state else ""
    rules = ruling.rules if ruling else ()
    found = _rule_named(dossier, plan, entry, block, policy, ruling.calendar if ruling else "", rules, clocks)
    return found.model_copy(update={"provisional": bool(act.provisional) if act.due is not None else None})


def _rule_named(  # noqa: PLR0917 - what a ruling holds
    dossier: ProceedingDossier,
    plan: Plan | None,
    entry: str,
    block: Block | None,
    policy: str,
    calendar: str,
    rules: Sequence[str],
    clocks: Sequence[Counted],
) -> Rule:
    """The step's rule, or a general one, with the parameters of the step and the counting rules that mattered."""
    named = _block(plan, entry) or (block if not entry or rule_of_entry(entry) is None else None)
    known = block_rule(type(named)) if named is not None else rule_of_entry(entry) or _STEP_RULE
    words = known.words
    if named is not None:
        zh, en = _missed(named)
        words = Words(zh=f"{named.title}:{words.zh}{zh}", en=f"{named.name}: {words.en}{en}")
    note = None
    if policy and dossier.procedure is None:
        note = Words(
            zh="本记录库未留存该版本的文本,其参数及出处无从列出",
            en="the text of this version is not kept here: its numbers and sources cannot be shown",
        )
    used = {*rules, *(rule for clock in clocks for rule in clock.rules)}
    return Rule(
        entry=entry or (named.name if named else "end"),
        words=words,
        contract=f"docs/contract/{known.contract}",
        note=note,
        policy=policy,
        calendar=calendar,
        numbers=tuple(_numbers(dossier, plan, named or block)),
        counting=tuple(_counting(dossier, used)),
    )


_STEP_RULE = RuleWords(
    both("按程序文件所写的环节办理", "as the procedure file says of the step"), "mechanisms.md 1",
)  # fmt: skip


def _numbers(dossier: ProceedingDossier, plan: Plan | None, block: Block | None) -> Iterator[Number]:
    """The parameters that the step takes its numbers from: name in the file, value of the day, source."""
    if plan is None or dossier.procedure is None or block is None:
        return
    values = dossier.procedure.values(date.fromisoformat(plan.key.partition("/")[2]))
    for field, name in dossier.procedure.uses(block.name):
        yield Number(name=f"{name}({field})", value=str(values[name]), source=plan.sources[name])


def _counting(dossier: ProceedingDossier, used: Iterable[str]) -> Iterator[CountingRule]:
    for rule in sorted(used, key=lambda rule: int(rule[1:])):
        yield CountingRule(
            rule=rule,
            words=Words(zh=COUNTING_ZH.get(rule, rule), en=COUNTING_EN.get(rule, rule)),
            sources=tuple(
                f"{value.name} = {value.value}: {value.source}"
                for value in standard_counting().sources(local_date(dossier.chain[0].act.at))
                if value.rule == rule and value.name not in _HOURS
            ),
        )


def _missed(block: Block) -> tuple[str, str]:
    """What becomes of the step when its time is over, as the end of a sentence; empty without a limit."""
    missed = block.missed
    if block.limit is None:
        return "", ""
    zh, en = "", ""
    match missed.then:
        case Then.CONSENT:
            zh, en = f";逾期依法视为同意({missed.law})", f"; silence is a consent by law ({missed.law})"
        case Then.LAPSE:
            zh, en = ";逾期失效", "; it lapses when it is missed"
        case Then.NEXT:
            zh, en = ";逾期转入下一环节", "; the next step begins when it is missed"
        case Then.WAIT:
            zh, en = ";逾期报上一级,仍须办理", "; missed, it is told above and still owed"
    if missed.urge:
        zh, en = (
            f"{zh};{in_words(missed.urge)}后催办",
            f"{en}; a letter urges it {in_words(missed.urge, english=True)} later",
        )
    if missed.again:
        zh, en = (
            f"{zh};每{in_words(missed.again)}再报一级",
            f"{en}; one organ higher each {in_words(missed.again, english=True)}",
        )
    if missed.supervise:
        zh, en = (
            f"{zh};启动{in_words(missed.supervise)}的督办事项",
            f"{en}; a matter of {in_words(missed.supervise, english=True)} is launched",
        )
    if missed.propose:
        zh, en = (
            f"{zh};建议启动问责({in_words(missed.propose.value)})",
            f"{en}; a case is proposed ({missed.propose.value})",
        )
    return zh, en


# --- the clocks -------------------------------------------------------------------------------------------------------


def _stops(state: ProceedingState) -> tuple[tuple[datetime, datetime], ...]:
    return tuple((stop.from_at, stop.to_at) for stop in state.stops if stop.to_at is not None)


def _clocks_of(dossier: ProceedingDossier, one: Numbered, block: Block | None) -> Iterator[Counted]:
    """The clock that the act set, or rests on: of the step's beginning before it, where its days come to the record."""
    act, state = one.act, dossier.state
    if state is None or block is None:
        return
    running = [clock for clock in state.clocks.values() if act.due is not None and clock.due_at == act.due]
    if running:
        yield from (_counted(dossier, clock) for clock in running[:1])
        return
    if act.act in _SETS and act.due is not None:
        kind, field = _SETS[act.act]
        limit = getattr(block, field, None)
        clock = _recorded(act, block.name, kind, limit, act.at) if limit else None
        if clock is not None and (found := _counted(dossier, clock)).agrees:
            yield found.model_copy(update={"started_by": one.seq})
        return
    begun = next(
        (
            other
            for other in reversed(dossier.chain)
            if other.seq <= one.seq and other.act.act is ActName.STEP_BEGUN and other.act.step == act.step
        ),
        None,
    )
    if begun is None or begun.act.due is None or act.act not in _RESTS_ON_LIMIT:
        return
    clock = _of_beginning(dossier, state, begun.act, block)
    if clock is not None:
        found = _counted(dossier, clock)
        if found.agrees:
            yield found.model_copy(update={"started_by": begun.seq})


_SETS = {
    ActName.NOTICE_POSTED: (StepClockKind.NOTICE, "length"),
    ActName.OBJECTION_RAISED: (StepClockKind.SIDE, "answer"),
    ActName.PAPER_SENT: (StepClockKind.SIDE, "receipt"),
    ActName.RECEIPT_REFUSED: (StepClockKind.SIDE, "settle"),
    ActName.GRANTED: (StepClockKind.VALIDITY, "validity"),
    ActName.CONSENT_DEEMED: (StepClockKind.VALIDITY, "validity"),
    ActName.ROUTED: (StepClockKind.SIDE, "objection"),
    ActName.ROUTING_OBJECTED: (StepClockKind.SIDE, "decision"),
}
"""Which clock an act sets, and the field of the block that its limit is."""

_RESTS_ON_LIMIT = frozenset(
    {ActName.STEP_BEGUN, ActName.STEP_OVERDUE, ActName.REMINDED, ActName.CONSENT_DEEMED, ActName.ACCEPTANCE_DEEMED}
)


def _of_beginning(dossier: ProceedingDossier, state: ProceedingState, begun: Act, block: Block) -> StepClock | None:
    """The clock that the step began with, as its beginning recorded it."""
    terms = state.terms
    if terms is None or block.limit is None or begun.due is None:
        return None
    start = begun.at
    if block.counted is CountedFrom.OPENING:
        start = terms.received_at
    elif block.counted is CountedFrom.EVENT and terms.event_on is not None:
        start = datetime.combine(terms.event_on, dossier.counting.opening, begun.at.tzinfo)
    return _recorded(begun, block.name, StepClockKind.STEP, block.limit, start)


def _recorded(act: Act, step: str, kind: StepClockKind, limit: str, started_at: datetime) -> StepClock | None:
    """A clock as the act recorded it; None for one without a due instant."""
    if act.due is None:
        return None
    ruling = act.ruling
    return StepClock(
        kind=kind, step=step, started_at=started_at, limit=limit, due_at=act.due, last_day=local_date(act.due),
        rules=ruling.rules if ruling else (), calendar=ruling.calendar if ruling else "",
    )  # fmt: skip


def _counted(dossier: ProceedingDossier, clock: StepClock) -> Counted:
    """The days of a clock, counted as its kind is: on, back from the event (R12), or without rolling (R15)."""
    state = dossier.state
    name = STEP_CLOCKS[clock.kind][0]
    blank = Counted(
        kind=clock.kind, name=name, started_at=clock.started_at, started_by=None, limit=clock.limit,
        due_at=clock.due_at, derived_at=None, calendar=clock.calendar, rules=clock.rules,
    )  # fmt: skip
    if clock.kind is StepClockKind.OCCURRENCE:
        return blank.model_copy(update={"derived_at": clock.due_at})
    terms = state.terms if state else None
    if "R12" in clock.rules:
        return _back(blank, clock, terms.event_on if terms else None, dossier)
    if clock.kind in _WINDOWS:
        return _window(blank, clock, dossier)
    stopped = state.stops[-1].from_at if state and state.paused and clock.kind is not StepClockKind.PAUSE else None
    found = counted_clock(
        clock.kind, clock, _stops(state) if state else (), dossier.calendars, dossier.counting, stopped
    )
    return found.model_copy(update={"rules": clock.rules or found.rules})


def _calendar(dossier: ProceedingDossier, version: str) -> Calendar:
    return dossier.calendars.get(version) or list(dossier.calendars.values())[-1]


def _window(blank: Counted, clock: StepClock, dossier: ProceedingDossier) -> Counted:
    calendar = _calendar(dossier, clock.calendar)
    start = local_date(clock.started_at)
    last = validity_end(start, parse_limit(clock.limit), calendar)
    midnight = datetime.combine(last + timedelta(days=1), datetime.min.time(), clock.due_at.tzinfo)
    days = [
        CountedDay(date=day, counted=number, zh="连续计算,不顺延", en="runs on, days off included",
                   provisional=not calendar.is_official(day))
        for number, day in enumerate(_days(start + timedelta(days=1), last), 1)
    ]  # fmt: skip
    return blank.model_copy(update={"derived_at": midnight, "days": tuple(days[:_LONGEST_LIST])})


def _back(blank: Counted, clock: StepClock, event_on: date | None, dossier: ProceedingDossier) -> Counted:
    """Each day before the event back to the latest one that keeps the distance (R12)."""
    if event_on is None:
        return blank
    calendar, limit = _calendar(dossier, clock.calendar), parse_limit(clock.limit)
    last = latest_day_before(limit, event_on, calendar)
    days, number = [], 0
    for day in reversed(list(_days(last, event_on - timedelta(days=1)))):
        why = calendar.why(day)
        counts = why.working or limit.unit.value != "wd"
        number += 1 if counts else 0
        days.append(CountedDay(date=day, counted=number if counts else None, zh=why.zh, en=why.en,
                               provisional=not calendar.is_official(day)))  # fmt: skip
    derived = clock.due_at if last == clock.last_day else None
    return blank.model_copy(update={"derived_at": derived, "days": tuple(days[:_LONGEST_LIST])})


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


# --- facts, and what could be done ------------------------------------------------------------------------------------


def _facts(dossier: ProceedingDossier, one: Numbered, *, last: bool = False) -> Iterator[Fact]:
    """The acts it is read against, by number: the beginning of its step, what moved its clock, what it came with."""
    before = [other for other in dossier.chain if other.seq < one.seq or (last and other.seq == one.seq)]
    chosen = {other.act.act: other for other in before if other.act.act in _TELLING}
    found = {other.seq: other for other in chosen.values()}
    found |= {other.seq: other for other in before if other.act.at == one.act.at}
    if before:
        found.setdefault(before[-1].seq, before[-1])
    for seq in sorted(found):
        yield _fact(found[seq])
    terms = dossier.state.terms if dossier.state else None
    if terms is not None and terms.event_on is not None:
        yield Fact(words=Words(zh=f"所涉事件之日:{terms.event_on}", en=f"the day of the event: {terms.event_on}"))
    block = _block(dossier.plan, one.act.step)
    if block is not None and block.limit is not None:
        yield Fact(words=COUNTED_FROM[block.counted.value])


def _fact(one: Numbered) -> Fact:
    act = one.act
    zh, en = act_words(act.act), act.act.value
    if act.step:
        en = f"{en} {act.step}"
    if act.light:
        zh, en = f"{zh} {LIGHTS[Light(act.light)]}", f"{en} {act.light}"
    if act.by:
        zh, en = f"{zh},{speaker(act)}", f"{en}, by {speaker_en(act)}"
    if act.due:
        zh, en = f"{zh},限 {moment(act.due)}", f"{en}, due {moment(act.due)}"
    return Fact(seq=one.seq, at=act.at, words=Words(zh=zh, en=en))


def _could(dossier: ProceedingDossier, act: Act, block: Block | None) -> Iterator[Way]:
    """Who could have kept the step from running out; empty for any other act."""
    if act.act not in (ActName.STEP_OVERDUE, ActName.CONSENT_DEEMED, ActName.ACCEPTANCE_DEEMED) or block is None:
        return
    yield from _ways(block, block.by, act.at, dossier)


def _can(dossier: ProceedingDossier, plan: Plan | None) -> Iterator[Way]:
    """Who can take the step under way, and how, before what follows."""
    state = dossier.state
    if state is None or state.over or plan is None:
        return
    due = next_due(state)
    yield from _ways(plan.steps[state.step], state.by, due.at if due else None, dossier)


def _ways(block: Block, by: Sequence[Role], until: datetime | None, dossier: ProceedingDossier) -> Iterator[Way]:
    roles = _roles(by)
    posts = "、".join(dossier.holders)
    who = f"{roles.zh} {roles.en}{f' ({posts})' if posts else ''}"
    for kind in BLOCKS[type(block)].heard:
        do = _DO[kind]
        yield Way(
            who=_others(do) or who, words=Words(zh=PROCEEDING_TITLES.get(do) or TITLES.get(do, do), en=do), until=until
        )
    if block.more_time is not None:
        yield Way(
            who=who, until=until,
            words=Words(zh=f"到期前申请延长(最长{in_words(block.more_time.longest)})", en="ask for more time, once"),
        )  # fmt: skip
    if block.pauses:
        yield Way(
            who=who, until=until,
            words=Words(zh=f"因所列事由中止计时({'、'.join(block.pauses)})", en="stop the time, for a reason it names"),
        )  # fmt: skip


def _others(do: str) -> str | None:
    """Who gives this command where it is not for who owes the step; None where it is."""
    allowed = PROCEEDING_NEEDS[do].any_of
    if Relation.STEP_HOLDER in allowed:
        return None
    return "、".join(" ".join(RELATIONS[one]) for one in allowed)


def _instead(dossier: ProceedingDossier, act: Act, block: Block | None) -> Iterator[Words]:
    """What would have been accepted in place of what was refused."""
    if act.act is not ActName.REFUSED:
        return
    entry = act.ruling.entry if act.ruling else "stage"
    general = rule_of_entry(entry) or _general(entry)
    own = block or _block(dossier.plan, entry)
    if general is not None and general.accepts is not None:
        yield general.accepts
    elif own is not None and (accepts := block_rule(type(own)).accepts) is not None:
        yield accepts
    plan, state = dossier.plan, dossier.state
    if plan is None or state is None or state.over:
        return
    here = plan.steps[state.step]
    heard = _heard(here)
    yield Words(zh=f"现处环节 {here.title} 可办:{heard.zh}。", en=f"The step under way takes: {heard.en}.")


def _general(entry: str) -> RuleWords | None:
    """`authority.office` is refused as `authority` is."""
    head = entry.partition(".")[0]
    return rule_of_entry(head) if head != entry else None


def _follows(dossier: ProceedingDossier, plan: Plan | None) -> Iterator[Words]:
    state = dossier.state
    if state is None:
        return
    due = next_due(state)
    if due is None:
        yield (
            _ALWAYS
            if state.over
            else Words(zh="本环节没有时限,等待办理。", en="The step has no limit, and waits to be taken.")
        )
        return
    if due.reminder is not None:
        yield Words(
            zh=f"{moment(due.at, weekday=True)} 到期提醒(还有{due.reminder.days_left}个工作日)。",
            en=f"{moment(due.at)}: a reminder, {due.reminder.days_left} working days left.",
        )
    for clock in sorted(state.clocks.values(), key=lambda clock: clock.due_at):
        if state.paused and clock.kind not in (StepClockKind.PAUSE, StepClockKind.VALIDITY):
            continue
        name, ends = STEP_CLOCKS[clock.kind]
        block = _block(plan, clock.step)
        more = _missed(block) if block is not None and clock.kind is StepClockKind.STEP else ("", "")
        yield Words(
            zh=f"{moment(clock.due_at, weekday=True)} {name.zh}到期:{ends.zh}{more[0]}。",
            en=f"{moment(clock.due_at)}, the end of {name.en}: {ends.en}{more[1]}.",
        )


def _next_act(dossier: ProceedingDossier, one: Numbered) -> Words:
    other = next(other for other in dossier.chain if other.seq > one.seq)
    return Words(
        zh=f"其后:第{other.seq}条 {act_words(other.act.act)},{moment(other.act.at)}。",
        en=f"What came next: act {other.seq}, {other.act.act.value}, {moment(other.act.at)}.",
    )


def _since(dossier: ProceedingDossier, one: Numbered) -> Iterator[Words]:
    """What became of an overdue step: withdrawn under a later calendar."""
    if one.act.act is not ActName.STEP_OVERDUE:
        return
    for other in dossier.chain:
        if other.seq > one.seq and other.act.act is ActName.FINDING_WITHDRAWN and other.act.step == one.act.step:
            yield Words(
                zh=f"第{other.seq}条已撤回这一认定({moment(other.act.at)})。",
                en=f"Act {other.seq} took this finding back ({moment(other.act.at)}).",
            )
