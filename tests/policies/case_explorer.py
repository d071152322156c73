"""Walks every reachable state of a case with a small cast, saying everything everywhere, and judges every transition.

    python -m tests.policies.case_explorer [--bound N] [--cast NAME] [--deep]

In each state every message of the cast is said by every post, and time passes to each due instant ahead; a message that
comes before, at or after an instant, twice, late or stale is a path of these. States are equal when they differ only in
instants: what counts of time is which clocks run, and in which order they run out. `--deep` gives every cast every
message. Prints what was visited; exits 1 on the first broken guarantee, with the path to it.
"""

import argparse
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from time import perf_counter
from typing import Any

from pydantic import TypeAdapter

from models.case_messages import CaseCommand, DropCase, NoteFailure, OpenCase
from models.cases import OPEN, CaseStage, CaseState
from models.directory import Organ
from models.matters import MatterTerms, Severity, Urgency
from policies.calendar import standard_calendar
from policies.case import RULES, CaseRules, CaseStep, blank, step
from policies.counting import counting
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from policies.drafting import Facts
from policies.procedures import STANDARD, shipped
from tests.policies.case_invariants import Seen, violations

START = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
_COMMAND: TypeAdapter[Any] = TypeAdapter(CaseCommand)
TERMINAL = frozenset(CaseStage) - OPEN - {CaseStage.BLANK, CaseStage.DECIDED, CaseStage.NOT_ADOPTED}
_INSTANT = timedelta(seconds=1)

CITY = Organ(name="市政府", head="市长", handler="市府办")
DISTRICT = Organ(name="区政府", head="区长", handler="区府办", parent="市政府")
OFFICE = Organ(name="督查室", head="督查主任", handler="督查岗", parent="区政府")
BUREAU = Organ(name="教育局", head="局长", handler="教育岗", parent="区政府")
PERSONNEL = Organ(name="组织部", head="组织部长", handler="组织岗", independent=True)
COMMISSION = Organ(name="监委", head="监委主任", handler="监委岗", independent=True)


@dataclass(frozen=True)
class Cast:
    """A small world: who there is, who plays what in the case, which posts speak, and what can be said beside the rest.

    `opened_by` is the post of the office that proposes the case; None: the engine, on a recorded overdue clock.
    `registers` are outside bodies that the office registers where everybody has taken part and nobody is left.
    """

    name: str
    subject: str
    organs: tuple[Organ, ...] = (CITY, DISTRICT, OFFICE, BUREAU, COMMISSION)
    leader: str = "区长"
    office: str = "督查室"
    lead: str = "教育局"
    panel: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    severity: Severity = Severity.ORDINARY
    opened_by: str | None = None
    speakers: tuple[str, ...] = ("市长", "区长", "督查岗", "局长", "监委主任")
    choices: tuple[str, ...] = ("proposed", "dismiss")
    recusing: tuple[str, ...] = ()
    extras: frozenset[str] = frozenset()
    registers: tuple[Organ, ...] = (PERSONNEL,)

    def facts(self, *, registered: bool = False) -> Facts:
        """What the rules rely on; nobody has been held to account before. `registered`: with `registers` among all."""
        organs = (*self.organs, *self.registers) if registered else self.organs
        return Facts(
            policy=shipped(STANDARD).in_force(START.date()),
            calendar=standard_calendar(),
            counting=counting(START.date()),
            directory=Directory(organs),
            measures_decided=lambda *_: 0,
        )

    def opening(self) -> Any:
        """The message that opens the case."""
        if self.opened_by is not None:
            said = {"do": "propose", "by": self.opened_by, "subject": self.subject, "facts": "检查发现"}
            parties = {"leader": self.leader, "panel": list(self.panel), "reviewers": list(self.reviewers)}
            return _COMMAND.validate_python(
                {**said, **parties, "severity": self.severity, "message_id": "opening", "office": self.office}
            )
        terms = MatterTerms(
            title="校舍加固",
            lead=self.lead,
            office=self.office,
            leader=self.leader,
            limit="5wd",
            basis="会议决定",
            urgency=Urgency.PLAIN,
            severity=self.severity,
            panel=self.panel,
            reviewers=self.reviewers,
        )
        return OpenCase(message_id="opening", matter_id="m1", subject=self.subject, severity=self.severity, terms=terms)

    def messages(self, *, deep: bool = False) -> tuple[Any, ...]:
        """All that is ever said: every command by every post, and what the matter says."""
        said = [say(by, **command) for by in self.speakers for command in self._commands(deep)]
        relayed = [NoteFailure(message_id="failure"), self.opening()]
        if deep or "drop" in self.extras:
            relayed += [DropCase(message_id="drop")]
        return (*said, *relayed)

    def _commands(self, deep: bool) -> Iterator[dict[str, Any]]:
        for do, fields in _PLAIN.items():
            yield {"do": do, **fields}
        yield {"do": "investigate", "posts": ["区府办", "教育岗"], "text": "属实"}
        yield {"do": "investigate", "posts": ["区府办", "市府办"], "text": "属实"}
        yield from ({"do": "vote", "choice": choice, "reason": "情节轻微"} for choice in self.choices)
        yield from ({"do": "recuse", "member": post, "reason": "利害关系"} for post in self.recusing)
        for name in sorted(_EXTRAS if deep else self.extras - {"drop"}):
            yield from _EXTRAS[name]


_TALK = {"kind": "talk_record", "persons": ["区长", "局长"], "place": "会议室", "time": "今天", "content": "诫勉"}
_PLAIN: dict[str, dict[str, Any]] = {
    "file": {},
    "decline": {"reason": "不足以立案"},
    "notify_facts": {"text": "未在整改期限内报结", "receipt": "本人签收"},
    "give_statement": {"text": "材料供应延误"},
    "waive_statement": {},
    "answer_statement": {"text": "已核实"},
    "decide": {},
    "serve": {"receipt": "签收回执"},
    "execute": {"evidence": {**_TALK, "letter": "建议函", "order": "责令", "notice": "1", "report": "1",
                             "verification": "1", "medium": "区政府网", "text": "全文", "receipt": "签收",
                             "reply": "同意", "kind": ""}},
    "record": {},
    "request_review": {"text": "请复核"},
    "decide_review": {"outcome": "upheld"},
}  # fmt: skip
_EXTRAS: dict[str, list[dict[str, Any]]] = {
    "mitigate": [{"do": "mitigate", "reason": "主动报告"}],
    "aggravate": [{"do": "aggravate", "reason": "隐瞒"}],
    "heavier": [{"do": "notify_facts", "text": "新查明的事实", "receipt": "本人签收", "measure": "P4"}],
    "review": [
        {"do": "decide_review", "outcome": "revoked"},
        {"do": "decide_review", "outcome": "lighter", "measure": "P0"},
        {"do": "decide_review", "outcome": "lighter", "measure": "P10"},
    ],
    "withdraw": [{"do": "withdraw", "reason": "重复"}],
    "prolong": [{"do": "prolong", "reason": "案情复杂"}],
    "document": [
        {"do": "execute", "evidence": {"letter": "建议函", "order": "责令"}, "document": "区委组织部文件1号"},
        {"do": "execute", "document": "区委组织部文件2号", "adopted": False},
    ],
    "refer": [{"do": "refer", "track": "Z1", "to": "监委", "document": "移送函", "receipt": "签收"}],
    "choice": [{"do": "decide", "choice": "P10"}, {"do": "decide", "choice": "P0", "reason": "情节轻微"}],
    "exempt": [{"do": "vote", "choice": "exempt", "criterion": "不可抗力", "reason": "暴雨"}],
}


def say(by: str, **fields: Any) -> Any:
    """The command of a case with these fields, said by a post."""
    return _COMMAND.validate_python({"message_id": f"{by}:{fields['do']}", "by": by, **fields})


CASTS = (
    Cast("普通案件 an ordinary case", "局长", panel=("区长", "监委主任", "督查主任"), reviewers=("监委岗",),
         speakers=("市长", "区长", "督查岗", "局长", "监委主任", "监委岗"), choices=("proposed",)),
    Cast("两人会议,可回避 two members who may recuse", "局长", panel=("区长", "监委主任"), reviewers=("监委岗",),
         recusing=("区长",), speakers=("市长", "区长", "督查岗", "局长", "监委主任", "监委岗"),
         choices=("proposed", "dismiss")),
    Cast("督查室提出,提出者兼复核 proposed by the office, the proposer reviews", "局长", opened_by="督查岗",
         panel=("区长", "督查岗"), reviewers=("督查岗",), extras=frozenset({"review"})),
    Cast("领导本单位 the leader's own organ", "区府办", panel=("区长", "监委主任"), lead="区政府",
         speakers=("市长", "区长", "督查岗", "区府办", "监委主任"), extras=frozenset({"withdraw"})),
    Cast("被问责人是领导 the leader himself", "区长", panel=("区长", "监委主任", "督查主任"), lead="区政府",
         speakers=("市长", "区长", "督查岗", "监委主任", "监委岗", "组织部长"), choices=("proposed",)),
    Cast("最高一级,有外部机关 the top organ, an outside body", "市府办", leader="市长", office="市政府", lead="市政府",
         speakers=("市长", "市府办", "监委主任", "监委岗", "组织部长"), panel=("市长",)),
    Cast("最高一级,无外部机关 the top organ, nobody outside", "市府办", leader="市长", office="市政府", lead="市政府",
         organs=(CITY, DISTRICT), speakers=("市长", "市府办", "监委主任", "监委岗", "组织部长"),
         registers=(COMMISSION, PERSONNEL)),
    Cast("无会议的重大案件 a grave case without a panel", "局长", severity=Severity.GRAVE,
         extras=frozenset({"document", "choice", "drop", "refer"})),
    Cast("从轻从重 lighter and heavier", "局长", panel=("区长", "监委主任"), reviewers=("监委岗",),
         speakers=("市长", "区长", "督查岗", "局长", "监委主任", "监委岗"), choices=("proposed",),
         extras=frozenset({"mitigate", "aggravate", "heavier"})),
    Cast("督查室自己的案件 the office's own case", "督查主任", lead="督查室", panel=("区长", "督查主任", "监委主任"),
         speakers=("市长", "区长", "督查主任", "监委主任", "监委岗"), choices=("proposed",)),
    Cast("单位的案件 a case against an organ", "教育局", opened_by="督查岗", panel=("区长", "监委主任"),
         reviewers=("监委岗",), speakers=("市长", "区长", "督查岗", "局长", "监委主任", "监委岗"),
         choices=("proposed",), extras=frozenset({"prolong"})),
    Cast("容错 exemption", "局长", panel=("区长", "监委主任"), reviewers=("监委岗",),
         speakers=("市长", "区长", "督查岗", "局长", "监委主任", "监委岗"), choices=("proposed", "P0"),
         extras=frozenset({"exempt"})),
)  # fmt: skip


@dataclass(frozen=True)
class Node:
    """A state with what the ledger tells of it, one instant at which it can be met, and how it was come to."""

    state: CaseState
    seen: Seen
    now: datetime
    parent: "Node | None" = None
    label: str = ""
    registered: bool = False

    def path(self) -> list[str]:
        """The messages and instants that led here, first to last."""
        labels, node = [], self
        while node.parent is not None:
            labels.append(node.label)
            node = node.parent
        return labels[::-1]


class GuaranteeBroken(Exception):
    """A transition that the guarantees forbid, with the path to it."""


@dataclass
class Explored:
    """What a walk came to."""

    cast: str
    states: int = 0
    transitions: int = 0
    accepted: int = 0
    complete: bool = True
    seconds: float = 0.0
    stages: set[CaseStage] = field(default_factory=set)

    def __str__(self) -> str:
        whole = "全部 whole" if self.complete else "有界 bounded"
        return (
            f"{self.cast}: {self.states} 状态 states, {self.transitions} 转换 transitions"
            f" ({self.accepted} 受理 accepted), {self.seconds:.1f}s, {whole}"
        )


class _Walk:
    """The graph of one cast as far as it has been walked."""

    def __init__(self, cast: Cast, rules: CaseRules, bound: int | None, *, deep: bool) -> None:
        self.cast, self.rules, self.bound, self.deep = cast, rules, bound, deep
        self.facts = (cast.facts(), cast.facts(registered=True))
        more = replace(cast, speakers=tuple(organ.head for organ in cast.registers))
        self.messages = cast.messages(deep=deep)
        self.messages_then = (*self.messages, *more.messages(deep=deep))
        self.found = Explored(cast.name)
        self.nodes = [Node(blank("m1/case1"), Seen(), START)]
        self.edges: list[list[int]] = [[]]
        self._known: dict[object, int] = {_key(self.nodes[0], deep): 0}
        self._chance = Random(bound)  # noqa: S311 - a walk, not a secret

    def go(self, queue: deque[int]) -> None:
        """Walk on from these places, until there is nothing new or the bound is reached."""
        while queue:
            if self.bound is not None:
                # A walk that ends early sees the late steps of the procedure too.
                queue.rotate(self._chance.randrange(len(queue)))
            place = queue.popleft()
            for label, reached in self._successors(self.nodes[place]):
                new = self._place(replace(reached, parent=self.nodes[place], label=label), place)
                if new is not None:
                    queue.append(new)

    def _place(self, node: Node, before: int) -> int | None:
        """Where `node` stands, if it is new and there is room for it; the edge to it is kept either way."""
        key = _key(node, self.deep)
        known = self._known.get(key)
        if known is None and self.bound is not None and len(self._known) >= self.bound:
            self.found.complete = False
            return None
        if known is None:
            self._known[key] = len(self.nodes)
            self.nodes.append(node)
            self.edges.append([])
        self.edges[before].append(self._known[key])
        return None if known is not None else self._known[key]

    def register(self, stuck: Iterable[int]) -> deque[int]:
        """The states in which nobody is left, with outside bodies registered that had not been there."""
        found = [self._place(replace(self.nodes[one], registered=True), one) for one in stuck]
        return deque(one for one in found if one is not None)

    def _successors(self, node: Node) -> Iterator[tuple[str, Node]]:
        facts, at = self.facts[node.registered], node.now + _INSTANT
        for message in self.messages_then if node.registered else self.messages:
            reached = _judged(node, message, at, self.cast, facts, self.rules, self.found)
            if reached is not None:
                yield getattr(message, "message_id", ""), reached
        for clock in node.state.clocks.values():
            reached = _judged(node, None, max(clock.due_at, node.now), self.cast, facts, self.rules, self.found)
            if reached is not None:
                yield f"{clock.kind.value} 到期", reached


def explore(cast: Cast, *, rules: CaseRules = RULES, bound: int | None = None, deep: bool = False) -> Explored:
    """Walk the states of a cast; raises GuaranteeBroken with the path.

    All of them, nearest first, or with `bound` so many, here and there (the same ones each time). Where everybody has
    taken part and nobody is left, the office registers another outside body, and the walk goes on from there.
    """
    began = perf_counter()
    walk = _Walk(cast, rules, bound, deep=deep)
    walk.go(deque([0]))
    found = walk.found
    if found.complete:
        walk.go(walk.register(_stuck(walk.nodes, walk.edges)))
        stuck = _stuck(walk.nodes, walk.edges)
        if stuck:
            path = " → ".join(walk.nodes[stuck[0]].path())
            raise GuaranteeBroken(f"W8 no way on from {len(stuck)} states [{cast.name}] {path}")
    found.states, found.seconds = len(walk.nodes), perf_counter() - began
    found.stages = {one.state.stage for one in walk.nodes}
    return found


def _judged(  # noqa: PLR0917 - a transition is all of these
    node: Node, message: Any, at: datetime, cast: Cast, facts: Facts, rules: CaseRules, found: Explored
) -> Node | None:
    """The node that this leads to; None where nothing has changed."""
    result: CaseStep = step(node.state, message, at, facts, rules=rules)
    found.transitions += 1
    for broken in violations(node.state, node.seen, message, at, result, facts.directory):
        path = " → ".join([*node.path(), getattr(message, "message_id", "到期")])
        raise GuaranteeBroken(f"{broken} [{cast.name}] {path}")
    if message is not None and result.outcome is not None and not result.outcome.accepted and not result.struck:
        return None
    found.accepted += message is not None
    seen = node.seen
    for act in result.acts:
        seen = seen.after(act)
    return Node(result.state, seen, at, registered=node.registered)


def _key(node: Node, deep: bool) -> object:
    """What makes two states the same: all but instants, the words said, and how often more than once."""
    state = node.state
    order: object = frozenset(state.clocks)
    if deep:
        order = tuple(clock.kind for clock in sorted(state.clocks.values(), key=lambda one: (one.due_at, one.kind)))
    facts, window, decision, review, seen = state.facts, state.window, state.decision, state.review, node.seen
    hearing: object = (
        facts and (min(facts.number, 2), facts.heavier),
        (bool(state.statements), state.unanswered, state.waived),
        window and window.how,
        (state.ballot, tuple(sorted((vote.member, vote.choice) for vote in state.votes))),
        tuple(one.act for one in state.circumstances),
        state.prolonged,
    )
    if decision is not None and not deep:
        # How the hearing went has no bearing on what follows the decision; who took part in it has.
        hearing, seen = None, replace(seen, notices=0)
    return (
        state.stage,
        state.measure if decision is None else state.standing,
        order,
        tuple(sorted(kind for kind, climbed in state.climbed.items() if climbed and kind in state.clocks)),
        hearing,
        frozenset(state.recused),
        decision and (decision.measure, decision.by),
        (state.service is not None, state.execution is not None, state.recorded is not None),
        review and (review.outcome, review.after),
        seen,
        node.registered,
    )


def _stuck(nodes: Sequence[Node], edges: Sequence[Iterable[int]]) -> list[int]:
    """The places from which no end can be reached."""
    into: list[list[int]] = [[] for _ in nodes]
    for place, reached in enumerate(edges):
        for other in reached:
            into[other].append(place)
    ends = deque(place for place, node in enumerate(nodes) if node.state.stage in TERMINAL)
    reaching = set(ends)
    while ends:
        for place in into[ends.popleft()]:
            if place not in reaching:
                reaching.add(place)
                ends.append(place)
    return [place for place in range(len(nodes)) if place not in reaching]


def main() -> int:
    """Walk every cast and print what was visited."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bound", type=int, default=None, help="states of one cast at most")
    parser.add_argument("--cast", default="", help="only casts whose name contains this")
    parser.add_argument("--deep", action="store_true", help="every cast says everything there is to say")
    chosen = parser.parse_args()
    total = Explored("合计 total")
    for cast in CASTS:
        if chosen.cast in cast.name:
            found = explore(cast, bound=chosen.bound, deep=chosen.deep)
            print(found, flush=True)  # noqa: T201 - this is a command
            total.states += found.states
            total.transitions += found.transitions
            total.accepted += found.accepted
            total.seconds += found.seconds
            total.complete &= found.complete
    print(total)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
