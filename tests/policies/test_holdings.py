"""Through which posts a person acts, and what may be held and lent: each rule at its edges."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identity import ActingPost, Delegation, Holding, SiteRole
from policies.holdings import (
    LENT_LONGEST,
    Held,
    acting_posts,
    holder,
    overlap,
    refuse_administration,
    refuse_holding,
    refuse_lending,
    refuse_role,
    refuse_vacating,
    vacant,
)
from tests.builders import sample_directory

ON = date(2026, 3, 2)
DAY = timedelta(days=1)
HEAD, HANDLER = "区教育局长", "区教育局承办岗"
DIRECTORY = sample_directory()


def held(person: str = "u1", post: str = HEAD, start: date = ON, end: date | None = None) -> Holding:
    return Holding(person=person, post=post, held_from=start, held_to=end)


def lent(start: date = ON, end: date = ON + DAY, **other: object) -> Delegation:
    told = {"principal": "u1", "post": HEAD, "person": "u2", "reason": "外出", **other}
    return Delegation.model_validate({"lent_from": start, "lent_to": end, **told})


@pytest.mark.parametrize(("on", "there"), [(ON - DAY, False), (ON, True), (ON + DAY, True), (ON + 2 * DAY, False)])
def test_a_holding_counts_from_its_first_to_its_last_day(on: date, there: bool) -> None:
    one = held(end=ON + DAY)
    assert bool(acting_posts("u1", [one], [], on)) is there
    assert holder(HEAD, [one], on) == ("u1" if there else None)
    assert (HEAD in vacant(DIRECTORY, [one], on)) is not there


@pytest.mark.parametrize(("on", "there"), [(ON - DAY, False), (ON, True), (ON + DAY, True), (ON + 2 * DAY, False)])
def test_what_was_lent_counts_from_its_first_to_its_last_day(on: date, there: bool) -> None:
    found = acting_posts("u2", [held(start=ON - 9 * DAY)], [lent()], on)
    assert found == ((ActingPost(post=HEAD, principal="u1"),) if there else ())


def test_what_was_recalled_is_lent_no_longer_from_that_day_on() -> None:
    recalled = lent(revoked_on=ON + DAY)
    assert acting_posts("u2", [held()], [recalled], ON)
    assert not acting_posts("u2", [held()], [recalled], ON + DAY)


def test_a_borrower_lends_nothing_on() -> None:
    onward = lent(principal="u2", person="u3")
    assert acting_posts("u3", [held()], [lent(), onward], ON) == ()
    why = refuse_lending(onward, Held((held(),), (lent(),)), None)
    assert why is not None
    assert why.rule == "not_lent_further"


def test_his_own_posts_come_before_those_lent_to_him() -> None:
    found = acting_posts("u2", [held(), held("u2", HANDLER)], [lent()], ON)
    assert found == (ActingPost(post=HANDLER), ActingPost(post=HEAD, principal="u1"))


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        (lent(), None),
        (lent(start=ON - DAY), "beyond_holding"),
        (lent(end=ON + 11 * DAY), "beyond_holding"),
        (lent(end=ON + 10 * DAY), None),
        (lent(end=ON - DAY), "dates_backwards"),
        (lent(reason=" "), "lending_reason"),
        (lent(person="u1"), "lending_to_himself"),
        (lent(post=HANDLER), "not_held"),
        (lent(person="u9"), "duties_separated"),
        (lent(end=ON + LENT_LONGEST + DAY), "lending_too_long"),
        (lent(start=ON + 5 * DAY, end=ON + 6 * DAY, person="u3"), "lent_twice"),
    ],
)
def test_lending_is_refused_by_its_rule(new: Delegation, rule: str | None) -> None:
    known = Held(
        (held(end=ON + 10 * DAY),),
        (lent(start=ON + 4 * DAY, end=ON + 5 * DAY, person="u3"),),
        (("u9", SiteRole.OPERATOR),),
    )
    why = refuse_lending(new, known, "u1")
    assert (why.rule if why else None) == rule


@pytest.mark.parametrize(
    ("new", "by", "rule"),
    [
        (held("u2", HANDLER), None, None),
        (held("u2", HANDLER), "u2", "not_himself"),
        (held("u2", "月球岗"), None, "unknown_post"),
        (held("u2", HANDLER, end=ON - DAY), None, "dates_backwards"),
        (held("u9", HANDLER), None, "duties_separated"),
        (held("u2", HEAD, start=ON + 10 * DAY), None, "one_holder"),
        (held("u2", HEAD, start=ON + 11 * DAY), None, None),
        (held("u2", HEAD, start=ON - 9 * DAY, end=ON - DAY), None, None),
        (held("u2", HEAD, start=ON - 9 * DAY, end=ON), None, "one_holder"),
    ],
)
def test_holding_is_refused_by_its_rule(new: Holding, by: str | None, rule: str | None) -> None:
    why = refuse_holding(new, Held((held(end=ON + 10 * DAY),), (), (("u9", SiteRole.AUDITOR),)), DIRECTORY, by)
    assert (why.rule if why else None) == rule


def test_a_post_is_left_on_or_after_the_day_it_was_taken() -> None:
    assert refuse_vacating(held(), ON) is None
    assert refuse_vacating(held(), ON - DAY) is not None
    assert refuse_vacating(None, ON) is not None


@pytest.mark.parametrize(
    ("person", "role", "by", "rule"),
    [
        ("u5", SiteRole.OPERATOR, None, None),
        ("u5", SiteRole.OPERATOR, "u5", "not_himself"),
        ("u1", SiteRole.OPERATOR, None, "duties_separated"),
        ("u2", SiteRole.OPERATOR, None, "duties_separated"),
        ("u8", SiteRole.ADMINISTRATOR, None, "auditor_apart"),
        ("u8", SiteRole.AUDITOR, None, "role_given"),
        ("u8", SiteRole.OPERATOR, None, None),
        ("u4", SiteRole.OPERATOR, None, None),
    ],
)
def test_a_role_is_refused_by_its_rule(person: str, role: SiteRole, by: str | None, rule: str | None) -> None:
    known = Held((held(), held("u4", HANDLER, ON - 9 * DAY, ON - DAY)), (lent(),), (("u8", SiteRole.AUDITOR),))
    why = refuse_role(person, role, known, ON, by)
    assert (why.rule if why else None) == rule


@pytest.mark.parametrize("role", [None, SiteRole.AUDITOR, SiteRole.OPERATOR])
def test_no_other_role_looks_after_accounts(role: SiteRole | None) -> None:
    assert refuse_administration("u1", frozenset({role} if role else ())) is not None
    assert refuse_administration("u1", frozenset({SiteRole.ADMINISTRATOR})) is None
    assert refuse_administration(None, frozenset()) is None


days = st.integers(0, 40).map(lambda number: ON + number * DAY)


@st.composite
def holdings(draw: st.DrawFn) -> Holding:
    start = draw(days)
    end = draw(st.none() | days.filter(lambda day: day >= start))
    return held(draw(st.sampled_from(["u1", "u2"])), start=start, end=end)


@given(holdings(), holdings())
def test_two_holdings_overlap_when_some_day_belongs_to_both(one: Holding, other: Holding) -> None:
    both = any(one.covers(day) and other.covers(day) for day in (ON + number * DAY for number in range(42)))
    assert overlap(one, other) is overlap(other, one) is both


@given(st.lists(holdings(), max_size=6))
def test_holdings_that_were_admitted_never_give_a_post_two_holders(wanted: list[Holding]) -> None:
    admitted: list[Holding] = []
    for one in wanted:
        if refuse_holding(one, Held(tuple(admitted)), DIRECTORY, None) is None:
            admitted.append(one)
    for number in range(42):
        holding = [one for one in admitted if one.covers(ON + number * DAY)]
        assert len(holding) <= 1
