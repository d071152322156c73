"""The matter's workflow as later releases might have it, for the tests of a rolling upgrade."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.contract import MATTER_WORKFLOW, Opening
    from models.messages import Command, Outcome
    from models.proceeding_messages import Open

from workflows.matter import MatterWorkflow

_BEAT = timedelta(milliseconds=1)


@workflow.defn(name=MATTER_WORKFLOW)
class LaterMatter(MatterWorkflow):
    """A release that takes a beat before each command, and knows that older runs did not."""

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        return await super().run(opening)

    async def _answer(self, command: Command | Open) -> Outcome:
        if workflow.patched("beat-before-a-command"):
            await workflow.sleep(_BEAT, summary="停一拍")
        return await super()._answer(command)


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
