from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect, make_url

from models.rows import Instant, NaiveInstantError, instant_text

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1949, 10, 1), datetime(2199, 12, 31), timezones=OFFSETS)  # noqa: DTZ001

DIALECTS: list[Dialect] = [make_url(url).get_dialect()() for url in ("sqlite://", "postgresql://")]


def kept(instant: datetime, dialect: Dialect) -> object:
    return Instant().process_bind_param(instant, dialect)


@given(INSTANTS, INSTANTS)
def test_texts_sort_as_the_instants_do_whatever_their_zones(one: datetime, other: datetime) -> None:
    assert (instant_text(one) < instant_text(other)) == (one < other)
    assert (instant_text(one) == instant_text(other)) == (one == other)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(instant=INSTANTS)
def test_an_instant_comes_back_as_the_same_one_in_shanghai(dialect: Dialect, instant: datetime) -> None:
    back = Instant().process_result_value(kept(instant, dialect), dialect)
    assert back == instant
    assert back is not None
    assert back.tzinfo == ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_instant_without_a_zone_is_refused(dialect: Dialect) -> None:
    with pytest.raises(NaiveInstantError, match="时刻缺少时区"):
        kept(datetime(2026, 3, 2, 9), dialect)  # noqa: DTZ001


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_instant_stays_none(dialect: Dialect) -> None:
    assert Instant().process_bind_param(None, dialect) is None
    assert Instant().process_result_value(None, dialect) is None


def test_a_text_names_its_zone() -> None:
    assert instant_text(datetime(2026, 3, 2, 1, tzinfo=UTC)) == "2026-03-02T01:00:00.000000+00:00"
