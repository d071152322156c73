"""`policy compare`: does it tell what a draft would have changed, twice the same, and leave everything as it was?"""

import csv
import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from activities.recording import Recording
from benchmarks.cast import DIRECTORY, LEAD, LEADER, OFFICER, a_matter
from cli.year import Year, play, written
from intake.ledger import read_ledger
from models.calendar import CalendarNotice
from models.contract import TransitionOrder
from models.messages import CalendarPublished, Cancel, Child, ReportProgress, Sign, Split, Submit, Suspend
from policies.calendar import standard_calendar
from policies.deadlines import SHANGHAI
from policies.matter import next_due
from policies.procedures import STANDARD, shipped
from record import calendars, ledger, matters, procedures
from record.store import Store
from tests.builders import sample_directory
from tests.cli.conftest import NOWHERE, ROOT, Said, starter

Command = Callable[..., Said]

NOTICE = """
number: 演练〔2026〕9号
date: 2026-05-20
year: 2026
days_off: [2026-06-01..2026-06-05]
"""


def a_year(store: Store) -> Year:
    """Play the sample ledger through a year into an empty record."""
    directory = sample_directory()
    ledger = read_ledger(
        ROOT / "data" / "ledger.xlsx", directory.organs, office="区政府督查室", calendar=standard_calendar()
    )
    store.migrate()
    with store.writing() as session:
        procedures.put(session, shipped(STANDARD).version, shipped(STANDARD).text)
    return play(store, [row.registration for row in ledger.rows], directory, 2026, lambda: None)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a played year, as a database and as an export, and a draft that supervises for two days only."""
    place = tmp_path_factory.mktemp("past")
    store = Store(f"sqlite:///{place / 'year.db'}")
    written(store, a_year(store), sample_directory(), place)
    store.close()
    text = shipped(STANDARD).text.replace("{平件: 3wd, 急件: 2wd, 特急: 1wd}", "{平件: 2wd, 急件: 1wd, 特急: 1wd}")
    assert text != shipped(STANDARD).text
    (place / "draft.yaml").write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def empty(tmp_path: Path, sqlite_url: str) -> dict[str, str]:
    """Settings of an office that has no data and no server, beside histories that are SQLite files."""
    return {"DUBAN_DATA_DIR": str(tmp_path / "var"), "DUBAN_DATABASE_URL": sqlite_url, "TEMPORAL_ADDRESS": NOWHERE}


@pytest.fixture
def compare(past: Path, command: Command, empty: dict[str, str]) -> Command:
    """The command with the shipped procedure and the draft, over the played year unless `on` names something else."""

    def call(*arguments: object, on: object = past / "year.db", old: object = STANDARD) -> Said:
        return command("policy", "compare", old, past / "draft.yaml", "--on", on, *arguments, **empty)

    return call


def digests(place: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(place.iterdir())}


def rows(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def test_the_year_is_lived_again_under_both_procedures(compare: Command) -> None:
    found = compare("--json").json
    assert found["compared"] == 48
    assert found["recorded_differently"]["matters"] == 0
    assert found["left_out"]["matters"] == {}
    supervised, ordered = found["totals"]["supervised"], found["totals"]["rectification_ordered"]
    assert supervised["old"] == supervised["new"] > 0
    assert ordered["difference"] > 0
    assert "held fixed" in found["assumption"]
    assert found["due"]["moved"] == 0


def test_organs_add_up_to_the_totals_and_changed_matters_to_the_differences(compare: Command) -> None:
    found = compare("--json").json
    for kind, total in found["totals"].items():
        of_kind = [one["kinds"][kind] for one in found["organs"] if kind in one["kinds"]]
        assert {name: sum(one[name] for one in of_kind) for name in total} == total
        changed = [one for one in found["changed"] if one["kind"] == kind]
        assert sum(one["new"] - one["old"] for one in changed) == total["difference"]
        assert sum(one["old"] == 0 for one in changed) == total["newly"]
        assert sum(one["new"] == 0 for one in changed) == total["no_longer"]


def test_a_posts_notices_are_counted_under_both_procedures(compare: Command, past: Path) -> None:
    found = compare("--json").json
    with closing(sqlite3.connect(past / "year.db")) as connection:
        queued = dict(connection.execute("SELECT recipient, count(*) FROM notices GROUP BY recipient").fetchall())
        refused = "SELECT count(*) FROM notices JOIN acts ON acts.id = entry WHERE act = 'refused'"
        assert connection.execute(refused).fetchone() == (0,)
    assert {one["post"]: one["old"] for one in found["notices"]} == queued


def test_twice_the_same_to_the_byte_and_nothing_is_touched(compare: Command, past: Path) -> None:
    before, counted = digests(past), rows(past / "year.db")
    first, second = compare("--json"), compare("--json")
    assert first.out == second.out != ""
    after = digests(past)
    assert {name: after[name] for name in before} == before
    assert rows(past / "year.db") == counted


def test_what_a_killed_engine_left_in_its_log_is_read_and_stays_there(
    compare: Command, past: Path, tmp_path: Path
) -> None:
    # The newest commits of an engine that was killed stand in the log beside the database.
    copy = tmp_path / "copy.db"
    copy.write_bytes((past / "year.db").read_bytes())
    with closing(sqlite3.connect(copy)) as engine:
        engine.execute("PRAGMA wal_autocheckpoint = 0")
        engine.execute("CREATE TABLE beside (one INTEGER)")
        engine.commit()
        database, log = copy.read_bytes(), (tmp_path / "copy.db-wal").read_bytes()
        assert log
        assert compare("--json", on=copy).json["compared"] == 48
        assert (copy.read_bytes(), (tmp_path / "copy.db-wal").read_bytes()) == (database, log)


def test_an_export_gives_the_answer_of_the_database(compare: Command, past: Path) -> None:
    kept, exported = compare("--json").json, compare("--json", on=past / "year-acts.jsonl").json
    assert exported.pop("history") != kept.pop("history")
    assert exported == kept


@pytest.mark.either_database("processes that compute; they read an export")
def test_several_processes_give_the_answer_of_one(
    past: Path, compare: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = tmp_path / "many.jsonl"
    with (past / "year-acts.jsonl").open(encoding="utf-8") as acts, many.open("w", encoding="utf-8") as out:
        lines = [json.loads(line) for line in acts]
        for copy in range(25):
            for line in lines:
                target = line["target"].replace("2026-", f"2026-{copy:02d}")
                out.write(json.dumps({**line, "target": target}, ensure_ascii=False) + "\n")
    one, several = compare("--json").json, compare("--json", on=many).json
    assert several["compared"] == 25 * one["compared"]
    for kind, total in one["totals"].items():
        assert several["totals"][kind] == {name: 25 * number for name, number in total.items()}
    ids = [changed["matter_id"] for changed in several["changed"]]
    assert ids == sorted(ids)
    assert compare("--json", on=many).json == several


def test_only_matters_registered_in_the_days_asked_for_are_compared(compare: Command, past: Path) -> None:
    for on in (past / "year.db", past / "year-acts.jsonl"):
        assert compare("--json", "--since", "2026-05-18", "--until", "2026-05-18", on=on).json["compared"] == 48
        assert compare("--json", "--since", "2026-05-19", on=on).json["compared"] == 0
        assert compare("--json", "--until", "2026-05-17", on=on).json["compared"] == 0


def test_a_version_kept_in_the_record_can_be_named(compare: Command, past: Path) -> None:
    version = shipped(STANDARD).version
    assert compare("--json", old=version).json["old"]["version"] == version
    unknown = compare(old="standard@000000000000")
    assert unknown.code == 2
    assert "standard@000000000000" in unknown.err
    assert compare(old=version, on=past / "year-acts.jsonl").code == 2


def test_a_draft_is_taken_as_after_its_last_change_unless_a_day_is_named(
    past: Path, command: Command, empty: dict[str, str], tmp_path: Path
) -> None:
    # As the house asks: the past value stays, the new one is added with its date.
    later = tmp_path / "later.yaml"
    value = "    - {from: 2004-01-01, value: {平件: 3wd, 急件: 2wd, 特急: 1wd}, source: house rule (督办单)}\n"
    added = "    - {from: 2027-01-01, value: {平件: 2wd, 急件: 1wd, 特急: 1wd}, source: draft}\n"
    assert value in shipped(STANDARD).text
    later.write_text(shipped(STANDARD).text.replace(value, value + added), encoding="utf-8")
    words = ("policy", "compare", STANDARD, later, "--on", past / "year.db", "--json")
    last, before = command(*words, **empty).json, command(*words, "--new-on", "2026-12-31", **empty).json
    too_early = command(*words, "--new-on", "2003-12-31", **empty)
    assert last["new"]["on"] == "2027-01-01"
    assert last["totals"]["rectification_ordered"]["difference"] > 0
    assert before["changed"] == []
    assert (too_early.code, "--new-on" in too_early.err) == (2, True)


def test_people_read_totals_organs_and_with_details_every_matter(compare: Command) -> None:
    brief, full = compare(), compare("--details")
    for words in (
        "旧程序重放与记录不一致的事项 recorded differently: 0",
        "合计 totals",
        "责令整改",
        "人的行为按记录保持不变",
    ):
        assert words in brief.out
    changed = compare("--json").json["changed"]
    assert any(one["kind"] == "rectification_ordered" for one in changed)
    for one in changed:
        assert one["matter_id"] in full.out
    assert changed[0]["title"] not in brief.out


def test_a_procedure_against_itself_differs_in_nothing(past: Path, command: Command, empty: dict[str, str]) -> None:
    said = command("policy", "compare", STANDARD, STANDARD, "--on", past / "year.db", **empty)
    assert said.code == 0
    assert "没有任何差异 no difference at all" in said.out


def test_the_comparison_is_written_as_csv_and_as_a_workbook(compare: Command, tmp_path: Path) -> None:
    found = compare("--json").json
    text, sheet = tmp_path / "out.csv", tmp_path / "out.xlsx"
    assert compare("--output", text).code == compare("--output", sheet, "--details").code == 0
    with text.open(encoding="utf-8-sig", newline="") as source:
        table = list(csv.DictReader(source))
    total = next(row for row in table if row["牵头单位"] == "合计" and row["类别"].startswith("责令整改"))
    assert int(total["差"]) == found["totals"]["rectification_ordered"]["difference"]
    cells = list(load_workbook(sheet)["程序比较"].iter_rows(values_only=True))
    assert [row[0] for row in cells[1:]] == [one["matter_id"] for one in found["changed"]]


def test_the_offices_own_record_is_the_default(past: Path, command: Command, tmp_path: Path, database_url: str) -> None:
    store = Store(database_url)
    a_year(store)
    store.close()
    settings = {"DUBAN_DATA_DIR": str(tmp_path), "DUBAN_DATABASE_URL": database_url}
    assert command("policy", "compare", STANDARD, past / "draft.yaml", "--json", **settings).json["compared"] == 48
    by_url = command(
        "policy", "compare", STANDARD, past / "draft.yaml", "--on", settings["DUBAN_DATABASE_URL"], "--json"
    )
    assert by_url.json["compared"] == 48


def test_a_notice_that_acts_name_and_the_export_lacks_is_asked_for(
    compare: Command, past: Path, tmp_path: Path
) -> None:
    named, notice = tmp_path / "named.jsonl", tmp_path / "notice.yaml"
    notice.write_text(NOTICE, encoding="utf-8")
    lines = [json.loads(line) for line in (past / "year-acts.jsonl").read_text(encoding="utf-8").splitlines()]
    seq = max(line["seq"] for line in lines if line["target"] == "2026-0001")
    told: dict[str, Any] = {
        "target": "2026-0001",
        "seq": seq + 1,
        "at": lines[-1]["at"],
        "act": "calendar_recomputed",
        "reason": "演练〔2026〕9号",
    }
    named.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (*lines, told)), encoding="utf-8")

    without, given = compare(on=named), compare("--json", "--notice", notice, on=named)

    assert "--notice" in without.err
    assert "演练〔2026〕9号" in without.err
    assert "演练〔2026〕9号" in compare("--json", on=named).json["notices_not_given"]
    assert given.json["notices_not_given"] == {}


# --- what cannot be done ----------------------------------------------------------------------------------------------


def test_without_a_record_it_is_unavailable(past: Path, command: Command, empty: dict[str, str]) -> None:
    said = command("policy", "compare", STANDARD, past / "draft.yaml", **empty)
    assert (said.code, said.out) == (3, "")
    assert "duban.db" in said.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("standard", "none.yaml"), "none.yaml"),
        (("nothing", "standard"), "nothing"),
        (("standard", "standard", "--on", "none.db"), "none.db"),
        (("standard", "standard", "--on", "sqlite:///none.db"), "none.db"),
        (("standard", "standard", "--on", "nonsense://x"), "nonsense"),
        (("standard", "standard", "--since", "soon"), "--since"),
        (("standard", "standard", "--until", "2026-02-30"), "--until"),
        (("standard", "standard", "--new-on", "x"), "--new-on"),
        (("standard", "standard", "--output", "out.pdf"), "out.pdf"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_bad_input_exits_2_and_says_what_is_accepted(
    past: Path, command: Command, empty: dict[str, str], arguments: tuple[str, ...], named: str
) -> None:
    on = () if "--on" in arguments else ("--on", past / "year.db")
    said = command("policy", "compare", *arguments, *on, **empty)
    assert (said.code, said.out) == (2, "")
    assert named in said.err
    assert "accepted" in said.err
    assert "Traceback" not in said.err


def test_a_damaged_export_exits_2_with_the_line_and_the_reason(compare: Command, past: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.jsonl"
    lines = (past / "year-acts.jsonl").read_text(encoding="utf-8").splitlines()
    damaged.write_text("\n".join([*lines[:6], lines[6][:40], *lines[7:]]), encoding="utf-8")
    said = compare(on=damaged)
    assert (said.code, said.out) == (2, "")
    assert "line 7:" in said.err
    assert "第 7 行" in said.err


def test_a_database_that_is_none_or_has_a_spoilt_entry_exits_3(compare: Command, past: Path, tmp_path: Path) -> None:
    empty, spoilt = tmp_path / "empty.db", tmp_path / "spoilt.db"
    with closing(sqlite3.connect(empty)) as connection:
        connection.execute("CREATE TABLE other (one INTEGER)")
    spoilt.write_bytes((past / "year.db").read_bytes())
    with closing(sqlite3.connect(spoilt)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE acts SET body = '{\"act\": 7}' WHERE id = 5")
        connection.commit()
    for database, words in ((empty, "acts"), (spoilt, "verify")):
        said = compare(on=database)
        assert (said.code, said.out) == (3, "")
        assert words in said.err
        assert "Traceback" not in said.err


def test_it_needs_no_server_and_ends_as_a_process(past: Path, tmp_path: Path) -> None:
    settings = {"DUBAN_DATA_DIR": str(tmp_path), "TEMPORAL_ADDRESS": "127.0.0.1:9"}
    said = starter(
        "policy", "compare", STANDARD, past / "draft.yaml", "--on", past / "year.db", "--json", settings=settings
    )
    assert (said.code, said.err) == (0, "")
    assert list(tmp_path.iterdir()) == []


# --- a record as the engine writes it -------------------------------------------------------------------------------


Record = Callable[..., None]


def recorder(store: Store) -> Record:
    """Records what a matter hears at an instant, or that time passes for it, as the engine does."""
    store.migrate()
    recording = Recording(store, DIRECTORY)

    def record(matter_id: str, at: datetime, message: Any = None) -> None:
        with store.reading() as session:
            seq = ledger.head(session, matter_id).seq
        recording.record_transition(TransitionOrder(matter_id=matter_id, at=at, message=message, known_seq=seq))

    return record


def pass_until(store: Store, record: Record, targets: tuple[str, ...], until: datetime) -> None:
    """Let the clocks of these matters strike when they are due, each at its own instant."""
    while True:
        with store.reading() as session:
            states = [state for target in targets if (state := matters.load(session, target)) is not None]
        at, target = min((due.at, state.id) for state in states if (due := next_due(state)) is not None)
        if at > until:
            return
        record(target, at)


def test_what_the_engine_recorded_follows_again_also_around_a_notice(database_url: str, compare: Command) -> None:
    store = Store(database_url)
    record, monday = recorder(store), datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    handler = DIRECTORY.organ(LEAD).handler
    notice = CalendarNotice(number="演练〔2026〕9号", date=monday.date(), year=2026, days_off=(date(2026, 3, 6),))
    for number in (1, 2):
        report = ReportProgress(message_id=f"p{number}", by=handler, text="已动工")
        record(f"m{number}", monday, a_matter(str(number), limit="5wd", report_every="weekly"))
        record(f"m{number}", monday + timedelta(hours=1), report)
    # Stored within a second; the matters hear of it one after the other.
    with store.writing() as session:
        calendars.add(session, notice, monday + timedelta(days=1, microseconds=300_000))
    published = CalendarPublished(message_id=f"calendar:{notice.number}", notice=notice)
    for number in (1, 2):
        record(f"m{number}", monday + timedelta(days=1, seconds=2 * number), published)
    record("m3", monday + timedelta(days=2), a_matter("3", limit="5wd"))
    record("m1", monday + timedelta(days=2), Suspend(message_id="s", by=OFFICER, reason="等批复", until="5d"))
    record("m2", monday + timedelta(days=2), Submit(message_id="d", by=OFFICER, text="无权"))
    record("m2", monday + timedelta(days=3), Submit(message_id="e", by=handler, text="办结"))
    for number in (1, 2, 3):
        record(f"m{number}", monday + timedelta(days=30))
    record("m3", monday + timedelta(days=30, seconds=1), Sign(message_id="g", by=handler))
    store.close()

    said = compare("--json", on=database_url)

    found = said.json
    assert found["recorded_differently"] == {"matters": 0, "examples": []}
    assert (found["compared"], found["left_out"]["matters"]) == (3, {})
    assert found["totals"]["sign_reminded"]["old"] > 0


def test_a_family_the_engine_recorded_is_lived_together_from_the_record_and_from_its_export(
    database_url: str, compare: Command, command: Command, tmp_path: Path
) -> None:
    store = Store(database_url)
    record, monday = recorder(store), datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    handler = DIRECTORY.organ(LEAD).handler
    child = Child(title="分项", lead=LEAD, limit="5wd")
    record("m1", monday, a_matter("1", limit="40wd"))
    record("m1", monday + timedelta(hours=1), Split(message_id="d", by=OFFICER, children=(child,)))
    record("m1", monday + timedelta(hours=2), Split(message_id="e", by=OFFICER, children=(Child(id="a", lead=LEAD),)))
    for target in ("m1", "m1-1"):
        record(target, monday + timedelta(hours=3), Sign(message_id="s", by=handler))
    part = Child(id="b", title="细项", lead=LEAD, limit="10wd")
    record("m1-1", monday + timedelta(hours=4), Split(message_id="d", by=OFFICER, children=(part,)))
    evening = monday + timedelta(days=16, hours=10)
    pass_until(store, record, ("m1", "m1-1", "b"), evening)
    record("m1", evening, Cancel(message_id="c", by=LEADER, reason="另行部署"))
    record("m1-1", evening + timedelta(hours=1), Sign(message_id="g", by=handler))
    store.close()
    export = tmp_path / "acts.jsonl"
    settings = {"DUBAN_DATA_DIR": str(tmp_path), "DUBAN_DATABASE_URL": database_url}
    assert command("export", "--output", export, **settings).code == 0

    kept, exported = compare("--json", on=database_url).json, compare("--json", on=export).json

    assert exported.pop("history") != kept.pop("history")
    assert exported == kept
    assert (kept["compared"], kept["left_out"]["matters"]) == (3, {})
    assert kept["recorded_differently"] == {"matters": 0, "examples": []}
    assert kept["totals"]["light_red"]["old_matters"] == 3
    # Supervised for two working days instead of three, both children are one day further on that evening.
    further = {(one["matter_id"], one["kind"]) for one in kept["changed"] if (one["old"], one["new"]) == (0, 1)}
    assert further == {("m1-1", "rectification_overdue"), ("m1-1", "proposed"), ("b", "rectification_ordered")}
    assert compare("--json", "--since", "2026-03-03", on=database_url).json["compared"] == 0


def test_a_record_from_before_what_was_said_was_kept_is_told_and_not_guessed(
    past: Path, compare: Command, tmp_path: Path
) -> None:
    older = tmp_path / "older.jsonl"
    with (past / "year-acts.jsonl").open(encoding="utf-8") as acts, older.open("w", encoding="utf-8") as out:
        for line in acts:
            entry = json.loads(line)
            entry.get("detail", {}).pop("said", None)
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")
    said, found = compare(on=older), compare("--json", on=older).json
    assert (found["compared"], found["left_out"]["matters"]) == (0, {"untraceable": 48})
    assert "未比较 left out" in said.out
