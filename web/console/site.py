"""What looks after the site: incidents, seals and the check of the record, keys, webhooks, backups, settings.

Each part is for whom the table of access shows it; a part that is nobody's is not there for him. Nothing is changed
here but a subscription ended: the record is looked after where it is (docs/operations.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from backup import keeping
from evidence import sealing
from models.access import SiteCommand, View
from models.evidence import Seal
from policies.access import may
from policies.relations import Site
from record import accounts, incidents, ledger, seals, webhooks
from settings import shown_settings
from web.api import authority, keys
from web.api.texts import KEY
from web.console.navigation import SITE
from web.console.visits import PageRoute, Posting, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

_SEALS = 30
_BACKUPS = "backups"
"""Where backups stand in the data directory unless another place is named (cli/backups.py)."""

PARTS = (View.ACCOUNTS, View.INCIDENTS, View.VERIFICATION, View.KEYS, View.WEBHOOKS, View.BACKUPS, View.SETTINGS)


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: what it is called, when it was made, or what is wrong with it."""

    name: str
    began_at: Any
    fault: str | None


@routes.get(SITE)
def site(this: Visiting) -> HTMLResponse:
    """The parts that are the visitor's, each with how it stands."""
    return _shown(this)


@routes.post(f"{SITE}/webhooks/{{webhook}}/end")
def end_webhook(
    webhook: Annotated[str, Path(pattern=r"^wh-[0-9a-f]{24}$")],
    this: Posting,
    message: Annotated[str, Form(pattern=KEY)],
) -> HTMLResponse:
    """End a subscription; harmless twice."""
    held = authority.standing_of(this.web, this.caller, Site(this.web.settings.office))
    if not may(SiteCommand.MANAGE_WEBHOOKS.value, held):
        raise authority.not_found()
    keys.claim(this.web, this.caller, message, this.request, webhook)
    with this.web.store.writing() as session:
        if webhooks.find(session, webhook) is None:
            raise authority.not_found()
        webhooks.end(session, webhook, this.web.clock())
    return _shown(this)


@routes.post(f"{SITE}/verify")
def verify(this: Posting) -> HTMLResponse:
    """Recompute every chain that is beside the files, and the last seals; the page with what was found."""
    if View.VERIFICATION not in _own(this):
        raise authority.not_found()
    with this.web.store.reading() as session:
        chains = _beside(session)
        faults = ledger.verify(session, chains)
    return _shown(this, {"chains": len(chains), "faults": [one.text for one in faults]})


def _beside(session: Session) -> list[str]:
    """The chains beside matters: accounts, incidents, the archive, the procedure."""
    persons = [f"person/{one.id}" for one in accounts.persons(session)]
    return ["accounts", "incidents", "archive", "policies", *persons]


def _own(this: Visit) -> tuple[View, ...]:
    where = Site(this.web.settings.office)
    return tuple(one for one in PARTS if authority.sees(this.web, this.caller, where, one))


def _shown(this: Visit, verified: Mapping[str, Any] | None = None) -> HTMLResponse:
    own = _own(this)
    if not own:
        raise authority.not_found()
    held = authority.standing_of(this.web, this.caller, Site(this.web.settings.office))
    with this.web.store.reading() as session:
        found: dict[str, Any] = {
            "persons": len(accounts.persons(session)) if View.ACCOUNTS in own else None,
            "incidents": list(reversed(incidents.listed(session))) if View.INCIDENTS in own else None,
            "seals": _seals(session) if View.VERIFICATION in own else None,
            "keys": list(seals.keys(session).values()) if View.KEYS in own else None,
            "hooks": webhooks.listed(session, limit=200).items if View.WEBHOOKS in own else None,
        }
    return page(
        this,
        "site.html",
        here="site",
        **found,
        backups=_backups(this) if View.BACKUPS in own else None,
        settings=shown_settings(this.web.settings) if View.SETTINGS in own else None,
        ends_hooks=may(SiteCommand.MANAGE_WEBHOOKS.value, held),
        verified=verified,
        message=lambda: uuid4().hex,
        site=SITE,
    )


def _seals(session: Session) -> list[Seal]:
    """The last seals, the newest first."""
    last = seals.last(session)
    after = max((last.no if last else 0) - _SEALS, 0)
    return [sealing.read(row) for row in seals.kept(session, after)][::-1]


def _backups(this: Visit) -> list[Backup]:
    """The backups in the usual place, the newest first."""
    found = keeping.kept(this.web.settings.data_dir / _BACKUPS)
    return [Backup(one.place.name, one.manifest and one.manifest.began_at, one.fault) for one in reversed(found)]
