"""What a record needs in order to keep fields sealed: the master that wraps, and the table of what is protected.

It holds unwrapped data keys for as long as their wrapped form stays in the record; whether it does is asked of the
record each time (record/keys.py), so that a destroyed key opens nothing from the next transaction on.
"""

import secrets
import threading
from collections import OrderedDict

from models.protection import FieldPolicy
from policies.masking import protection
from privacy.masters import KEY_BYTES, Master
from privacy.sealing import DataKey

_KEPT = 4096


class Vault:
    """One master key and one field policy (default: the shipped one in force)."""

    def __init__(self, master: Master, policy: FieldPolicy | None = None) -> None:
        self.master = master
        self.policy = policy or protection()
        self._lock = threading.Lock()
        self._opened: OrderedDict[tuple[str, int, str], DataKey] = OrderedDict()

    def new_key(self, subject: str, version: int) -> tuple[DataKey, str, str]:
        """A new data key, the version of the master that wrapped it, and its wrapped form. Raises MasterError."""
        key = DataKey(subject, version, secrets.token_bytes(KEY_BYTES))
        master, wrapped = self.master.wrap(key.secret, bound(subject, version))
        self._keep(wrapped, key)
        return key, master, wrapped

    def opened(self, subject: str, version: int, master: str, wrapped: str) -> DataKey:
        """The data key behind its wrapped form. Raises MasterError."""
        with self._lock:
            known = self._opened.get((subject, version, wrapped))
            if known is not None:
                self._opened.move_to_end((subject, version, wrapped))
                return known
        key = DataKey(subject, version, self.master.unwrap(master, wrapped, bound(subject, version)))
        self._keep(wrapped, key)
        return key

    def rewrapped(self, subject: str, version: int, master: str, wrapped: str) -> tuple[str, str]:
        """The same key under the newest version of the master. Raises MasterError."""
        secret = self.opened(subject, version, master, wrapped).secret
        return self.master.wrap(secret, bound(subject, version))

    def forget(self, subject: str) -> None:
        """Drop what this process remembers of the subject's keys."""
        with self._lock:
            for known in [one for one in self._opened if one[0] == subject]:
                del self._opened[known]

    def _keep(self, wrapped: str, key: DataKey) -> None:
        with self._lock:
            self._opened[key.subject, key.version, wrapped] = key
            while len(self._opened) > _KEPT:
                self._opened.popitem(last=False)


def shipped() -> FieldPolicy:
    """The shipped classes of fields in force."""
    return protection()


def bound(subject: str, version: int) -> bytes:
    """What a wrapped key is bound to: nobody can give one subject's key to another."""
    return f"duban/{subject}/{version}".encode()
