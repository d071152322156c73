"""What the form of an opening asks for is what the rules ask for: tried with every shipped procedure."""

from typing import Any

import pytest

from models.blocks import Plan
from models.messages import Outcome
from models.proceeding_messages import Open
from policies.block_procedures import all_shipped
from policies.calendar import standard_calendar
from policies.counting import counting
from policies.drafting import Facts
from policies.procedures import STANDARD, shipped
from policies.proceeding import blank, step
from policies.proceeding_asking import asked
from tests.builders import at
from tests.policies.blocks.walks import directory

NOW = at("03-02 09:00")
SAID: dict[str, Any] = {
    "title": "事项", "office": "区信访局", "channel": "letter", "co": ("区教育局", "区住建局", "区财政局"),
    "panel": ("区长", "市长", "区教育局长"), "subject": "某某学校",
}  # fmt: skip


def opened(plan: Plan, fields: tuple[str, ...]) -> Outcome:
    facts = Facts(
        policy=shipped(STANDARD).in_force(NOW.date()), calendar=standard_calendar(), counting=counting(NOW.date()),
        directory=directory(), measures_decided=lambda _subject, _since, _until: 0, plan=plan,
    )  # fmt: skip
    said = {name: SAID[name] for name in fields}
    message = Open(message_id="open", procedure=plan.name, **said)
    outcome = step(blank(f"{plan.of}/1"), message, NOW, facts).outcome
    assert outcome is not None
    return outcome


@pytest.mark.parametrize("name", sorted(one.name for one in all_shipped()))
def test_what_is_needed_suffices_and_each_of_it_is_needed(name: str) -> None:
    plan = next(one for one in all_shipped() if one.name == name).in_force(NOW.date())
    needed = asked(plan).needed
    outcome = opened(plan, needed)
    assert outcome.accepted, outcome
    for one in needed:
        assert not opened(plan, tuple(other for other in needed if other != one)).accepted, one


def test_what_is_useful_is_a_field_of_an_opening_and_asked_for_once() -> None:
    for procedure in all_shipped():
        found = asked(procedure.in_force(NOW.date()))
        fields = [*found.needed, *found.useful]
        assert len(set(fields)) == len(fields)
        assert set(fields) <= Open.model_fields.keys()
