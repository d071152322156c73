"""The shapes of evidence: a day's signed head over all chains, the keys that sign, what befell workflows."""

from datetime import date, datetime
from enum import StrEnum

from models.base import Compact, Shape


class LeafKind(StrEnum):
    """What a leaf of a seal stands for: the head of a chain, or the text of what the acts were ruled by."""

    CHAIN = "chain"
    POLICY = "policy"
    CALENDAR = "calendar"


class Leaf(Shape):
    """One leaf: up to entry `seq` (0 for a text) the chain or text `name` has this SHA-256, in hexadecimal."""

    kind: LeafKind
    name: str
    seq: int
    hash: str


class Seal(Shape):
    """One signed head over the whole record.

    `body` is canonical JSON, exactly as hashed and signed; the other fields repeat parts of it. `no` counts from 1,
    `day` is the local day (Asia/Shanghai) it stands for, `missed` how many days before that went without a seal and are
    made up by it. `extra` is one that somebody asked for out of turn. `key` names the key, `signature` is hexadecimal.
    """

    no: int
    day: date
    made_at: datetime
    extra: bool
    missed: int
    leaves: int
    entries: int
    disputed: int
    root: str
    previous: str
    key: str
    body: str
    hash: str
    signature: str

    @property
    def line(self) -> str:
        """What an outside body keeps of it: number, day, hash, key, signature."""
        return f"{self.no} {self.day} {self.hash} {self.key} {self.signature}"


class SigningKey(Shape):
    """A public key by its id; all of it in hexadecimal. `endorsed_by` is the key before it, which signed this one."""

    id: str
    public: str
    added_at: datetime
    endorsed_by: str | None = None
    endorsement: str | None = None

    @property
    def line(self) -> str:
        """What an outside body keeps of it."""
        return f"key {self.id} {self.public}"


class SealOrder(Compact):
    """The input of a seal's workflow; `extra` asks for one out of turn, whatever the hour."""

    extra: bool = False


class Sealed(Compact):
    """What a seal's workflow answers: the newest seal, whether it was made now, and how many incidents were found."""

    no: int
    day: date
    hash: str
    new: bool
    missed: int = 0
    disputed: int = 0
    incidents: int = 0


class IncidentKind(StrEnum):
    """What was done from outside: to a workflow, or (ALTERED) to what is kept sealed.

    Two are of our own making: the rules, or the program around them, fail at a message and are tried again for ever
    (STUCK); no worker can replay what Temporal keeps of the run (UNREPLAYABLE).
    """

    TERMINATED = "terminated"
    CANCELED = "canceled"
    TIMED_OUT = "timed_out"
    FAILED = "failed"
    RESET = "reset"
    DELETED = "deleted"
    ALTERED = "altered"
    STUCK = "stuck"
    UNREPLAYABLE = "unreplayable"
