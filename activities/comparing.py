"""What does a draft come to on the matters of the past? Worked out beside the request that asked, and kept with it.

Run again it begins anew and comes to the same; a run that has ended stays as it is.
"""

import json
from collections.abc import Callable
from contextlib import suppress

from temporalio import activity

import logs
from comparing import around_record, instants, over_record, work
from models.contract import COMPARE_POLICIES
from policies.calendar import CalendarError
from policies.directory import Directory
from policies.documents import DocumentError
from policies.procedures import load_text
from record import lives, policies
from record.policies import Run, RunState
from record.store import Store
from showing.comparison import Asked, Draft, document

log = logs.get(__name__)

HISTORY = "本单位的记录 the office's own record"


class Comparing:
    """Tries drafts on the past of this record; `processors` as comparing.py `worked` takes it."""

    def __init__(self, store: Store, directory: Directory, processors: int | None = None) -> None:
        self._store = store
        self._directory = directory
        self._processors = processors

    @activity.defn(name=COMPARE_POLICIES)
    def compare_policies(self, run_id: str) -> str:
        """Try the draft of this run; the state in which it ended. Raises KeyError for a run that is not there."""
        with self._store.reading() as session:
            run = policies.run(session, run_id)
        if run is None:
            raise KeyError(run_id)
        if run.state in (RunState.DONE, RunState.FAILED):
            return run.state.value
        try:
            result = self._tried(run)
        except (DocumentError, CalendarError, LookupError, ValueError) as error:
            self._move(run_id, state=RunState.FAILED.value, note=str(error)[:2000])
            log.warning("comparison.failed", run=run_id)
            return RunState.FAILED.value
        self._move(run_id, state=RunState.DONE.value, result=result)
        log.info("comparison.done", run=run_id)
        return RunState.DONE.value

    def _tried(self, run: Run) -> str:
        old, new = load_text(run.old, "old"), load_text(run.text, "draft")
        around = around_record(self._store)
        if around is None:
            raise LookupError("记录中还没有任何事项 the record holds no matter yet")
        bounds = instants(run.since, run.until)
        with self._store.reading() as session:
            total = lives.number(session, since=bounds[0], until=bounds[1])
        self._move(run.id, state=RunState.RUNNING.value, done=0, total=total)
        over = work(old, new, run.new_on, around=around, directory=self._directory, bounds=bounds)
        found = over_record(self._store, over, self._noting(run.id), self._processors)
        asked = Asked(old, Draft(new, run.new_on), HISTORY, run.since, run.until)
        return json.dumps(document(asked, found, around), ensure_ascii=False, default=str)

    def _noting(self, run_id: str) -> Callable[[int], None]:
        def note(done: int) -> None:
            # Called as a plain function, where no activity is under way, there is nobody to tell.
            with suppress(RuntimeError):
                activity.heartbeat(done)
            self._move(run_id, done=done)

        return note

    def _move(self, run_id: str, **values: object) -> None:
        with self._store.writing() as session:
            policies.move(session, run_id, **values)
