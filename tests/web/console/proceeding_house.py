"""What tests of petitions, duties and proceedings ask of the house: opening one, and giving it commands on its page."""

from typing import Any

from models.proceeding_messages import Open
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by, form, give, harmless_twice, refuses_everybody_else
from tests.workflows.cast import LEAD, LEADER, OFFICE, OFFICER, message_id

__all__ = ["WINDOW", "done_once_by", "form", "give", "harmless_twice", "opened", "refuses_everybody_else"]

WINDOW = "window_acceptance"


def opened(house: House, target: str, procedure: str = WINDOW, **said: Any) -> str:
    """One that the officer has opened; a petition came by letter and is routed to nobody yet."""
    ordinary: dict[str, Any] = {"title": f"试办 {target}", "lead": LEAD, "office": OFFICE, "leader": LEADER}
    if target.startswith("petition/"):
        ordinary |= {"lead": OFFICE, "channel": "letter"}
    message = Open.model_validate(
        {"message_id": message_id(), "by": OFFICER, "procedure": procedure, **ordinary, **said}
    )
    outcome = house.office.say_now(target, message)
    assert outcome.accepted, outcome
    return target
