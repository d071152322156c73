"""How does a petition live from its registration to the answer that satisfies, or to its end?

A proceeding like the others (workflows/proceeding.py), under a name of its own in the Temporal UI: who turned to the
office is in no history, only the reference under which that is kept apart.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.contract import KIND_PETITION, PETITION_WORKFLOW, Opening

from workflows.proceeding import StepKeeper


@workflow.defn(name=PETITION_WORKFLOW)
class PetitionWorkflow(StepKeeper):
    """One petition."""

    kind = KIND_PETITION

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        """Register (once), then keep the time of every step until it has ended."""
        return await super().run(opening)
