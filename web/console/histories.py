"""Where is the history of a target, for whom histories are?"""

from urllib.parse import quote

from models.access import View
from models.contract import matter_workflow_id
from policies.relations import Site
from web.api import authority
from web.console.visits import Visit


def history_of(this: Visit, target: str) -> str | None:
    """Where the Temporal UI shows the target's history, for whom histories are; None without a UI."""
    shown = this.request.app.state.histories
    site = Site(this.web.settings.office)
    if shown is None or not authority.sees(this.web, this.caller, site, View.HISTORIES):
        return None
    ui, namespace = shown
    return f"{ui}/namespaces/{quote(namespace, safe='')}/workflows/{quote(matter_workflow_id(target), safe='')}"
