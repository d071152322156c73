"""Who may take a step of a case, and who may not because of what he is or has done in it?

Every step has seats; whoever is barred from them (W3) leaves them empty, and an empty or silent seat passes the step to
the organ above, at the top to a registered outside body (engine.md 4). Nobody is ever seated by silence.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from models.cases import CaseClockKind, CaseState
from models.policy import Role
from policies.authority import Refused
from policies.directory import Directory


class Bar(StrEnum):
    """What keeps a post from a step."""

    SUBJECT = "subject"
    OWN_ORGAN = "own_organ"
    PROPOSER = "proposer"
    RECUSED = "recused"
    INVESTIGATED = "investigated"
    ANSWERED = "answered"
    TOOK_PART = "took_part"


BAR_WORDS: dict[Bar, str] = {
    Bar.SUBJECT: "被问责人不得参与本人案件 nobody takes part in the case against himself",
    Bar.OWN_ORGAN: "不得办理针对本单位的案件 nobody decides a case against his own organ",
    Bar.PROPOSER: "提出建议者不得参与调查、表决、决定、复核 the proposer neither investigates nor decides",
    Bar.RECUSED: "已回避 recused from this case",
    Bar.INVESTIGATED: "调查人员不得表决或决定 investigators do not vote",
    Bar.ANSWERED: "答复陈述申辩者不得表决或决定 whoever answered the statement does not vote",
    Bar.TOOK_PART: "参与过本案的不得复核 whoever took part does not review",
}

_Is = Callable[[CaseState, Directory, str], bool]


def _own_organ(state: CaseState, directory: Directory, post: str) -> bool:
    return any(directory.serves(post, organ) for organ in state.organs)


def _took_part(state: CaseState, directory: Directory, post: str) -> bool:
    decision, filing = state.decision, state.filing
    part = {state.proposer, *state.answerers, *state.voted}
    part |= {filing.by} if filing else set()
    part |= set(state.investigation.posts) if state.investigation else set()
    part |= {decision.by} if decision else set()
    return post in part


BARS: dict[Bar, _Is] = {
    Bar.SUBJECT: lambda state, _, post: post == state.subject,
    Bar.OWN_ORGAN: _own_organ,
    Bar.PROPOSER: lambda state, _, post: post == state.proposer,
    Bar.RECUSED: lambda state, _, post: post in state.recused,
    Bar.INVESTIGATED: lambda state, _, post: state.investigation is not None and post in state.investigation.posts,
    Bar.ANSWERED: lambda state, _, post: post in state.answerers,
    Bar.TOOK_PART: _took_part,
}

_SELF = (Bar.SUBJECT, Bar.OWN_ORGAN, Bar.RECUSED)
_JUDGE = (Bar.SUBJECT, Bar.OWN_ORGAN, Bar.PROPOSER, Bar.RECUSED)
_VOTER = (*_JUDGE, Bar.INVESTIGATED, Bar.ANSWERED)


@dataclass(frozen=True, slots=True)
class Seat:
    """The ordinary holders of a step, what bars from it, and in words who they are."""

    holders: Callable[[CaseState, Directory], tuple[str, ...]]
    bars: tuple[Bar, ...]
    zh: str
    en: str


def _leader(state: CaseState, directory: Directory) -> tuple[str, ...]:
    return (state.leader,)


def office_posts(state: CaseState, directory: Directory) -> tuple[str, ...]:
    """The posts of the office of the case, its handler first; none where there is no such office."""
    office = directory.find(state.office)
    return (office.handler, office.head) if office else ()


def _panel(state: CaseState, directory: Directory) -> tuple[str, ...]:
    return state.panel


def _reviewers(state: CaseState, directory: Directory) -> tuple[str, ...]:
    return state.reviewers


_OFFICE = Seat(office_posts, _SELF, "督办单位的岗位", "posts of the office")

SEATS: dict[CaseClockKind, Seat] = {
    CaseClockKind.FILING: Seat(_leader, _JUDGE, "批准领导", "the leader"),
    CaseClockKind.INVESTIGATION: _OFFICE,
    CaseClockKind.ANSWER: _OFFICE,
    CaseClockKind.DECISION: Seat(_panel, _VOTER, "会议主持人", "the chair of the panel"),
    CaseClockKind.SERVICE: _OFFICE,
    CaseClockKind.EXECUTION: _OFFICE,
    CaseClockKind.RECORD: _OFFICE,
    CaseClockKind.REVIEW: Seat(_reviewers, (*_VOTER, Bar.TOOK_PART), "复核人员", "the reviewers"),
}
"""The steps that somebody owes. Windows and periods are nobody's duty, so nobody is seated at them."""

FEWEST_VOTERS = 2


def barred(state: CaseState, directory: Directory, post: str | None, bars: Iterable[Bar]) -> Bar | None:
    """The first of `bars` that holds for `post`; None where none does."""
    return next((bar for bar in bars if post is not None and BARS[bar](state, directory, post)), None)


def refuse_barred(state: CaseState, directory: Directory, post: str | None, bars: Iterable[Bar]) -> None:
    """Refuse a post for which one of `bars` holds (W3)."""
    bar = barred(state, directory, post, bars)
    if bar is not None:
        raise Refused(f"{BAR_WORDS[bar]}: {post}", f"authority.{bar.value}")


def speakers(state: CaseState, directory: Directory) -> tuple[str, ...]:
    """The posts through which the subject speaks: its own, or, where it is an organ, its head and handler."""
    organ = directory.find(state.subject)
    if organ is None or directory.has_post(state.subject):
        return (state.subject,)
    return tuple(dict.fromkeys((organ.head, organ.handler)))


def organs_of(directory: Directory, subject: str) -> tuple[str, ...]:
    """The organs of a subject: those a post serves, or the organ itself."""
    if directory.has_post(subject):
        return tuple(organ.name for organ in directory.organs if directory.serves(subject, organ.name))
    return (subject,) if directory.find(subject) else ()


def eligible(state: CaseState, directory: Directory) -> tuple[str, ...]:
    """The members of the panel who may vote, in order; the first of them chairs."""
    return _unbarred(state, directory, CaseClockKind.DECISION)


def chair(state: CaseState, directory: Directory) -> str | None:
    """The member who chairs: the first who is not barred; None where the panel does not decide."""
    return eligible(state, directory)[0] if panel_decides(state, directory) else None


def panel_decides(state: CaseState, directory: Directory) -> bool:
    """Whether the panel decides: two members are left, and nothing heavier than first notified is proposed."""
    heavier = state.facts is not None and state.facts.heavier
    return not heavier and len(eligible(state, directory)) >= FEWEST_VOTERS


def _unbarred(state: CaseState, directory: Directory, step: CaseClockKind) -> tuple[str, ...]:
    seat = SEATS[step]
    posts = dict.fromkeys(seat.holders(state, directory))
    return tuple(post for post in posts if _may_sit(state, directory, post, seat))


def _may_sit(state: CaseState, directory: Directory, post: str, seat: Seat) -> bool:
    """Whether anybody can act through `post`, and is not barred: an empty seat is passed over like a barred one."""
    return directory.has_post(post) and barred(state, directory, post, seat.bars) is None


def superiors(state: CaseState, directory: Directory, step: CaseClockKind) -> tuple[str, ...]:
    """Who stands above the ordinary holders of a step, nearest first: the heads of the organs above.

    Those barred from the step are passed over, and so are vacant posts and its ordinary holders. Where nobody is left,
    the registered outside bodies by their heads, and where no head may, by their other posts.
    """
    seat = SEATS[step]
    office = directory.find(state.office)
    # The organ of a leader whose post is gone is not known any more: the one above the office stands for it.
    organ = office if seat is _OFFICE else directory.organ_of(state.leader) or directory.above(office)
    line: list[str] = []
    passed: set[str] = set()
    while (organ := directory.above(organ)) is not None and organ.name not in passed:
        passed.add(organ.name)
        line.append(organ.head)
    bodies = [body for body in directory.organs if body.independent]
    heads, handlers = [body.head for body in bodies], [body.handler for body in bodies]
    return next((free for posts in (line, heads, handlers) if (free := _free(state, directory, seat, posts))), ())


def _free(state: CaseState, directory: Directory, seat: Seat, posts: Iterable[str]) -> tuple[str, ...]:
    ordinary = seat.holders(state, directory)
    return tuple(
        post for post in dict.fromkeys(posts) if post not in ordinary and _may_sit(state, directory, post, seat)
    )


def _seated(state: CaseState, directory: Directory, step: CaseClockKind) -> tuple[str, ...]:
    if step is CaseClockKind.DECISION:
        found = chair(state, directory)
        return (found,) if found else ()
    return _unbarred(state, directory, step)


def holders(state: CaseState, directory: Directory, step: CaseClockKind) -> tuple[str, ...]:
    """Who may take a step now: its ordinary holders, and as many superiors as its silence has climbed.

    One superior at least where no ordinary holder is left.
    """
    seated = _seated(state, directory, step)
    reached = max(state.climbed.get(step, 0), 0 if seated else 1)
    return (*seated, *superiors(state, directory, step)[:reached])


def told_above(state: CaseState, directory: Directory, step: CaseClockKind) -> tuple[str, ...]:
    """Who is told that a step ran out: the superior its silence has climbed to, at the top the highest again.

    Where nobody stands above, whoever else is concerned and did not let it run out himself (W8).
    """
    above = superiors(state, directory, step)
    if above:
        return (above[min(max(state.climbed.get(step, 1), 1), len(above)) - 1],)
    silent = SEATS[step].holders(state, directory)
    others = (state.leader, *office_posts(state, directory), *state.panel, *speakers(state, directory))
    return tuple(dict.fromkeys(post for post in others if post not in silent))


def posts_of(
    role: Role, state: CaseState, directory: Directory, subject: str | None = None, step: CaseClockKind | None = None
) -> tuple[str, ...]:
    """The posts a role of the procedure means in this case; none for a role that only a matter has.

    `subject` is whom the act is about, `step` the step whose clock has run out (None: none has, nobody is above it).
    """
    office, lead = directory.find(state.office), directory.find(state.lead)
    match role:
        case Role.SUBJECT:
            return speakers(state, directory)
        case Role.PANEL:
            return eligible(state, directory)
        case Role.CHAIR:
            found = chair(state, directory)
            return (found,) if found else holders(state, directory, CaseClockKind.DECISION)
        case Role.REVIEWERS:
            return holders(state, directory, CaseClockKind.REVIEW)
        case Role.ABOVE_STEP if step is not None:
            return told_above(state, directory, step)
        case Role.OFFICE:
            return (office.handler,) if office else ()
        case Role.OFFICE_HEAD:
            return (office.head,) if office else ()
        case Role.LEADER:
            return (state.leader,)
        case Role.ABOVE_LEADER:
            above = directory.climb(state.leader, 1)
            return (above.head,) if above else ()
        case Role.LEAD_HEAD:
            return (lead.head,) if lead else ()
        case Role.LEAD_HANDLER:
            return (lead.handler,) if lead else ()
        case Role.SUBJECT_ORGAN_HEAD:
            organ = directory.find(subject)
            return (organ.head,) if organ else ()
        case _:
            return ()


def refuse_unseated(state: CaseState, directory: Directory, post: str | None, step: CaseClockKind) -> NoReturn:
    """Refuse a post that may not take this step now, with what bars it or who may."""
    seat = SEATS[step]
    if post in seat.holders(state, directory) or post in speakers(state, directory):
        refuse_barred(state, directory, post, seat.bars)
    accepted = "、".join(holders(state, directory, step)) or "无人 nobody"
    raise Refused(f"只有{seat.zh}可以办理 only {seat.en};可接受 accepted: {accepted}", f"authority.{step.value}")


VOTER: tuple[Bar, ...] = _VOTER
INVESTIGATOR: tuple[Bar, ...] = _JUDGE
OFFICE: tuple[Bar, ...] = _SELF
