"""Who handed a petition in: shown for a reason, to whom the table lets, in the answer of that form and nowhere else.

Every look is an act on record; the page is stored by nobody (web/guards.py).
"""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse

from models.petitions import Identity
from record.looks import NoPurposeError
from web.api.petitions import PetitionNumber, opened_identity
from web.api.texts import PRINTABLE
from web.console.proceeding_filters import PROCEEDINGS, Kind, address_of
from web.console.visits import PageRoute, Posting, page
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)


@routes.post(f"{PROCEEDINGS}/{Kind.PETITION.value}/{{number}}/identity")
def look(
    number: PetitionNumber, this: Posting, reason: Annotated[str, Form(max_length=200, pattern=PRINTABLE)]
) -> HTMLResponse:
    """The identity; 404 for who may not know of the petition, 403 for who may not see this: that too is on record."""
    petition = f"{Kind.PETITION.value}/{number}"
    try:
        told = opened_identity(this.web, this.caller, petition, reason, "console")
    except NoPurposeError as error:
        raise ProblemError(422, str(error)) from error
    return page(
        this,
        "identity.html",
        here=Kind.PETITION.value,
        petition=petition,
        address=address_of(petition),
        anonymous=told is None,
        shown=[(name, told[name]) for name in Identity.model_fields if told.get(name)] if told else [],
        reason=reason,
    )
