"""Which papers and notices of a matter or a proceeding does a page show its visitor? Of its cases, what he may read."""

from sqlmodel import Session

from models.access import View
from models.contract import is_case
from models.matters import MatterState
from models.proceedings import ProceedingState
from record import deliveries, documents
from record.documents import Issued
from web.api import authority
from web.api.matters import delivery
from web.api.shapes import DeliveryOut
from web.console.visits import Visit

_MOST = 200


def papers(session: Session, this: Visit, state: MatterState | ProceedingState) -> tuple[Issued, ...]:
    """The papers issued in it; a case's only to whom its materials are open."""
    if not authority.sees(this.web, this.caller, state, View.DOCUMENTS):
        return ()
    found = documents.issued(session, matter_id=state.id, limit=_MOST).items
    return tuple(
        one
        for one in found
        if not is_case(one.target)
        or authority.reads_case(session, this.web, this.caller, one.target, View.CASE_MATERIALS)
    )


def notices(session: Session, this: Visit, state: MatterState | ProceedingState) -> tuple[DeliveryOut, ...] | None:
    """The notices that left the house because of it, with their proof; None for whom they are not."""
    if not authority.sees(this.web, this.caller, state, View.DELIVERIES):
        return None
    found = deliveries.deliveries(session, matter_id=state.id, limit=_MOST).items
    return tuple(
        delivery(one)
        for one in found
        if not is_case(one.entry.target) or authority.reads_case(session, this.web, this.caller, one.entry.target)
    )
