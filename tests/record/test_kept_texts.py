from datetime import date, datetime

import pytest

from models.calendar import CalendarNotice
from models.rows import NaiveInstantError
from record import calendars, procedures
from record.store import Store
from tests.record.builders import NOW


def a_notice(number: str = "国办发明电〔2026〕1号", year: int = 2027, **fields: object) -> CalendarNotice:
    days = {"days_off": (date(year, 1, 1),), "workdays": (date(year, 1, 3),), "names": {date(year, 1, 1): "元旦"}}
    return CalendarNotice.model_validate({"number": number, "date": date(2026, 11, 1), "year": year, **days, **fields})


def test_notices_come_back_in_the_order_of_loading(store: Store) -> None:
    loaded = [a_notice("b", 2028), a_notice("a", 2027), a_notice("c", 2027)]
    for notice in loaded:
        with store.writing() as session:
            assert calendars.add(session, notice, NOW) is True
    with store.reading() as session:
        assert calendars.notices(session) == loaded


def test_the_same_notice_again_is_recognised(store: Store) -> None:
    with store.writing() as session:
        assert [calendars.add(session, a_notice(), NOW) for _ in range(2)] == [True, False]
        assert calendars.notices(session) == [a_notice()]


def test_another_content_under_a_known_number_is_refused_and_the_first_stays(store: Store) -> None:
    with store.writing() as session:
        calendars.add(session, a_notice(), NOW)
    with pytest.raises(calendars.NoticeDiffersError, match="其自身文号"), store.writing() as session:
        calendars.add(session, a_notice(workdays=()), NOW)
    with store.reading() as session:
        assert calendars.notices(session) == [a_notice()]


def test_the_revision_grows_with_each_new_notice_only(store: Store) -> None:
    revisions: list[int] = []
    for number in ("a", "a", "b"):
        with store.writing() as session:
            calendars.add(session, a_notice(number), NOW)
            revisions.append(calendars.revision(session))
    assert 0 < revisions[0] == revisions[1] < revisions[2]


def test_without_notices_the_revision_is_zero(store: Store) -> None:
    with store.reading() as session:
        assert calendars.revision(session) == 0
        assert calendars.notices(session) == []


def test_a_loading_instant_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(NaiveInstantError), store.writing() as session:
        calendars.add(session, a_notice(), datetime(2026, 11, 1))  # noqa: DTZ001


def test_a_policy_text_is_kept_under_its_key(store: Store) -> None:
    with store.writing() as session:
        assert procedures.put(session, "standard@1", "name: standard\n") is True
    with store.reading() as session:
        assert procedures.get(session, "standard@1") == "name: standard\n"


def test_the_first_text_under_a_key_stays_and_a_second_is_told_so(store: Store) -> None:
    with store.writing() as session:
        assert [procedures.put(session, "standard@1", text) for text in ("one", "two", "one")] == [True, False, True]
        assert procedures.get(session, "standard@1") == "one"


def test_an_unknown_policy_key_is_an_error(store: Store) -> None:
    with store.reading() as session, pytest.raises(KeyError, match="standard@2"):
        procedures.get(session, "standard@2")
