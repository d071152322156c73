"""Which posts does a role mean in a proceeding, a petition or a duty?"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from models.directory import Organ
from models.policy import Role
from models.proceedings import Handing, ProceedingState, ProceedingTerms, Sending
from policies.directory import Directory


def posts_of(role: Role, state: ProceedingState, directory: Directory, subject: str | None = None) -> tuple[str, ...]:
    """The posts that `role` means here, without vacant ones; none for a role that only a matter or a case has.

    STEP is whoever owes the step under way; ABOVE_STEP the head of the organ that stands as many organs above them as
    the step has been missed; ESCALATED the same, seen from the leader.
    """
    terms = state.terms
    if terms is None:
        return ()
    return tuple(
        post for post in dict.fromkeys(_ROLES.get(role, _nobody)(_Parties(state, terms, directory, subject))) if post
    )


def holders(state: ProceedingState, directory: Directory) -> tuple[str, ...]:
    """The posts that owe the step under way."""
    return tuple(dict.fromkeys(post for role in state.by for post in posts_of(role, state, directory)))


def above(state: ProceedingState, directory: Directory) -> tuple[str, ...]:
    """The heads above those who owe the step under way, as far up as it was missed: none before it was.

    Where nobody owes it, every post that should being vacant, the leader is the first of them.
    """
    return tuple(dict.fromkeys(post for chain in _above(state, directory) for post in chain))


def _above(state: ProceedingState, directory: Directory) -> tuple[tuple[str, ...], ...]:
    """The same for each organ that owes the step, from the lowest head to the highest."""
    if not state.missed or state.terms is None:
        return ()
    owing = holders(state, directory)
    organs = {organ.name: organ for post in owing if (organ := directory.organ_of(post))}
    if owing:
        return tuple(tuple(_climbed(organ, state.missed, owing, directory)) for organ in organs.values())
    leader = state.terms.leader
    organ = directory.organ_of(leader)
    higher = _climbed(organ, state.missed - 1, (leader,), directory) if organ else ()
    return ((leader, *higher),)


def _climbed(organ: Organ, heights: int, besides: Collection[str], directory: Directory) -> Iterable[str]:
    """The heads of the organs up to so many above; at the top its own, where that is somebody else."""
    for _ in range(heights):
        higher = directory.above(organ) or organ
        if higher.head and higher.head not in besides:
            yield higher.head
        if higher is organ:
            return
        organ = higher


@dataclass(frozen=True, slots=True)
class _Parties:
    """What a role is asked of."""

    state: ProceedingState
    terms: ProceedingTerms
    directory: Directory
    subject: str | None

    @property
    def lead(self) -> Organ | None:
        return self.directory.find(self.terms.lead)

    @property
    def office(self) -> Organ | None:
        return self.directory.find(self.terms.office)

    @property
    def about(self) -> Organ | None:
        return self.directory.find(self.subject or self.terms.subject)

    def above(self, organ: Organ | None) -> Organ | None:
        return self.directory.above(organ)

    def each_co(self) -> Iterable[Organ | None]:
        return (self.directory.find(name) for name in self.terms.co)

    def over_leader(self, height: int) -> Organ | None:
        return self.directory.climb(self.terms.leader, height)


_ROLES: Mapping[Role, Callable[[_Parties], Iterable[str]]] = {
    Role.LEAD_HEAD: lambda this: _head(this.lead),
    Role.LEAD_HANDLER: lambda this: _handler(this.lead),
    Role.LEAD_ABOVE_HEAD: lambda this: _head(this.above(this.lead)),
    Role.LEAD_ABOVE_HANDLER: lambda this: _handler(this.above(this.lead)),
    Role.CO_HEADS: lambda this: (post for organ in this.each_co() for post in _head(organ)),
    Role.CO_HANDLERS: lambda this: (post for organ in this.each_co() for post in _handler(organ)),
    Role.OFFICE: lambda this: _handler(this.office),
    Role.OFFICE_HEAD: lambda this: _head(this.office),
    Role.OFFICE_ABOVE_HEAD: lambda this: _head(this.above(this.office)),
    Role.LEADER: lambda this: (this.terms.leader,),
    Role.ABOVE_LEADER: lambda this: _head(this.over_leader(1)),
    Role.ESCALATED: lambda this: _head(this.over_leader(max(this.state.missed - 1, 0))),
    Role.PANEL: lambda this: this.terms.panel,
    Role.CHAIR: lambda this: this.terms.panel[:1],
    Role.SUBJECT: lambda this: (this.terms.subject or "",) if this.directory.has_post(this.terms.subject) else (),
    Role.SUBJECT_ORGAN_HEAD: lambda this: _head(this.about),
    Role.SUBJECT_ORGAN_HANDLER: lambda this: _handler(this.about),
    Role.STEP: lambda this: holders(this.state, this.directory),
    Role.ABOVE_STEP: lambda this: (chain[-1] for chain in _above(this.state, this.directory) if chain),
    Role.RECEIVERS: lambda this: receivers(this.state, this.directory),
}


def _nobody(this: _Parties) -> Iterable[str]:
    """A role that only a matter or a case has."""
    return ()


def handed(state: ProceedingState) -> str | None:
    """The organ a petition was given to, while it has not yet accepted; None otherwise."""
    kept = state.kept
    return kept.to if isinstance(kept, Handing) and not kept.accepted else None


def of_organ(name: str | None, directory: Directory) -> tuple[str, ...]:
    """The handler and the head of the organ of that name, without vacant posts; nobody for an unknown one."""
    organ = directory.find(name)
    return tuple(dict.fromkeys((*_handler(organ), *_head(organ))))


def receivers(state: ProceedingState, directory: Directory) -> tuple[str, ...]:
    """The posts of the organs that a paper was sent to and whose receipt is awaited."""
    kept = state.kept
    names = kept.waiting if isinstance(kept, Sending) else ()
    return tuple(dict.fromkeys(post for name in names for post in of_organ(name, directory)))


def _head(organ: Organ | None) -> tuple[str, ...]:
    return (organ.head,) if organ and organ.head else ()


def _handler(organ: Organ | None) -> tuple[str, ...]:
    return (organ.handler,) if organ and organ.handler else ()
