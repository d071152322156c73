"""What does the file of a calendar notice say?

YAML in, one CalendarNotice out, or every mistake with file and line. Days are listed singly, as spans a..b (both ends
included), or by holiday name. Whether a notice can be right is for policies/calendar.py; loading it, for the record.
"""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from models.calendar import CalendarNotice
from policies.calendar import Calendar, CalendarError, check_notice, days_of
from policies.documents import Document, DocumentError, Mistake
from policies.documents import Path as Place

NOTICE_BYTES = 64 * 1024
DEEPEST = 8

ACCEPTED_DAYS = "[2027-01-01, 2027-02-05..2027-02-11] 或 or {春节: [2027-02-05..2027-02-11]}"
ACCEPTED_NAMES = "{2027-02-05..2027-02-11: 春节}"
ACCEPTED_FIELDS = "number, date, year, days_off, workdays, names, source"

_Loader: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_LISTS = ("days_off", "workdays")


def read_notice(source: Path | bytes, name: str | None = None, calendar: Calendar | None = None) -> CalendarNotice:
    """The notice in a YAML file; `name` is what the file is called in messages.

    With a `calendar` the notice is also checked against the notices already in it, which an amendment may need. Raises
    DocumentError, with each mistake and its line, for a file that cannot be read or a notice that cannot be right.
    """
    called = name or (source.name if isinstance(source, Path) else "notice.yaml")
    text = _text(source, called)
    _refuse_knots(text, called)
    document = Document(text, called)
    return notice_in(document, document.content, (), calendar)


def notice_in(document: Document, content: Any, at: Place = (), calendar: Calendar | None = None) -> CalendarNotice:
    """The notice that is the part `content` of `document` at the place `at`; raises what read_notice raises."""
    if not isinstance(content, dict):
        raise DocumentError([document.mistake(at, "通知应是键值表 a notice is a mapping", ACCEPTED_FIELDS)])
    mistakes: list[Mistake] = []
    fields = dict(content)
    names = _names(document, fields.get("names", {}), (*at, "names"), mistakes)
    for field in _LISTS:
        fields[field] = _days(document, fields.get(field, []), (*at, field), names, mistakes)
    fields["names"] = names
    if mistakes:
        raise DocumentError(mistakes)
    notice = document.read(CalendarNotice, fields, at)
    try:
        if calendar is None or calendar.has(notice.number):
            check_notice(notice)
        else:
            calendar.with_notice(notice)
    except CalendarError as error:
        place = (*at, error.field) if error.field else at
        raise DocumentError([document.mistake(place, error.why, error.accepted)]) from error
    return notice


def _text(source: Path | bytes, called: str) -> str:
    try:
        if isinstance(source, bytes):
            data = source
        else:
            with source.open("rb") as stream:
                data = stream.read(NOTICE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise DocumentError([Mistake(called, 1, "document", "文件无法打开 the file cannot be opened")]) from error
    if len(data) > NOTICE_BYTES:
        why = f"文件超过 {NOTICE_BYTES // 1024} KB the file is larger than {NOTICE_BYTES // 1024} KB"
        raise DocumentError([Mistake(called, 1, "document", why)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError([Mistake(called, line, "document", "编码不是 UTF-8 not encoded in UTF-8")]) from error


def _refuse_knots(text: str, called: str) -> None:
    """Refuse aliases, which can unfold to any size, and nesting deeper than a notice needs.

    A syntax error ends the search: Document reports it with its line.
    """
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if isinstance(event, yaml.AliasEvent) or depth > DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                why = "引用或层次过深,通知中不允许 aliases and deep nesting have no place in a notice"
                raise DocumentError([Mistake(called, line, "document", why, ACCEPTED_FIELDS)])
    except yaml.YAMLError:
        return


def _names(document: Document, content: Any, at: Place, mistakes: list[Mistake]) -> dict[date, str]:
    names: dict[date, str] = {}
    if content in ("", []):
        return names
    if not isinstance(content, dict):
        mistakes.append(document.mistake(at, "名称应按日期列出 names are given by date", ACCEPTED_NAMES))
        return names
    for span, name in content.items():
        if not isinstance(name, str):
            mistakes.append(document.mistake((*at, span), "名称应是文字 a name is text", ACCEPTED_NAMES))
            continue
        for day in _span(document, span, (*at, span), mistakes):
            names[day] = name
    return names


def _days(document: Document, content: Any, at: Place, names: dict[date, str], mistakes: list[Mistake]) -> list[date]:
    """The days of a list of spans, of one span, or of a mapping from holiday names to either, whose names are kept."""
    if isinstance(content, dict):
        found = []
        for name, spans in content.items():
            days = _listed(document, spans, (*at, name), mistakes)
            found += days
            names.update({day: str(name) for day in days})
    else:
        found = _listed(document, content, at, mistakes)
    twice = sorted(day for day, times in Counter(found).items() if times > 1)
    if twice:
        mistakes.append(document.mistake(at, f"{twice[0]} 列了两次 is listed twice", ACCEPTED_DAYS))
    return found


def _listed(document: Document, content: Any, at: Place, mistakes: list[Mistake]) -> list[date]:
    if isinstance(content, str):
        return _span(document, content, at, mistakes) if content else []
    if not isinstance(content, list):
        mistakes.append(document.mistake(at, "应是日期列表 a list of dates is expected", ACCEPTED_DAYS))
        return []
    return [day for index, span in enumerate(content) for day in _span(document, span, (*at, index), mistakes)]


def _span(document: Document, span: Any, at: Place, mistakes: list[Mistake]) -> list[date]:
    try:
        return list(days_of(span)) if isinstance(span, str) else _no_span()
    except CalendarError as error:
        mistakes.append(document.mistake(at, error.why, error.accepted or ACCEPTED_DAYS))
        return []


def _no_span() -> list[date]:
    raise CalendarError("应是日期或起止日期 / a date or a span of dates is expected", accepted=ACCEPTED_DAYS)
