"""Which commands may this post give to a case now?

Each is tried on the rules themselves, said as plainly as it can be said, and nothing of it is kept: what is offered
here can still be refused for what is said in it, and on record. Source: engine.md 4, 6.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, get_args

from models.base import Spoken
from models.case_messages import CaseCommand
from models.cases import CaseStage, CaseState, ReviewOutcome
from models.ladder import Effect, Ladder, Track
from policies import panel, seats
from policies.case import step
from policies.deadlines import local_date
from policies.directory import Directory
from policies.drafting import Facts
from policies.ladder import measures_of

_SHAPES: Mapping[str, type[Spoken]] = {str(shape.model_fields["do"].default): shape for shape in get_args(CaseCommand)}
OFFERED = tuple(_SHAPES)
"""The commands that are tried, in the order in which a page shows them: all that a case understands."""

_TEXT = "试问"
_SUBJECTS = 3
"""How many different subjects a proposal is tried against; what bars one post from all of them bars it."""

Words = dict[str, Any]


def shape_of(do: str) -> type[Spoken]:
    """The message of one of OFFERED; raises KeyError for any other."""
    return _SHAPES[do]


def offers(state: CaseState, post: str | None, at: datetime, facts: Facts) -> tuple[str, ...]:
    """Those of OFFERED that would be admitted from this post at the aware instant `at`; nothing to nobody's post."""
    if post is None or not facts.directory.has_post(post):
        return ()
    return tuple(do for do in OFFERED if any(_admitted(state, said, at, facts)
                                             for said in _tries(do, state, post, at, facts)))  # fmt: skip


def _admitted(state: CaseState, said: Any, at: datetime, facts: Facts) -> bool:
    outcome = step(state, said, at, facts).outcome
    return outcome is not None and outcome.accepted


def _tries(do: str, state: CaseState, post: str, at: datetime, facts: Facts) -> Iterator[Any]:
    for words in _ways(do, state, post, at, facts):
        yield _SHAPES[do](message_id="offer", by=post, **words)


def _ways(do: str, state: CaseState, post: str, at: datetime, facts: Facts) -> Iterator[Words]:
    """The command, said so that nothing is left out, in every way in which it may be admitted."""
    ladder, directory = _ladder(state, at, facts), facts.directory
    reason, receipt = {"reason": _TEXT}, {"receipt": {"kind": "signed", "text": _TEXT}}
    match do:
        case "propose":
            yield from ({"subject": one, "facts": _TEXT, **reason} for one in _subjects(directory, post))
        case "investigate":
            yield from ({"posts": posts, "text": _TEXT} for posts in _investigators(state, directory, post))
        case "notify_facts":
            yield {"text": _TEXT, **receipt}
        case "vote":
            for member in dict.fromkeys((post, *state.panel)):
                yield from ({"member": member, "choice": one, **reason} for one in (panel.PROPOSED, panel.DISMISS))
        case "recuse":
            posts = (post, *state.panel, state.leader, *state.reviewers, *seats.office_posts(state, directory))
            yield from ({"member": member, **reason} for member in dict.fromkeys(posts) if member)
        case "decide":
            exempts = next((one.code for one in ladder.criteria if one.effect is Effect.EXEMPTION), None)
            yield {**reason, "criterion": exempts}
            yield {**reason, "choice": panel.DISMISS}
        case "serve":
            yield receipt
        case "execute":
            yield from _executions(state, ladder, at)
        case "decide_review":
            yield from ({"outcome": one.value, **reason} for one in (ReviewOutcome.UPHELD, ReviewOutcome.REVOKED))
        case "refer":
            others = (one.code for one in ladder.measures if one.track in (Track.DISCIPLINE, Track.CRIME))
            yield {"track": next(others, None), "to": _TEXT, "document": _TEXT, **receipt, **reason}
        case "give_statement" | "waive_statement" | "answer_statement" | "request_review":
            yield {"text": _TEXT}
        case "record":
            yield {"number": _TEXT}
        case _:
            yield reason


def _ladder(state: CaseState, at: datetime, facts: Facts) -> Ladder:
    return facts.ladder.in_force(local_date(state.proposed_at or at))


def _subjects(directory: Directory, post: str) -> list[str]:
    """Heads of organs that the post does not serve and that may be supervised."""
    found = (one.head for one in directory.organs if not one.independent and not directory.serves(post, one.name))
    return [head for _, head in zip(range(_SUBJECTS), (one for one in found if directory.has_post(one)), strict=False)]


def _investigators(state: CaseState, directory: Directory, post: str) -> Iterator[tuple[str, str]]:
    """Two who may: the post itself with another, and two others."""
    if state.stage is not CaseStage.FILED:
        return
    posts = dict.fromkeys(one for organ in directory.organs for one in (organ.handler, organ.head))
    free = (
        one
        for one in posts
        if one != post and directory.has_post(one) and not seats.barred(state, directory, one, seats.INVESTIGATOR)
    )
    two = [one for _, one in zip(range(2), free, strict=False)]
    if two:
        yield post, two[0]
    if len(two) > 1:
        yield two[0], two[1]


def _executions(state: CaseState, ladder: Ladder, at: datetime) -> Iterator[Words]:
    """Executed with all that the measure must leave, or not adopted by the appointing organ."""
    if state.standing is None:
        return
    evidence = {
        name: local_date(at).isoformat() if name in ("time", "date") else _TEXT
        for entry in measures_of(ladder, state.standing)
        for part in entry.evidence.value.parts
        for name in part.split("|")
    }
    document = {"organ": _TEXT, "number": _TEXT}
    kind = measures_of(ladder, state.standing)[0].evidence.value.kind
    yield {"evidence": {"kind": kind, **evidence}, "document": document, "reason": _TEXT}
    yield {"evidence": {"kind": kind}, "document": document, "adopted": False, "reason": _TEXT}
