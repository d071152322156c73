"""Both masters keep the same promises; a file that others may read, or that is lost, is said so."""

import base64
import json
import secrets
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacy.kms import KmsMaster
from privacy.masters import FileMaster, Master, MasterError, MasterMissingError, MasterUnavailableError

TOKEN = "s.opaque"  # noqa: S105 - of a service in this file
SECRET = b"0123456789abcdef0123456789abcdef"


class KeyService(ThreadingHTTPServer):
    """A key service on loopback that really encrypts: named keys with versions, bound to associated data."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.keys: dict[str, list[bytes]] = {}
        self.failing = False
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/transit"


class _Answering(BaseHTTPRequestHandler):
    server: KeyService

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}"))

    def _answer(self, said: dict[str, Any]) -> None:
        status, told = self._done(said)
        body = json.dumps({"data": told}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _done(self, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        verb, _, rest = self.path.removeprefix("/v1/transit/").partition("/")
        name, _, action = rest.partition("/")
        keys = self.server.keys
        self.server.seen.append(json.dumps(said))
        if self.server.failing:
            return 500, {}
        if self.headers["X-Vault-Token"] != TOKEN:
            return 403, {}
        if verb == "keys" and self.command == "GET":
            found = keys.get(name)
            return (
                (404, {}) if found is None else (200, {"keys": {str(n + 1): 1_700_000_000 for n in range(len(found))}})
            )
        if verb == "keys":
            keys.setdefault(name, []) if action else keys.setdefault(name, [secrets.token_bytes(32)])
            if action == "rotate":
                keys[name].append(secrets.token_bytes(32))
            return 200, {}
        if name not in keys:
            return 404, {}
        bound = base64.b64decode(said["associated_data"])
        if verb == "encrypt":
            nonce = secrets.token_bytes(12)
            box = nonce + AESGCM(keys[name][-1]).encrypt(nonce, base64.b64decode(said["plaintext"]), bound)
            return 200, {"ciphertext": f"vault:v{len(keys[name])}:{base64.b64encode(box).decode()}"}
        _, version, text = said["ciphertext"].split(":")
        box = base64.b64decode(text)
        try:
            plain = AESGCM(keys[name][int(version[1:]) - 1]).decrypt(box[:12], box[12:], bound)
        except Exception:  # noqa: BLE001 - whatever is wrong, a service says no more than this
            return 400, {}
        return 200, {"plaintext": base64.b64encode(plain).decode()}


@pytest.fixture
def service() -> Iterator[KeyService]:
    service = KeyService()
    thread = Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield service
    service.shutdown()
    thread.join()
    service.server_close()


@pytest.fixture(params=["file", "kms"])
def master(request: pytest.FixtureRequest, tmp_path: Path) -> Master:
    if request.param == "file":
        return FileMaster(tmp_path / "keys" / "master.json")
    return KmsMaster(request.getfixturevalue("service").url, "duban", lambda: TOKEN)


def test_what_is_wrapped_is_unwrapped_where_it_was_bound_and_nowhere_else(master: Master) -> None:
    master.prepare()
    version, wrapped = master.wrap(SECRET, b"case/1")

    assert master.unwrap(version, wrapped, b"case/1") == SECRET
    assert base64.b64encode(SECRET).decode() not in wrapped
    with pytest.raises(MasterError):
        master.unwrap(version, wrapped, b"case/2")


def test_after_a_rotation_the_new_version_wraps_and_the_old_one_still_unwraps(master: Master) -> None:
    master.prepare()
    master.prepare()
    assert len(master.versions()) == 1
    old = master.wrap(SECRET, b"x")

    made = master.rotate()
    new = master.wrap(SECRET, b"x")

    assert [one.id for one in master.versions()] == [old[0], new[0]]
    assert made.id == new[0] != old[0]
    assert master.unwrap(*old, b"x") == master.unwrap(*new, b"x") == SECRET


def test_a_wrapped_key_that_was_altered_is_refused(master: Master) -> None:
    master.prepare()
    version, wrapped = master.wrap(SECRET, b"x")
    altered = wrapped[:-6] + ("A" if wrapped[-6] != "A" else "B") + wrapped[-5:]

    with pytest.raises(MasterError):
        master.unwrap(version, altered, b"x")


def test_a_master_that_was_never_made_has_no_version_and_wraps_nothing(master: Master) -> None:
    assert master.versions() == []
    with pytest.raises(MasterMissingError):
        master.wrap(SECRET, b"x")


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_file_is_for_this_account_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "master.json"
    FileMaster(file).prepare()

    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    file.chmod(0o640)
    with pytest.raises(MasterError, match="0600"):
        FileMaster(file).versions()


def test_a_rotated_file_stays_private_and_another_process_sees_the_new_key(tmp_path: Path) -> None:
    file = tmp_path / "master.json"
    first, second = FileMaster(file), FileMaster(file)
    first.prepare()
    second.wrap(SECRET, b"")

    first.rotate()

    assert second.wrap(SECRET, b"")[0] == "k2"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["master.json"]


def test_a_lost_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "master.json"
    master = FileMaster(file)
    master.prepare()
    version, wrapped = master.wrap(SECRET, b"")
    file.unlink()

    with pytest.raises(MasterMissingError, match="DUBAN_KEY_FILE"):
        FileMaster(file).unwrap(version, wrapped, b"")
    FileMaster(file).prepare()
    FileMaster(file).rotate()
    with pytest.raises(MasterError):
        FileMaster(file).unwrap(version, wrapped, b"")
    with pytest.raises(MasterMissingError, match="k9"):
        FileMaster(file).unwrap("k9", wrapped, b"")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format":"duban-keys-1","keys":[]}',
        '{"format":"duban-keys-1","keys":[{"id":"k1","created_at":"x","key":"AA=="}]}',
    ],
)
def test_a_file_that_is_none_is_refused_without_repeating_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "master.json"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)

    with pytest.raises(MasterError, match="读不懂"):
        FileMaster(file).versions()


# --- the service ------------------------------------------------------------------------------------------------------


def test_a_service_that_fails_or_is_gone_is_unavailable(service: KeyService) -> None:
    master = KmsMaster(service.url, "duban", lambda: TOKEN)
    service.failing = True

    with pytest.raises(MasterUnavailableError):
        master.wrap(SECRET, b"")
    with pytest.raises(MasterUnavailableError):
        KmsMaster("http://127.0.0.1:9/v1/transit", "duban", lambda: TOKEN).versions()


def test_a_refused_token_is_said_without_the_token(service: KeyService) -> None:
    with pytest.raises(MasterError, match="403") as refused:
        KmsMaster(service.url, "duban", lambda: "s.wrong").versions()
    assert "s.wrong" not in str(refused.value)


def test_no_plain_text_goes_to_a_service_on_another_machine() -> None:
    with pytest.raises(MasterError, match="明文"):
        KmsMaster("http://kms.example.invalid/v1/transit", "duban", lambda: TOKEN)
