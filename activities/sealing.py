"""How is a day's seal made, handed to the outside, and what befell workflows put on record?

Each is one transaction that a repetition finds done; what is sealed and how is for evidence/.
"""

from datetime import UTC, datetime, time
from pathlib import Path

from temporalio import activity
from temporalio.client import Client

import logs
from evidence import sealing, watch
from evidence.signing import signer, signer_or_new
from models.contract import MAKE_SEAL, REPORT_INCIDENTS
from models.evidence import Sealed, SealOrder
from policies.deadlines import SHANGHAI
from record import incidents, seals
from record.store import Store

log = logs.get(__name__)


class Sealing:
    """Seals this record with the key in `key_file` at the local hour `at`; `lines` is the directory for the outside.

    `tell` are the posts that learn of incidents; `scope` is the record's own on a shared server. Without `makes_key` it
    seals only with a key that is there: one made on another machine would be another one.
    """

    def __init__(
        self,
        store: Store,
        client: Client,
        *,
        key_file: Path,
        at: time,
        lines: Path,
        tell: tuple[str, ...] = (),
        scope: str = "",
        makes_key: bool = True,
    ) -> None:
        self._store = store
        self._client = client
        self._key_file = key_file
        self._at = at
        self._lines = lines
        self._tell = tell
        self._scope = scope
        self._makes_key = makes_key

    # As for record_transition: the thread holds the turn to write.
    @activity.defn(name=MAKE_SEAL, no_thread_cancel_exception=True)
    def make_seal(self, order: SealOrder) -> Sealed:
        """The newest seal, made now where its day has none. Raises KeyFileError and OSError."""
        made = sealing.seal(
            self._store,
            (signer_or_new if self._makes_key else signer)(self._key_file),
            datetime.now(UTC).astimezone(SHANGHAI),
            self._at,
            extra=order.extra,
        )
        with self._store.reading() as session:
            keys = seals.keys(session)
        sealing.append_line(self._lines, made.seal, keys)
        if made.new:
            log.info("seal.made", seq=made.seal.no, missed=made.seal.missed)
        if made.seal.disputed:
            log.warning("seal.disputed", seq=made.seal.no, disputed=made.seal.disputed)
        return Sealed(
            no=made.seal.no,
            day=made.seal.day,
            hash=made.seal.hash,
            new=made.new,
            missed=made.seal.missed,
            disputed=made.seal.disputed,
        )

    @activity.defn(name=REPORT_INCIDENTS)
    async def report_incidents(self) -> int:
        """Put every run that was ended from outside or cannot go on on record, once each; how many were new.

        Raises RPCError.
        """
        found = [one async for one in watch.befallen(self._client, self._scope)]
        new = 0
        for one in found:
            with self._store.writing() as session:
                new += incidents.report(session, one, this_second(), self._tell)
        if new:
            log.warning("incident.reported", found=new)
        return new


def this_second() -> datetime:
    """This second, in Asia/Shanghai."""
    return datetime.now(UTC).astimezone(SHANGHAI).replace(microsecond=0)
