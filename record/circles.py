"""Whose is a matter by its lead, its office and its leader? One name for the three, and which of them a reader sees.

There are few of them beside matters: so the question which matters are a reader's is asked of each once, and of the
database only by name. Parts in a matter besides these three are in record/parties.py.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlmodel import Session

from models.access import Scope, ScopeKind
from models.matters import MatterTerms
from models.rows import MatterRow, TallyRow, table
from record import parties
from record.statements import unit
from record.tallies import ALL_BASES

_MATTERS, _TALLIES = table(MatterRow), table(TallyRow)


@dataclass(frozen=True, slots=True)
class Circle:
    """The lead, the office and the leader of a matter."""

    lead: str
    office: str
    leader: str

    @classmethod
    def of(cls, terms: MatterTerms) -> "Circle":
        """That of a matter with these terms."""
        return cls(terms.lead, terms.office, terms.leader)

    @classmethod
    def named(cls, name: str) -> "Circle":
        """The one of this name; raises ValueError for what is none."""
        lead, office, words = name.split(" ", 2)
        first, second = int(lead), int(lead) + int(office)
        return cls(words[:first], words[first:second], words[second:])

    @property
    def name(self) -> str:
        """One text for the three, which no other three have: how long the first two are, then all of them."""
        return f"{len(self.lead)} {len(self.office)} {self.lead}{self.office}{self.leader}"

    def visible(self, scope: Scope) -> bool:
        """Whether its matters are the reader's whole; the same as `parties.whole` says of a row."""
        return self.lead in scope.organs or self.office in scope.organs or self.leader == scope.post


def circles(session: Session) -> list[Circle]:
    """Every circle that has a matter now, in the order of their names."""
    of = _TALLIES.c
    chosen = select(of.circle).where(of.basis == ALL_BASES, of.matters > 0, of.circle != "").distinct()
    return sorted(map(Circle.named, session.execute(chosen).scalars()), key=lambda one: one.name)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which matters a reader lists, said in two ways that no matter fits both of: by its circle, or besides.

    `every`: the matters of all circles are his; `unbounded`: what has no circle is too. `own` are the circles that are
    his whole, `all` those there are.
    """

    scope: Scope
    all: tuple[Circle, ...]
    own: tuple[Circle, ...]
    unbounded: bool

    @property
    def every(self) -> bool:
        """Whether nothing that has a circle is beyond it."""
        return self.unbounded or (self.scope.kind is ScopeKind.POST and len(self.own) == len(self.all))

    def by_circle(
        self, column: ColumnElement[str], *, lead: str | None = None, office: str | None = None
    ) -> ColumnElement[bool]:
        """Those of the circles that are his; of this lead and this office alone, where they are given."""
        if self.unbounded:
            of = {_MATTERS.c.lead: lead, _MATTERS.c.office: office}
            return and_(true(), *(where == name for where, name in of.items() if name is not None))
        if self.every and lead is None and office is None:
            return column.is_not(None)
        fitting = self.names(lead=lead, office=office)
        return column.in_(fitting) if fitting else false()

    def names(self, *, lead: str | None = None, office: str | None = None) -> tuple[str, ...] | None:
        """By name, the circles that are his, of this lead and this office alone, where they are given.

        None: all of them, and what has no circle.
        """
        if self.unbounded and lead is None and office is None:
            return None
        return tuple(one.name for one in self.own if lead in (None, one.lead) and office in (None, one.office))

    def besides(self, column: ColumnElement[str], *, in_array: bool = False) -> ColumnElement[bool] | None:
        """Those in which he has another part, or that he reviews; None where all of them are his already.

        `in_array`: so said that PostgreSQL looks each of them up, however many it takes them for.
        """
        if self.every or self.scope.kind is not ScopeKind.POST:
            return None
        beyond = column.not_in([one.name for one in self.own]) if self.own else true()
        return and_(parties.besides(self.scope, in_array=in_array), beyond)

    def listed(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """Both together."""
        if self.every or self.scope.kind is not ScopeKind.POST:
            return self.by_circle(column)
        return or_(self.by_circle(column), parties.besides(self.scope))

    def whole(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """Those of them that he sees whole."""
        if self.every or self.scope.kind is not ScopeKind.POST:
            return self.by_circle(column)
        return or_(self.by_circle(column), parties.reviewed(self.scope))


def reach(session: Session, scope: Scope) -> Reach:
    """What a reader with this scope lists; asked once in a transaction that reads."""
    known = unit(session)
    found: Reach | None = known.reaches.get(scope)
    if found is None or known.writing:
        found = known.reaches[scope] = _reach(session, scope)
    return found


def _reach(session: Session, scope: Scope) -> Reach:
    unbounded = parties.whole(scope) is None
    if scope.kind is not ScopeKind.POST and not unbounded:
        return Reach(scope, (), (), unbounded=False)
    found = tuple(circles(session))
    if unbounded:
        return Reach(scope, found, found, unbounded=True)
    return Reach(scope, found, tuple(one for one in found if one.visible(scope)), unbounded=False)
