from datetime import datetime, timedelta
from typing import Any

import pytest

from models.access import Scope
from models.acts import ActName
from models.matters import Light, MatterState, Severity, Stage
from models.rows import NaiveInstantError
from record import outbox, views
from record.store import Store
from tests.record.builders import (
    DUE,
    LEAD_POSTS,
    NOW,
    a_matter,
    a_refused_registration,
    an_act,
    append,
    keep_cases,
    save,
)

EVERYTHING = Scope.everything()

SECOND = timedelta(seconds=1)


def saved(store: Store, *states: MatterState) -> None:
    with store.writing() as session:
        for state in states:
            save(session, state)


def ids(store: Store, now: datetime = NOW, **filters: Any) -> list[str]:
    with store.reading() as session:
        return [line.id for line in views.matters(session, scope=EVERYTHING, now=now, **filters).items]


# --- overdue ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("now", "overdue"), [(DUE - SECOND, False), (DUE, True), (DUE + SECOND, True)])
def test_a_matter_is_overdue_from_the_due_instant_on_though_no_timer_has_fired(
    store: Store, now: datetime, overdue: bool
) -> None:
    saved(store, a_matter(light=Light.YELLOW))
    assert ids(store, now, overdue=True) == (["m1"] if overdue else [])
    assert ids(store, now, overdue=False) == ([] if overdue else ["m1"])
    with store.reading() as session:
        card = views.card(session, "m1", now, scope=EVERYTHING)
        assert card is not None
        assert card.line.overdue is overdue
        assert views.by_organ(session, now, scope=EVERYTHING).totals.overdue == int(overdue)


@pytest.mark.parametrize("stage", list(Stage))
def test_only_a_matter_somebody_still_owes_can_be_overdue(store: Store, stage: Stage) -> None:
    saved(store, a_matter(stage=stage))
    owing = {Stage.RUNNING, Stage.SUPERVISED, Stage.RECTIFYING, Stage.RETURNED}
    assert ids(store, DUE, overdue=True) == (["m1"] if stage in owing else [])


def test_a_suspended_matter_is_not_overdue(store: Store) -> None:
    saved(store, a_matter(suspended=True))
    assert ids(store, DUE + timedelta(days=9), overdue=True) == []
    saved(store, a_matter())
    assert ids(store, DUE + timedelta(days=9), overdue=True) == ["m1"]


def test_a_returned_matter_is_overdue_by_its_returned_clock(store: Store) -> None:
    later = DUE + timedelta(days=3)
    saved(store, a_matter(stage=Stage.RETURNED, returned_until=later))
    assert ids(store, later - SECOND, overdue=True) == []
    assert ids(store, later, overdue=True) == ["m1"]


def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    saved(store, a_matter())
    naive = datetime(2026, 3, 9, 18)  # noqa: DTZ001
    for overdue in (True, False, None):
        with pytest.raises(NaiveInstantError):
            ids(store, naive, overdue=overdue)


# --- lists -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def five(store: Store) -> Store:
    saved(
        store,
        a_matter("m1"),
        a_matter("m2", lead="区财政局", title="清理拖欠企业账款", due_at=DUE - timedelta(days=2)),
        a_matter("m3", stage=Stage.SUBMITTED, light=Light.RED),
        a_matter("m4", office="市政府督查室", title="治理_100%"),
        a_refused_registration("m5"),
    )
    return store


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["m1", "m2", "m3", "m4", "m5"]),
        ({"lead": "区财政局"}, ["m2"]),
        ({"office": "市政府督查室"}, ["m4"]),
        ({"stage": Stage.SUBMITTED}, ["m3"]),
        ({"light": Light.RED}, ["m3"]),
        ({"text": "拖欠"}, ["m2"]),
        ({"text": "m3"}, ["m3"]),
        ({"text": "%"}, ["m4"]),
        ({"text": "_"}, ["m4"]),
        ({"lead": "区教育局", "stage": Stage.RUNNING, "text": "治理"}, ["m1", "m4"]),
        ({"lead": "区商务局"}, []),
    ],
)
def test_a_list_holds_what_fits_every_filter(five: Store, filters: dict[str, Any], found: list[str]) -> None:
    assert ids(five, **filters) == found


def test_the_longest_overdue_come_first(five: Store) -> None:
    assert ids(five, DUE, overdue=True) == ["m2", "m1", "m4"]


@pytest.mark.parametrize("overdue", [None, True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_follow_each_other_without_gap_or_repetition(store: Store, overdue: bool | None, limit: int) -> None:
    # Three due instants for seven matters: pages must also break between equal ones.
    dues = [DUE - timedelta(days=number % 3) for number in range(7)]
    saved(store, *(a_matter(f"m{number}", due_at=due) for number, due in enumerate(dues)))
    now = DUE - timedelta(days=1) if overdue is not None else NOW
    whole = ids(store, now, overdue=overdue)
    paged: list[str] = []
    after: str | None = None
    with store.reading() as session:
        while True:
            page = views.matters(session, scope=EVERYTHING, now=now, overdue=overdue, limit=limit, after=after)
            assert len(page.items) <= limit
            paged += [line.id for line in page.items]
            after = page.next
            if after is None:
                break
    assert paged == whole
    assert len(whole) == {None: 7, True: 4, False: 3}[overdue]


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_of_no_or_too_many_items_is_refused(store: Store, limit: int) -> None:
    with store.reading() as session, pytest.raises(ValueError, match=r"1\.\.1000"):
        views.matters(session, scope=EVERYTHING, now=NOW, limit=limit)


def test_a_foreign_cursor_is_refused(store: Store) -> None:
    with store.reading() as session:
        with pytest.raises(ValueError, match="m1"):
            views.matters(session, scope=EVERYTHING, now=NOW, overdue=True, after="m1")
        with pytest.raises(ValueError, match="m1"):
            views.inbox(session, "区教育局长", after="m1")


def test_a_line_tells_everything_a_list_shows(store: Store) -> None:
    saved(store, a_matter(level=1, open_cases=2))
    with store.reading() as session:
        (line,) = views.matters(session, scope=EVERYTHING, now=NOW).items
    assert (line.title, line.lead, line.office, line.leader, line.kind) == (
        "治理教育乱收费",
        "区教育局",
        "区政府督查室",
        "区长",
        "督办事项",
    )
    assert (line.stage, line.light, line.level, line.cases_open) == (Stage.RUNNING, Light.GREEN, 1, 2)
    assert (line.registered_at, line.assigned_at, line.due_at, line.closed_at) == (NOW, NOW, DUE, None)
    assert (line.last_act, line.last_act_at, line.public, line.suspended) == (ActName.ASSIGNED, NOW, None, False)
    assert str(line.due_at and line.due_at.tzinfo) == "Asia/Shanghai"


# --- one matter ------------------------------------------------------------------------------------------------------


def test_a_card_holds_the_state_and_the_cases(store: Store) -> None:
    with store.writing() as session:
        proposed = an_act(
            ActName.CASE_PROPOSED, "m1/case1", subject="区教育局长", severity="ordinary", measure="P1", count=1
        )
        keep_cases(session, append(session, proposed, an_act(ActName.CASE_PROPOSED, "m11/case1")))
        save(session, a_matter(open_cases=1), seq=3)
    with store.reading() as session:
        card = views.card(session, "m1", NOW, scope=EVERYTHING)
    assert card is not None
    assert (card.seq, card.state) == (3, a_matter(open_cases=1))
    (case,) = card.cases
    assert (case.id, case.matter_id, case.subject, case.severity) == ("m1/case1", "m1", "区教育局长", Severity.ORDINARY)
    assert (case.measure, case.count, case.open, case.proposed_at) == ("P1", 1, True, NOW)


def test_an_unknown_matter_has_no_card_and_no_story(store: Store) -> None:
    with store.reading() as session:
        assert views.card(session, "m1", NOW, scope=EVERYTHING) is None
        assert views.timeline(session, "m1", scope=EVERYTHING) == []


def test_a_story_tells_matter_and_cases_in_the_order_of_recording(store: Store) -> None:
    with store.writing() as session:
        acts = [
            an_act(ActName.ACCOUNTABILITY_PROPOSED),
            an_act(ActName.CASE_PROPOSED, "m1/case1"),
            an_act(ActName.RECTIFICATION_ORDERED),
            an_act(ActName.CASE_PROPOSED, "m10/case1"),
        ]
        keep_cases(session, append(session, *acts))
    with store.reading() as session:
        assert [entry.act for entry in views.timeline(session, "m1", scope=EVERYTHING)] == acts[:3]
        assert [entry.act for entry in views.timeline(session, "m1", with_cases=False, scope=EVERYTHING)] == [
            acts[0],
            acts[2],
        ]
        assert [entry.act for entry in views.timeline(session, "m1/case1", scope=EVERYTHING)] == [acts[1]]


def test_a_case_ends_with_the_act_that_ends_it(store: Store) -> None:
    with store.writing() as session:
        keep_cases(session, append(session, *(an_act(ActName.CASE_PROPOSED, f"m1/case{n}") for n in (1, 2, 3))))
        ended = [an_act(ActName.CASE_WITHDRAWN, "m1/case1"), an_act(ActName.MEASURE_DECIDED, "m1/case2")]
        keep_cases(session, append(session, *ended, an_act(ActName.FAILURE_NOTED, "m1/case3")))
    with store.reading() as session:
        kept = views.cases(session, "m1", scope=EVERYTHING)
    assert [(case.id, case.open, case.ended_at) for case in kept] == [
        ("m1/case1", False, NOW),
        ("m1/case2", False, NOW),
        ("m1/case3", True, None),
    ]


# --- all matters -----------------------------------------------------------------------------------------------------


def test_the_overview_counts_by_lead_and_in_all(five: Store) -> None:
    saved(five, a_matter("m6", stage=Stage.RECTIFYING, light=Light.RED, level=2, open_cases=2))
    with five.reading() as session:
        overview = views.by_organ(session, DUE, scope=EVERYTHING)
    assert [organ.organ for organ in overview.organs] == ["区教育局", "区财政局"]
    education, finance = overview.organs
    assert (education.matters, education.overdue, education.escalated, education.proposed) == (4, 3, 1, 2)
    assert education.lights == {Light.GREEN: 2, Light.YELLOW: 0, Light.RED: 2}
    assert education.stages == {Stage.RUNNING: 2, Stage.SUBMITTED: 1, Stage.RECTIFYING: 1}
    assert (finance.matters, finance.overdue, finance.escalated, finance.proposed) == (1, 1, 0, 0)
    assert overview.totals.organ is None
    assert (overview.totals.matters, overview.totals.overdue, overview.totals.proposed) == (5, 4, 2)


def test_an_empty_record_has_an_empty_overview(store: Store) -> None:
    with store.reading() as session:
        overview = views.by_organ(session, NOW, scope=EVERYTHING)
    assert (overview.organs, overview.totals.matters) == ((), 0)


# --- notices ---------------------------------------------------------------------------------------------------------


def test_a_notice_reaches_each_post_told_once_however_often_it_is_queued(store: Store) -> None:
    with store.writing() as session:
        save(session, a_matter())
        entries = append(session, an_act(tell=(*LEAD_POSTS, LEAD_POSTS[0])), an_act(tell=()))
        assert [outbox.queue(session, entries), outbox.queue(session, entries)] == [2, 2]
    with store.writing() as session:
        outbox.queue(session, entries)
    with store.reading() as session:
        for post in LEAD_POSTS:
            (notice,) = views.inbox(session, post).items
            assert (notice.entry, notice.matter_id, notice.title) == (entries[0], "m1", "治理教育乱收费")
            assert (notice.channel, notice.state) == (outbox.Channel.INBOX, outbox.NoticeState.DELIVERED)
            assert notice.queued_at == notice.delivered_at == NOW
        assert views.inbox(session, "区财政局长").items == ()


def test_a_notice_of_a_case_names_its_matter(store: Store) -> None:
    with store.writing() as session:
        save(session, a_matter())
        entries = append(session, an_act(ActName.CASE_PROPOSED, "m1/case1", tell=("区长",)))
        keep_cases(session, entries)
        outbox.queue(session, entries)
    with store.reading() as session:
        (notice,) = views.inbox(session, "区长").items
    assert (notice.entry.target, notice.matter_id, notice.title) == ("m1/case1", "m1", "治理教育乱收费")


def test_the_newest_notice_comes_first_and_pages_follow_each_other(store: Store) -> None:
    with store.writing() as session:
        outbox.queue(session, append(session, *(an_act(target=f"m{n}", tell=("区长",)) for n in range(5))))
    read: list[list[str]] = []
    after: str | None = None
    with store.reading() as session:
        while True:
            page = views.inbox(session, "区长", after=after, limit=2)
            read.append([notice.matter_id for notice in page.items])
            after = page.next
            if after is None:
                break
    assert read == [["m4", "m3"], ["m2", "m1"], ["m0"]]


# --- the register -----------------------------------------------------------------------------------------------------


def test_the_register_comes_in_pages_by_id_with_line_entry_and_state(store: Store) -> None:
    saved(store, *(a_matter(f"m{number}", title=f"第{number}件") for number in (3, 1, 2)), a_refused_registration("m4"))
    with store.reading() as session:
        first = views.register(session, scope=EVERYTHING, now=DUE, limit=3)
        second = views.register(session, scope=EVERYTHING, now=DUE, limit=3, after=first.next)

    assert [(one.line.id, one.seq, one.line.overdue) for one in first.items] == [
        ("m1", 1, True), ("m2", 1, True), ("m3", 1, True)
    ]  # fmt: skip
    assert first.items[1].state == a_matter("m2", title="第2件")
    assert [(one.line.id, one.state.terms) for one in second.items] == [("m4", None)]
    assert second.next is None


def test_the_register_of_some_matters_leaves_out_what_is_not_there(store: Store) -> None:
    saved(store, a_matter("m1"), a_matter("m2", title="另一件"))
    with store.reading() as session:
        assert sorted(views.register_of(session, ["m2", "nosuch", "m1"], now=NOW, scope=EVERYTHING)) == ["m1", "m2"]
        assert views.register_of(session, [], now=NOW, scope=EVERYTHING) == {}
        with pytest.raises(ValueError, match="1000"):
            views.register_of(session, ["m1"] * 1001, now=NOW, scope=EVERYTHING)


def test_matters_registered_by_an_instant_are_counted_and_refused_ones_are_none(store: Store) -> None:
    later = a_matter("m2", title="另一件").model_copy(update={"registered_at": NOW + SECOND})
    saved(store, a_matter("m1"), later, a_refused_registration("m3"))
    with store.reading() as session:
        counted = [views.registered_by(session, at) for at in (NOW - SECOND, NOW, NOW + SECOND)]
        with pytest.raises(NaiveInstantError):
            views.registered_by(session, NOW.replace(tzinfo=None))

    assert counted == [0, 1, 2]
