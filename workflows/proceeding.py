"""How does a proceeding live from its opening to its end? It is opened once, then told commands.

Keeping its time and order is for workflows/keeping.py, which steps it has for its procedure file, what a command does
for policies/proceeding.py.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.contract import KIND_PROCEEDING, OPEN_UPDATE, PROCEEDING_WORKFLOW, TELL_UPDATE, Opening
    from models.messages import Command, Outcome
    from models.proceeding_messages import Open

from workflows.keeping import Keeper


class StepKeeper(Keeper):
    """What a proceeding, a petition and a duty have in common: one update for every command.

    A matter has an update for each command because its procedure is code, and so are they. Which of the commands one of
    these takes, and when, is written in its procedure file: an update for each of the forty would repeat the union that
    the payload is read into anyway, for three workflows. The Temporal UI tells them apart by the title that each step
    carries as its summary.
    """

    @workflow.update(name=OPEN_UPDATE)
    async def open(self, message: Open) -> Outcome:
        """受理:whoever opens what is open already gets the answer of the rules."""
        return await self._answer(message)

    @workflow.update(name=TELL_UPDATE)
    async def tell(self, command: Command) -> Outcome:
        """办理:any command; the rules refuse on record what the step under way does not take."""
        return await self._answer(command)


@workflow.defn(name=PROCEEDING_WORKFLOW)
class ProceedingWorkflow(StepKeeper):
    """One proceeding: an approval, a hearing, a public notice, whatever its file puts together."""

    kind = KIND_PROCEEDING

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        """Open (once), then keep the time of every step, and of what was granted for as long as it is valid."""
        return await super().run(opening)
