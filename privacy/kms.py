"""A master key that never leaves a key service: wrap and unwrap are requests to it.

It speaks the transit interface (encrypt, decrypt, rotate of a named key, JSON over HTTPS, a token in a header) that key
services for this purpose offer. Off this machine only TLS is spoken. The token is a reference, resolved for one call.
"""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2

import addresses
from privacy.masters import MasterError, MasterMissingError, MasterUnavailableError, MasterVersion

_PATIENCE_SECONDS = 10.0
_NOT_FOUND, _BAD, _FAILING = 404, 400, 500


class KmsMaster:
    """The key `name` of the transit engine at `url` (`https://kms.example/v1/transit`); `token` gives the credential.

    Raises MasterError for plain text to another machine.
    """

    kind = "kms"

    def __init__(self, url: str, name: str, token: Callable[[], str]) -> None:
        parsed = httpx2.URL(url)
        if parsed.scheme != "https" and not addresses.is_loopback(f"{parsed.host}:{parsed.port or 80}"):
            raise MasterError(f"拒绝以明文连接密钥服务 refusing plain text to the key service: {parsed.host}")
        self._url, self._name, self._token = url.rstrip("/"), name, token

    def prepare(self) -> None:
        """Make the key where the service has none."""
        if not self.versions():
            self._asked("POST", f"keys/{self._name}", {"type": "aes256-gcm96"})

    def versions(self) -> list[MasterVersion]:
        """The versions the service keeps."""
        told = self._asked("GET", f"keys/{self._name}", missing_ok=True)
        keys = told.get("keys", {}) if told else {}
        return [MasterVersion(f"v{number}", _instant(keys[number])) for number in sorted(keys, key=int)]

    def rotate(self) -> MasterVersion:
        """Let the service add a version."""
        self._asked("POST", f"keys/{self._name}/rotate", {})
        return self.versions()[-1]

    def wrap(self, key: bytes, bound: bytes) -> tuple[str, str]:
        """What the service made of it."""
        told = self._asked("POST", f"encrypt/{self._name}", {"plaintext": _text(key), "associated_data": _text(bound)})
        wrapped = str((told or {}).get("ciphertext", ""))
        parts = wrapped.split(":", 2)
        if len(parts) != 3:
            raise MasterError("密钥服务的答复读不懂 the key service's answer cannot be read")
        return parts[1], wrapped

    def unwrap(self, version: str, wrapped: str, bound: bytes) -> bytes:
        """The key again."""
        if wrapped.split(":", 2)[1:2] != [version]:
            raise MasterError("数据密钥与主密钥不符，或已被改动 a wrapped key was altered, or is another's")
        told = self._asked("POST", f"decrypt/{self._name}", {"ciphertext": wrapped, "associated_data": _text(bound)})
        try:
            return base64.b64decode(str((told or {})["plaintext"]), validate=True)
        except (KeyError, ValueError):
            raise MasterError("密钥服务的答复读不懂 the key service's answer cannot be read") from None

    def _asked(
        self, method: str, path: str, said: dict[str, Any] | None = None, *, missing_ok: bool = False
    ) -> dict[str, Any] | None:
        try:
            answer = httpx2.request(
                method,
                f"{self._url}/{path}",
                json=said,
                headers={"X-Vault-Token": self._token()},
                timeout=_PATIENCE_SECONDS,
                follow_redirects=False,
            )
        except (httpx2.HTTPError, LookupError) as error:
            why = type(error).__name__
            raise MasterUnavailableError(f"密钥服务没有应答 the key service does not answer: {why}") from None
        if answer.status_code == _NOT_FOUND:
            if missing_ok:
                return None
            raise MasterMissingError(f"密钥服务没有 {self._name} the key service has no such key: {self._name}")
        if answer.status_code >= _FAILING:
            raise MasterUnavailableError(f"密钥服务暂不可用 the key service answers {answer.status_code}")
        if answer.status_code >= _BAD:
            # Never its text: it may repeat what was sent.
            raise MasterError(f"密钥服务拒绝了请求 the key service refuses: {answer.status_code}")
        try:
            told = answer.json().get("data", {}) if answer.content else {}
        except (ValueError, AttributeError):
            raise MasterError("密钥服务的答复读不懂 the key service's answer cannot be read") from None
        return told if isinstance(told, dict) else {}


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _instant(told: Any) -> datetime | None:
    if isinstance(told, int):
        return datetime.fromtimestamp(told, UTC)
    return None
