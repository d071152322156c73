"""Who visits a page, in which language, and how does a visit end that cannot go on?

Nobody signed in is led to sign in. Whoever may not see a page gets what somebody gets who asks for a page that is not
there. Every refusal is a page that says what to do; programs get theirs from web/problems.py.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from typing_extensions import override

import logs
from identity.secrets import csrf_token
from models.acts import ActName
from models.cases import CaseStage
from models.explanations import Words
from models.identity import Caller
from models.matters import Light, Stage
from office import UnavailableError
from policies.deadlines import SHANGHAI
from policies.distance import Distance
from policies.wording import CASE_STAGES, LIGHTS, STAGES, act_words, limit_cell
from privacy.masters import MasterError
from record import feeds
from record.store import RecordUnavailableError
from web.api.bodies import WORDS
from web.api.limits import Buckets
from web.assets import asset
from web.callers import Signed, form_session, session_if_any
from web.console.navigation import PREFIX, Bar, bar
from web.console.texts import TEXTS
from web.context import Web, web_of
from web.problems import TITLES, ProblemError, request_id

log = logs.get(__name__)

SIGN_IN = "/sign-in"
COOKIE = "duban-language"
_KILOBYTE = 1024

_WEEKDAYS = {"zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
             "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}  # fmt: skip
# With `no-referrer` a browser says "null" for the origin of a form, and the form could not be told from another site's.
HEADERS = {"Referrer-Policy": "same-origin", "Vary": "HX-Request"}
_HTMX = json.dumps(
    {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        # Not `style`, which browsers set on a field that somebody has made larger and the content policy forbids anew.
        "attributesToSettle": ["class", "width", "height"],
        # A refusal is a page too.
        "responseHandling": [{"code": "204", "swap": False}, {"code": "...", "swap": True}],
    }
)


class Language(StrEnum):
    """In which language a page is."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is signed in looks at a page."""

    request: Request
    web: Web
    signed: Signed
    language: Language
    recorded: int
    """The number of the newest act when the page was asked for."""

    @property
    def caller(self) -> Caller:
        """Who looks."""
        return self.signed.standing.caller


class SignInFirstError(Exception):
    """Nobody is signed in."""


def language_of(request: Request) -> Language:
    """The language chosen in this browser; Chinese where none was."""
    return Language.EN if request.cookies.get(COOKIE) == Language.EN else Language.ZH


async def visit(
    request: Request,
    web: Annotated[Web, Depends(web_of)],
    signed: Annotated[Signed | None, Depends(session_if_any)],
) -> Visit:
    """The visit of a page that changes nothing; raises SignInFirstError, ends with 429 for who asks too often."""
    if signed is None:
        raise SignInFirstError
    return _seldom_enough(await _visited(request, web, signed))


async def posting(
    request: Request, web: Annotated[Web, Depends(web_of)], signed: Annotated[Signed, Depends(form_session)]
) -> Visit:
    """The visit of somebody who sends a form of ours; 401, 403, 429 otherwise."""
    return _seldom_enough(await _visited(request, web, signed))


async def _visited(request: Request, web: Web, signed: Signed) -> Visit:
    return Visit(request, web, signed, language_of(request), await asyncio.to_thread(_recorded, web))


def _recorded(web: Web) -> int:
    with web.store.reading() as session:
        return feeds.last(session)


def _seldom_enough(this: Visit) -> Visit:
    persons: Buckets = this.request.app.state.persons
    wait = persons.take(this.caller.person).wait_seconds
    if wait:
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS, TITLES[HTTPStatus.TOO_MANY_REQUESTS][1], headers={"Retry-After": str(wait)}
        )
    return this


Visiting = Annotated[Visit, Depends(visit)]
Posting = Annotated[Visit, Depends(posting)]


class PageRoute(APIRoute):
    """A route whose refusals are pages."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler; what it raises for a visitor becomes a page."""
        usual = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await usual(request)
            except SignInFirstError:
                return _to_sign_in(request)
            except HTTPException as refused:
                if refused.status_code == HTTPStatus.UNAUTHORIZED:
                    return _to_sign_in(request)
                detail = refused.detail if isinstance(refused, ProblemError) else ""
                return self.refused(request, refused.status_code, detail, refused.headers)
            except RequestValidationError as refused:
                wrong = "、".join(dict.fromkeys(str(one["loc"][-1]) for one in refused.errors()))
                return self.refused(request, HTTPStatus.UNPROCESSABLE_ENTITY, wrong)
            except (UnavailableError, RecordUnavailableError, MasterError) as unavailable:
                log.warning("console.unavailable", exc_info=unavailable)
                return self.refused(request, HTTPStatus.SERVICE_UNAVAILABLE, "", {"Retry-After": "5"})

        return handled

    def refused(
        self, request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None
    ) -> HTMLResponse:
        """The page that says what is wrong."""
        return refusal(request, status, detail, headers)


def _to_sign_in(request: Request) -> Response:
    """To the page to sign in on, the whole window even where only a part of a page was asked for."""
    if "hx-request" in request.headers:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": SIGN_IN})
    return RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)


def refusal(request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """A page that says what is wrong and what to do."""
    language = language_of(request)
    known = f"refused.{status}"
    text = _PAGES.get_template("refused.html").render(
        **common(language),
        visit=None,
        csrf="",
        here="",
        bar=Bar((), ()),
        back=PREFIX,
        status=status,
        advice=known if known in TEXTS else "refused.other",
        detail=detail,
        number=request_id(request),
    )
    return HTMLResponse(text, status, {**HEADERS, **(headers or {})})


def page(this: Visit, template: str, *, status: int = HTTPStatus.OK, here: str = "", **shown: Any) -> HTMLResponse:
    """A page, in the visitor's language; `here` names it in the navigation."""
    asked = this.request.url
    text = _PAGES.get_template(template).render(
        **common(this.language),
        visit=this,
        csrf=csrf_token(this.signed.secret),
        here=here,
        bar=bar(this.web, this.caller),
        directory=this.web.directory,
        attachment_megabytes=this.web.settings.attachment_megabytes,
        back=f"{asked.path}?{asked.query}" if asked.query and this.request.method == "GET" else asked.path,
        **shown,
    )
    return HTMLResponse(text, status, HEADERS)


def common(language: Language) -> dict[str, Any]:
    """What every template finds: how things are said, and in which language."""
    said = Said(language)
    return {"t": said.text, "say": said, "language": language.value, "htmx": _HTMX}


@dataclass(frozen=True, slots=True)
class Said:
    """How things are said in one language."""

    language: Language

    def field(self, do: str, label: str) -> str:
        """The label of a field, in this command's own words where it has some; one that is no key stands as it is."""
        own = f"field.{do}.{label.removeprefix('field.')}"
        return self.text(own) if own in TEXTS else self.text(label) if label in TEXTS else label

    def part(self, name: str) -> str:
        """The name of a part of what was shown as proof; as it was given where it has no text of its own."""
        label = f"field.{name}"
        return self.text(label) if label in TEXTS else name

    def command(self, do: str) -> str:
        """A command by its name."""
        return WORDS[do] if self.language is Language.ZH else do.replace("_", " ").capitalize()

    def text(self, key: str, **fields: object) -> str:
        """A text of the catalogue; raises KeyError for one that is not in it."""
        return TEXTS[key][self.language is Language.EN].format(**fields)

    def light(self, light: Light) -> str:
        """A light by its name."""
        return LIGHTS[light] if self.language is Language.ZH else light.value

    def stage(self, stage: Stage) -> str:
        """A stage by its name."""
        return STAGES[stage] if self.language is Language.ZH else stage.value.replace("_", " ")

    def case_stage(self, stage: CaseStage) -> str:
        """A stage of a case by its name."""
        return CASE_STAGES[stage] if self.language is Language.ZH else stage.value.replace("_", " ")

    def act(self, act: ActName) -> str:
        """An act by its name."""
        return act_words(act) if self.language is Language.ZH else act.value.replace("_", " ")

    def words(self, words: Words) -> str:
        """A sentence that stands in both languages."""
        return words.zh if self.language is Language.ZH else words.en

    def distance(self, far: Distance | None) -> str:
        """How far a day is; nothing where none is owed."""
        if far is None:
            return ""
        return far.words if self.language is Language.ZH else far.en

    def limit(self, limit: str) -> str:
        """A limit: in Chinese words, or as it is written."""
        return limit_cell(limit) if self.language is Language.ZH else limit

    def size(self, size: int) -> str:
        """How large a file is."""
        if size < _KILOBYTE:
            return f"{size} B"
        return f"{size / _KILOBYTE:.0f} KB" if size < _KILOBYTE**2 else f"{size / _KILOBYTE**2:.1f} MB"

    def moment(self, at: datetime | None) -> str:
        """An instant in Asia/Shanghai with its weekday, to the minute; a dash for none."""
        if at is None:
            return "—"
        local = at.astimezone(SHANGHAI)
        return f"{local:%Y-%m-%d} {_WEEKDAYS[self.language][local.weekday()]} {local:%H:%M}"

    def weekdays(self) -> tuple[str, ...]:
        """Monday to Sunday."""
        return _WEEKDAYS[self.language]


def templates(*folders: Path) -> Environment:
    """The templates in these folders, and those that all pages share."""
    made = Environment(
        loader=FileSystemLoader([*folders, Path(__file__).parent / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = asset
    return made


_PAGES = templates()
