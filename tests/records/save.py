"""Save the record that every later version must take over: `python -m tests.records.save`.

Lives of the fixed cast in the middle of what they are waiting for, decided and recorded by the code that is there now,
written row by row beside this file under the name of the newest revision. Run once before a revision is added; never
over the file of an earlier one.
"""

import json
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import MetaData, create_engine, select, text

from activities.recording import Recording
from models.calendar import CalendarNotice
from models.contract import TransitionOrder
from models.messages import (
    CalendarPublished,
    Command,
    Registration,
    ReportProgress,
    RequestExtension,
    Sign,
    Submit,
    Suspend,
    Verify,
)
from policies.deadlines import SHANGHAI
from record import calendars, numbers
from record.store import Store
from tests.workflows.cast import DIRECTORY, HANDLER, LEADER, OFFICER, a_matter

HERE = Path(__file__).parent
MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)

NOTICE = CalendarNotice(number="演练〔2026〕9号", date=date(2026, 3, 6), year=2026, workdays=(date(2026, 3, 7),))

Said = Registration | Command | CalendarPublished | None


def lives() -> dict[str, list[tuple[timedelta, Said]]]:
    """What is said to each matter, and how long after Monday morning; None is a clock that runs out."""
    sign, submit = Sign(message_id="sign", by=HANDLER), Submit(message_id="submit", by=HANDLER, text="已办结")

    def begun(title: str, **said: object) -> tuple[timedelta, Said]:
        return timedelta(), a_matter(message_id=f"register {title}", title=title, limit="5wd", **said)

    return {
        "just assigned": [begun("甲")],
        "signed": [begun("乙"), (HOUR, sign), (DAY, ReportProgress(message_id="r", by=HANDLER, text="过半"))],
        "asked for more time": [
            begun("丙"),
            (HOUR, sign),
            (DAY, RequestExtension(message_id="e", by=HANDLER, limit="3wd", reason="材料未齐")),
        ],
        "suspended": [
            begun("丁"),
            (HOUR, sign),
            (DAY, Suspend(message_id="s", by=OFFICER, reason="等待批复", until="2026-03-20")),
        ],
        "submitted": [begun("戊"), (HOUR, sign), (2 * DAY, submit)],
        "returned": [
            begun("己"),
            (HOUR, sign),
            (DAY, submit),
            (2 * DAY, Verify(message_id="v", by=OFFICER, passed=False, method="document", reason="附件缺失")),
        ],
        "closed": [
            begun("庚"),
            (HOUR, sign),
            (DAY, submit),
            (2 * DAY, Verify(message_id="v", by=OFFICER, passed=True, method="document")),
        ],
        "silent": [begun("辛", co=["财政局"]), *[(day * DAY, None) for day in (2, 8, 12)]],
        "a case": [begun("壬"), *[(day * DAY, None) for day in (2, 8, 12, 20, 40)]],
        "refused": [(timedelta(), a_matter(message_id="register 癸", title="癸", lead="没有这个单位"))],
        "awaiting approval": [begun("子", basis="自行立项", leader=LEADER)],
    }


def record_all(store: Store) -> None:
    """Play the lives into an empty record."""
    recording = Recording(store, DIRECTORY)
    for matter_id, said in lives().items():
        numbers.reserve(store, f"ledger row {matter_id}", 2026)
        for after, message in said:
            recording.record_transition(TransitionOrder(matter_id=matter_id, at=MONDAY + after, message=message))
    with store.writing() as session:
        calendars.add(session, NOTICE, MONDAY + 4 * DAY)
    told = CalendarPublished(message_id="notice", notice=NOTICE)
    recording.record_transition(TransitionOrder(matter_id="signed", at=MONDAY + 4 * DAY, message=told))


def rows(url: str) -> Iterator[dict[str, object]]:
    """Every row of every table, those that others refer to first."""
    engine = create_engine(url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                yield {"table": table.name, "row": {name: _kept(value) for name, value in row.items()}}
    engine.dispose()


def _kept(value: object) -> object:
    # Files (templates of documents) would be most of it, and no revision looks into one.
    if isinstance(value, bytes):
        return ""
    return value.isoformat() if isinstance(value, date) else value


def main() -> None:
    """Record, and write."""
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/duban.db"
        store = Store(url)
        store.migrate()
        record_all(store)
        with store.reading() as session:
            revision = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        store.close()
        with (HERE / f"{revision}.jsonl").open("x", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(url))


if __name__ == "__main__":
    main()
