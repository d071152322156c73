"""Whose matters are measured? Posts of the shipped directory, one ordinary matter, and the messages of its life."""

import random
from datetime import UTC, datetime
from typing import Any

from intake.directory import read_directory
from models.messages import Command, Registration, ReportProgress, Sign, Submit, Verify
from policies.directory import Directory
from settings import ROOT

DIRECTORY_FILE = ROOT / "data" / "directory.csv"
DIRECTORY = Directory(read_directory(DIRECTORY_FILE))

LEADER, OFFICE, LEAD = "区长", "区政府督查室", "区教育局"
OFFICER = DIRECTORY.organ(OFFICE).handler

_LEADS = [organ.name for organ in DIRECTORY.organs if organ.parent == "区政府" and organ.name != OFFICE]


def a_matter(number: str, *, lead: str = LEAD, **said: Any) -> Registration:
    """A registration under the message id `r-{number}`; only what is said differs from an ordinary one."""
    ordinary = {"title": f"校舍加固 {number}", "lead": lead, "office": OFFICE, "leader": LEADER, "limit": "15wd"}
    return Registration.model_validate({"message_id": f"r-{number}", **ordinary, **said})


def leads(count: int, seed: int) -> list[str]:
    """Lead organs for so many matters, dealt out by `seed`."""
    return random.Random(seed).choices(_LEADS, k=count)  # noqa: S311 - nothing here is secret


def life(number: str, *, lead: str = LEAD, reports: int = 1) -> list[Command]:
    """The commands that carry a matter from assignment to its close."""
    handler = DIRECTORY.organ(lead).handler
    return [
        Sign(message_id=f"s-{number}", by=handler),
        *(
            ReportProgress(message_id=f"p-{number}-{report}", by=handler, text="已按要求完成主要任务")
            for report in range(reports)
        ),
        Submit(message_id=f"d-{number}", by=handler, text="已办结，请予核验"),
        Verify(message_id=f"v-{number}", by=OFFICER, passed=True, method="document", evidence="办结材料齐全"),
    ]


def this_second() -> datetime:
    """Now, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)
