"""证据包核对程序:只需 Python 3.11 以上,不连网,不用其他程序。 Is a package what the record's seals say it is?

    python check.py 包.zip [--key 公钥] [--seals 封存行文件] [--json]

Needs nothing but Python (it is faster where `cryptography` is there): it stands alone, and a copy of it lies in every
package. Names each file, act, document, seal or history that does not agree; exit 0 in order, 1 differs, 2 not a
package. It is read-only and unpacks nothing.

A package proves itself only to those who know the signing key from elsewhere (--key, as printed by `starter.py seal
key`), or who kept seal lines (--seals, as printed by `starter.py seal list --lines`): say at least one of them.
"""

import base64
import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

FORMAT = "duban-evidence-1"
SEAL, KEY, PACKAGE = b"duban-seal-v1\n", b"duban-key-v1\n", b"duban-package-v1\n"

MOST_FILES = 100_000
LARGEST_FILE = 256 * 2**20
LARGEST_PACKAGE = 2 * 2**30
LARGEST_RATIO = 1_000

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


class NotAPackageError(Exception):
    """What was handed in cannot be a package, or is made to do harm."""


class Report:
    """What was found: `faults` (where, what), `notes` worth knowing, `counts` of what was seen."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.counts: dict[str, int] = {}
        self.of = ""
        self.key = ""

    def fault(self, where: str, what: str) -> None:
        """One thing that does not agree."""
        self.faults.append((where, what))

    def holds(self, fits: bool, where: str, what: str) -> bool:
        """Whether it fits; a fault where it does not."""
        if not fits:
            self.fault(where, what)
        return fits


# --- Ed25519, RFC 8032 section 5.1.7: verifying only, of public data --------------------------------------------------

_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def _add(one: _Point, two: _Point) -> _Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % _P, (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(times: int, point: _Point) -> _Point:
    found: _Point = (0, 1, 1, 0)
    while times:
        if times & 1:
            found = _add(found, point)
        point, times = _add(point, point), times >> 1
    return found


def _point(text: bytes) -> _Point | None:
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _base() -> _Point:
    found = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    if found is None:
        raise AssertionError
    return found


_BASE = _base()


def signed(public: str, signature: str, message: bytes) -> bool:
    """Whether the signature (hexadecimal) over the message is that of the public key (hexadecimal)."""
    try:
        key, given = bytes.fromhex(public), bytes.fromhex(signature)
    except (ValueError, TypeError):
        return False
    if len(key) != 32 or len(given) != 64:
        return False
    return _library(key, given, message) if _library is not None else verified(key, given, message)


def _by_library() -> Callable[[bytes, bytes, bytes], bool] | None:
    """The same by a library, where there is one: a hundred times faster, for packages with years of seals."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    except ImportError:
        return None

    def verify(key: bytes, given: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(given, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    return verify


_library = _by_library()


def verified(key: bytes, given: bytes, message: bytes) -> bool:
    """Whether the signature `given` (64 bytes) over the message is that of the public key (32 bytes)."""
    a, r, s = _point(key), _point(given[:32]), int.from_bytes(given[32:], "little")
    if a is None or r is None or s >= _Q:
        return False
    h = int.from_bytes(hashlib.sha512(given[:32] + key + message).digest(), "little") % _Q
    one, two = _times(s, _BASE), _add(r, _times(h, a))
    same_x = (one[0] * two[2] - two[0] * one[2]) % _P == 0
    return same_x and (one[1] * two[2] - two[1] * one[2]) % _P == 0


# --- reading a file that somebody handed in ---------------------------------------------------------------------------


def opened(file: BinaryIO | Path) -> dict[str, bytes]:
    """The files of a package by name. Raises NotAPackageError: no zip, or names, sizes and numbers made to do harm."""
    try:
        with zipfile.ZipFile(file) as package:
            members = package.infolist()
            if len(members) > MOST_FILES or sum(one.file_size for one in members) > LARGEST_PACKAGE:
                raise NotAPackageError("文件过多或过大 too many files, or too large")
            names = [one.filename for one in members]
            if len({name.casefold() for name in names}) != len(names):
                raise NotAPackageError("有重名文件 two files of one name")
            found: dict[str, bytes] = {}
            left = LARGEST_PACKAGE
            for one in members:
                _refuse_harm(one)
                with package.open(one) as content:
                    # The size a member claims is not believed: never more than that is read, and it must be exact.
                    read = content.read(one.file_size + 1)
                left -= len(read)
                if len(read) != one.file_size or left < 0:
                    raise NotAPackageError(f"大小不符 not of its size: {one.filename!r}")
                found[one.filename] = read
            return found
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise NotAPackageError(f"不是可读的 zip 文件 not a readable zip file: {error}") from error
    except Exception as error:
        # zlib and lzma have errors of their own, which are no ValueError.
        if type(error).__module__ in ("zlib", "_lzma", "struct"):
            raise NotAPackageError(f"不是可读的 zip 文件 not a readable zip file: {error}") from error
        raise


def _refuse_harm(one: zipfile.ZipInfo) -> None:
    name = one.filename
    if not _NAME.fullmatch(name) or len(name) > 200:
        raise NotAPackageError(f"不允许的文件名 a name that is not allowed: {name[:200]!r}")
    if one.flag_bits & 1 or (one.external_attr >> 16) & 0o170000 not in (0, 0o100000):
        raise NotAPackageError(f"加密或非普通文件 encrypted, or no plain file: {name!r}")
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotAPackageError(f"不允许的压缩方式 a compression that is not allowed: {name!r}")
    if one.file_size > LARGEST_FILE or one.file_size > LARGEST_RATIO * max(one.compress_size, 1_000):
        raise NotAPackageError(f"文件过大或压缩比异常 too large, or packed too well: {name!r}")


# --- checking ---------------------------------------------------------------------------------------------------------


def check(package: dict[str, bytes], *, key: str | None = None, kept: Iterable[str] = ()) -> Report:
    """Everything in the package that does not agree. Raises NotAPackageError for what is no package of this format.

    `key` is the public key its makers are known by, `kept` are seal lines somebody has kept outside.
    """
    report = Report()
    manifest = _manifest(package, report)
    keys = _read(package, "keys.json", report, list) or []
    _try(report, "keys.json", lambda: _keys(keys, report))
    public = {str(one.get("id")): str(one.get("public")) for one in keys if isinstance(one, dict)}
    _signature(package, manifest, public, key, report)
    _files(package, manifest, report)
    chains: dict[str, dict[int, dict[str, Any]]] = {}
    archive: dict[int, dict[str, Any]] = {}
    seals: dict[int, dict[str, Any]] = {}
    for name, part in (
        ("archive.jsonl", lambda: archive.update(_chain(package, "archive.jsonl", "archive", report))),
        ("targets.json", lambda: _targets(package, manifest, chains, archive, report)),
        ("seals.jsonl", lambda: seals.update(_seals(package, public, kept, report))),
        ("proofs.json", lambda: _proofs(package, seals, {**chains, "archive": archive}, report)),
        ("documents.json", lambda: _documents(package, chains, report)),
        ("histories.json", lambda: _histories(package, chains, manifest, report)),
    ):
        _try(report, name, part)
    return report


def _try(report: Report, where: str, part: Callable[[], Any]) -> None:
    """Do one part of the check; what cannot be read is a fault of that part, and the others still have their turn."""
    try:
        part()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        report.fault(where, f"无法读取 cannot be read: {type(error).__name__}: {str(error)[:100]}")


def _manifest(package: dict[str, bytes], report: Report) -> dict[str, Any]:
    try:
        manifest = json.loads(package["manifest.json"])
        if manifest["format"] != FORMAT or not isinstance(manifest["files"], dict):
            raise ValueError(manifest["format"])
        report.of, report.key = str(manifest["of"]), str(manifest["key"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise NotAPackageError(f"不是 {FORMAT} 证据包 not such a package: {type(error).__name__}") from error
    return dict(manifest)


def _keys(keys: list[Any], report: Report) -> None:
    for place, one in enumerate(keys):
        named = hashlib.sha256(bytes.fromhex(one["public"])).hexdigest()[:16]
        report.holds(named == one["id"], "keys.json", f"公钥与编号不符 the key is not the one named {one['id']}")
        if place:
            before = keys[place - 1]
            said = KEY + f"{one['id']} {one['public']}".encode()
            fits = one["endorsed_by"] == before["id"] and signed(before["public"], one["endorsement"], said)
            report.holds(fits, "keys.json", f"公钥 {one['id']} 未经前一公钥签认 not signed by the key before it")


def _signature(
    package: dict[str, bytes], manifest: dict[str, Any], public: dict[str, str], key: str | None, report: Report
) -> None:
    own = public.get(str(manifest["key"]), "")
    signature = package.get("manifest.sig", b"").decode("ascii", "replace").strip()
    fits = signed(own, signature, PACKAGE + package["manifest.json"])
    report.holds(fits, "manifest.json", "签名不成立 the signature does not hold")
    if key is not None:
        told = key.split()[-1].lower() if key.split() else ""
        report.holds(told in public.values(), "keys.json", "不是所持公钥 not the key that was told")
    else:
        report.notes.append(
            f"请与签发单位公布的公钥核对 compare the key with the published one: key {manifest['key']} {own}"
        )


def _files(package: dict[str, bytes], manifest: dict[str, Any], report: Report) -> None:
    listed: dict[str, Any] = manifest["files"]
    for name, told in listed.items():
        if name not in package:
            report.fault(name, "文件缺失 the file is missing")
        elif not isinstance(told, dict) or hashlib.sha256(package[name]).hexdigest() != told.get("sha256"):
            report.fault(name, "文件被改动 the file was altered")
    for name in sorted(package.keys() - listed.keys() - {"manifest.json", "manifest.sig"}):
        report.fault(name, "清单上没有此文件 the file is not on the list")
    report.counts["files"] = len(package)


def _chain(package: dict[str, bytes], file: str, target: str, report: Report) -> dict[int, dict[str, Any]]:
    """The entries of a chain by number; each is hashed again and held against the one before it."""
    found: dict[int, dict[str, Any]] = {}
    seq, before = 0, ""
    for written in package[file].decode().splitlines():
        one = json.loads(written)
        where = f"{target} 第{one['seq']}条 entry {one['seq']}"
        report.holds(one["seq"] == seq + 1, where, f"序号不连续 the number should be {seq + 1}")
        report.holds(one["previous"] == before, where, "与上一条的衔接断裂 the link to the entry before is broken")
        if one["text"] is not None:
            said = json.loads(one["text"])
            fits = hashlib.sha256(one["text"].encode()).hexdigest() == one["hash"]
            what = f"{where} {said['act'].get('act')} {said['act'].get('at')}"
            report.holds(fits, what, "内容与其散列不符 the content does not have its hash")
            told = (said["target"], said["seq"], said["previous"], said["act"]["target"])
            report.holds(
                told == (target, one["seq"], one["previous"], target), what, "内容与所在位置不符 it belongs elsewhere"
            )
            one["act"] = said["act"]
        seq, before = one["seq"], one["hash"]
        found[seq] = one
    return found


def _targets(
    package: dict[str, bytes],
    manifest: dict[str, Any],
    chains: dict[str, dict[int, dict[str, Any]]],
    archive: dict[int, dict[str, Any]],
    report: Report,
) -> None:
    listed = _read(package, "targets.json", report, list) or []
    names = [one["target"] for one in listed]
    report.holds(names == manifest["targets"], "targets.json", "与清单所列不符 not the targets of the list")
    for one in listed:
        target = one["target"]
        chains[target] = chain = _chain(package, one["file"], target, report)
        last = chain[max(chain)]["hash"] if chain else ""
        fits = len(chain) == one["entries"] and last == one["head"]
        report.holds(fits, target, f"末尾记录缺失 entries are missing at the end: {len(chain)}/{one['entries']}")
        _destroyed(target, chain, archive, report)
    report.counts["targets"] = len(listed)
    report.counts["acts"] = sum(len(chain) for chain in chains.values())


def _destroyed(
    target: str, chain: dict[int, dict[str, Any]], archive: dict[int, dict[str, Any]], report: Report
) -> None:
    """Entries without a text are explained by a certificate that lists their hashes."""
    gone = {seq: one["hash"] for seq, one in chain.items() if one["text"] is None}
    if not gone:
        return
    certified: dict[int, str] = {}
    for one in archive.values():
        act = one.get("act") or {}
        if act.get("act") == "destroyed":
            hashes = act.get("detail", {}).get("hashes", {}).get(target, [])
            certified |= dict(enumerate(hashes, 1))
    for seq, hash_ in gone.items():
        fits = certified.get(seq) == hash_
        report.holds(
            fits, f"{target} 第{seq}条 entry {seq}", "内容缺失而无销毁证明 its text is gone without a certificate"
        )
    report.notes.append(f"{target}: {len(gone)} 条记录依销毁证明只存散列 entries were destroyed under a certificate")


def _seals(
    package: dict[str, bytes], public: dict[str, str], kept: Iterable[str], report: Report
) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    before = ""
    for written in package["seals.jsonl"].decode().splitlines():
        one = json.loads(written)
        said = json.loads(one["body"])
        where, no = f"封存 seal {said['no']} {said['day']}", said["no"]
        report.holds(no == len(found) + 1, where, f"封存缺失 the seal {len(found) + 1} is missing")
        report.holds(said["previous"] == before, where, "与上一封存的衔接断裂 the link to the seal before is broken")
        fits = hashlib.sha256(one["body"].encode()).hexdigest() == one["hash"]
        report.holds(fits, where, "封存内容与其散列不符 the seal does not have its hash")
        fits = signed(public.get(said["key"], ""), one["signature"], SEAL + one["body"].encode())
        report.holds(fits, where, "封存签名不成立 the signature of the seal does not hold")
        if said["disputed"]:
            report.notes.append(f"{where}: {said['disputed']} 项封存时已不符 did not agree when it was sealed")
        before, found[no] = one["hash"], {**said, "hash": one["hash"], "signature": one["signature"]}
    report.counts["seals"] = len(found)
    _kept(found, public, kept, report)
    return found


def _kept(seals: dict[int, dict[str, Any]], public: dict[str, str], kept: Iterable[str], report: Report) -> None:
    for line in kept:
        parts = line.split()
        if len(parts) == 3 and parts[0] == "key":
            report.holds(
                public.get(parts[1]) == parts[2], f"公钥 key {parts[1]}", "与外存公钥不符 not the key kept outside"
            )
        elif len(parts) == 5 and parts[0].isdecimal():
            one = seals.get(int(parts[0]))
            where = f"封存 seal {parts[0]} {parts[1]}"
            if one is None:
                # A package made before that seal cannot have it; one that has later ones must.
                if seals and int(parts[0]) <= max(seals):
                    report.fault(where, "外存的封存不在包中 the seal kept outside is missing")
                continue
            fits = [one["day"], one["hash"], one["key"], one["signature"]] == parts[1:]
            if report.holds(fits, where, "与外存的封存行不符 differs from the line kept outside"):
                report.counts["kept"] = report.counts.get("kept", 0) + 1


def _proofs(
    package: dict[str, bytes],
    seals: dict[int, dict[str, Any]],
    chains: dict[str, dict[int, dict[str, Any]]],
    report: Report,
) -> None:
    texts = {(one["kind"], one["name"]): one["file"] for one in _read(package, "texts.json", report, list) or []}
    proofs = _read(package, "proofs.json", report, list) or []
    newest = max(seals, default=0)
    shown: dict[tuple[str, str], int] = {}
    for proof in proofs:
        kind, name, seq, hash_ = proof["leaf"]
        where = f"{name} 第{seq}条 entry {seq}" if kind == "chain" else name
        node = hashlib.sha256(b"\0" + _canonical([kind, name, seq, hash_])).digest()
        for side, other in proof["steps"]:
            pair = bytes.fromhex(other) + node if side == "L" else node + bytes.fromhex(other)
            node = hashlib.sha256(b"\1" + pair).digest()
        seal = seals.get(proof["seal"])
        fits = seal is not None and node.hex() == seal["root"]
        report.holds(fits, where, f"不能证明在封存 {proof['seal']} 之中 it cannot be shown under that seal")
        if proof["seal"] == newest:
            shown[kind, name] = seq
        if kind == "chain":
            found = chains.get(name, {}).get(seq, {}).get("hash")
        else:
            file = texts.get((kind, name))
            found = None if file is None else hashlib.sha256(package.get(file, b"")).hexdigest()
        report.holds(
            found == hash_, where, f"与封存 {proof['seal']} 时不同 not as it was when seal {proof['seal']} was made"
        )
    _unsealed(chains, texts, shown, report)
    report.counts["proofs"] = len(proofs)


def _unsealed(
    chains: dict[str, dict[int, dict[str, Any]]],
    texts: dict[tuple[str, str], str],
    shown: dict[tuple[str, str], int],
    report: Report,
) -> None:
    for target, chain in chains.items():
        last = shown.get(("chain", target), 0)
        if chain and last < max(chain) and target != "archive":
            report.notes.append(f"{target}: 第{last + 1}条起尚未封存 not sealed yet from entry {last + 1} on")
    for kind, name in texts:
        if (kind, name) not in shown:
            report.notes.append(f"{name}: 尚未封存 not sealed yet")


def _documents(package: dict[str, bytes], chains: dict[str, dict[int, dict[str, Any]]], report: Report) -> None:
    listed = _read(package, "documents.json", report, list) or []
    by_act = {(one["target"], one["seq"], one["kind"]): one for one in listed}
    for target, chain in chains.items():
        for seq, entry in chain.items():
            for named in (entry.get("act") or {}).get("detail", {}).get("documents") or ():
                one = by_act.pop((target, seq, named["kind"]), None)
                where = f"{target} 第{seq}条 entry {seq} {named['number']}"
                if report.holds(one is not None, where, "文书缺失 the document is missing") and one is not None:
                    _document(package, one, named, where, report)
    for (target, seq, _), one in by_act.items():
        gone = chains.get(target, {}).get(seq, {}).get("text", "") is None
        report.holds(gone and one["facts"] is None, one["number"], "记录未载此文书 no act names this document")
    report.counts["documents"] = len(listed)


def _document(
    package: dict[str, bytes], one: dict[str, Any], named: dict[str, Any], where: str, report: Report
) -> None:
    report.holds(one["number"] == named["number"], where, "文号与记录不符 its number differs from the act's")
    for what, file, hash_ in (
        ("文书内容 what it says", one["facts"], named["facts"]),
        ("文书模板 its template", one["template"], named["template"]),
        ("文书文件 its file", one["file"], one["content"]),
    ):
        if file is None and what.startswith("文书文件"):
            continue  # not printed yet, or its file was not there when the package was made
        if hash_ is None:
            continue
        found = hashlib.sha256(package.get(file or "", b"")).hexdigest()
        report.holds(found == hash_, where, f"{what} 被替换 is not the one that was issued")


def _histories(
    package: dict[str, bytes], chains: dict[str, dict[int, dict[str, Any]]], manifest: dict[str, Any], report: Report
) -> None:
    listed = _read(package, "histories.json", report, list) or []
    if not manifest.get("histories"):
        report.notes.append("未附 Temporal 流程历史 made without Temporal's histories")
    witnessed, unread = 0, 0
    for one in listed:
        for event in json.loads(package[one["file"]])["events"]:
            marker = event.get("markerRecordedEventAttributes") or {}
            details = marker.get("details") or {}
            if marker.get("markerName") != "core_local_activity" or "result" not in details:
                continue
            receipt = _plain(details["result"])
            if receipt is None:
                unread += 1
                continue
            if not isinstance(receipt, dict) or "head" not in receipt or not receipt.get("seq"):
                continue
            entry = chains.get(one["target"], {}).get(receipt["seq"])
            where = f"{one['target']} 第{receipt['seq']}条 entry {receipt['seq']}"
            fits = entry is not None and str(entry["hash"]).startswith(receipt["head"]) and bool(receipt["head"])
            what = f"与流程历史所见不符 differs from what the history {one['file']} has seen"
            act = (entry or {}).get("act") or {}
            report.holds(fits, f"{where} {act.get('act', '')} {act.get('at', '')}".rstrip(), what)
            witnessed += 1
    if unread:
        report.notes.append(f"{unread} 份回执已加密,未核对 receipts are encrypted and were not compared")
    report.counts["histories"], report.counts["witnessed"] = len(listed), witnessed


def _plain(told: dict[str, Any]) -> Any:
    """A payload's JSON; None where it is not plain."""
    (payload,) = told["payloads"]
    if base64.b64decode(payload["metadata"]["encoding"]) != b"json/plain":
        return None
    return json.loads(base64.b64decode(payload["data"]))


def _read(package: dict[str, bytes], name: str, report: Report, kind: type) -> Any:
    try:
        found = json.loads(package[name])
    except (KeyError, ValueError, RecursionError):
        found = None
    return found if report.holds(isinstance(found, kind), name, "文件缺失或无法读取 missing or unreadable") else None


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


# --- the command ------------------------------------------------------------------------------------------------------


def told(report: Report) -> dict[str, Any]:
    """The report for programs."""
    return {
        "in_order": not report.faults,
        "of": report.of,
        "key": report.key,
        "counts": report.counts,
        "findings": [{"where": where, "what": what} for where, what in report.faults],
        "notes": report.notes,
    }


def spoken(report: Report) -> list[str]:
    """The report for people, line by line."""
    said = [_harmless(f"{where}: {what}") for where, what in report.faults]
    said += [_harmless(f"注意 note: {note}") for note in report.notes]
    counted = ", ".join(f"{count} {name}" for name, count in report.counts.items())
    outcome = f"{len(report.faults)} 处不符 findings" if report.faults else "相符 in order"
    return [*said, f"{_harmless(report.of)}: {outcome} ({counted})"]


def _harmless(text: str) -> str:
    """Words of a package on one line, without what a terminal would obey."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def main(arguments: list[str]) -> int:
    """Check one package as told on the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    asked: dict[str, str] = {}
    files: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word in ("--key", "--seals") and left:
            asked[word] = left.pop(0)
        elif word != "--json":
            files.append(word)
    if len(files) != 1 or files[0].startswith("-"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        kept = Path(asked["--seals"]).read_text(encoding="utf-8").splitlines() if "--seals" in asked else ()
        report = check(opened(Path(files[0])), key=asked.get("--key"), kept=kept)
    except (NotAPackageError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{files[0]}: {error}\n")
        return 2
    said = [json.dumps(told(report), ensure_ascii=False)] if "--json" in arguments else spoken(report)
    sys.stdout.write("".join(f"{line}\n" for line in said))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
