"""How does a holiday notice become part of the calendar, and how do the open matters learn of it?

Storing is one transaction under the notice's number; telling is a signal to every open matter, resumed where it broke
off. What a notice changes for a matter is for policies/reruling.py.
"""

from datetime import UTC, datetime

from sqlmodel import Session
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

import logs
from models.calendar import CalendarNotice
from models.contract import (
    ANNOUNCE_CALENDAR,
    CALENDAR_PUBLISHED_SIGNAL,
    STORE_CALENDAR,
    kind_of,
    matter_workflow_id,
)
from models.messages import CalendarPublished
from policies.calendar import Calendar, CalendarError, standard_calendar
from record import calendars, targets
from record.store import Store

log = logs.get(__name__)

_PAGE = 200


class CalendarInForce:
    """The calendar with every notice loaded into a record, read again only when there are new ones."""

    def __init__(self) -> None:
        self._revision = 0
        self._calendar = standard_calendar()

    def read(self, session: Session) -> Calendar:
        """The calendar as this transaction sees it."""
        revision = calendars.revision(session)
        if revision != self._revision:
            self._revision, self._calendar = revision, standard_calendar().with_all(calendars.notices(session))
        return self._calendar


class Calendars:
    """Keeps the notices loaded into this record and passes them on; `scope` is the record's own on a shared server."""

    def __init__(self, store: Store, client: Client, scope: str = "") -> None:
        self._store = store
        self._client = client
        self._scope = scope

    # As for record_transition: the thread holds the turn to write.
    @activity.defn(name=STORE_CALENDAR, no_thread_cancel_exception=True)
    def store_calendar(self, notice: CalendarNotice) -> bool:
        """Put the notice into the calendar; False when its number is known already.

        Raises a non-retryable ApplicationError for a notice that contradicts itself or one of the same number.
        """
        with self._store.writing() as session:
            try:
                calendar = standard_calendar().with_all(calendars.notices(session))
                if calendar.has(notice.number):
                    return False
                calendar.with_notice(notice)
                return calendars.add(session, notice, datetime.now(UTC))
            except CalendarError as error:
                raise ApplicationError(str(error), type="CalendarError", non_retryable=True) from error

    @activity.defn(name=ANNOUNCE_CALENDAR)
    async def announce_calendar(self, notice: CalendarNotice) -> int:
        """Tell every open matter of the notice; how many were told, some perhaps twice after a broken attempt."""
        published = CalendarPublished(message_id=f"calendar:{notice.number}", notice=notice)
        details = activity.info().heartbeat_details
        after, told = (str(details[0]), int(details[1])) if details else ("", 0)
        while True:
            with self._store.reading() as session:
                page = targets.unfinished(session, after_id=after, limit=_PAGE)
            if not page:
                log.info("calendar.announced", told=told)
                return told
            for matter_id in page:
                if kind_of(matter_id) == "duty":
                    # It waits for nothing: what it opens next is ruled by the calendar of then.
                    after = matter_id
                    continue
                handle = self._client.get_workflow_handle(matter_workflow_id(matter_id, self._scope))
                try:
                    await handle.signal(CALENDAR_PUBLISHED_SIGNAL, published)
                    told += 1
                except RPCError as error:
                    if error.status is not RPCStatusCode.NOT_FOUND:
                        raise
                    log.warning("calendar.matter_not_running", matter_id=matter_id)
                after = matter_id
                activity.heartbeat(after, told)
