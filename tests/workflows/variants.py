"""The workflows as later releases might have them, for the tests of a rolling upgrade."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.contract import (
        CASE_WORKFLOW,
        DUTY_WORKFLOW,
        MATTER_WORKFLOW,
        PETITION_WORKFLOW,
        PROCEEDING_WORKFLOW,
        Opening,
    )
    from models.messages import Command, Outcome
    from models.proceeding_messages import Open

from workflows.case import CaseWorkflow
from workflows.duty import DutyWorkflow
from workflows.keeping import Keeper
from workflows.matter import MatterWorkflow
from workflows.petition import PetitionWorkflow
from workflows.proceeding import ProceedingWorkflow

_BEAT = timedelta(milliseconds=1)


class Later(Keeper):
    """A release that takes a beat before each command, and knows that older runs did not."""

    async def _answer(self, command: Command | Open) -> Outcome:
        if workflow.patched("beat-before-a-command"):
            await workflow.sleep(_BEAT, summary="停一拍")
        return await super()._answer(command)


@workflow.defn(name=MATTER_WORKFLOW)
class LaterMatter(Later, MatterWorkflow):
    """A matter of that release."""

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        return await super().run(opening)


@workflow.defn(name=CASE_WORKFLOW)
class LaterCase(Later, CaseWorkflow):
    """A case of that release."""

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        return await super().run(opening)


@workflow.defn(name=PROCEEDING_WORKFLOW)
class LaterProceeding(Later, ProceedingWorkflow):
    """A proceeding of that release."""

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        return await super().run(opening)


@workflow.defn(name=PETITION_WORKFLOW)
class LaterPetition(Later, PetitionWorkflow):
    """A petition of that release."""

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        return await super().run(opening)


@workflow.defn(name=DUTY_WORKFLOW)
class LaterDuty(Later, DutyWorkflow):
    """A duty of that release."""

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        return await super().run(opening)


@workflow.defn(name=MATTER_WORKFLOW)
class CarelessMatter(MatterWorkflow):
    """The same change by somebody who forgot the matters that are open."""

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        return await super().run(opening)

    async def _answer(self, command: Command | Open) -> Outcome:
        await workflow.sleep(_BEAT, summary="停一拍")
        return await super()._answer(command)


LATER = (LaterMatter, LaterCase, LaterProceeding, LaterPetition, LaterDuty)
