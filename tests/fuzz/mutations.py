"""How does a valid file become one that an attacker, a broken disk or a tired clerk would hand in?

Every mutation takes what decides (a random.Random, or Hypothesis' own, which shrinks) and a valid sample.
Structure-aware ones keep the container readable, so that what is wrong lies deep inside; byte-level ones spare nothing.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any

import yaml

from intake.register import RegisterColumn, _digest, told_text

FORMULAS = (
    "=CANARY(1)",
    '＝HYPERLINK("http://canary.invalid")',
    "+CANARY",
    "-CANARY()",
    "@CANARY",
    "\t=CANARY()",
    " =cmd|' /C canary'!A0",
)
MARKUP = (
    "<script>canary</script>",
    "<img src=x onerror=canary>",
    "</td><b>",
    "<!--canary",
    "<?canary ?>",
    "&lt;canary&gt;",
)
TEMPLATE = (
    "{{ number }}",
    "{{ canary }}",
    "{{ number.__class__.__mro__ }}",
    "{{ 'a' * 999999999 }}",
    "{{ 9 ** 999999 }}",
    "{% for a in 'aaaaaaaaaa' * 99999 %}x{% endfor %}",
    "{% for a in acts %}{% for b in acts %}{{ a }}",
    "{% include '/etc/passwd' %}",
    "{%p if number %}",
    "{{ number | canary }}",
    "{{ (((((((((((((((((((((((number))))))))))))))))))))))) }}",
    "{% set a = 1 %}",
    "{% raw %}",
    "{#",
)
TEXTS = (
    "",
    " ",
    "\x00",
    "\x1b[31mcanary\x07",
    "\u202ecanary\u2066",
    "\ufeff",
    "\u200b",
    "\u2028canary",
    "a\r\nb",
    "0",
    "-1",
    "1e400",
    "NaN",
    "９９９",
    "٣",
    "²",
    "1" * 400,
    "9" * 40 + "个工作日",
    "0个工作日",
    "99999999个工作日",
    "三百万个月",
    "20个工作日20个工作日",
    "1000000mo",
    "99999h",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-13-01",
    "2026-06-01T25:00",
    "2026-06-01T09:00+99:99",
    "1900-01-00",
    "60",
    "2958466",
    "-0.5",
    "46174.9999999999",
    "是",
    "null",
    "true",
    "~",
    "2026-01-01..9999-12-31",
    "2026-01-01/2026-01-02",
    "区教育局、区教育局",
    "、" * 300,
    "(" * 300,
    "督" * 5000,
    "a" * 40_000,
    "../../etc/passwd",
    "http://canary.invalid/x",
    "%s%n",
    "'",
    '"',
    "\\",
    "\U0001f600" * 50,
    "e\u0301" * 100,
    "ﷺ" * 60,
)
HOSTILE = (*TEXTS, *FORMULAS, *MARKUP, *TEMPLATE)
_BYTES = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&b;",
    b"&#0;",
    b"]]>",
    b"<![CDATA[",
    b"\r",
    b"\n",
    b'"',
    b",",
    b": ",
    b"- ",
    b"&a ",
    b"*a",
    b"<<: *a",
    b"!!python/object/apply:os.system ",
    b"? ",
    b"{",
    b"[",
    b"|",
    b"%YAML 9.9\n",
    b"---\n",
    b"\xe2\x80\xae",
    b"\xed\xa0\x80",
    b"\x81",
)
_ADDED = ("../../evil", "/etc/evil", "xl/vbaProject.bin", "word/vbaProject.bin", "word/embeddings/a.bin", "a" * 300)
_TAG = re.compile(rb"<[A-Za-z][^<>]{0,400}>[^<]{0,400}")
_VALUE = re.compile(rb'="([^"<>]{0,400})"|>([^<>]{1,400})<')
_DEEP = 3000
_BOMB = 30_000_000

Mutation = Callable[[Random, bytes], bytes]


def bytes_mutated(random: Random, data: bytes) -> bytes:
    """Some bytes changed, lost, doubled, moved or put in."""
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(data))
        end = min(len(data), at + random.choice((1, 2, 4, 16, 200)))
        match random.randint(0, 5):
            case 0:
                data = data[:at] + bytes([random.randint(0, 255)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[end:]
            case 2:
                data = data[:end] + data[at:end] * random.choice((1, 3, 200)) + data[end:]
            case 3:
                data = data[:at] + random.choice(_BYTES) + data[at:]
            case 4:
                data = data[:at]
            case _:
                data = data[:at] + random.choice(HOSTILE).encode("utf-8") + data[end:]
    return data


def xml_mutated(random: Random, data: bytes) -> bytes:
    """A part of a Word or Excel file with other values, other text, or elements lost, doubled or nested."""
    kind = random.randint(0, 5)
    if kind <= 2:
        found = [one for _, one in zip(range(4000), _VALUE.finditer(data), strict=False)]
        if found:
            one = random.choice(found)
            group = 1 if one.group(1) is not None else 2
            said = random.choice(HOSTILE)
            if kind:
                said = said.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
            return data[: one.start(group)] + said.encode("utf-8") + data[one.end(group) :]
    tags = [one for _, one in zip(range(4000), _TAG.finditer(data), strict=False)]
    if kind == 3 and tags:
        one = random.choice(tags)
        return data[: one.start()] + one.group() * random.choice((0, 2, 50)) + data[one.end() :]
    if kind == 4 and tags:
        at, depth = random.choice(tags).start(), random.choice((50, _DEEP))
        return data[:at] + b"<a>" * depth + b"</a>" * depth + data[at:]
    return bytes_mutated(random, data)


def zip_mutated(random: Random, data: bytes) -> bytes:
    """An archive with one part changed, lost, added, renamed, doubled or blown up; now and then its own bytes too."""
    parts = list(_parts(data))
    for _ in range(random.randint(1, 2)):
        place = random.randint(0, len(parts) - 1)
        name, content = parts[place]
        match random.randint(0, 9):
            case 0:
                del parts[place]
            case 1:
                parts.append((random.choice((*_ADDED, name, name.upper())), random.choice((b"", content))))
            case 2:
                parts[place] = (random.choice((*_ADDED, f"/{name}", f"{name}.rels")), content)
            case 3:
                parts[place] = (name, content + b" " * random.choice((1, _BOMB)))
            case _:
                parts[place] = (name, xml_mutated(random, content))
        if not parts:
            break
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", random.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        names = set()
        for name, content in parts:
            if name not in names or random.randint(0, 1):
                _write(archive, name, content)
            names.add(name)
    packed = written.getvalue()
    return bytes_mutated(random, packed) if random.randint(0, 4) == 0 else packed


def csv_mutated(random: Random, data: bytes) -> bytes:
    """A table of text with other cells, rows or columns, separators, or another encoding."""
    rows = [list(row) for row in _rows(data)]
    for _ in range(random.randint(1, 6)):
        if not rows:
            break
        row = random.choice(rows[:3] if random.randint(0, 3) == 0 else rows)
        match random.randint(0, 7):
            case 0:
                rows.insert(random.randint(0, len(rows)), list(row))
            case 1:
                rows.remove(row)
            case 2:
                row.extend([random.choice(HOSTILE)] * random.choice((1, 20, 2000)))
            case 3:
                row[:] = row[: random.randint(0, len(row))]
            case 4:
                random.shuffle(row)
            case _:
                if row:
                    row[random.randint(0, len(row) - 1)] = random.choice((*HOSTILE, *random.choice(rows)))
    written = io.StringIO()
    csv.writer(written, delimiter=random.choice(",,,,\t;")).writerows(rows)
    return written.getvalue().encode(random.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16")), "ignore")


def yaml_mutated(random: Random, data: bytes) -> bytes:
    """A YAML document with other values, keys or shapes, or with what YAML has for whoever wants to do harm."""
    tree = _tree(data)
    for _ in range(random.randint(1, 3)):
        tree = _changed(random, tree)
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
    at = random.choice([0, *(one.end() for one in re.finditer(r"\n", text))])
    match random.randint(0, 12):
        case 0:
            text = (
                text[:at]
                + "a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c, *c]\n"
                + text[at:]
            )
        case 1:
            text = text[:at] + "a: &a [*a]\n" + text[at:]
        case 2:
            text = text[:at] + "[" * random.choice((10, 200, _DEEP, 100_000)) + text[at:]
        case 3:
            text = text[:at] + "- " * random.choice((10, _DEEP)) + text[at:]
        case 4:
            levels = "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]\n" for n in range(1, 12))
            text = f"k0: &k0 [x]\n{levels}{text}"
        case 5:
            text = "? " * random.choice((3, _DEEP)) + text
    raw = text.encode("utf-8", "replace")
    return bytes_mutated(random, raw) if random.randint(0, 4) == 0 else raw


def _changed(random: Random, tree: Any) -> Any:
    """The tree with one node somewhere in it replaced, lost, doubled or renamed."""
    if not isinstance(tree, dict | list) or not tree or random.randint(0, 7) == 0:
        return random.choice((*HOSTILE, [], {}, [tree], {"a": tree}, [tree] * 3))
    if isinstance(tree, dict):
        key = random.choice(list(tree))
        match random.randint(0, 9):
            case 0:
                return {name: value for name, value in tree.items() if name != key}
            case 1:
                return {random.choice(HOSTILE) if name == key else name: value for name, value in tree.items()}
            case 2:
                return {**tree, random.choice(HOSTILE): tree[key]}
        return {**tree, key: _changed(random, tree[key])}
    place = random.randint(0, len(tree) - 1)
    match random.randint(0, 9):
        case 0:
            return [*tree[:place], *tree[place + 1 :]]
        case 1:
            return [*tree, *[tree[place]] * random.choice((1, 50))]
    return [*tree[:place], _changed(random, tree[place]), *tree[place + 1 :]]


def jsonl_mutated(random: Random, data: bytes) -> bytes:
    """Lines of JSON, with one of them changed as a document is."""
    lines = data.splitlines()
    place = random.randint(0, len(lines) - 1)
    match random.randint(0, 4):
        case 0:
            lines.insert(place, lines[place])
        case 1:
            del lines[place]
        case 2:
            lines[place] = bytes_mutated(random, lines[place])
        case _:
            tree = _changed(random, yaml.safe_load(lines[place]))
            lines[place] = _json(tree)
    return b"\n".join(lines)


def _json(tree: Any) -> bytes:
    import json  # noqa: PLC0415 - beside yaml, of which it is a part

    return json.dumps(tree, ensure_ascii=False, default=str).encode("utf-8", "replace")


@lru_cache(maxsize=64)
def _parts(data: bytes) -> tuple[tuple[str, bytes], ...]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return tuple((one.filename, archive.read(one)) for one in archive.infolist())


@lru_cache(maxsize=16)
def _rows(data: bytes) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row) for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))))


@lru_cache(maxsize=200)
def _tree(data: bytes) -> Any:
    return yaml.load(data.decode("utf-8-sig"), Loader=yaml.CBaseLoader)  # noqa: S506 - builds text only


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    import warnings  # noqa: PLC0415 - a part that is there twice is what is wanted

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(zipfile.ZipInfo(name), content, archive.compression)


def register_mutated(random: Random, data: bytes) -> bytes:
    """An exported register whose stamps were made by somebody else: well-formed outside, anything inside."""
    rows = [list(row) for row in _rows(data)]
    identity, stamped = (rows[0].index(column.value) for column in (RegisterColumn.ID, RegisterColumn.STAMP))
    row = random.choice(rows[1:])
    parts = row[stamped].split(".")[:4]
    parts[random.randint(1, 3)] = random.choice((*TEXTS, "A" * 8, "", "20261340T996199", "１２"))
    if random.randint(0, 3) == 0:
        row[identity] = random.choice(HOSTILE)
    body = ".".join(parts)
    row[stamped] = f"{body}.{_digest(told_text(row[identity]), body)}"
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode("utf-8", "ignore")
