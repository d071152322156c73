"""In which relations does a post stand to a matter, a case, a registration, another post, or the site?

One question for each relation, asked of the state as it stands now; policies/access.py says what the answers are needed
for. Pure: a state, a directory and a post in; nothing is looked up. engine.md 1, 3, 4 (W3); organs see their own and
below.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from models.access import Relation, Scope, ScopeKind
from models.cases import CaseClockKind, CaseStage, CaseState
from models.directory import Organ
from models.ladder import Ladder
from models.matters import MatterState, MatterTerms
from models.messages import Command, Registration
from models.proceeding_messages import FollowUp, Link, Open, Rate
from models.proceedings import ProceedingState, ProceedingTerms
from policies import evidence, ladder, parties, seats
from policies.directory import Directory


@dataclass(frozen=True, slots=True)
class Site:
    """The whole of what runs here; `office` is the supervision office it belongs to, None where none is named."""

    office: str | None = None


@dataclass(frozen=True, slots=True)
class OfPost:
    """What belongs to one post: its inbox, its delegations."""

    post: str


Standing = MatterState | CaseState | ProceedingState | Registration | Open | Site | OfPost


@dataclass(slots=True)
class Situation:
    """Who (a post) stands before what, and what he says to it, where the relation depends on that.

    `ladder` is the one in force for a case; without it no organ is competent for a measure that needs a document.
    """

    post: str | None
    standing: Standing
    directory: Directory
    said: Command | None = None
    ladder: Ladder | None = None

    @property
    def matter(self) -> MatterState:
        """The matter spoken to; asking for it before another standing is a programming error."""
        if not isinstance(self.standing, MatterState):
            raise TypeError(f"not a matter: {type(self.standing).__name__}")
        return self.standing

    @property
    def terms(self) -> MatterTerms:
        """The terms of the matter; asking for them before it is registered is a programming error."""
        terms = self.matter.terms
        if terms is None:
            raise ValueError(f"{self.matter.id} is not registered")
        return terms

    @property
    def case(self) -> CaseState:
        """The case spoken to; asking for it before another standing is a programming error."""
        if not isinstance(self.standing, CaseState):
            raise TypeError(f"not a case: {type(self.standing).__name__}")
        return self.standing

    @property
    def proceeding(self) -> ProceedingState:
        """The proceeding spoken to; asking for it before another standing is a programming error."""
        if not isinstance(self.standing, ProceedingState):
            raise TypeError(f"not a proceeding: {type(self.standing).__name__}")
        return self.standing

    @property
    def opened(self) -> ProceedingTerms:
        """The terms of the proceeding; asking for them before it is opened is a programming error."""
        terms = self.proceeding.terms
        if terms is None:
            raise ValueError(f"{self.proceeding.id} is not opened")
        return terms

    def serves(self, organ: str | None) -> bool:
        """Whether the post serves this organ."""
        return self.directory.serves(self.post, organ)

    def above(self, *organs: str | None) -> bool:
        """Whether the post serves an organ above one of these, at any height."""
        return any(self.serves(higher.name) for name in organs for higher in line_above(self.directory, name))


Holds = Callable[[Situation], bool]


def line_above(directory: Directory, name: str | None) -> list[Organ]:
    """The organs above the one of this name, nearest first; each once, even where parents run in a circle."""
    found: dict[str, Organ] = {}
    organ = directory.above(directory.find(name))
    while organ is not None and organ.name != name and organ.name not in found:
        found[organ.name] = organ
        organ = directory.above(organ)
    return list(found.values())


# --- what follows from a matter ---------------------------------------------------------------------------------------


def supervisor(terms: MatterTerms, directory: Directory) -> str:
    """The organ that verifies and supervises: the office, or the organ above it where the office itself is the lead."""
    if terms.lead != terms.office:
        return terms.office
    above = directory.above(directory.find(terms.office))
    return above.name if above else terms.office


def extension_decider(terms: MatterTerms, directory: Directory) -> str:
    """The post that decides an extension: the leader, or the head above when the leader's own organ asks (W3)."""
    if not directory.serves(terms.leader, terms.lead):
        return terms.leader
    above = directory.above(directory.find(terms.lead))
    return above.head if above else terms.leader


def _supervises(this: Situation) -> bool:
    return this.serves(supervisor(this.terms, this.directory))


def _judges(this: Situation) -> bool:
    """The supervisor, the leader, named reviewers, and the organ above the leader's judge a pending objection."""
    if this.matter.objection is None or this.matter.contested_at is not None:
        return False
    terms, directory = this.terms, this.directory
    above = directory.above(directory.organ_of(terms.leader))
    known = this.post == terms.leader or this.post in terms.reviewers
    return known or _supervises(this) or this.serves(above.name if above else None)


def _objection_is_own(this: Situation) -> bool:
    return this.matter.objection is not None and this.matter.contested_at is None and this.serves(this.terms.lead)


def _concluded(this: Situation) -> bool:
    about = this.matter.objection
    pending = about is not None and this.matter.contested_at is None
    return pending and this.post is not None and about is not None and this.post == about.by


def _accuses_his_own(this: Situation) -> bool:
    """A supervisor's proposal against himself, or against an organ he serves."""
    subject = getattr(this.said, "subject", None)
    if not subject or not _supervises(this):
        return False
    return this.post == subject or any(this.serves(organ) for organ in seats.organs_of(this.directory, subject))


def _asked_to_take_over(this: Situation) -> bool:
    return this.matter.transfer is not None and this.serves(this.matter.transfer.to)


MATTER: Mapping[Relation, Holds] = {
    Relation.PUBLIC: lambda this: this.terms.public is True,
    Relation.OFFICE: lambda this: this.serves(this.terms.office),
    Relation.OFFICE_HEAD: lambda this: _heads(this, this.terms.office),
    Relation.LEADER: lambda this: this.post == this.terms.leader,
    Relation.LEAD: lambda this: this.serves(this.terms.lead),
    Relation.LEAD_HEAD: lambda this: _heads(this, this.terms.lead),
    Relation.HANDLING: lambda this: this.serves(this.terms.lead),
    Relation.CO_HANDLER: lambda this: any(this.serves(organ) for organ in this.terms.co),
    Relation.RESPONSIBLE: lambda this: this.post is not None and this.post == this.terms.responsible,
    Relation.SUPERVISOR: _supervises,
    Relation.ABOVE_LEAD: lambda this: this.above(this.terms.lead),
    Relation.ABOVE_CO_HANDLER: lambda this: this.above(*this.terms.co),
    Relation.ABOVE_OFFICE: lambda this: this.above(this.terms.office),
    Relation.REVIEWER: lambda this: this.post in this.terms.reviewers,
    Relation.EXTENSION_DECIDER: lambda this: this.post == extension_decider(this.terms, this.directory),
    Relation.LEAD_UNCONTESTED: lambda this: this.matter.contested_at is None and this.serves(this.terms.lead),
    Relation.SUPERVISOR_CONTESTED: lambda this: this.matter.contested_at is not None and _supervises(this),
    Relation.NEW_LEAD: _asked_to_take_over,
    Relation.OBJECTION_JUDGE: _judges,
    Relation.OBJECTION_OWN: _objection_is_own,
    Relation.CONCLUDED: _concluded,
    Relation.OWN_ORGAN: _accuses_his_own,
}  # fmt: skip


def _heads(this: Situation, name: str | None) -> bool:
    organ = this.directory.find(name)
    return organ is not None and this.post == organ.head


# --- what follows from a case -----------------------------------------------------------------------------------------


def _proposing_office(this: Situation) -> bool:
    """A proposal names the office it comes from, or comes from the organ of the post that speaks."""
    office = getattr(this.said, "office", None)
    return this.directory.has_post(this.post) and (office is None or this.serves(office))


def _bar_of(bar: seats.Bar) -> Holds:
    held = seats.BARS[bar]
    return lambda this: this.post is not None and held(_proposed(this), this.directory, this.post)


def _proposed(this: Situation) -> CaseState:
    """The case, or, where it is only being proposed, what the proposal makes of it."""
    case, subject = this.case, getattr(this.said, "subject", None)
    if case.stage is not CaseStage.BLANK or not subject:
        return case
    return case.model_copy(update={"subject": subject, "organs": seats.organs_of(this.directory, subject)})


def _seated(step: CaseClockKind) -> Holds:
    return lambda this: this.post in seats.holders(this.case, this.directory, step)


def _names_himself(this: Situation) -> bool:
    return this.post in evidence.persons_of(getattr(this.said, "posts", ()))


def _votes(this: Situation) -> bool:
    """A member of the panel who speaks for himself; without a vote before us, a member who may vote."""
    if this.said is None:
        return this.post in seats.eligible(this.case, this.directory)
    return this.post in this.case.panel and this.post == named_member(this.said)


def named_member(said: Any) -> str:
    """Whom a vote or a recusal is about: the member it names, else who speaks."""
    return (getattr(said, "member", None) or getattr(said, "by", None) or "").strip()


def _stands_down(this: Situation) -> bool:
    if this.said is None:
        return this.directory.has_post(this.post)
    return this.post is not None and this.post == named_member(this.said)


def recusal_deciders(state: CaseState, directory: Directory, member: str | None) -> tuple[str, ...]:
    """Who decides that `member` stands down: who may file, or, where it is the leader, who stands above him."""
    if member == state.leader:
        return seats.superiors(state, directory, CaseClockKind.FILING)
    return seats.holders(state, directory, CaseClockKind.FILING)


def _decides_recusal(this: Situation) -> bool:
    return this.post in recusal_deciders(this.case, this.directory, named_member(this.said))


def _withdraws_proposal(this: Situation) -> bool:
    """Before filing, the office and whoever proposed it (the leader, where the engine did)."""
    case = this.case
    if case.stage is not CaseStage.PROPOSED:
        return False
    may = (*seats.holders(case, this.directory, CaseClockKind.INVESTIGATION), case.proposer or case.leader)
    return this.post in may


def outside(this: Situation) -> bool:
    """Whether the measure that stands is a competent organ's to document, and the post is of one.

    Competent are the organs above the subject's, and independent ones (the registered outside bodies).
    """
    standing = this.case.standing
    if standing is None or this.ladder is None or not ladder.needs_document(this.ladder, standing):
        return False
    organ = this.directory.organ_of(this.post)
    return organ is not None and (organ.independent or organ.name in over(this.case, this.directory))


def over(state: CaseState, directory: Directory) -> set[str]:
    """The organs above the subject's."""
    names = {organ.name for name in state.organs for organ in line_above(directory, name)}
    return names - set(state.organs)


def _competent(this: Situation) -> bool:
    return outside(this) and seats.barred(this.case, this.directory, this.post, seats.OFFICE) is None


def _above_subject(this: Situation) -> bool:
    return this.above(*this.case.organs) and not any(this.serves(organ) for organ in this.case.organs)


def _above_decision(this: Situation) -> bool:
    return this.post in seats.superiors(this.case, this.directory, CaseClockKind.DECISION)


CASE: Mapping[Relation, Holds] = {
    Relation.OFFICE: lambda this: this.serves(this.case.office),
    Relation.OFFICE_HEAD: lambda this: _heads(this, this.case.office),
    Relation.LEADER: lambda this: this.post is not None and this.post == this.case.leader,
    Relation.LEAD: lambda this: this.serves(this.case.lead),
    Relation.LEAD_HEAD: lambda this: _heads(this, this.case.lead),
    Relation.ABOVE_LEAD: lambda this: this.above(this.case.lead),
    Relation.ABOVE_OFFICE: lambda this: this.above(this.case.office),
    Relation.REVIEWER: lambda this: this.post in this.case.reviewers,
    Relation.SPEAKER: lambda this: this.post in seats.speakers(this.case, this.directory),
    Relation.ABOVE_SUBJECT: _above_subject,
    Relation.PANEL: lambda this: this.post in this.case.panel,
    Relation.CHAIR: lambda this: this.post is not None and this.post == seats.chair(this.case, this.directory),
    Relation.PROPOSING_OFFICE: _proposing_office,
    Relation.NAMED_INVESTIGATOR: _names_himself,
    Relation.VOTING_MEMBER: _votes,
    Relation.STANDS_DOWN: _stands_down,
    Relation.DECIDES_RECUSAL: _decides_recusal,
    Relation.WITHDRAWS_PROPOSAL: _withdraws_proposal,
    Relation.COMPETENT: _competent,
    Relation.ABOVE_DECISION: _above_decision,
    **{Relation(step.value): _seated(step) for step in seats.SEATS},
    **{Relation(bar.value): _bar_of(bar) for bar in seats.BARS},
}  # fmt: skip

# --- what follows from a proceeding -----------------------------------------------------------------------------------


def step_extender(state: ProceedingState, directory: Directory) -> str | None:
    """Who decides on more time for the step under way: the leader, or the head above, where his own organ asks (W3)."""
    if state.terms is None:
        return None
    leader = state.terms.leader
    if not any(directory.serves(leader, name) for name in _owing(state, directory)):
        return leader
    above = directory.climb(leader, 1)
    return above.head if above else None


def _owing(state: ProceedingState, directory: Directory) -> tuple[str, ...]:
    organs = (directory.organ_of(post) for post in parties.holders(state, directory))
    return tuple(organ.name for organ in organs if organ is not None)


def _asked_for_it(this: Situation) -> bool:
    """Whoever speaks of his own petition without a post: the doors admit nobody else so (identity/receipts.py)."""
    own = isinstance(this.said, FollowUp | Rate | Link)
    return this.post is None and own and this.proceeding.id.startswith("petition/")


PROCEEDING: Mapping[Relation, Holds] = {
    Relation.PUBLIC: lambda this: this.opened.public is True,
    Relation.OFFICE: lambda this: this.serves(this.opened.office),
    Relation.OFFICE_HEAD: lambda this: _heads(this, this.opened.office),
    Relation.LEADER: lambda this: this.post == this.opened.leader,
    Relation.LEAD: lambda this: this.serves(this.opened.lead),
    Relation.LEAD_HEAD: lambda this: _heads(this, this.opened.lead),
    Relation.HANDLING: lambda this: this.opened.lead != this.opened.office and this.serves(this.opened.lead),
    Relation.CO_HANDLER: lambda this: any(this.serves(organ) for organ in this.opened.co),
    Relation.ABOVE_LEAD: lambda this: this.above(this.opened.lead),
    Relation.ABOVE_CO_HANDLER: lambda this: this.above(*this.opened.co),
    Relation.ABOVE_OFFICE: lambda this: this.above(this.opened.office),
    Relation.SUPERVISOR: lambda this: this.serves(this.opened.office),
    Relation.PANEL: lambda this: this.post in this.opened.panel,
    Relation.CHAIR: lambda this: this.post in this.opened.panel[:1],
    Relation.STEP_HOLDER: lambda this: this.post in parties.holders(this.proceeding, this.directory),
    Relation.ABOVE_STEP: lambda this: this.post in parties.above(this.proceeding, this.directory),
    Relation.HANDED: lambda this: this.serves(parties.handed(this.proceeding)),
    Relation.RECEIVER: lambda this: this.post in parties.receivers(this.proceeding, this.directory),
    Relation.PETITIONER: _asked_for_it,
    Relation.STEP_EXTENDER: lambda this: this.post == step_extender(this.proceeding, this.directory),
}  # fmt: skip

# --- the rest ---------------------------------------------------------------------------------------------------------

REGISTRATION: Mapping[Relation, Holds] = {
    Relation.OFFICE: lambda this: isinstance(this.standing, Registration) and this.serves(this.standing.office),
}


def _site_leader(this: Situation) -> bool:
    above = this.directory.above(this.directory.find(_site_office(this)))
    return above is not None and this.post == above.head


def _site_office(this: Situation) -> str | None:
    return this.standing.office if isinstance(this.standing, Site) else None


OPENING: Mapping[Relation, Holds] = {
    Relation.OPENING_OFFICE: lambda this: (
        isinstance(this.standing, Open) and (this.serves(this.standing.office) or this.serves(this.standing.lead))
    ),
}

SITE: Mapping[Relation, Holds] = {
    Relation.OFFICE: lambda this: this.serves(_site_office(this)),
    Relation.OFFICE_HEAD: lambda this: _heads(this, _site_office(this)),
    Relation.LEADER: _site_leader,
}

POST: Mapping[Relation, Holds] = {
    Relation.SELF: lambda this: isinstance(this.standing, OfPost) and this.post == this.standing.post,
}

GENERAL: Mapping[Relation, Holds] = {
    Relation.ANYONE: lambda _: True,
    Relation.POST: lambda this: this.directory.has_post(this.post),
}

_BY_STANDING: Mapping[type, Mapping[Relation, Holds]] = {
    MatterState: {**GENERAL, **MATTER},
    CaseState: {**GENERAL, **CASE},
    ProceedingState: {**GENERAL, **PROCEEDING},
    Registration: {**GENERAL, **REGISTRATION},
    Open: {**GENERAL, **OPENING},
    Site: {**GENERAL, **SITE},
    OfPost: {**GENERAL, **POST},
}
_OF_NOBODY = frozenset({Relation.ANYONE, Relation.PUBLIC})
_GIVEN = frozenset({Relation.MACHINE, Relation.ADMINISTRATOR, Relation.AUDITOR, Relation.AUTHORISED_AUDITOR})
"""Relations that no state tells: of the machine itself, and of the roles a person was given at the site."""


def holds(relation: Relation, this: Situation) -> bool:
    """Whether the relation holds; one that the standing does not know does not."""
    ask = _BY_STANDING[type(this.standing)].get(relation)
    return ask is not None and ask(this)


def relations(
    post: str | None,
    standing: Standing,
    directory: Directory,
    *,
    roles: Collection[str] = (),
    said: Command | None = None,
    ladder_in_force: Ladder | None = None,
    among: Collection[Relation] | None = None,
) -> frozenset[Relation]:
    """Every relation in which `post` stands to `standing` now, and those of the site roles its person was given.

    `post` None is somebody without a post: he stands in no relation but that of anyone, of the public to what is
    marked public, and of his `roles` ("administrator", "auditor", "authorised_auditor"; others are ignored: a role
    that the table does not know permits nothing). A post that the directory does not know is nobody. MACHINE is never
    found here: only the command line at the machine itself says it. A matter that was not admitted has no parties.
    `among`, where given, are all that is asked about.
    """
    given = {role for role in _GIVEN - {Relation.MACHINE} if role.value in roles}
    known = _BY_STANDING[type(standing)]
    if isinstance(standing, MatterState | ProceedingState) and standing.terms is None:
        known = GENERAL
    this = Situation(post, standing, directory, said, ladder_in_force)
    nobody = not directory.has_post(post)
    found = {
        relation
        for relation, ask in known.items()
        if (among is None or relation in among) and (not nobody or relation in _OF_NOBODY) and ask(this)
    }
    return frozenset(found | given)


def scope(post: str | None, directory: Directory, *, roles: Collection[str] = ()) -> Scope:
    """Whose matters a person acting through `post` may list: the organs the post serves, and those below them.

    An auditor lists everything, whatever post he holds; materials of cases only when authorised. A known post sees its
    own; anybody else who is signed in sees nothing (an administrator no content of matters). For somebody who is not
    signed in the caller takes `Scope.published()`.
    """
    if Relation.AUTHORISED_AUDITOR.value in roles:
        return Scope.audit(materials=True)
    if Relation.AUDITOR.value in roles:
        return Scope.audit()
    if post is None or not directory.has_post(post):
        return Scope.nothing()
    own = frozenset(organ.name for organ in directory.organs if directory.serves(post, organ.name))
    below = _below(directory, own)
    served = [organ for organ in directory.organs if organ.name in own or organ.name in below]
    posts = frozenset(served_by for organ in served for served_by in (organ.head, organ.handler))
    return Scope(ScopeKind.POST, post, own, below, posts)


def _below(directory: Directory, own: frozenset[str]) -> frozenset[str]:
    children: dict[str, list[str]] = {}
    for organ in directory.organs:
        if organ.parent is not None:
            children.setdefault(organ.parent, []).append(organ.name)
    found: set[str] = set()
    ahead = list(own)
    while ahead:
        for child in children.get(ahead.pop(), ()):
            if child not in found:
                found.add(child)
                ahead.append(child)
    return frozenset(found - own)
