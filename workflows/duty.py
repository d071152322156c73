"""How is a duty called? A schedule, or whoever has something to say to it, starts a short run: one transition, no more.

The record knows what is due and which periods were opened; nobody has to wait for it between two periods. A drill's
duty keeps its own clock instead, like everything else that is drilled.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.contract import DUTY_WORKFLOW, KIND_DUTY, Opening

from workflows.proceeding import StepKeeper


@workflow.defn(name=DUTY_WORKFLOW)
class DutyWorkflow(StepKeeper):
    """One call of a duty: what is due is worked off, what was said is answered, and the matters it opened are woken."""

    kind = KIND_DUTY

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        """One transition, and one more for everybody who speaks meanwhile; the head of its chain then."""
        if opening.drill_at is not None:
            return await super().run(opening)
        if opening.command is not None:
            await self._transact(opening.command)
        else:
            await self._look(opening.registration)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._head
