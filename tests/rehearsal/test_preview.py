"""Does a preview say what then happens, and explain every day of it?"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.acts import Act, ActName
from models.matters import Urgency
from policies.calendar import CalendarError, standard_calendar
from policies.deadlines import SHANGHAI
from policies.limits import Unit, parse_limit
from policies.procedures import STANDARD, shipped
from rehearsal import scenarios
from rehearsal.conductor import play
from rehearsal.preview import ANYBODY, Preview, a_matter, preview
from rehearsal.printing import line
from tests.builders import Life, a_notice, at, sample_directory

UNITS = st.one_of(
    st.integers(1, 40).map("{}wd".format),
    st.integers(1, 60).map("{}d".format),
    st.integers(1, 8).map("{}w".format),
    st.integers(1, 6).map("{}mo".format),
    st.integers(1, 200).map("{}h".format),
    st.sampled_from(["0.5wd", "same-day"]),
    st.dates(datetime(2026, 1, 1).date(), datetime(2027, 12, 31).date()).map(str),  # noqa: DTZ001 - only its date
)
STARTS = st.datetimes(datetime(2025, 11, 1), datetime(2027, 2, 28)).map(  # noqa: DTZ001 - made local below
    lambda start: start.replace(microsecond=0, tzinfo=SHANGHAI)
)
URGENCIES = st.sampled_from([None, *(urgency.value for urgency in Urgency)])
FREQUENCIES = st.sampled_from([None, "weekly", "half-monthly", "monthly", "quarterly", "10d"])
BASES = st.sampled_from([None, "会议决定", "群众来信"])


def previewed(limit: str | None, start: datetime, until: datetime | None = None, **said: str | None) -> Preview:
    return preview(a_matter(limit, **said), start, shipped(STANDARD), until=until)


def rehearsed(found: Preview) -> list[str]:
    """The same matter as a scenario file, played with no command at all."""
    said = found.registration
    fields = {"limit": said.limit, "urgency": said.urgency, "report_every": said.report_every, "basis": said.basis}
    given_ = "".join(f", {name}: {value}" for name, value in fields.items() if value is not None)
    scenario = scenarios.read(
        f"""
start: {found.start.isoformat()}
until: {found.until.isoformat()}
matters:
  - {{id: preview, title: {said.title}, lead: {said.lead}, office: {said.office}, leader: {said.leader}{given_}}}
"""
    )
    return [line(act) for act in play(scenario, ANYBODY).acts]


def lived(found: Preview) -> list[Act]:
    """The same matter driven step by step, without the conductor."""
    said = found.registration.model_dump(exclude_none=True, exclude={"message_id", "policy"})
    life = Life(f"{found.start:%Y-%m-%d %H:%M:%S}", organs=ANYBODY.organs, **said)
    return life.wait(f"{found.until:%Y-%m-%d %H:%M:%S}").acts


@settings(max_examples=120)
@given(limit=UNITS, start=STARTS, urgency=URGENCIES, report_every=FREQUENCIES, basis=BASES)
def test_every_act_previewed_is_what_a_silent_rehearsal_of_the_same_matter_gives(
    limit: str, start: datetime, urgency: str | None, report_every: str | None, basis: str | None
) -> None:
    found = previewed(limit, start, urgency=urgency, report_every=report_every, basis=basis)

    assert [line(act) for act in found.acts] == rehearsed(found)
    if found.refused is None:
        assert sorted(found.acts, key=told) == sorted(
            (act.model_copy(update={"target": act.target.replace("m1", "preview")}) for act in lived(found)), key=told
        )


def told(act: Act) -> tuple[datetime, str, str]:
    return act.at, act.target, act.act.value


@settings(max_examples=120)
@given(limit=UNITS, start=STARTS)
def test_the_days_explained_end_on_the_last_day_and_count_the_whole_limit(limit: str, start: datetime) -> None:
    found = previewed(limit, start)
    if found.clock is None:
        assert found.refused is not None
        return

    days, read = found.days, parse_limit(limit)
    assert days[0].date == min(start.date(), days[0].date)
    assert [day.date for day in days] == [days[0].date + timedelta(number) for number in range(len(days))]
    assert days[-1].date == found.clock.last_day
    assigned = next(act for act in found.acts if act.act is ActName.ASSIGNED)
    assert assigned.due == found.clock.due_at
    if read.unit is Unit.WORKING_DAYS:
        assert sum(day.counted is not None for day in days) == read.number
    assert all(day.zh and day.en for day in days)


@settings(max_examples=40)
@given(limit=UNITS, start=STARTS, urgency=URGENCIES)
def test_a_preview_ends_with_the_first_proposal_and_holds_every_step_before_it(
    limit: str, start: datetime, urgency: str | None
) -> None:
    found = previewed(limit, start, urgency=urgency)
    if found.refused is not None:
        return

    names = [act.act for act in found.acts if act.target == "preview"]
    steps = [ActName.OVERDUE, ActName.SUPERVISED, ActName.RECTIFICATION_ORDERED, ActName.ACCOUNTABILITY_PROPOSED]
    assert [name for name in names if name in steps][:4] == steps
    assert names.count(ActName.ACCOUNTABILITY_PROPOSED) == 1
    assert found.acts[-1].at == found.until


def test_until_is_kept_to_the_second_and_inclusive() -> None:
    due = at("03-09 18:00")

    before = previewed("5wd", at("03-02 09:00"), due - timedelta(seconds=1))
    reached = previewed("5wd", at("03-02 09:00"), due)

    assert ActName.OVERDUE not in [act.act for act in before.acts]
    assert ActName.OVERDUE in [act.act for act in reached.acts]


def test_a_limit_before_its_start_is_refused_with_the_reason() -> None:
    found = previewed("2026-03-01", at("03-09 09:00"))

    assert found.clock is None
    assert found.refused is not None
    assert "时限早于交办" in found.refused


def test_a_basis_that_needs_approval_shows_no_due_date_but_the_overdue_approval() -> None:
    found = previewed("5wd", at("03-02 09:00"), basis="群众来信")

    assert found.clock is None
    assert found.refused is None
    assert [act.act for act in found.acts] == [ActName.REGISTERED, ActName.APPROVAL_OVERDUE]


def test_an_independent_organ_is_asked_and_never_supervised() -> None:
    organs = sample_directory().with_organs(ANYBODY.organs)

    found = preview(a_matter("5wd", lead="区监委"), at("03-02 09:00"), shipped(STANDARD), directory=organs)

    names = [act.act for act in found.acts]
    assert names.count(ActName.EXPLANATION_ASKED) == 3
    assert ActName.SUPERVISED not in names


def test_a_notice_that_was_loaded_moves_the_preview() -> None:
    calendar = standard_calendar().with_notice(a_notice("2026-03-05..2026-03-06"))

    found = preview(a_matter("5wd"), at("03-02 09:00"), shipped(STANDARD), calendar=calendar)

    assert found.clock is not None
    assert found.clock.due_at == at("03-11 18:00")
    assert found.clock.calendar == calendar.version


def test_near_the_end_of_the_calendar_the_preview_says_what_can_still_be_said() -> None:
    found = previewed("3wd", at("2050-12-12 09:00"))

    names = [act.act for act in found.acts]
    assert ActName.RECTIFICATION_ORDERED in names
    assert ActName.ACCOUNTABILITY_PROPOSED not in names
    with pytest.raises(CalendarError):
        previewed("3wd", at("2050-12-12 09:00"), at("2051-03-01 09:00"))


def test_beyond_the_calendar_a_matter_is_refused() -> None:
    found = previewed("5wd", at("2050-12-29 09:00"))

    assert found.refused is not None
    assert "日历" in found.refused


def test_before_the_procedure_has_values_the_preview_says_so() -> None:
    with pytest.raises(LookupError, match="default_limit"):
        previewed("5wd", at("2003-03-03 09:00"))
