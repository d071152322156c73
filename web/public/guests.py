"""Who looks at a page for the public? Nobody in particular: a browser, its language, and proof that a form is ours.

Without a session there is nothing a forged form could do in somebody's name but hand something in from his address; for
that the form still has to come from here. The proof is made from a secret in a cookie of its own, which no other site
knows or can set over https, beside what browsers say of where a request comes from (web/callers.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse
from typing_extensions import override

from identity.secrets import csrf_token, new_secret, same
from identity.signing_in import network
from models.proceedings import ProceedingStage
from policies.proceeding_wording import CONCLUSIONS, PROCEEDING_STAGES
from record.proceeding_lists import PublicProceeding
from record.views import PublicLine
from web.api.limits import TOO_OFTEN, Buckets
from web.callers import refuse_other_sites, set_cookie
from web.console.texts import TEXTS
from web.console.visits import HEADERS, Language, PageRoute, Said, common, language_of, templates
from web.context import Web, web_of
from web.problems import ProblemError, request_id

PREFIX = "/public"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_LASTING = timedelta(days=7)
_PROOF_LONGEST = 200
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is not signed in looks at a page; `secret` is this browser's, of which its forms carry the proof."""

    request: Request
    web: Web
    language: Language
    secret: str

    @property
    def address(self) -> str:
        """The address it comes from."""
        return self.request.client.host if self.request.client else ""


def guest(request: Request, web: Annotated[Web, Depends(web_of)]) -> Guest:
    """The visit of a page that changes nothing; 429 for an address that asks too often."""
    _seldom_enough(request)
    shown = request.cookies.get(_cookie(web), "")
    return Guest(request, web, language_of(request), shown if _SECRET.fullmatch(shown) else new_secret())


def sending(
    request: Request,
    web: Annotated[Web, Depends(web_of)],
    csrf: Annotated[str, Form(max_length=_PROOF_LONGEST)] = "",
) -> Guest:
    """The visit of somebody who sends a form of ours; 403 for another site's or an old one, 429 too often."""
    _seldom_enough(request)
    refuse_other_sites(request, web)
    secret = request.cookies.get(_cookie(web), "")
    if not _SECRET.fullmatch(secret) or not same(csrf, csrf_token(secret)):
        raise ProblemError(
            HTTPStatus.FORBIDDEN, "页面已过期,请重新打开。 The page is out of date; open it again.", kind="csrf"
        )
    return Guest(request, web, language_of(request), secret)


Looking = Annotated[Guest, Depends(guest)]
Sending = Annotated[Guest, Depends(sending)]


def _seldom_enough(request: Request) -> None:
    buckets: Buckets = request.app.state.guests
    wait = buckets.take(network(request.client.host if request.client else "")).wait_seconds
    if wait:
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, TOO_OFTEN, headers={"Retry-After": str(wait)})


def _cookie(web: Web) -> str:
    return "__Host-duban-guest" if web.secure else "duban-guest"


class PublicRoute(PageRoute):
    """A route whose refusals are pages for the public."""

    @override
    def refused(
        self, request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None
    ) -> HTMLResponse:
        """The page that says what is wrong, and what to do; when to come back in words."""
        wait = int((headers or {}).get("Retry-After", 0))
        text = _PAGES.get_template("public_refused.html").render(
            **_shared(language_of(request)),
            advice=str(status) if f"public.refused.{status}" in TEXTS else "other",
            detail=detail if status == HTTPStatus.FORBIDDEN else "",
            minutes=-(-wait // _MINUTE) if status == HTTPStatus.TOO_MANY_REQUESTS else 0,
            number=request_id(request),
        )
        return HTMLResponse(text, status, {**HEADERS, **(headers or {})})


def page(this: Guest, template: str, *, status: int = HTTPStatus.OK, here: str = "", **shown: Any) -> HTMLResponse:
    """A page in the language of this browser; `here` names it in the navigation."""
    asked = this.request.url
    back = f"{asked.path}?{asked.query}" if asked.query and this.request.method == "GET" else asked.path
    told = {**_shared(this.language), "csrf": csrf_token(this.secret), "here": here, "back": back, **shown}
    response = HTMLResponse(_PAGES.get_template(template).render(told), status, HEADERS)
    set_cookie(this.web, response, _cookie(this.web), this.secret, _LASTING)
    return response


async def typed(request: Request) -> dict[str, str]:
    """What stands in the fields of a form, trimmed, with one kind of line end; files and empty fields say nothing."""
    said = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    plain = {name: value.replace("\r\n", "\n").replace("\r", "\n").strip() for name, value in said.items()}
    return {name: value for name, value in plain.items() if value}


Typed = Annotated[dict[str, str], Depends(typed)]


@dataclass(frozen=True, slots=True)
class SaidOfSteps:
    """How what is put together from steps is told in one language."""

    language: Language

    def stage(self, line: PublicProceeding | PublicLine) -> str:
        """Where it stands; of one under way also its step."""
        chinese = self.language is Language.ZH
        if isinstance(line, PublicLine):
            return Said(self.language).stage(line.stage)
        words = PROCEEDING_STAGES[line.stage] if chinese else line.stage.value.replace("_", " ")
        under_way = line.stage is ProceedingStage.UNDER_WAY and line.step_title
        return f"{words} · {line.step_title}" if under_way else words

    def day(self, on: date | None) -> str:
        """A date with its weekday; a dash for none."""
        return "—" if on is None else f"{on} {Said(self.language).weekdays()[on.weekday()]}"

    def conclusion(self, reason: str) -> str:
        """Why it ended, or what was given as the reason."""
        if reason not in CONCLUSIONS:
            return reason
        return CONCLUSIONS[reason] if self.language is Language.ZH else reason.replace("_", " ")


def _shared(language: Language) -> dict[str, Any]:
    own = SaidOfSteps(language)
    return {**common(language), "say_of": own, "visit": None, "csrf": "", "here": "", "back": PREFIX}


_PAGES = templates(Path(__file__).parent / "templates")
