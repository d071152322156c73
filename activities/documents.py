"""Which documents are issued in a transition, with which numbers?

Within the transaction of the acts: numbers taken, words frozen, templates bound, and every act given the names and
hashes of its documents before it enters the chain. Printing is for documents/ and never needed for the record.
"""

from dataclasses import replace

from sqlmodel import Session

from documents.templates import Templates
from models.acts import Act
from models.documents import ISSUED
from policies.deadlines import local_date
from policies.drafting import Facts
from policies.issuing import called_for, facts_of, organ_of
from policies.machines import AnyStep, State
from record import ledger
from record.documents import Draft, Series, number, sealed_facts

Placed = tuple[int, Draft]
"""A document and the place, among the acts of the step, of the act that issues it."""


class Issuing:
    """Issues documents on the office's templates."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def issue(self, session: Session, result: AnyStep, facts: Facts) -> tuple[AnyStep, list[Placed]]:
        """The step with its documents named in its acts, and the documents, each to be kept with its act."""
        stood: tuple[State, ...] = result.stood
        wanted = [
            (place, kind, Series(organ, kind.mark, local_date(act.at).year))
            for place, (act, state) in enumerate(zip(result.acts, stood, strict=True))
            if (organ := organ_of(state)) is not None
            for kind in called_for(act, state, facts.policy)
        ]
        if not wanted:
            return result, []
        acts = list(result.acts)
        placed: list[Placed] = []
        told = _Told(session)
        for (place, kind, series), no in zip(wanted, number(session, [one[2] for one in wanted]), strict=True):
            act, state = acts[place], stood[place]
            said = facts_of(
                kind,
                series.number(no),
                act,
                state,
                before=told.before(act, acts[:place]),
                facts=facts,
            )
            draft = Draft(
                kind=kind.kind,
                title=kind.title,
                matter_id=said.matter_id,
                series=series,
                no=no,
                facts=sealed_facts(session, act.target, said),
                template=self._templates.current(kind.kind),
            )
            named = [*act.detail.get(ISSUED, ()), draft.named]
            acts[place] = act.model_copy(update={"detail": {**act.detail, ISSUED: named}})
            placed.append((place, draft))
        return replace(result, acts=tuple(acts)), placed


class _Told:
    """What had happened to a target, asked of the ledger once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._recorded: dict[str, list[Act]] = {}

    def before(self, act: Act, earlier: list[Act]) -> list[Act]:
        """The acts of the same target before this one: those on record, then those of this step."""
        if act.target not in self._recorded:
            entries = ledger.entries(self._session, act.target)
            self._recorded[act.target] = [entry.act for entry in entries]
        return [*self._recorded[act.target], *(one for one in earlier if one.target == act.target)]
