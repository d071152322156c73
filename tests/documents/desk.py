"""An office's desk in these tests: a record, its clerk, and matters brought as far as a claim needs them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from activities.documents import Issuing
from activities.recording import Recording
from documents.files import Files
from documents.printing import Printing
from documents.templates import Templates
from models.contract import Receipt, TransitionOrder
from models.messages import Command
from policies.directory import Directory
from record import documents
from record.documents import Issued
from record.store import Store
from tests.builders import CAST, CO_HANDLER, HANDLER, LEADER, MONDAY, OFFICER, a_matter, at

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


@dataclass
class Desk:
    """Matters on one record, given their messages as the workflow would."""

    store: Store
    directory: Path
    said: int = 0
    known: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.recording = Recording(
            self.store, Directory(CAST), issuing=Issuing(Templates(self.directory / "templates"))
        )

    @property
    def files(self) -> Files:
        return Files(self.directory / "documents")

    @property
    def printing(self) -> Printing:
        return Printing(self.store, self.files, Templates(self.directory / "templates"))

    def open(self, matter_id: str = "m1", when: str = MONDAY, **said: Any) -> Receipt:
        """Register a matter."""
        self.said += 1
        fields = {"message_id": f"#{self.said}", "title": f"校舍加固 {matter_id}", "limit": "5wd", **said}
        return self._step(matter_id, when, a_matter(**fields))

    def wait(self, until: str, matter_id: str = "m1") -> Receipt:
        """Let time pass until that instant, inclusive."""
        return self._step(matter_id, until, None)

    def say(self, when: str, do: str, by: str = HANDLER, matter_id: str = "m1", **fields: Any) -> Receipt:
        """Give a command that is not refused."""
        self.said += 1
        message = _COMMAND.validate_python({"message_id": f"#{self.said}", "do": do, "by": by, **fields})
        receipt = self._step(matter_id, when, message)
        assert receipt.outcome is not None
        assert receipt.outcome.accepted, receipt.outcome
        return receipt

    def _step(self, matter_id: str, when: str, message: Any) -> Receipt:
        order = TransitionOrder(
            matter_id=matter_id, at=at(when), message=message, known_seq=self.known.get(matter_id, 0)
        )
        receipt = self.recording.record_transition(order)
        self.known[matter_id] = receipt.seq
        return receipt

    def supervised(self, matter_id: str = "m1", **said: Any) -> Issued:
        """A matter whose limit has passed, and its supervision order."""
        self.open(matter_id, **said)
        self.wait("03-09 18:00", matter_id)
        (order,) = self.issued(matter_id)
        return order

    def whole_life(self, matter_id: str = "m1", **said: Any) -> list[Issued]:
        """A matter that gets a document of every kind before it is closed; the documents, oldest first."""
        self.open(matter_id, requirement="按期完成加固并验收", co=("财政局",), **said)
        self.say("03-03 10:00", "sign", matter_id=matter_id)
        self.say("03-04 10:00", "report_progress", text="已完成七所", matter_id=matter_id)
        self.say("03-04 15:00", "urge", OFFICER, text="请加快其余五所", reason="进度偏慢", matter_id=matter_id)
        self.say("03-05 10:00", "request_extension", limit="3wd", reason="地基须补充勘察", matter_id=matter_id)
        self.say("03-06 10:00", "decide_extension", LEADER, granted=True, reason="同意", matter_id=matter_id)
        self.wait("03-18 09:00", matter_id)
        self.say("03-18 10:00", "report_progress", CO_HANDLER, done=True, matter_id=matter_id)
        self.say("03-18 11:00", "submit", text="十二所学校全部完成", matter_id=matter_id)
        evidence = {"persons": [OFFICER, "甲岗"], "place": "第三小学", "date": "2026-03-19"}
        self.say("03-19 10:00", "verify", OFFICER, passed=True, method="visit", evidence=evidence, matter_id=matter_id)
        return self.issued(matter_id)

    def issued(self, matter_id: str | None = None) -> list[Issued]:
        """The documents, oldest first."""
        with self.store.reading() as session:
            return list(reversed(documents.issued(session, matter_id=matter_id, limit=1000).items))

    def faults(self) -> list[tuple[str, documents.DocumentFaultKind]]:
        """What does not agree with the ledger."""
        with self.store.reading() as session:
            return [(fault.number, fault.kind) for fault in documents.verify(session)]
