"""May the caller see or do this? Asked of policies/access.py, which decides; here the answer becomes HTTP.

Default deny: what a caller may not see does not exist for him (404), so that "not there" and "not yours" cannot be told
apart. A command to what he may see is heard by the rules, which refuse on record (409); what is done to the site by
somebody who has no right to it is 403, since there is nothing to hide.
"""

from http import HTTPStatus

from sqlmodel import Session

from models.access import Relation, Scope, SiteCommand, View
from models.case_messages import CaseCommand, Propose
from models.cases import CaseState
from models.identity import Caller
from models.matters import MatterState
from models.messages import Registration
from models.proceeding_messages import Open
from models.proceedings import ProceedingState
from policies import speakers
from policies.access import may, on_case
from policies.authority import Refused
from policies.machines import blank
from policies.relations import OfPost, Site, Standing, relations, scope
from policies.speakers import Speaker
from record import cases, matters, proceedings
from web.context import Web
from web.problems import ProblemError

_KNOWN = (View.MATTER, View.PART, View.LINE)


def not_found() -> ProblemError:
    """What is said of what is not there, and of what is not the caller's to see: the same."""
    return ProblemError(HTTPStatus.NOT_FOUND, "没有此项,或您无权查看。 Not there, or not yours to see.")


def roles_of(caller: Caller) -> tuple[str, ...]:
    """The caller's roles on the site as the table of access names them."""
    return tuple(role.value for role in caller.roles)


def standing_of(web: Web, caller: Caller | None, standing: Standing) -> frozenset[Relation]:
    """Every relation in which the caller stands to this; None is somebody who has not signed in."""
    if caller is None:
        return relations(None, standing, web.directory)
    return relations(caller.post, standing, web.directory, roles=roles_of(caller))


def scope_of(web: Web, caller: Caller) -> Scope:
    """Whose matters the caller may list."""
    return scope(caller.post, web.directory, roles=roles_of(caller))


def sees(web: Web, caller: Caller | None, standing: Standing, *views: View) -> bool:
    """Whether the caller may look at any of these views of it."""
    held = standing_of(web, caller, standing)
    return any(may(view.value, held) for view in views)


def does(web: Web, caller: Caller, what: SiteCommand, standing: Standing | None = None) -> bool:
    """Whether the caller may do this to the site (or to this): for what offers it; nothing is refused on record."""
    return may(what.value, standing_of(web, caller, standing or Site(web.settings.office)))


def matter(session: Session, web: Web, caller: Caller, matter_id: str, view: View) -> MatterState:
    """The matter, where the caller may look at this view of it; ends the request with 404 otherwise."""
    state = matters.seen(session, matter_id)
    if state is None or not sees(web, caller, state, view):
        raise not_found()
    return state


def known(session: Session, web: Web, caller: Caller, matter_id: str) -> MatterState:
    """The matter, where the caller may know of it at all, if only of his part; 404 otherwise."""
    state = matters.seen(session, matter_id)
    if state is None or not sees(web, caller, state, *_KNOWN):
        raise not_found()
    return state


def proceeding(session: Session, web: Web, caller: Caller, target: str, *of: View) -> ProceedingState:
    """The proceeding, where the caller may look at any of these views of it; 404 otherwise."""
    state = proceedings.seen(session, target)
    if state is None or state.terms is None or not sees(web, caller, state, *of):
        raise not_found()
    return state


def case(session: Session, web: Web, caller: Caller, case_id: str, view: View) -> CaseState:
    """The case, where the caller may look at this view of it; ends the request with 404 otherwise."""
    state = cases.seen(session, case_id)
    if state is None or not sees(web, caller, state, view):
        raise not_found()
    return state


def reads_case(session: Session, web: Web, caller: Caller, case_id: str, view: View = View.CASE_TIMELINE) -> bool:
    """Whether the caller may look at this view of the case."""
    state = cases.seen(session, case_id)
    return state is not None and sees(web, caller, state, view)


def heard_in_case(session: Session, web: Web, caller: Caller, case_id: str, command: CaseCommand) -> None:
    """The same of a case; one that is not there yet can be proposed by whom the table allows it."""
    state = cases.seen(session, case_id)
    if state is None and isinstance(command, Propose):
        standing = blank(case_id)
        held = relations(caller.post, standing, web.directory, roles=roles_of(caller), said=command)
        if isinstance(standing, CaseState) and may(on_case("propose"), held):
            return
    if state is None or not sees(web, caller, state, View.CASE, View.CASE_TIMELINE):
        raise not_found()


def site(
    web: Web, caller: Caller, what: SiteCommand | View, standing: Registration | Open | OfPost | None = None
) -> None:
    """End the request with 403 unless the caller may do this to the site, or look at this of it."""
    speaker = Speaker(caller.post, caller.voice, frozenset(roles_of(caller)))
    try:
        speakers.check(what.value, speaker, web.directory, standing or Site(web.settings.office))
    except Refused as refused:
        detail = "您的岗位或角色无权办理。 Not within your post's or role's authority."
        raise ProblemError(HTTPStatus.FORBIDDEN, detail) from refused


def post_of(caller: Caller) -> str:
    """The post through which the caller speaks; 403 where he speaks through none."""
    if caller.post is None:
        raise ProblemError(HTTPStatus.FORBIDDEN, "请先选定岗位。 Choose a post to act through first.", kind="no-post")
    return caller.post
