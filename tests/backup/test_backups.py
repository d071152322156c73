"""A backup is whole or is none: taken while others write, checked byte by byte, restored as a whole, kept by number."""

import fcntl
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backup import keeping, keys, manifest, restoring, taking
from backup.checking import check
from backup.problems import BackupError, DamagedBackupError
from backup.taking import Sealing, Sources
from record import ledger
from record.store import Store
from tests.record.builders import an_act

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PASSPHRASE = "correct horse battery"  # noqa: S105 - of these tests


def record(store: Store, *targets: str) -> None:
    with store.writing() as session:
        ledger.append(session, [an_act(target=target) for target in targets], message_id=None, processed_at=NOW)


@pytest.fixture
def office(tmp_path: Path, sqlite_url: str) -> Iterator[Sources]:
    """An office with two acts, a Temporal store, documents, templates, keys and a directory."""
    data = tmp_path / "record"
    store = Store(sqlite_url)
    store.migrate()
    record(store, "m1", "m2")
    with closing(sqlite3.connect(data / "temporal.db")) as temporal:
        temporal.execute("CREATE TABLE executions (id INTEGER)")
        temporal.commit()
    for name, content in (("documents/ab/abc.docx", b"page"), ("templates/x.docx", b"form"), ("keys/kek", b"k" * 32)):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(content)
    (data / "documents/ab/.half.part").write_bytes(b"ha")
    (data / "directory.csv").write_text("单位名称", encoding="utf-8")
    yield Sources(
        store=store,
        sqlite_file=data / "duban.db",
        temporal=data / "temporal.db",
        keys=data / "keys",
        trees={"documents": data / "documents", "templates": data / "templates"},
        files={"directory.csv": data / "directory.csv"},
        settings={"office": "区政府督查室"},
        versions={"build": "test"},
    )
    store.close()


@pytest.fixture
def place(office: Sources, tmp_path: Path) -> Path:
    """One backup of that office."""
    return taking.take(office, tmp_path / "backups")[0]


def made_at(office: Sources, to: Path, at: datetime) -> Path:
    """A backup begun at that instant."""
    return taking.take(office, to, now=lambda: at)[0]


def resigned(place: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a manifest as somebody does who also mends its digest."""
    said = json.loads((place / manifest.MANIFEST).read_text(encoding="utf-8"))
    change(said)
    said["sha256"] = ""
    try:
        said = manifest.Manifest.model_validate(said).sealed().model_dump(mode="json")
    except ValueError:
        said["sha256"] = "0" * 64
    (place / manifest.MANIFEST).write_text(json.dumps(said), encoding="utf-8")


# --- taking -----------------------------------------------------------------------------------------------------------


def test_a_backup_has_everything_but_keys_and_unfinished_files(place: Path) -> None:
    made = check(place)
    assert {one.path for one in made.files} == {
        "documents/ab/abc.docx",
        "office/directory.csv",
        "record.db",
        "templates/x.docx",
        "temporal.db",
    }
    assert (made.record.held.acts, made.record.held.targets, made.keys) == (2, 2, "left_out")
    assert made.temporal is not None
    assert made.temporal.copied_at <= made.record.copied_at
    assert {path.stat().st_mode & 0o077 for path in (place.parent, place)} == {0}


def test_the_copies_are_of_one_instant_while_others_write(office: Sources, tmp_path: Path) -> None:
    done: list[int] = []

    def writing() -> None:
        for number in range(400):
            record(office.store, f"w{number}")
            done.append(number)

    writer = threading.Thread(target=writing)
    writer.start()
    while len(done) < 5:
        time.sleep(0.001)
    made = taking.take(office, tmp_path / "backups")[1]
    writer.join()
    assert made.record.held.acts == made.record.held.targets
    assert 2 + 5 <= made.record.held.acts <= 402


def test_two_backups_are_not_made_in_one_place_at_once(office: Sources, tmp_path: Path) -> None:
    to = tmp_path / "backups"
    to.mkdir()
    with taking.alone(to), pytest.raises(BackupError, match="another backup is being made"):
        taking.take(office, to)


def test_a_backup_that_was_broken_off_never_looks_whole_and_is_cleared_away(office: Sources, tmp_path: Path) -> None:
    to = tmp_path / "backups"
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom backup import taking\nfrom record.store import Store\n"
        "taking.check = lambda place: (print('made', flush=True), time.sleep(60))\n"
        f"record = Path({str(office.sqlite_file)!r})\n"
        "store = Store(f'sqlite:///{record}')\n"
        "sources = taking.Sources(store, record, None, record.parent / 'none')\n"
        f"taking.take(sources, Path({str(to)!r}))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"made\n"
        process.send_signal(signal.SIGKILL)
    assert keeping.kept(to) == []
    assert len(list(to.glob("*.part"))) == 1

    taking.take(office, to)

    assert list(to.glob("*.part")) == []
    assert len(keeping.kept(to)) == 1


def test_a_damaged_database_is_not_backed_up(office: Sources, tmp_path: Path) -> None:
    assert office.temporal is not None
    office.temporal.write_bytes(b"no database at all" * 1000)
    with pytest.raises(BackupError, match="cannot be copied"):
        taking.take(office, tmp_path / "backups")
    assert [one for one in (tmp_path / "backups").iterdir() if one.name != ".lock"] == []


# --- checking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda place: (place / "record.db").write_bytes(b""), "instead of"),
        (lambda place: (place / "documents/ab/abc.docx").write_bytes(b"pagE"), "differs"),
        (lambda place: (place / "temporal.db").unlink(), "missing"),
        (lambda place: (place / "added").write_bytes(b""), "'added': .* not in the manifest"),
        (lambda place: (place / "link").symlink_to("/etc"), "'link': .* not in the manifest"),
        (lambda place: _linked(place / "templates/x.docx"), "no ordinary file"),
        (lambda place: _linked(place / "templates"), "behind a symbolic link"),
        (lambda place: (place / "manifest.json").unlink(), "is not a backup"),
        (lambda place: (place / "manifest.json").write_text("{}"), "not a usable manifest"),
        (lambda place: _replaced(place / "manifest.json", '"acts": 2', '"acts": 3'), "its digest does not fit"),
    ],
)
def test_every_damage_is_named(place: Path, damage: Callable[[Path], object], word: str) -> None:
    damage(place)
    with pytest.raises(BackupError, match=word):
        check(place)


def _linked(path: Path) -> None:
    moved = path.parents[2] / f"moved-{path.name}"
    path.rename(moved)
    path.symlink_to(moved)


def _replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    "path",
    [
        *("../evil", "/etc/evil", "documents/../../evil", "documents/..", "..", "", ".", "documents/a\\b", "C:evil"),
        *("documents//b", "documents/./b", "documents/a\x00b", "documents/a\nb", "documents/a\u202eb", "documents/a. "),
        *("manifest.json", "documents/" + "x" * 600, "keys/master.json", "keys/signing.key", "evil"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(place: Path, tmp_path: Path, path: str) -> None:
    resigned(place, lambda said: said["files"].append({"path": path, "bytes": 0, "sha256": "0" * 64}))
    with pytest.raises(BackupError):
        restoring.restore(place, tmp_path / "restored", NOW)
    assert not (tmp_path / "restored").exists()


def test_manifests_that_were_tampered_with_end_in_words(place: Path) -> None:
    chance = random.Random(1)  # noqa: S311 - the same damage every time
    file = place / manifest.MANIFEST
    whole = file.read_bytes()
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        file.write_bytes(bytes(data))
        if bytes(data) != whole:
            with pytest.raises(BackupError):
                check(place)


# --- restoring --------------------------------------------------------------------------------------------------------


def test_a_restored_office_has_what_the_backup_had_and_says_that_it_was_restored(place: Path, tmp_path: Path) -> None:
    into = tmp_path / "restored"
    done = restoring.restore(place, into, NOW)

    assert taking.held_by(into / "duban.db") == done.manifest.record.held
    assert (into / "documents/ab/abc.docx").read_bytes() == b"page"
    mark = restoring.mark_in(into)
    assert mark is not None
    assert (mark.backup, mark.restored_at) == (place.name, NOW)
    assert done.manifest.temporal is not None
    assert mark.since == done.manifest.temporal.began_at
    restoring.settle_mark(into, mark)
    assert restoring.mark_in(into) is None
    assert not (into / "keys").exists()


def test_what_is_there_is_refused_or_moved_aside_and_never_deleted(place: Path, tmp_path: Path) -> None:
    into = tmp_path / "restored"
    into.mkdir()
    (into / "mine").write_text("mine", encoding="utf-8")
    with pytest.raises(BackupError, match="--replace"):
        restoring.restore(place, into, NOW)
    assert [one.name for one in into.iterdir()] == ["mine"]

    done = restoring.restore(place, into, NOW, replace=True)

    assert done.moved_to is not None
    assert (done.moved_to / "mine").read_text(encoding="utf-8") == "mine"
    assert (into / "duban.db").exists()


def test_a_damaged_backup_changes_nothing(place: Path, tmp_path: Path) -> None:
    (place / "record.db").write_bytes(b"x")
    into = tmp_path / "restored"
    into.mkdir()
    (into / "mine").touch()
    with pytest.raises(DamagedBackupError):
        restoring.restore(place, into, NOW, replace=True)
    assert [one.name for one in into.iterdir()] == ["mine"]
    assert [one.name for one in tmp_path.iterdir() if "restor" in one.name] == ["restored"]


def test_a_data_directory_in_use_is_refused(place: Path, tmp_path: Path) -> None:
    into = tmp_path / "restored"
    into.mkdir()
    with (into / "temporal.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="in use"):
            restoring.restore(place, into, NOW, replace=True)


def test_a_backup_on_postgresql_is_not_restored_without_a_database(place: Path, tmp_path: Path) -> None:
    resigned(place, lambda said: said["record"].update(kind="postgresql"))
    with pytest.raises(BackupError, match="DUBAN_DATABASE_URL"):
        restoring.restore(place, tmp_path / "restored", NOW)


# --- keys -------------------------------------------------------------------------------------------------------------


def test_keys_leave_the_house_only_sealed_and_come_back_with_the_passphrase(office: Sources, tmp_path: Path) -> None:
    sealed = tmp_path / "keys.sealed"
    place, made = taking.take(office, tmp_path / "backups", Sealing(sealed, PASSPHRASE))

    assert made.keys == "sealed"
    assert not any(b"k" * 32 in path.read_bytes() for path in [sealed, *place.rglob("*")] if path.is_file())
    assert sealed.stat().st_mode & 0o077 == 0
    contents = keys.opened(sealed, PASSPHRASE)
    restoring.restore(place, tmp_path / "restored", NOW, key_files=contents)
    kek = tmp_path / "restored" / "keys" / "kek"
    assert (kek.read_bytes(), kek.stat().st_mode & 0o777) == (b"k" * 32, 0o600)


def test_a_wrong_passphrase_and_every_flipped_byte_are_refused(office: Sources, tmp_path: Path) -> None:
    sealed = tmp_path / "keys.sealed"
    keys.seal(office.keys, sealed, PASSPHRASE)
    whole = sealed.read_bytes()
    with pytest.raises(BackupError):
        keys.opened(sealed, "another horse battery")
    for place in (0, 20, 60, len(whole) - 1):
        sealed.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BackupError):
            keys.opened(sealed, PASSPHRASE)
    sealed.write_bytes(whole[:40])
    with pytest.raises(BackupError):
        keys.opened(sealed, PASSPHRASE)


def test_keys_are_not_sealed_under_a_short_passphrase_nor_over_an_older_file(office: Sources, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="12"):
        keys.seal(office.keys, tmp_path / "keys.sealed", "short")
    (tmp_path / "older").write_bytes(b"the only copy")
    with pytest.raises(BackupError, match="exists already"):
        keys.seal(office.keys, tmp_path / "older", PASSPHRASE)
    assert (tmp_path / "older").read_bytes() == b"the only copy"


def test_a_link_among_the_keys_is_refused(office: Sources, tmp_path: Path) -> None:
    (office.keys / "link").symlink_to("/etc/passwd")
    with pytest.raises(BackupError):
        keys.seal(office.keys, tmp_path / "keys.sealed", PASSPHRASE)


# --- keeping ----------------------------------------------------------------------------------------------------------


def test_the_newest_are_kept_and_what_is_damaged_is_left_alone(office: Sources, tmp_path: Path) -> None:
    to = tmp_path / "backups"
    made = [made_at(office, to, NOW.replace(day=day)) for day in range(1, 6)]
    (made[1] / "temporal.db").write_bytes(b"")

    gone = keeping.prune(to, 2, made[4])

    assert gone == [made[0], made[2]]
    assert [(one.place, one.fault is None) for one in keeping.kept(to)] == [
        (made[1], False),
        (made[3], True),
        (made[4], True),
    ]


def test_the_last_good_backup_is_never_removed_whatever_the_clock_says(office: Sources, tmp_path: Path) -> None:
    to = tmp_path / "backups"
    later = made_at(office, to, NOW.replace(year=2030))
    newest = made_at(office, to, NOW)
    assert keeping.prune(to, 1, newest) == [later]
    assert [one.place for one in keeping.kept(to)] == [newest]
    with pytest.raises(BackupError):
        keeping.prune(to, 0, newest)


def test_a_removal_that_was_broken_off_leaves_nothing_that_looks_whole(
    office: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "backups"
    old = made_at(office, to, NOW.replace(day=1))
    newest = made_at(office, to, NOW)

    def broken(_place: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", broken)
        with pytest.raises(KeyboardInterrupt):
            keeping.prune(to, 1, newest)
    assert not old.exists()
    assert [one.place for one in keeping.kept(to)] == [newest]
    assert len(list(to.glob("*.part"))) == 1
