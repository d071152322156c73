"""How is each post reached, according to the office's contacts file?

YAML in, contacts out, or every mistake with its line: the file is right as a whole or not used. What could hold a
secret is never repeated in a message. Whether an address works is seen where it is used.
"""

import re
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

import yaml

from intake.problems import IntakeError, Words, harmless
from models.contacts import Contact, Contacts, Hours, Route
from policies.directory import Directory
from policies.documents import Document, DocumentError, Mistake
from policies.documents import Path as Place

LARGEST_BYTES = 1_000_000
DEEPEST = 8
ROUTES_MOST = 5

_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}", re.ASCII)
_RESERVED = frozenset({"inbox", "undelivered"})
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}", re.ASCII)
_URL = re.compile(r"(env:[A-Za-z_][A-Za-z0-9_]{0,99}|file:[^\s]{1,500}|[a-z0-9]{2,30}://[^\s]{1,2000})", re.ASCII)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)

_URL_ACCEPTED = (
    "env:变量名 NAME, file:路径 PATH, 或 or 一个 Apprise 地址 an Apprise URL (mailtos://…, wecombot://…, jsons://…)"
)
_ROUTE_KEYS = ("name", "url", "to")
_POST_KEYS = ("channels", "hours", "digest")
_TOP_KEYS = ("mail", "otherwise", "posts")
_OTHERWISE = ("inbox", "organ_mail")


class ContactsError(IntakeError):
    """A contacts file that cannot be used; `mistakes` names every one by its line."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(
            Words(f"通知渠道文件有 {len(mistakes)} 处错误", f"{len(mistakes)} mistakes in the contacts file"),
            Words("请改正后重新启动", "Correct them and start again"),
        )
        self.mistakes = tuple(mistakes)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(mistake) for mistake in self.mistakes)])


def read_contacts(path: Path, directory: Directory) -> Contacts:
    """The contacts in the file, for posts of `directory`. Raises ContactsError with every mistake in it.

    With `otherwise: organ_mail` every other post is reached at its organ's e-mail, where the directory has one.
    """
    file = path.name
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            raise _refused(file, f"文件过大 larger than {LARGEST_BYTES} bytes")
        text = content.decode("utf-8-sig")
        _check_shape(text, file)
        document = Document(text, file)
    except OSError as error:
        raise _refused(file, f"文件无法读取 cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _refused(file, "不是 UTF-8 文本 not UTF-8 text") from error
    except DocumentError as error:
        raise ContactsError([replace(mistake, where=_safe(mistake.where)) for mistake in error.mistakes]) from error
    reader = _Reader(document, directory)
    contacts = reader.contacts()
    if reader.mistakes:
        raise ContactsError(reader.mistakes)
    return contacts


def _refused(file: str, why: str, line: int = 1) -> ContactsError:
    return ContactsError([Mistake(file, line, "document", why)])


def _check_shape(text: str, file: str) -> None:
    """Refuse what is small in the file and large in memory: aliases, and nesting no contacts need."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                raise _refused(file, "不能使用 YAML 引用 YAML aliases are not accepted", line)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise _refused(file, f"嵌套过深 nested deeper than {DEEPEST}", line)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _refused(file, "不是有效的 YAML not valid YAML", mark.line + 1 if mark else 1) from None


class _Reader:
    """Checks a document part by part; `mistakes` are found on the way."""

    def __init__(self, document: Document, directory: Directory) -> None:
        self.mistakes: list[Mistake] = []
        self._document = document
        self._directory = directory

    def contacts(self) -> Contacts:
        """The contacts; only to be used when there are no `mistakes`."""
        top = self._mapping(self._document.content, (), _TOP_KEYS)
        mail = self._url(top["mail"], ("mail",)) if "mail" in top else None
        posts = self._mapping(top.get("posts", {}), ("posts",), None)
        found = {
            str(post): contact
            for post, content in posts.items()
            if (contact := self._post(str(post), content, mail is not None)) is not None
        }
        otherwise = top.get("otherwise", "inbox")
        if otherwise not in _OTHERWISE:
            self._mistake(("otherwise",), f"读不懂 not understood: {_shown(otherwise)}", ", ".join(_OTHERWISE))
        elif otherwise == "organ_mail":
            if mail is None:
                self._mistake(
                    ("otherwise",), "organ_mail 需要 mail organ_mail needs a mail server: mail", _URL_ACCEPTED
                )
            found = {**self._organ_mail(), **found}
        return Contacts(posts=found, mail=mail) if not self.mistakes else Contacts()

    def _organ_mail(self) -> dict[str, Contact]:
        """Every post that serves an organ with an e-mail; a post of several organs is reached at its first."""
        contacts: dict[str, Contact] = {}
        for organ in self._directory.organs:
            if organ.email:
                route = Route(name="mail", to=organ.email)
                for post in (organ.head, organ.handler):
                    contacts.setdefault(post, Contact(routes=(route,)))
        return contacts

    def _post(self, post: str, content: Any, mail: bool) -> Contact | None:
        at: Place = ("posts", post)
        if not self._directory.has_post(post):
            self._mistake(
                at, f"名录中没有该岗位 unknown post: {_shown(post)}", "单位名录中的岗位 a post of the directory"
            )
        given = self._mapping(content, at, _POST_KEYS)
        hours = given.get("hours", Hours.OFFICE.value)
        if hours not in set(Hours):
            self._mistake((*at, "hours"), f"读不懂 not understood: {_shown(hours)}", ", ".join(Hours))
        digest = given.get("digest")
        if digest is not None and not (isinstance(digest, str) and _CLOCK.fullmatch(digest)):
            self._mistake((*at, "digest"), f"不是时刻 not a time of day: {_shown(digest)}", "17:00")
        routes = self._routes(given.get("channels"), (*at, "channels"), mail)
        if self.mistakes:
            return None
        return Contact(
            routes=routes, hours=Hours(hours), digest_at=time.fromisoformat(digest) if digest is not None else None
        )

    def _routes(self, content: Any, at: Place, mail: bool) -> tuple[Route, ...]:
        if not isinstance(content, list) or not 1 <= len(content) <= ROUTES_MOST:
            self._mistake(
                at, "须列出渠道 channels have to be listed", f"1..{ROUTES_MOST} 个 of {{name, url}} 或 or {{name, to}}"
            )
            return ()
        routes: list[Route] = []
        for index, one in enumerate(content):
            here = (*at, index)
            given = self._mapping(one, here, _ROUTE_KEYS)
            name, url, to = given.get("name"), given.get("url"), given.get("to")
            if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _RESERVED:
                accepted = "小写字母开头 lower-case letters, digits, -: mail, wecom, sms-2"
                self._mistake((*here, "name"), f"渠道名不可用 not a channel name: {_shown(name)}", accepted)
            elif name in {route.name for route in routes}:
                self._mistake((*here, "name"), f"渠道名重复 the same name twice: {name}", "互不相同 distinct names")
            if (url is None) == (to is None):
                self._mistake(here, "url 与 to 须恰有其一 either url or to", _URL_ACCEPTED)
            elif url is not None:
                self._url(url, (*here, "url"))
            elif not isinstance(to, str) or not _EMAIL.fullmatch(to):
                self._mistake(
                    (*here, "to"), f"邮箱格式有误 not an e-mail address: {_shown(to)}", "name@example.invalid"
                )
            elif not mail:
                self._mistake((*here, "to"), "没有邮件服务器 there is no mail server: mail", f"mail: {_URL_ACCEPTED}")
            if not self.mistakes:
                routes.append(Route(name=str(name), url=url, to=to))
        return tuple(routes)

    def _url(self, content: Any, at: Place) -> str | None:
        if isinstance(content, str) and _URL.fullmatch(content):
            return content
        self._mistake(at, "不是渠道地址(内容不显示) not a channel's address (not shown)", _URL_ACCEPTED)
        return None

    def _mapping(self, content: Any, at: Place, keys: tuple[str, ...] | None) -> dict[str, Any]:
        if not isinstance(content, dict):
            self._mistake(at, "不是键值 not keys with values", ", ".join(keys or ("岗位 post: {channels: […]}",)))
            return {}
        if keys is not None:
            for key in content:
                if key not in keys:
                    self._mistake((*at, key), f"未知的键 unknown key {_shown(key)}", ", ".join(keys))
        return content

    def _mistake(self, at: Place, why: str, accepted: str = "") -> None:
        mistake = self._document.mistake(at, why, accepted)
        self.mistakes.append(replace(mistake, where=_safe(mistake.where)))


def _shown(value: Any) -> str:
    """A value fit to be repeated: harmless, and no address that slipped into the wrong place."""
    return repr(harmless(_safe(str(value))))


def _safe(text: str) -> str:
    return "…" if "://" in text else text
