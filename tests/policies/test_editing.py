"""What becomes of an edited cell of the register."""

from typing import Any

import pytest

from models.matters import Urgency
from models.messages import Correct, RaiseUrgency
from policies.editing import COMPUTED, INSTEAD, RAISED, Fate, command_for, judged, urgency_judged
from policies.office_commands import CORRECTABLE

EDITABLE = sorted(CORRECTABLE | {RAISED})


@pytest.mark.parametrize("field", [*EDITABLE, *INSTEAD])
@pytest.mark.parametrize("moved", [True, False])
def test_a_cell_nobody_edited_changes_nothing_whatever_the_matter_has_come_to(field: str, moved: bool) -> None:
    assert judged(field, edited=False, moved=moved, agrees=not moved).fate is Fate.UNTOUCHED


@pytest.mark.parametrize("field", [*EDITABLE, *INSTEAD])
def test_a_cell_that_says_what_the_matter_says_changes_nothing_even_without_a_stamp(field: str) -> None:
    assert judged(field, edited=None, moved=None, agrees=True).fate is Fate.UNTOUCHED
    assert judged(field, edited=True, moved=True, agrees=True).fate is Fate.UNTOUCHED


@pytest.mark.parametrize("field", EDITABLE)
def test_an_edit_of_words_about_the_matter_becomes_a_command(field: str) -> None:
    assert judged(field, edited=True, moved=False, agrees=False).fate is Fate.COMMANDED


@pytest.mark.parametrize("field", EDITABLE)
def test_an_edit_is_a_conflict_where_the_matter_has_changed_since_or_nobody_can_tell(field: str) -> None:
    moved = judged(field, edited=True, moved=True, agrees=False)
    unknown = judged(field, edited=None, moved=None, agrees=False)

    assert moved.fate is unknown.fate is Fate.CONFLICT
    assert "变动" in moved.why
    assert "戳记" in unknown.why


@pytest.mark.parametrize("field", INSTEAD)
def test_any_other_edit_is_a_conflict_that_says_what_to_do_instead(field: str) -> None:
    told = judged(field, edited=True, moved=False, agrees=False)

    assert told.fate is Fate.CONFLICT
    assert told.instead == INSTEAD[field]


@pytest.mark.parametrize("field", sorted(INSTEAD.keys() - {COMPUTED}))
def test_without_a_stamp_a_cell_that_differs_from_the_matter_is_a_conflict(field: str) -> None:
    assert judged(field, edited=None, moved=None, agrees=False).fate is Fate.CONFLICT


def test_without_a_stamp_a_figure_that_goes_on_with_the_days_says_nothing() -> None:
    assert judged(COMPUTED, edited=None, moved=None, agrees=False).fate is Fate.UNTOUCHED
    assert judged(COMPUTED, edited=True, moved=True, agrees=False).fate is Fate.CONFLICT


def test_no_field_is_both_editable_and_not() -> None:
    assert not INSTEAD.keys() & {*CORRECTABLE, RAISED}


@pytest.mark.parametrize(
    ("current", "wanted", "fate"),
    [
        (Urgency.PLAIN, Urgency.URGENT, Fate.COMMANDED),
        (Urgency.URGENT, Urgency.MOST_URGENT, Fate.COMMANDED),
        (Urgency.MOST_URGENT, Urgency.URGENT, Fate.CONFLICT),
        (Urgency.URGENT, None, Fate.CONFLICT),
        (None, Urgency.URGENT, Fate.CONFLICT),
    ],
)
def test_urgency_is_raised_and_never_lowered_or_cleared(
    current: Urgency | None, wanted: Urgency | None, fate: Fate
) -> None:
    assert urgency_judged(current, wanted).fate is fate


def test_words_are_corrected_at_the_registration_and_urgency_is_raised() -> None:
    said: dict[str, Any] = {"message_id": "x1", "by": "督查室承办岗", "reason": "改"}

    assert command_for("remark", None, **said) == Correct(**said, entry=1, fields={"remark": None})
    assert command_for("urgency", Urgency.URGENT, **said) == RaiseUrgency(**said, urgency="急件")
    with pytest.raises(ValueError, match="limit"):
        command_for("limit", "30wd", **said)
