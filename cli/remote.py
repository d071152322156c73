"""How does a command ask the interface of a site (DUBAN_API_URL) instead of the record and the server?

One small client: every way in which an answer can fail becomes a Problem with the exit code it has at the machine
itself: 1 refused, 2 bad input, 3 unavailable. Who asks is said by DUBAN_TOKEN (docs/api.md).
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.filepost import encode_multipart_formdata

import addresses
from cli.problems import ExitCode, Problem
from models.acts import Act, ActName
from models.contract import is_proceeding
from models.messages import Outcome
from record.ledger import Entry
from settings import Settings, load_token

_PREFIX = "/api/v1"
_CONNECT_SECONDS, _ANSWER_SECONDS = 5.0, 60.0
_CODES = {401: ExitCode.REFUSED, 403: ExitCode.REFUSED, 409: ExitCode.REFUSED, 429: ExitCode.UNAVAILABLE}
LONGEST_PAGE = 200
"""Items that the interface gives on a page."""

_ACT = ("at", "target", "act", "by", "person", "principal", "due", "days_left", "light", "measure", "subject",
        "severity", "count", "step", "value", "reason", "provisional", "tell", "detail")  # fmt: skip


class Site:
    """The interface at `url`, asked as whoever the token stands for. Raises Problem for plain text off this machine."""

    def __init__(self, url: str, token: str | None) -> None:
        parts = urlsplit(url)
        if parts.scheme == "http" and not addresses.is_loopback(parts.netloc):
            raise Problem(f"DUBAN_API_URL {url}: 本机以外须用 https off this machine https is required")
        self._url = url.rstrip("/") + _PREFIX
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_ANSWER_SECONDS), retries=False
        )

    def get(self, path: str, **query: object) -> Any:
        """The document at `path`; query values that are None are left out. Raises Problem."""
        _, answer = self._ask("GET", path, query)
        return answer

    def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> tuple[int, Any]:
        """Status and document; a refusal by the rules (409) is an answer too. Raises Problem for all else."""
        return self._ask("POST", path, {}, body, key)

    def download(self, path: str, **query: object) -> bytes:
        """The file at `path`. Raises Problem."""
        status, said = self._sent("GET", path, query, None, {})
        if status != 200:
            raise _problem(status, said)
        return said

    def upload(self, path: str, name: str, content: bytes, **query: object) -> Any:
        """The answer to a file handed in at `path`. Raises Problem."""
        form, kind = encode_multipart_formdata({"file": (name, content, "application/octet-stream")})
        status, said = self._sent("POST", path, query, form, {"Content-Type": kind})
        if status >= 400:
            raise _problem(status, said)
        return _document(said)

    def _ask(
        self, method: str, path: str, query: Mapping[str, object], body: Any = None, key: str | None = None
    ) -> tuple[int, Any]:
        content = None if body is None else json.dumps(body, ensure_ascii=False, default=str).encode()
        headers = {"Idempotency-Key": key} if key else {}
        if content is not None:
            headers["Content-Type"] = "application/json"
        status, said = self._sent(method, path, query, content, headers)
        document = _document(said)
        if status >= 400 and not (status == 409 and "acts" in document):
            raise _problem(status, said)
        return status, document

    def _sent(
        self, method: str, path: str, query: Mapping[str, object], content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        told = urlencode({name: value for name, value in query.items() if value is not None})
        try:
            answer = self._pool.request(
                method,
                f"{self._url}{quote(path)}{'?' if told else ''}{told}",
                body=content,
                headers={**self._headers, **headers},
                redirect=False,
            )
        except HTTPError as error:
            text = f"接口没有应答 the interface does not answer: {urlsplit(self._url).netloc} ({type(error).__name__})"
            raise Problem(text, ExitCode.UNAVAILABLE) from error
        return answer.status, answer.data

    def close(self) -> None:
        """Let go of every connection."""
        self._pool.clear()


@contextmanager
def site(chosen: Settings) -> Iterator[Site | None]:
    """The site these settings name; None where commands ask the record and the server themselves. Raises Problem."""
    if chosen.api_url is None:
        yield None
        return
    there = Site(chosen.api_url, load_token())
    try:
        yield there
    finally:
        there.close()


def _document(said: bytes) -> Any:
    try:
        return json.loads(said)
    except ValueError:
        raise Problem("接口的答复读不懂 the interface's answer is not understood", ExitCode.UNAVAILABLE) from None


def _problem(status: int, said: bytes) -> Problem:
    document = _document(said)
    errors = "".join(f"\n{one['where']}: {one['detail']}" for one in document.get("errors", ()))
    code = _CODES.get(status, ExitCode.UNAVAILABLE if status >= 500 else ExitCode.BAD_INPUT)
    return Problem(f"{document.get('title', status)}: {document.get('detail', '')}{errors}", code)


# --- documents as the record has them ---------------------------------------------------------------------------------


def instant(text: str | datetime | None) -> datetime | None:
    """The instant in a document; one of the record's own is one already."""
    return datetime.fromisoformat(text) if isinstance(text, str) else text


def entry_of(document: Mapping[str, Any]) -> Entry:
    """An entry of the ledger as the interface shows it; its link to the one before is not shown."""
    said = {name: document[name] for name in _ACT if document.get(name) is not None}
    ruling = {"entry": document["rule"]} if document.get("rule") else None
    return Entry(
        document["target"],
        document["seq"],
        Act.model_validate({**said, "ruling": ruling}),
        document["message_id"],
        datetime.fromisoformat(document["processed_at"]),
        "",
        document["hash"],
    )


def outcome_of(status: int, document: Mapping[str, Any]) -> Outcome:
    """The recorded answer to a command; also a refusal."""
    return Outcome(
        accepted=status < 400,
        acts=tuple(ActName(one) for one in document["acts"]),
        due=instant(document.get("due")),
        reason=document.get("reason"),
        rule=document.get("rule"),
    )


def target_path(target: str) -> str:
    """Where a matter, a case, or a proceeding, petition or duty is."""
    if is_proceeding(target):
        return f"/proceedings/{target}"
    return f"/cases/{target}" if "/" in target else f"/matters/{target}"


def export_to(there: Site, format_: str, file: Path) -> int:
    """Write the register as the interface gives it; how many bytes. Raises Problem, OSError."""
    return file.write_bytes(there.download("/export", format=format_))
