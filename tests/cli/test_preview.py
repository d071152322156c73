"""`preview`: what the dates would be and why, without a server and without touching anything."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from models.calendar import CalendarNotice
from record import calendars
from record.store import Store
from tests.cli.conftest import Said, starter

Command = Callable[..., Said]


@pytest.fixture
def previewed(command: Command) -> Callable[..., Any]:
    def answer(*arguments: str, **settings: str) -> Any:
        said = command("preview", *arguments, "--json", **settings)
        assert (said.code, said.err) == (0, "")
        return said.json

    return answer


def test_every_day_is_counted_or_skipped_by_name_and_every_act_that_would_follow_is_listed(
    previewed: Callable[..., Any], tmp_path: Path
) -> None:
    found = previewed("--limit", "5wd", "--from", "2026-09-25T10:00+08:00", DUBAN_DATA_DIR=str(tmp_path / "var"))

    assert found["due"] == "2026-10-09T18:00:00+08:00"
    assert [day["counted"] for day in found["days"]] == [None] * 3 + [1, 2, 3] + [None] * 7 + [4, 5]
    assert found["days"][1] == {
        "date": "2026-09-26", "weekday": "周六", "counted": None, "zh": "中秋节", "en": "Mid-autumn Festival",
        "provisional": False,
    }  # fmt: skip
    acts = {(act["at"], act["act"]) for act in found["acts"]}
    assert {
        ("2026-09-29T08:30:00+08:00", "reminded"),
        ("2026-10-09T18:00:00+08:00", "supervised"),
        ("2026-10-20T18:00:00+08:00", "case_proposed"),
    } <= acts
    assert not (tmp_path / "var").exists()


def test_for_people_it_is_said_in_words() -> None:
    said = starter("preview", "--limit", "15wd", "--from", "2026-09-15T10:00")

    assert said.code == 0
    for words in ("2026-10-12 18:00 周一", "国庆节", "National Day", "调休上班", "发出督办单", "建议启动问责"):
        assert words in said.out


def test_an_instant_without_an_offset_is_local_time(previewed: Callable[..., Any]) -> None:
    assert previewed("--from", "2026-09-15T10:00")["from"] == "2026-09-15T10:00:00+08:00"
    assert previewed("--from", "2026-09-15")["from"] == "2026-09-15T00:00:00+08:00"
    assert previewed("--from", "2026-09-15T02:00Z")["from"] == "2026-09-15T10:00:00+08:00"


def test_without_a_limit_that_of_the_policy_counts(previewed: Callable[..., Any]) -> None:
    assert previewed("--from", "2026-03-02T09:00")["limit"] == "15wd"


def test_urgency_frequency_and_lead_change_what_follows(previewed: Callable[..., Any]) -> None:
    urgent = previewed("--limit", "3wd", "--urgency", "特急", "--from", "2026-03-02T09:00")
    reported = previewed("--limit", "20wd", "--report-every", "每周", "--from", "2026-03-02T09:00")
    asked = previewed("--limit", "3wd", "--lead", "区监委", "--from", "2026-03-02T09:00")

    assert {act["at"] for act in urgent["acts"] if act["act"] == "sign_overdue"} == {"2026-03-02T11:00:00+08:00"}
    assert "progress_overdue" in {act["act"] for act in reported["acts"]}
    assert "explanation_asked" in {act["act"] for act in asked["acts"]}


def test_a_limit_that_the_rules_do_not_admit_exits_1_with_the_reason(command: Command) -> None:
    said = command("preview", "--limit", "2026-03-01", "--from", "2026-03-09T09:00")

    assert said.code == 1
    assert "时限早于交办" in said.out


@pytest.mark.parametrize(
    ("arguments", "accepted"),
    [
        (("--limit", "15xd"), "15wd"),
        (("--limit", "0wd"), "正整数"),
        (("--from", "tomorrow"), "2026-09-15T10:00"),
        (("--until", "later"), "2026-09-15T10:00"),
        (("--urgency", "加急"), "特急"),
        (("--from", "1999-01-04"), "1999-01-04"),
    ],
)
def test_bad_input_exits_2_saying_what_is_accepted(command: Command, arguments: tuple[str, ...], accepted: str) -> None:
    said = command("preview", *arguments)

    assert said.code == 2
    assert said.out == ""
    assert accepted in said.err
    assert "Traceback" not in said.err


def test_a_notice_loaded_into_the_record_is_counted_with(previewed: Callable[..., Any], database_url: str) -> None:
    store = Store(database_url)
    store.migrate()
    notice = CalendarNotice(number="演练1号", date=date(2026, 3, 1), year=2026, days_off=(date(2026, 3, 5),))
    with store.writing() as session:
        calendars.add(session, notice, datetime.now(UTC))
    store.close()

    found = previewed("--limit", "5wd", "--from", "2026-03-02T09:00", DUBAN_DATABASE_URL=database_url)

    assert found["due"] == "2026-03-10T18:00:00+08:00"
    assert found["days"][3]["counted"] is None
