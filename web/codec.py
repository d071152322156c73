"""Who may have payloads opened in the Temporal UI? The signed-in caller, as far as policies/access.py lets him.

The one route that pages of another origin may post to: the endpoint lets in the UI's own origin alone, asks for the
session or token here, and puts every look on record (privacy/endpoint.py). Nothing else of the site is open to them.
"""

from collections.abc import Callable
from functools import partial

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool

from models.access import View
from models.identity import Caller
from policies.relations import Site
from privacy.codec import ENGINE
from privacy.endpoint import LONGEST, Decoder, codec_router
from record import cases
from record.looks import Looker, look_by_codec
from record.payload_keys import RecordKeys
from web import callers
from web.api import authority
from web.api.limits import speaker
from web.context import Web

PATH = "/codec"
_CASE = "case/"
REASON = "Temporal 界面查看流程历史 histories in the Temporal UI"


def mount(app: FastAPI, *, ui: str, namespace: str) -> FastAPI:
    """Let the Temporal UI at the origin `ui` have payloads of `namespace` opened by an application with the interface.

    Raises ValueError for a record that keeps nothing sealed.
    """
    web: Web = app.state.web
    app.include_router(
        codec_router(RecordKeys(web.store), origin=ui, namespace=namespace, authorise=partial(_decoder, web))
    )
    app.state.larger[f"{PATH}/decode"] = LONGEST
    # Where the console leads those to whom histories are open.
    app.state.histories = (ui, namespace)
    return app


async def _decoder(web: Web, request: Request) -> Decoder | None:
    caller = await callers.reader(request, web)
    if caller is None:
        return None
    speaker(request, caller)
    looker = Looker("codec", post=caller.post, person=caller.person, principal=caller.principal)
    return Decoder(
        await run_in_threadpool(_allowed, web, caller), look_by_codec(web.store, looker, REASON, web.clock())
    )


def _allowed(web: Web, caller: Caller) -> Callable[[str], bool]:
    """What of the histories the caller may have opened: those of matters, and of each case whose materials are his.

    A history tells everything at once, votes too: so it takes the right to histories beside that to the materials.
    """
    histories = authority.sees(web, caller, Site(web.settings.office), View.HISTORIES)

    def may(subject: str) -> bool:
        if subject == ENGINE:
            return histories
        if not subject.startswith(_CASE):
            return False
        with web.store.reading() as session:
            state = cases.seen(session, subject.removeprefix(_CASE))
        return state is not None and all(
            authority.sees(web, caller, state, view) for view in (View.HISTORIES, View.CASE_MATERIALS)
        )

    return may
