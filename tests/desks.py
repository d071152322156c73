"""An office that speaks to the record itself, without a server, for tests of what is asked of it."""

from datetime import datetime

from activities.recording import Recording
from models.contract import TransitionOrder
from models.messages import Command, Outcome
from models.proceeding_messages import Open
from office import Launched
from record.store import Store
from tests.builders import sample_directory


class Counter:
    """Records what is said at `now` in the transaction that the workflows' activity would use."""

    def __init__(self, store: Store, now: datetime) -> None:
        self.now = now
        self._recording = Recording(store, sample_directory())

    def tell(self, target: str, message: Open | Command) -> Outcome:
        """Say it to the target; the answer on record."""
        order = TransitionOrder(matter_id=target, at=self.now, message=message)
        outcome = self._recording.record_transition(order).outcome
        assert outcome is not None
        return outcome

    async def open_proceeding(self, target: str, message: Open) -> Launched:
        """As Office.open_proceeding."""
        return Launched(target, self.tell(target, message))

    async def say(self, target: str, command: Command) -> Outcome:
        """As Office.say."""
        return self.tell(target, command)
