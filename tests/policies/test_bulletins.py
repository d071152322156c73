"""What a bulletin counts, and how long a matter was in its lead's hands."""

from datetime import date, datetime

import pytest

from models.acts import ActName
from models.bulletins import Bulletin, BulletinKind, Happened, NetTime
from policies.bulletins import bulletin, period_of
from policies.calendar import standard_calendar
from policies.deadlines import SHANGHAI
from policies.net_time import Moment, net_time

CALENDAR = standard_calendar()
AS_OF = date(2026, 12, 31)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def moment(act: ActName, when: str, due: str | None = None) -> Moment:
    return act, at(when), at(due) if due else None


def a_matter(target: str, organ: str, *acts: tuple[ActName, str]) -> list[Happened]:
    began = Happened(target=target, act=ActName.REGISTERED, at=at("03-02T09:00"), organ=organ)
    return [began, *(Happened(target=target, act=act, at=at(when)) for act, when in acts)]


@pytest.mark.parametrize(
    ("moments", "ended", "expected"),
    [
        pytest.param(
            [moment(ActName.ASSIGNED, "03-02T09:00", "03-09T18:00")], "03-06T17:00",
            NetTime(gross=4, paused=0, extended=0, elsewhere=0), id="not the day of receipt, but the last one",
        ),
        pytest.param(
            [moment(ActName.ASSIGNED, "03-02T09:00", "03-27T18:00"), moment(ActName.SUSPENDED, "03-09T10:00"),
             moment(ActName.RESUMED, "03-20T10:00", "04-14T18:00")], "04-14T17:00",
            NetTime(gross=30, paused=10, extended=0, elsewhere=0), id="both ends of a pause are not counted (X16)",
        ),
        pytest.param(
            [moment(ActName.ASSIGNED, "03-02T09:00", "03-09T18:00"),
             moment(ActName.EXTENSION_GRANTED, "03-06T09:00", "03-16T18:00")], "03-12T17:00",
            NetTime(gross=8, paused=0, extended=3, elsewhere=0), id="an extension only as far as it was used",
        ),
        pytest.param(
            [moment(ActName.ASSIGNED, "03-02T09:00", "03-09T18:00"), moment(ActName.SUBMITTED, "03-04T10:00"),
             moment(ActName.RETURNED, "03-06T10:00", "03-11T18:00"), moment(ActName.SUBMITTED, "03-10T10:00")],
            "03-10T10:00", NetTime(gross=6, paused=0, extended=0, elsewhere=2), id="verification is the office's time",
        ),
        pytest.param(
            [moment(ActName.ASSIGNED, "03-02T09:00", "03-20T18:00"), moment(ActName.TRANSFER_REQUESTED, "03-03T10:00"),
             moment(ActName.SUSPENDED, "03-04T10:00"), moment(ActName.RESUMED, "03-05T10:00"),
             moment(ActName.TRANSFER_REFUSED, "03-06T10:00")],
            "03-09T10:00", NetTime(gross=5, paused=2, extended=0, elsewhere=1), id="no day is taken off twice",
        ),
    ],
)  # fmt: skip
def test_net_time_leaves_out_what_was_not_the_leads(moments: list[Moment], ended: str, expected: NetTime) -> None:
    assert net_time(moments, CALENDAR, at(ended)) == expected
    assert expected.net == expected.gross - expected.paused - expected.extended - expected.elsewhere


def test_a_matter_that_was_never_assigned_has_no_time() -> None:
    assert net_time([moment(ActName.REGISTERED, "03-02T09:00")], CALENDAR, at("03-09T18:00")) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_is_a_month_a_quarter_or_a_year(text: str, first: date, last: date) -> None:
    assert period_of(text) == (first, last)


@pytest.mark.parametrize("text", ["2026-13", "2026-Q5", "二月", "0001", "2026-2"])
def test_what_is_no_period_is_said_with_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match=r"2026-Q2|1949"):
        period_of(text)


def test_each_figure_names_the_matters_it_counts() -> None:
    late = a_matter("m1", "区教育局", (ActName.ASSIGNED, "03-02T09:00"), (ActName.OVERDUE, "03-09T18:00"))
    done = a_matter("m2", "区财政局", (ActName.ASSIGNED, "03-02T09:00"), (ActName.SUBMITTED, "03-05T09:00"),
                    (ActName.CLOSED, "03-06T09:00"))  # fmt: skip
    told = bulletin([*late, *done], BulletinKind.MONTH, "2026-03", AS_OF, CALENDAR)
    figures = {figure.name.split(" ")[0]: figure.targets for figure in told.figures}
    assert figures["新立项"] == ("m1", "m2")
    assert figures["办结销号"] == ("m2",)
    assert figures["期末在办"] == ("m1",)
    assert figures["超期"] == ("m1",)
    assert [line.organ for line in told.organs] == ["区教育局", "区财政局"]


def test_an_overdue_that_was_taken_back_is_not_counted() -> None:
    taken_back = Happened(
        target="m1", act=ActName.FINDING_WITHDRAWN, at=at("03-12T09:00"), reason=ActName.OVERDUE.value
    )
    told = bulletin(
        [*a_matter("m1", "区教育局", (ActName.OVERDUE, "03-09T18:00")), taken_back],
        BulletinKind.MONTH, "2026-03", AS_OF, CALENDAR,
    )  # fmt: skip
    assert next(one for one in told.figures if one.name.startswith("超期")).count == 0


def _count(told: Bulletin, name: str) -> int:
    return next(one.count for one in told.figures if one.name.startswith(name))


def test_of_several_overdues_the_one_before_it_is_taken_back() -> None:
    withdrawn = Happened(
        target="m1", act=ActName.FINDING_WITHDRAWN, at=at("05-07T09:00"), organ="教育局", reason="overdue"
    )
    acts = a_matter("m1", "教育局", (ActName.OVERDUE, "03-09T18:00"), (ActName.OVERDUE, "05-06T18:00"))
    counted = {
        period: _count(bulletin([*acts, withdrawn], BulletinKind.MONTH, period, AS_OF, CALENDAR), "超期")
        for period in ("2026-03", "2026-05")
    }
    assert counted == {"2026-03": 1, "2026-05": 0}


def test_a_step_overdue_that_was_taken_back_is_not_counted() -> None:
    acts = [
        Happened(target="petition/1", act=act, at=at(when), organ="教育局", reason=reason)
        for act, when, reason in (
            (ActName.OPENED, "03-02T09:00", None),
            (ActName.STEP_OVERDUE, "03-09T18:00", None),
            (ActName.FINDING_WITHDRAWN, "03-10T09:00", "step_overdue"),
        )
    ]
    assert _count(bulletin(acts, BulletinKind.MONTH, "2026-03", AS_OF, CALENDAR), "环节超期") == 0


def test_what_happened_after_the_day_it_is_told_of_is_not_in_it() -> None:
    closed = a_matter("m1", "区教育局", (ActName.ASSIGNED, "03-02T09:00"), (ActName.CLOSED, "03-20T09:00"))
    told = bulletin(closed, BulletinKind.MONTH, "2026-03", date(2026, 3, 19), CALENDAR)
    figures = {figure.name.split(" ")[0]: figure.count for figure in told.figures}
    assert (figures["办结销号"], figures["期末在办"], told.ranking) == (0, 1, ())


def test_organs_are_ranked_by_what_was_in_time_then_by_net_time_and_equals_share_a_place() -> None:
    def finished(target: str, organ: str, submitted: str, *late: tuple[ActName, str]) -> list[Happened]:
        return a_matter(
            target, organ, (ActName.ASSIGNED, "03-02T09:00"), *late, (ActName.SUBMITTED, submitted),
            (ActName.CLOSED, "03-31T09:00"),
        )  # fmt: skip

    told = bulletin(
        [
            *finished("m1", "区教育局", "03-06T09:00"),
            *finished("m2", "区财政局", "03-06T09:00"),
            *finished("m3", "区住建局", "03-05T09:00"),
            *finished("m4", "区交通局", "03-04T09:00", (ActName.OVERDUE, "03-03T18:00")),
        ],
        BulletinKind.MONTH, "2026-03", AS_OF, CALENDAR,
    )  # fmt: skip
    assert [(rank.place, rank.organ, rank.mean_net) for rank in told.ranking] == [
        (1, "区住建局", 3.0), (2, "区教育局", 4.0), (2, "区财政局", 4.0), (4, "区交通局", 2.0),
    ]  # fmt: skip


def test_a_matter_that_was_handed_over_is_the_new_leads() -> None:
    handed = [
        Happened(target="m1", act=ActName.TRANSFER_REQUESTED, at=at("03-03T09:00"), subject="区财政局"),
        Happened(target="m1", act=ActName.TRANSFER_ACCEPTED, at=at("03-04T09:00"), due=at("03-20T18:00")),
        Happened(target="m1", act=ActName.CLOSED, at=at("03-10T09:00")),
    ]
    told = bulletin(
        [*a_matter("m1", "区教育局", (ActName.ASSIGNED, "03-02T09:00")), *handed],
        BulletinKind.MONTH, "2026-03", AS_OF, CALENDAR,
    )  # fmt: skip
    assert [rank.organ for rank in told.ranking] == ["区财政局"]
    assert told.ranking[0].matters[0].time == NetTime(gross=6, paused=0, extended=0, elsewhere=1)


def test_measures_are_counted_by_kind_with_their_cases() -> None:
    def decided(case: str, measure: str) -> Happened:
        return Happened(target=case, act=ActName.MEASURE_DECIDED, at=at("05-06T09:00"), measure=measure)

    told = bulletin(
        [decided("m1/case1", "P1"), decided("m2/case1", "P1"), decided("m3/case1", "P4")],
        BulletinKind.ACCOUNTABILITY, "2026-Q2", AS_OF, CALENDAR,
    )  # fmt: skip
    figures = {figure.name: figure.targets for figure in told.figures}
    assert figures["问责方式 P1"] == ("m1/case1", "m2/case1")
    assert figures["问责方式 P4"] == ("m3/case1",)


def test_satisfaction_is_that_of_the_last_call_back() -> None:
    def called(value: str, when: str) -> Happened:
        return Happened(target="petition/1", act=ActName.CALLED_BACK, at=at(when), value=value)

    told = bulletin(
        [
            called("dissatisfied", "03-03T09:00"),
            called("satisfied", "03-09T09:00"),
            called("unreachable", "03-10T09:00"),
        ],
        BulletinKind.MONTH, "2026-03", AS_OF, CALENDAR,
    )  # fmt: skip
    figures = {figure.name.split(" ")[0]: figure.count for figure in told.figures}
    assert (figures["回访满意"], figures["回访不满意"]) == (1, 0)
