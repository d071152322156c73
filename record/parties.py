"""Who has a part in a matter, a case or a proceeding, so that the database can answer each reader with what is his?

What the row of a matter says itself (lead, office, leader) is not repeated. Kept in the transaction that moves the
target, and written only where the parties have changed; a test compares with the states.
"""

from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, any_, bindparam, delete, exists, false, func, or_, select
from sqlmodel import Session

from models.access import Scope, ScopeKind
from models.cases import CaseState
from models.matters import MatterState
from models.proceedings import Handing, ProceedingState, Sending
from models.rows import MatterRow, PartyRow, ProceedingRow, table
from record.statements import Prepared, insert_or_ignore, unit

_MATTERS = table(MatterRow)
_PARTIES = table(PartyRow)
_PROCEEDINGS = table(ProceedingRow)

_PUT = Prepared(insert_or_ignore(_PARTIES, "party", "role", "target"))
_DROP = Prepared(
    delete(_PARTIES).where(
        _PARTIES.c.party == bindparam("was"),
        _PARTIES.c.role == bindparam("as_"),
        _PARTIES.c.target == bindparam("of"),
    )
)
_DROP_ALL = Prepared(delete(_PARTIES).where(_PARTIES.c.target == bindparam("of")))


class Part(StrEnum):
    """As what somebody takes part: a post, or an organ (co-handler, new lead, organ, office, handed, receiver).

    As a subject either. A holder owes the step of a proceeding under way, or has come to owe it.
    """

    CO_HANDLER = "co_handler"
    NEW_LEAD = "new_lead"
    REVIEWER = "reviewer"
    SUBJECT = "subject"
    ORGAN = "organ"
    OFFICE = "office"
    LEADER = "leader"
    PROPOSER = "proposer"
    PANEL = "panel"
    INVESTIGATOR = "investigator"
    RECUSED = "recused"
    HOLDER = "holder"
    HANDED = "handed"
    RECEIVER = "receiver"


Parties = frozenset[tuple[Part, str]]


def of(state: MatterState | CaseState | ProceedingState, holders: tuple[str, ...] = ()) -> Parties:
    """The parties of a target as it stands; `holders` are the posts that owe the step of a proceeding now."""
    if isinstance(state, ProceedingState):
        return _of_proceeding(state, holders)
    return _of_case(state) if isinstance(state, CaseState) else _of_matter(state)


def _of_matter(state: MatterState) -> Parties:
    terms = state.terms
    if terms is None:
        return frozenset()
    found = {(Part.CO_HANDLER, organ) for organ in terms.co} | {(Part.REVIEWER, post) for post in terms.reviewers}
    if state.transfer is not None:
        found.add((Part.NEW_LEAD, state.transfer.to))
    return frozenset(found)


def _of_case(state: CaseState) -> Parties:
    named: dict[Part, tuple[str | None, ...]] = {
        Part.SUBJECT: (state.subject,),
        Part.ORGAN: state.organs,
        Part.OFFICE: (state.office,),
        Part.LEADER: (state.leader,),
        Part.PROPOSER: (state.proposer,),
        Part.PANEL: state.panel,
        Part.REVIEWER: state.reviewers,
        Part.INVESTIGATOR: state.investigation.posts if state.investigation else (),
        Part.RECUSED: state.recused,
    }
    return frozenset((part, party) for part, parties in named.items() for party in parties if party)


def _of_proceeding(state: ProceedingState, holders: tuple[str, ...]) -> Parties:
    terms, kept = state.terms, state.kept
    if terms is None:
        return frozenset()
    named: dict[Part, tuple[str | None, ...]] = {
        Part.CO_HANDLER: terms.co,
        Part.PANEL: terms.panel,
        Part.HOLDER: holders,
        Part.HANDED: (kept.to,) if isinstance(kept, Handing) and not kept.accepted else (),
        Part.RECEIVER: kept.waiting if isinstance(kept, Sending) else (),
    }
    return frozenset((part, party) for part, parties in named.items() for party in parties if party)


def loaded(session: Session, target: str, state: MatterState | CaseState | None) -> None:
    """Remember, for this transaction, who had a part when the target was loaded (None: there was no target)."""
    unit(session).parties[target] = frozenset() if state is None else of(state)


def keep(session: Session, state: MatterState | CaseState | ProceedingState, holders: tuple[str, ...] = ()) -> None:
    """Let the table say who has a part in the target now; `holders` as in `of`."""
    known, now = unit(session).parties, of(state, holders)
    before = known.get(state.id)
    if before is None:
        _DROP_ALL.run(session, {"of": state.id})
        before = frozenset()
    # In one order for everybody, so that two transactions never wait for each other's lines.
    _DROP.run_each(session, [{"was": party, "as_": part, "of": state.id} for part, party in sorted(before - now)])
    _PUT.run_each(session, [{"party": party, "role": part, "target": state.id} for part, party in sorted(now - before)])
    known[state.id] = now


# --- what a scope means to the database -------------------------------------------------------------------------------

_NOTHING = false()
_EVERY_MATTER = frozenset({ScopeKind.EVERYTHING, ScopeKind.AUDIT})


def whole(scope: Scope) -> ColumnElement[bool] | None:
    """Which matters the reader sees whole: led, sponsored, approved or reviewed by what is his. None: every one."""
    if scope.kind in _EVERY_MATTER:
        return None
    if scope.kind is not ScopeKind.POST:
        return _NOTHING
    organs = sorted(scope.organs)
    return or_(
        _MATTERS.c.lead.in_(organs),
        _MATTERS.c.office.in_(organs),
        _MATTERS.c.leader == scope.post,
        reviewed(scope),
    )


def reviewed(scope: Scope) -> ColumnElement[bool]:
    """Which matters are whole to the post of the scope because it reviews them."""
    return _MATTERS.c.id.in_(_targets(_is(Part.REVIEWER, scope.post)))


def besides(scope: Scope, *, in_array: bool = False) -> ColumnElement[bool]:
    """Which matters the post of the scope lists whoever leads, sponsors or approves them: by the parties alone."""
    return _among(_targets(or_(_is(Part.REVIEWER, scope.post), _in_part(scope))), in_array=in_array)


def shared(scope: Scope, *, in_array: bool = False) -> ColumnElement[bool]:
    """In which matters an organ that the post of the scope acts for has a part beside the lead."""
    part = and_(_PARTIES.c.role == Part.CO_HANDLER, _PARTIES.c.party.in_(sorted(scope.own)))
    return _among(_targets(part), in_array=in_array)


def _among(targets: Select[tuple[str]], *, in_array: bool) -> ColumnElement[bool]:
    if in_array:
        return _MATTERS.c.id == any_(func.array(targets.scalar_subquery()))
    return _MATTERS.c.id.in_(targets)


def _in_part(scope: Scope) -> ColumnElement[bool]:
    return _PARTIES.c.role.in_((Part.CO_HANDLER, Part.NEW_LEAD)) & _PARTIES.c.party.in_(sorted(scope.organs))


def listed(scope: Scope) -> ColumnElement[bool] | None:
    """Which matters the reader sees in a list: whole, or because a part is his. None: every one."""
    own = whole(scope)
    if own is None or scope.kind is not ScopeKind.POST:
        return own
    return or_(own, _MATTERS.c.id.in_(_targets(_in_part(scope))))


def case_known(scope: Scope, case: ColumnElement[str], *, each: bool = False) -> ColumnElement[bool] | None:
    """Whether the reader may know of the case with this id: that there is one, and where it stands. None: of every one.

    `each`: the parties of each case that is read are looked up, not all cases of the reader; for few of them, in order.

    He takes part in it, its office is his own or below, or the subject's organ lies below his own. The head of an
    organ above that a silent step has reached is one of these; an outside body that is seated at the top is told of
    the case and may be shown it, but does not find it in lists.
    """
    if scope.kind in _EVERY_MATTER:
        return None
    if scope.kind is not ScopeKind.POST:
        return _NOTHING
    own, below, organs = sorted(scope.own), sorted(scope.below), sorted(scope.organs)
    persons = (Part.LEADER, Part.PROPOSER, Part.PANEL, Part.REVIEWER, Part.INVESTIGATOR)
    takes_part = or_(
        _PARTIES.c.role.in_(persons) & (_PARTIES.c.party == scope.post),
        (_PARTIES.c.role == Part.SUBJECT) & _PARTIES.c.party.in_([*own, scope.post]),
        (_PARTIES.c.role == Part.OFFICE) & _PARTIES.c.party.in_(organs),
        (_PARTIES.c.role == Part.ORGAN) & _PARTIES.c.party.in_(below),
    )
    return exists().where(_PARTIES.c.target == case, takes_part) if each else case.in_(_targets(takes_part))


def case_read(scope: Scope, case: ColumnElement[str]) -> ColumnElement[bool] | None:
    """Whether the reader may read the acts of the case, which carry its materials. None: of every one.

    An auditor only when authorised, and nobody who is recused from it.
    """
    if scope.kind in _EVERY_MATTER:
        return None if scope.materials else _NOTHING
    known = case_known(scope, case)
    if known is None or scope.kind is not ScopeKind.POST:
        return known
    return and_(known, case.not_in(_targets(_is(Part.RECUSED, scope.post))))


def holders(session: Session, target: str) -> tuple[str, ...]:
    """The posts that owe the step of a proceeding under way, or have come to owe it, in order of their names."""
    chosen = select(_PARTIES.c.party).where(_PARTIES.c.target == target, _PARTIES.c.role == Part.HOLDER)
    return tuple(session.execute(chosen.order_by(_PARTIES.c.party)).scalars())


def proceeding_whole(scope: Scope) -> ColumnElement[bool] | None:
    """Which proceedings the reader sees whole: led, sponsored or decided by what is his, or a step of his to take.

    None: every one.
    """
    if scope.kind in _EVERY_MATTER:
        return None
    if scope.kind is not ScopeKind.POST:
        return _NOTHING
    organs = sorted(scope.organs)
    takes_part = _PARTIES.c.role.in_((Part.PANEL, Part.HOLDER)) & (_PARTIES.c.party == scope.post)
    return or_(
        _PROCEEDINGS.c.lead.in_(organs),
        _PROCEEDINGS.c.office.in_(organs),
        _PROCEEDINGS.c.leader == scope.post,
        _PROCEEDINGS.c.id.in_(_targets(takes_part)),
    )


def proceeding_listed(scope: Scope) -> ColumnElement[bool] | None:
    """Which proceedings the reader sees in a list: whole, or because a part is his own. None: every one."""
    own = proceeding_whole(scope)
    if own is None or scope.kind is not ScopeKind.POST:
        return own
    part = (_PARTIES.c.role == Part.CO_HANDLER) & _PARTIES.c.party.in_(sorted(scope.organs))
    given = _PARTIES.c.role.in_((Part.HANDED, Part.RECEIVER)) & _PARTIES.c.party.in_(sorted(scope.own))
    return or_(own, _PROCEEDINGS.c.id.in_(_targets(or_(part, given))))


def _is(part: Part, post: str | None) -> ColumnElement[bool]:
    return (_PARTIES.c.role == part) & (_PARTIES.c.party == post)


def _targets(which: ColumnElement[bool]) -> Select[tuple[str]]:
    return select(_PARTIES.c.target).where(which)
