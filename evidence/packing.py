"""How does a matter leave the house as evidence?

One zip file with everything a stranger needs: acts as hashed, documents, Temporal's histories, what the acts were ruled
by, seals with proofs that lead to them, public keys, a signed list of all files, and a checker that needs only Python.
The same record gives the same bytes, apart from the instant of making. What is encrypted in the record stays so.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

from sqlmodel import Session

from documents.files import DamagedFileError, Files
from evidence import merkle
from evidence.problems import UnknownKeyError
from evidence.signing import PACKAGE, Signer, described
from models.contract import ARCHIVE
from models.evidence import Leaf, LeafKind, SigningKey
from record import files, seals
from record.ledger import canonical

FORMAT = "duban-evidence-1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"

# The beginning of a zip file's time; the instant of making stands in the manifest.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class UnknownFileError(LookupError):
    """The record has no entry of this matter or case."""

    def __init__(self, target: str) -> None:
        super().__init__(f"没有这个事项或案件 no such matter or case: {target}")


@dataclass(frozen=True, slots=True)
class History:
    """One run of a target's workflow as Temporal keeps it, in its own JSON."""

    target: str
    workflow_id: str
    run_id: str
    text: str


def targets_of(session: Session, of: str) -> list[str]:
    """The targets that a package of this matter or case holds. Raises UnknownFileError."""
    found = files.members(session, of)
    if of not in found:
        raise UnknownFileError(of)
    return found


def pack(
    session: Session,
    of: str,
    *,
    signer: Signer,
    kept_files: Files,
    made_at: datetime,
    histories: Sequence[History] | None,
) -> bytes:
    """The package of a matter with its children and cases, or of one case, as a zip file.

    `histories` None says that no server was asked, which the package says too. Raises UnknownFileError,
    UnknownKeyError, OSError.
    """
    targets = targets_of(session, of)
    pieces: dict[str, bytes] = {}
    texts = _acts(session, targets, pieces)
    _documents(session, targets, kept_files, pieces)
    _ruled_by(session, texts, pieces)
    _sealed(session, targets, _keys(session, signer, made_at), pieces)
    _histories([one for one in histories or () if one.target in targets], pieces)
    for name in ("check.py", "README.md"):
        source = "package_readme.md" if name == "README.md" else name
        pieces[name] = resources.files("evidence").joinpath(source).read_bytes()
    manifest = _json(
        {
            "format": FORMAT,
            "of": of,
            "targets": targets,
            "made_at": made_at.isoformat(timespec="seconds"),
            "histories": histories is not None,
            "key": signer.id,
            "files": {
                name: {"bytes": len(content), "sha256": _digest(content)} for name, content in sorted(pieces.items())
            },
        }
    )
    pieces[MANIFEST] = manifest
    pieces[SIGNATURE] = signer.sign(PACKAGE, manifest).encode()
    return _zip(pieces)


def _acts(session: Session, targets: Sequence[str], pieces: dict[str, bytes]) -> list[str]:
    """The chains, and beside them what the archive's chain says about these targets; returns the texts of the acts."""
    cards = files.cards(session, targets)
    listed, texts = [], []
    for number, target in enumerate(targets, 1):
        chain = list(files.lines(session, target))
        name = f"acts/{number:04}.jsonl"
        pieces[name] = _chain(chain, lambda _: True)
        texts += [line.text for line in chain if line.text is not None]
        listed.append(
            {
                "target": target,
                "file": name,
                "entries": len(chain),
                "head": chain[-1].hash,
                "destroyed_upto": files.destroyed_upto(session, target),
                **cards.get(target, {}),
            }
        )
    pieces["targets.json"] = _json(listed)
    # Only what concerns these targets is told; of other entries the hashes alone, so that the chain holds.
    pieces["archive.jsonl"] = _chain(
        files.lines(session, ARCHIVE), lambda text: json.loads(text)["act"].get("detail", {}).get("of") in targets
    )
    return texts


def _chain(chain: Iterable[files.Line], told: Callable[[str], bool]) -> bytes:
    written = (
        canonical(
            {
                "seq": line.seq,
                "previous": line.previous,
                "hash": line.hash,
                "text": line.text if line.text is not None and told(line.text) else None,
            }
        )
        for line in chain
    )
    return "".join(f"{line}\n" for line in written).encode()


def _documents(session: Session, targets: Sequence[str], kept: Files, pieces: dict[str, bytes]) -> None:
    listed = []
    for number, row in enumerate(files.documents(session, targets), 1):
        facts = f"documents/{number:04}.json" if row.facts else None
        if facts:
            pieces[facts] = row.facts.encode()
        template = f"documents/templates/{row.template}.docx" if row.template else None
        if template and template not in pieces:
            found = files.template(session, row.template)
            if found is None:
                template = None
            else:
                pieces[template] = found
        file = None
        if row.content:
            content = _kept(kept, row.content)
            if content is not None:
                file = f"documents/{number:04}.docx"
                pieces[file] = content
        listed.append(
            {
                "number": row.number,
                "kind": row.kind,
                "title": row.title,
                "target": row.target,
                "seq": row.seq,
                "facts": facts,
                "template": template,
                "file": file,
                "content": row.content,
            }
        )
    pieces["documents.json"] = _json(listed)


def _kept(kept: Files, hash_: str) -> bytes | None:
    try:
        return kept.get(hash_)
    except DamagedFileError:
        return None  # `verify` names it; here the list says what should be there and is not


def _ruled_by(session: Session, texts: Iterable[str], pieces: dict[str, bytes]) -> None:
    """Policy versions named by the acts, every holiday notice loaded, and the shipped parameters of today."""
    keys = set()
    for text in texts:
        ruling = json.loads(text)["act"].get("ruling") or {}
        keys.add(str(ruling.get("policy", "")).partition("/")[0])
    cards = files.cards(session, [json.loads(text)["target"] for text in texts])
    keys |= {str(card.get("policy") or "").partition("/")[0] for card in cards.values()}
    listed = []
    found = [(LeafKind.POLICY, name, text) for name, text in files.policies(session, sorted(keys - {""})).items()]
    found += [(LeafKind.CALENDAR, name, text) for name, text in files.notices(session).items()]
    for number, (kind, name, text) in enumerate(found, 1):
        file = f"texts/{number:04}.{'yaml' if kind is LeafKind.POLICY else 'json'}"
        pieces[file] = text.encode()
        listed.append({"kind": kind.value, "name": name, "file": file})
    pieces["texts.json"] = _json(listed)
    shipped = resources.files("policies").joinpath("parameters")
    for name in (
        "counting.yaml",
        "ladder.yaml",
        "retention.yaml",
        "calendar/notices.yaml",
        "calendar/provisional.yaml",
    ):
        pieces[f"parameters/{name}"] = shipped.joinpath(name).read_bytes()


def _keys(session: Session, signer: Signer, at: datetime) -> list[SigningKey]:
    """Every public key; before the first seal the one at hand. Raises UnknownKeyError for a key of no seal."""
    known = seals.keys(session)
    if known and signer.id not in known:
        raise UnknownKeyError(signer.id, list(known)[-1])
    return list(known.values()) or [described(signer, at)]


def _sealed(session: Session, targets: Sequence[str], keys: list[SigningKey], pieces: dict[str, bytes]) -> None:
    """Every seal, and for the package's chains and texts the proofs: in the newest seal, and wherever one moved."""
    kept = list(seals.kept(session))
    pieces["seals.jsonl"] = "".join(
        f"{canonical({'body': row.body, 'hash': row.hash, 'signature': row.signature})}\n" for row in kept
    ).encode()
    pieces["keys.json"] = _json([key.model_dump(mode="json", exclude={"added_at"}) for key in keys])
    wanted: dict[int, set[tuple[LeafKind, str]]] = {}
    for no, leaf in seals.sealed_heads(session, targets):
        wanted.setdefault(no, set()).add((leaf.kind, leaf.name))
    if kept:
        texts = {(LeafKind(one["kind"]), one["name"]) for one in json.loads(pieces["texts.json"])}
        newest = wanted.setdefault(kept[-1].no, set())
        newest |= {(LeafKind.CHAIN, target) for target in targets} | texts | {(LeafKind.CHAIN, ARCHIVE)}
    pieces["proofs.json"] = _json([one for no in sorted(wanted) for one in _proofs(session, no, wanted[no])])


def _proofs(session: Session, no: int, wanted: set[tuple[LeafKind, str]]) -> Iterable[dict[str, Any]]:
    leaves = merkle.ordered(seals.leaves(session, no).values())
    places = {place: leaf for place, leaf in enumerate(leaves) if (leaf.kind, leaf.name) in wanted}
    found = merkle.proofs([merkle.leaf_hash(leaf) for leaf in leaves], places)
    for place, leaf in places.items():
        steps = [["L" if step.left else "R", step.hash.hex()] for step in found[place]]
        yield {"seal": no, "leaf": _leaf(leaf), "steps": steps}


def _leaf(leaf: Leaf) -> list[Any]:
    return [leaf.kind.value, leaf.name, leaf.seq, leaf.hash]


def _histories(histories: Iterable[History], pieces: dict[str, bytes]) -> None:
    listed = []
    for number, one in enumerate(sorted(histories, key=lambda one: (one.target, one.workflow_id, one.run_id)), 1):
        file = f"histories/{number:04}.json"
        pieces[file] = one.text.encode()
        listed.append({"target": one.target, "workflow": one.workflow_id, "run": one.run_id, "file": file})
    pieces["histories.json"] = _json(listed)


def _zip(pieces: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name in sorted(pieces):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o100644 << 16
            package.writestr(member, pieces[name])
    return made.getvalue()


def _json(value: object) -> bytes:
    return (canonical(value) + "\n").encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
