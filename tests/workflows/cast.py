"""The fixed cast of the workflow tests: one district, its posts, and a matter that names only what matters."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from models.directory import Organ
from models.messages import Registration
from policies.directory import Directory

OFFICE, LEADER, LEAD, CO = "督查室", "区长", "教育局", "财政局"
OFFICER, HANDLER, HEAD, CO_HANDLER = "督查室承办岗", "教育局承办岗", "教育局长", "财政局承办岗"
STRANGER = "公安局承办岗"

DIRECTORY = Directory(
    [
        Organ(name="区政府", head=LEADER, handler="区政府承办岗"),
        Organ(name=OFFICE, head="督查室主任", handler=OFFICER, parent="区政府"),
        Organ(name=LEAD, head=HEAD, handler=HANDLER, parent="区政府"),
        Organ(name=CO, head="财政局长", handler=CO_HANDLER, parent="区政府"),
        Organ(name="公安局", head="公安局长", handler=STRANGER, parent="区政府"),
    ]
)


def a_matter(**said: Any) -> Registration:
    """A registration; only what is said differs from an ordinary one."""
    return Registration.model_validate(
        {
            "message_id": f"registration:{uuid4().hex}",
            "title": f"校舍加固 {uuid4().hex[:6]}",
            "lead": LEAD,
            "office": OFFICE,
            "leader": LEADER,
            "limit": "15wd",
            **said,
        }
    )


def this_second() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def message_id() -> str:
    return uuid4().hex
