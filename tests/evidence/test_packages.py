"""A package proves what it holds to a stranger with nothing but Python, and shows whatever was changed, by name."""

import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from activities.recording import Recording
from documents.files import Files
from documents.printing import Printing
from documents.templates import Templates
from evidence import check as checking
from evidence import sealing
from evidence.packing import History, UnknownFileError, pack
from evidence.problems import UnknownKeyError
from evidence.signing import PACKAGE, SEAL, Signer, signer_or_new
from models.calendar import CalendarNotice
from models.contract import TransitionOrder, matter_workflow_id
from models.messages import Registration, ReportProgress, Sign
from policies.deadlines import SHANGHAI
from record import calendars, documents, seals
from record.store import Store
from tests.databases import Databases
from tests.record.tampering import tamper
from tests.workflows.cast import DIRECTORY, HANDLER, a_matter

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
LATER = datetime(2026, 7, 1, 9, tzinfo=SHANGHAI)

Pieces = dict[str, bytes]


@dataclass
class Kept:
    """A record with a matter that ran out, its case, its printed order, and a stranger's matter."""

    store: Store
    files: Files
    signer: Signer
    histories: list[History]

    def packed(self, of: str = "m1", made_at: datetime = LATER) -> bytes:
        with self.store.reading() as session:
            return pack(
                session,
                of,
                signer=self.signer,
                kept_files=self.files,
                made_at=made_at,
                histories=self.histories,
            )

    def seal(self, days: int) -> None:
        sealing.seal(self.store, self.signer, LATER + timedelta(days=days), time(20))


def history(target: str, receipts: list[Any]) -> History:
    """A history as the server writes it, as far as a checker reads it."""

    def payload(value: str) -> dict[str, Any]:
        data = base64.b64encode(value.encode()).decode()
        return {"payloads": [{"metadata": {"encoding": base64.b64encode(b"json/plain").decode()}, "data": data}]}

    markers = [
        {"markerName": "core_local_activity", "details": {"result": payload(one.model_dump_json())}} for one in receipts
    ]
    events = [{"eventId": str(number), "markerRecordedEventAttributes": one} for number, one in enumerate(markers, 1)]
    return History(target, matter_workflow_id(target), f"run-{target}", json.dumps({"events": events}))


@contextmanager
def a_record(url: str, place: Path) -> Iterator[Kept]:
    store = Store(url)
    store.migrate()
    recording = Recording(store, DIRECTORY)

    def tell(target: str, after: timedelta, message: Registration | Sign | ReportProgress | None) -> Any:
        return recording.record_transition(TransitionOrder(matter_id=target, at=MONDAY + after, message=message))

    receipts = [
        tell("m1", timedelta(), a_matter(message_id="r1", title="校舍加固", limit="5wd")),
        tell("m1", timedelta(hours=1), Sign(message_id="s1", by=HANDLER)),
        tell("m1", timedelta(hours=2), ReportProgress(message_id="p1", by=HANDLER, text="过半")),
        tell("m1", timedelta(days=60), None),
    ]
    tell("m2", timedelta(), a_matter(message_id="r2", title="另一事项", limit="5wd"))
    notice = CalendarNotice(number="国办发明电〔2026〕9号", date=MONDAY.date(), year=2027, days_off=(date(2027, 1, 1),))
    with store.writing() as session:
        calendars.add(session, notice, LATER)
    one = Kept(store, Files(place / "documents"), signer_or_new(place / "key"), [history("m1", receipts)])
    printing = Printing(store, one.files, Templates())
    with store.reading() as session:
        numbers = [issued.id for issued in documents.issued(session, matter_id="m1").items]
    for number in numbers[-2:]:
        printing.printed(number)
    one.seal(0)
    yield one
    store.close()


@pytest.fixture(scope="module")
def kept(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A record that all tests read and none changes."""
    with a_record(databases.new(), tmp_path_factory.mktemp("office")) as one:
        yield one


@pytest.fixture
def fresh(database_url: str, tmp_path: Path) -> Iterator[Kept]:
    """A record of the test's own."""
    with a_record(database_url, tmp_path) as one:
        yield one


@pytest.fixture
def package(kept: Kept) -> Pieces:
    return checking.opened(io.BytesIO(kept.packed()))


def found(package: Pieces, **told: Any) -> list[tuple[str, str]]:
    return checking.check(package, **told).faults


def zipped(pieces: Pieces) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in pieces.items():
            file.writestr(name, content)
    return made.getvalue()


def signed_again(pieces: Pieces, signer: Signer) -> Pieces:
    """What an operator with the key makes of a package he has changed: a list and a signature that fit."""
    manifest = json.loads(pieces["manifest.json"])
    manifest["files"] = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in pieces.items()
        if name not in ("manifest.json", "manifest.sig")
    }
    text = json.dumps(manifest, ensure_ascii=False).encode()
    return {**pieces, "manifest.json": text, "manifest.sig": signer.sign(PACKAGE, text).encode()}


# --- untouched ----------------------------------------------------------------------------------------------------


def test_an_untouched_package_is_in_order_and_holds_the_whole_file(kept: Kept, package: Pieces) -> None:
    report = checking.check(package, key=kept.signer.public.hex())

    assert report.faults == []
    targets = json.loads(package["manifest.json"])["targets"]
    assert targets == ["m1", "m1/case1"]
    assert report.counts["acts"] > 10
    assert (report.counts["seals"], report.counts["witnessed"], report.counts["histories"]) == (1, 4, 1)
    assert report.counts["documents"] >= 3
    assert sum(name.startswith("documents/0") and name.endswith(".docx") for name in package) == 2
    assert {one["kind"] for one in json.loads(package["texts.json"])} == {"policy", "calendar"}
    assert report.notes == []


def test_nothing_of_another_matter_is_in_it(package: Pieces) -> None:
    told = {name: content for name, content in package.items() if name not in ("README.md", "check.py")}
    assert [name for name, content in told.items() if "另一事项".encode() in content] == []


def test_the_same_record_gives_the_same_bytes(kept: Kept) -> None:
    assert kept.packed() == kept.packed()
    first, second = (checking.opened(io.BytesIO(kept.packed(made_at=at))) for at in (LATER, MONDAY))
    assert {name for name in first if first[name] != second[name]} == {"manifest.json", "manifest.sig"}


def test_a_case_alone_and_what_nobody_knows(kept: Kept) -> None:
    package = checking.opened(io.BytesIO(kept.packed("m1/case1")))

    assert json.loads(package["manifest.json"])["targets"] == ["m1/case1"]
    assert found(package) == []
    with pytest.raises(UnknownFileError):
        kept.packed("1999-0001")


def test_what_came_after_the_last_seal_is_said_to_be_unsealed(fresh: Kept) -> None:
    Recording(fresh.store, DIRECTORY).record_transition(
        TransitionOrder(matter_id="m1", at=LATER + timedelta(hours=30), message=Sign(message_id="s2", by=HANDLER))
    )
    package = checking.opened(io.BytesIO(fresh.packed()))
    report = checking.check(package, key=fresh.signer.public.hex())
    assert report.faults == []
    assert any("not sealed yet" in note for note in report.notes)

    fresh.seal(1)
    report = checking.check(checking.opened(io.BytesIO(fresh.packed())), key=fresh.signer.public.hex())
    assert (report.faults, report.notes, report.counts["seals"]) == ([], [], 2)


def test_before_the_first_seal_a_package_says_that_nothing_is_sealed(kept: Kept, fresh: Kept, tmp_path: Path) -> None:
    tamper(fresh.store, "DELETE FROM seal_leaves", "DELETE FROM seals", "DELETE FROM signing_keys")
    report = checking.check(checking.opened(io.BytesIO(fresh.packed())), key=fresh.signer.public.hex())
    assert report.faults == []
    assert any("not sealed yet from entry 1 on" in note for note in report.notes)

    other = Kept(kept.store, kept.files, signer_or_new(tmp_path / "other"), kept.histories)
    with pytest.raises(UnknownKeyError):
        other.packed()


def test_the_checker_in_the_package_runs_alone_offline(kept: Kept, tmp_path: Path) -> None:
    file, lone = tmp_path / "p.zip", tmp_path / "check.py"
    file.write_bytes(kept.packed())
    lone.write_bytes(checking.opened(file)["check.py"])
    edited = dict(checking.opened(file))
    edited["acts/0001.jsonl"] = edited["acts/0001.jsonl"].replace("过半".encode(), "已完".encode())
    bad = tmp_path / "bad.zip"
    bad.write_bytes(zipped(edited))

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        # Isolated, without site-packages: neither this project nor any library can be imported.
        command = [sys.executable, "-I", "-S", str(lone), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60)

    good = run(file, "--key", kept.signer.public.hex())
    assert (good.returncode, "in order" in good.stdout, good.stderr) == (0, True, "")
    altered = run(bad, "--json")
    assert altered.returncode == 1
    assert "progress_reported" in json.dumps(json.loads(altered.stdout)["findings"])
    assert run(tmp_path / "check.py").returncode == 2
    assert run().returncode == 2


# --- what a changed package shows -----------------------------------------------------------------------------------


def lines_of(pieces: Pieces, name: str = "acts/0001.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in pieces[name].decode().splitlines()]


def with_lines(pieces: Pieces, lines: list[dict[str, Any]], name: str = "acts/0001.jsonl") -> Pieces:
    return {**pieces, name: "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()}


def edited_act(pieces: Pieces) -> Pieces:
    lines = lines_of(pieces)
    place = next(place for place, line in enumerate(lines) if "过半" in line["text"])
    lines[place]["text"] = lines[place]["text"].replace("过半", "已完")
    return with_lines(pieces, lines)


def deleted_act(pieces: Pieces) -> Pieces:
    lines = lines_of(pieces)
    return with_lines(pieces, lines[:2] + lines[3:])


def last_act_cut_off(pieces: Pieces) -> Pieces:
    lines = lines_of(pieces)[:-1]
    listed = json.loads(pieces["targets.json"])
    listed[0] |= {"entries": len(lines), "head": lines[-1]["hash"]}
    return with_lines({**pieces, "targets.json": json.dumps(listed).encode()}, lines)


def reordered(pieces: Pieces) -> Pieces:
    lines = lines_of(pieces)
    lines[1], lines[2] = lines[2], lines[1]
    return with_lines(pieces, lines)


def forged_to_the_end(pieces: Pieces) -> Pieces:
    """Every hash and link made to fit from the third entry on, the head with them."""
    lines, previous = lines_of(pieces), ""
    for place, line in enumerate(lines):
        said = json.loads(line["text"])
        if place == 2:
            said["act"]["by"] = "教育局长"
        said["previous"] = line["previous"] = previous
        line["text"] = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        previous = line["hash"] = hashlib.sha256(line["text"].encode()).hexdigest()
    listed = json.loads(pieces["targets.json"])
    listed[0]["head"] = previous
    return with_lines({**pieces, "targets.json": json.dumps(listed).encode()}, lines)


def edited_seal(pieces: Pieces) -> Pieces:
    (line,) = lines_of(pieces, "seals.jsonl")
    line["body"] = line["body"].replace('"missed":0', '"missed":1')
    line["hash"] = hashlib.sha256(line["body"].encode()).hexdigest()
    return with_lines(pieces, [line], "seals.jsonl")


def sealed_by_another(pieces: Pieces) -> Pieces:
    (line,) = lines_of(pieces, "seals.jsonl")
    line["signature"] = Signer(Ed25519PrivateKey.generate()).sign(SEAL, line["body"].encode())
    return with_lines(pieces, [line], "seals.jsonl")


def removed_seal(pieces: Pieces) -> Pieces:
    return {**pieces, "seals.jsonl": b""}


def edited_proof(pieces: Pieces) -> Pieces:
    proofs = json.loads(pieces["proofs.json"])
    next(proof for proof in proofs if proof["leaf"][1] == "m1")["leaf"][2] -= 1
    return {**pieces, "proofs.json": json.dumps(proofs, ensure_ascii=False).encode()}


def swapped_document(pieces: Pieces) -> Pieces:
    first, second = sorted(name for name in pieces if name.startswith("documents/0") and name.endswith(".docx"))
    return {**pieces, first: pieces[second], second: pieces[first]}


def edited_words(pieces: Pieces) -> Pieces:
    name = "documents/0001.json"
    return {**pieces, name: pieces[name].replace("校舍加固".encode(), "校舍维修".encode())}


def edited_template(pieces: Pieces) -> Pieces:
    name = next(name for name in pieces if name.startswith("documents/templates/"))
    return {**pieces, name: pieces[name] + b"\0"}


def removed_document(pieces: Pieces) -> Pieces:
    return {**pieces, "documents.json": json.dumps(json.loads(pieces["documents.json"])[1:]).encode()}


def edited_history(pieces: Pieces) -> Pieces:
    told = json.loads(pieces["histories/0001.json"])
    payload = told["events"][1]["markerRecordedEventAttributes"]["details"]["result"]["payloads"][0]
    receipt = json.loads(base64.b64decode(payload["data"]))
    receipt["head"] = "0" * 32
    payload["data"] = base64.b64encode(json.dumps(receipt).encode()).decode()
    return {**pieces, "histories/0001.json": json.dumps(told).encode()}


def edited_text(kind: str) -> Callable[[Pieces], Pieces]:
    def edit(pieces: Pieces) -> Pieces:
        file = next(one["file"] for one in json.loads(pieces["texts.json"]) if one["kind"] == kind)
        return {**pieces, file: pieces[file] + b"\n"}

    return edit


CHANGES: list[tuple[Callable[[Pieces], Pieces], str, str]] = [
    (edited_act, "m1 第4条 entry 4 progress_reported", "content does not have its hash"),
    (deleted_act, "m1 第4条 entry 4", "number should be 3"),
    (last_act_cut_off, "m1 第{last}条 entry {last}", "not as it was when seal 1"),
    (reordered, "m1 第3条 entry 3", "number should be 2"),
    (forged_to_the_end, "m1 第{last}条 entry {last}", "not as it was when seal 1"),
    (edited_seal, "封存 seal 1 2026-06-30", "signature of the seal does not hold"),
    (sealed_by_another, "封存 seal 1 2026-06-30", "signature of the seal does not hold"),
    (removed_seal, "m1 第{last}条 entry {last}", "cannot be shown under that seal"),
    (edited_proof, "m1 第{before}条 entry {before}", "cannot be shown under that seal"),
    (swapped_document, "号", "文书文件 its file 被替换"),
    (edited_words, "号", "文书内容 what it says 被替换"),
    (edited_template, "号", "文书模板 its template 被替换"),
    (removed_document, "号", "the document is missing"),
    (edited_history, "m1 第3条 entry 3 signed", "differs from what the history histories/0001.json has seen"),
    (edited_text("policy"), "standard@", "not as it was when seal 1"),
    (edited_text("calendar"), "国办发明电〔2026〕9号", "not as it was when seal 1"),
]


@pytest.mark.parametrize(("change", "where", "what"), CHANGES, ids=lambda part: getattr(part, "__name__", None))
def test_a_change_is_named_even_when_the_holder_of_the_key_signs_it(
    kept: Kept, package: Pieces, change: Callable[[Pieces], Pieces], where: str, what: str
) -> None:
    changed = change(package)
    last = len(lines_of(package))
    named = where.format(last=last, before=last - 1)

    forged = found(signed_again(changed, kept.signer))
    assert any(named in place and what in said for place, said in forged), forged
    # Without the key the list of files names it too.
    plain = found(changed)
    altered = {name for name in package if changed[name] != package[name]}
    assert altered <= {place for place, _ in plain}


def test_a_file_added_or_missing_is_named(package: Pieces) -> None:
    assert ("more.txt", "清单上没有此文件 the file is not on the list") in found({**package, "more.txt": b""})
    less = {name: content for name, content in package.items() if name != "README.md"}
    assert ("README.md", "文件缺失 the file is missing") in found(less)


def test_a_package_forged_with_a_key_of_its_own_fits_itself_and_not_what_others_keep(
    kept: Kept, package: Pieces, tmp_path: Path
) -> None:
    with kept.store.reading() as session:
        row = seals.last(session)
        assert row is not None
        line = sealing.read(row).line
    other = Kept(kept.store, kept.files, signer_or_new(tmp_path / "forged"), kept.histories)
    forged = dict(package)
    forged["keys.json"] = json.dumps(
        [{"id": other.signer.id, "public": other.signer.public.hex(), "endorsed_by": None, "endorsement": None}]
    ).encode()
    (seal,) = lines_of(forged, "seals.jsonl")
    seal["body"] = seal["body"].replace(kept.signer.id, other.signer.id)
    seal["hash"] = hashlib.sha256(seal["body"].encode()).hexdigest()
    seal["signature"] = other.signer.sign(SEAL, seal["body"].encode())
    forged = with_lines(forged, [seal], "seals.jsonl")
    forged["manifest.json"] = forged["manifest.json"].replace(kept.signer.id.encode(), other.signer.id.encode())
    forged = signed_again(forged, other.signer)

    report = checking.check(forged)
    assert report.faults == []
    assert any("compare the key with the published one" in note for note in report.notes)
    assert [where for where, _ in found(forged, key=kept.signer.public.hex())] == ["keys.json"]
    assert [where for where, _ in found(forged, kept=[line])] == ["封存 seal 1 2026-06-30"]
    assert checking.check(package, kept=[line]).counts["kept"] == 1


# --- what somebody may hand in ----------------------------------------------------------------------------------------


def hostile(
    name: str, content: bytes = b"x", *, times: int = 1, method: int = zipfile.ZIP_DEFLATED, mode: int = 0
) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for _ in range(times):
            member = zipfile.ZipInfo(name)
            member.compress_type = method
            member.external_attr = mode << 16
            file.writestr(member, content)
    return made.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "make",
    [
        lambda: b"",
        lambda: b"PK\x03\x04 no zip at all",
        lambda: hostile("../manifest.json"),
        lambda: hostile("/etc/manifest.json"),
        lambda: hostile("a\\b.json"),
        lambda: hostile("a/../b.json"),
        lambda: hostile("文件.json"),
        lambda: hostile("a" * 300),
        lambda: hostile("manifest.json", times=2),
        lambda: hostile("bomb.json", b"\0" * 20_000_000),
        lambda: hostile("bomb.json", b"\0" * 2_000_000, method=zipfile.ZIP_BZIP2),
        lambda: hostile("link", b"/etc/passwd", mode=0o120777),
        lambda: hostile("manifest.json", b"{}"),
        lambda: hostile("manifest.json", b"[" * 100_000, method=zipfile.ZIP_STORED),
        lambda: hostile("manifest.json", b'{"format": "duban-evidence-9", "files": {}}'),
        lambda: hostile("manifest.json")[:-30],
    ],
    ids=[
        "empty", "torn", "climbs", "absolute", "backslash", "climbs inside", "other letters", "long", "doubled", "bomb",
        "other method", "link", "no manifest", "deep", "other format", "cut off",
    ],
)  # fmt: skip
def test_what_is_made_to_do_harm_is_refused(make: Callable[[], bytes]) -> None:
    with pytest.raises(checking.NotAPackageError):
        checking.check(checking.opened(io.BytesIO(make())))


def test_no_words_of_a_package_command_a_terminal(package: Pieces) -> None:
    changed = {**package, "targets.json": json.dumps([{"target": "\x1b[2J\nm9", "file": "acts/0001.jsonl"}]).encode()}
    said = checking.spoken(checking.check(changed))

    assert any("m9" in line for line in said)
    assert not [line for line in said if not line.isprintable()]


def test_a_member_that_lies_about_its_size_is_refused(package: Pieces) -> None:
    made = bytearray(zipped({"manifest.json": b"{}" * 100}))
    for sign, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = made.index(sign) + at
        made[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(checking.NotAPackageError):
        checking.opened(io.BytesIO(bytes(made)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("targets.json", "keys.json", "seals.jsonl", "proofs.json", "documents.json", "histories.json", "texts.json",
         "archive.jsonl")  # fmt: skip


@given(st.sampled_from(NAMES), JSON | st.binary(max_size=20), st.dictionaries(st.text(max_size=5), JSON, max_size=3))
def test_no_content_makes_the_checker_fail_in_any_other_way(name: str, value: Any, listed: dict[str, Any]) -> None:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    manifest = {"format": checking.FORMAT, "of": "m1", "key": "k", "files": listed}
    report = checking.check({"manifest.json": json.dumps(manifest).encode(), name: content})

    assert report.faults


@given(st.binary(max_size=200), st.integers(0, 511))
def test_the_checker_verifies_signatures_as_the_library_does(message: bytes, flip: int) -> None:
    private = Ed25519PrivateKey.generate()
    public, signature = private.public_key().public_bytes_raw(), bytearray(private.sign(message))

    assert checking.verified(public, bytes(signature), message)
    assert checking.signed(public.hex(), signature.hex(), message)
    signature[flip // 8] ^= 1 << flip % 8
    assert not checking.verified(public, bytes(signature), message)
    assert not checking.signed(public.hex(), signature.hex(), message)
    assert not checking.signed(public.hex(), "", message)
    assert not checking.verified(b"\xff" * 32, private.sign(message), message)
