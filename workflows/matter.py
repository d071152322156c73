"""How does one supervised matter live from registration to the archive? One update for each command.

Keeping its time and order is for workflows/keeping.py; every rule for policies/.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.case_messages import Propose
    from models.contract import KIND_MATTER, MATTER_WORKFLOW, Opening
    from models.messages import (
        AcceptTransfer,
        Approve,
        Cancel,
        Circulate,
        Correct,
        DecideExtension,
        DecideObjection,
        Merge,
        Object,
        ObjectAssignment,
        Outcome,
        Praise,
        RaiseUrgency,
        RefuseTransfer,
        Reopen,
        ReportProgress,
        RequestExtension,
        RequestTransfer,
        Resume,
        Sign,
        Split,
        Submit,
        Summon,
        Suspend,
        UpholdAssignment,
        Urge,
        Verify,
    )

from workflows.keeping import Keeper


@workflow.defn(name=MATTER_WORKFLOW)
class MatterWorkflow(Keeper):
    """One matter. Every command is an update whose answer has been recorded when the caller gets it."""

    kind = KIND_MATTER

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        """Register (once), then wait for messages and due instants until the matter is archived."""
        return await super().run(opening)

    @workflow.update
    async def approve(self, command: Approve) -> Outcome:
        """批准立项."""
        return await self._answer(command)

    @workflow.update
    async def sign(self, command: Sign) -> Outcome:
        """签收."""
        return await self._answer(command)

    @workflow.update
    async def report_progress(self, command: ReportProgress) -> Outcome:
        """报告进展."""
        return await self._answer(command)

    @workflow.update
    async def request_extension(self, command: RequestExtension) -> Outcome:
        """申请延期."""
        return await self._answer(command)

    @workflow.update
    async def decide_extension(self, command: DecideExtension) -> Outcome:
        """审批延期."""
        return await self._answer(command)

    @workflow.update
    async def suspend(self, command: Suspend) -> Outcome:
        """中止计时."""
        return await self._answer(command)

    @workflow.update
    async def resume(self, command: Resume) -> Outcome:
        """恢复计时."""
        return await self._answer(command)

    @workflow.update
    async def submit(self, command: Submit) -> Outcome:
        """报结."""
        return await self._answer(command)

    @workflow.update
    async def verify(self, command: Verify) -> Outcome:
        """核验."""
        return await self._answer(command)

    @workflow.update
    async def cancel(self, command: Cancel) -> Outcome:
        """撤销事项."""
        return await self._answer(command)

    @workflow.update
    async def object_assignment(self, command: ObjectAssignment) -> Outcome:
        """对交办提出异议."""
        return await self._answer(command)

    @workflow.update
    async def uphold_assignment(self, command: UpholdAssignment) -> Outcome:
        """维持交办."""
        return await self._answer(command)

    @workflow.update
    async def request_transfer(self, command: RequestTransfer) -> Outcome:
        """申请转办."""
        return await self._answer(command)

    @workflow.update
    async def accept_transfer(self, command: AcceptTransfer) -> Outcome:
        """接受转办."""
        return await self._answer(command)

    @workflow.update
    async def refuse_transfer(self, command: RefuseTransfer) -> Outcome:
        """不接受转办."""
        return await self._answer(command)

    @workflow.update(name="object")
    async def object_to(self, command: Object) -> Outcome:
        """对结论提出异议."""
        return await self._answer(command)

    @workflow.update
    async def decide_objection(self, command: DecideObjection) -> Outcome:
        """审定异议."""
        return await self._answer(command)

    @workflow.update
    async def reopen(self, command: Reopen) -> Outcome:
        """重新办理."""
        return await self._answer(command)

    @workflow.update
    async def split(self, command: Split) -> Outcome:
        """任务分解."""
        return await self._answer(command)

    @workflow.update
    async def urge(self, command: Urge) -> Outcome:
        """催办."""
        return await self._answer(command)

    @workflow.update
    async def summon(self, command: Summon) -> Outcome:
        """约谈."""
        return await self._answer(command)

    @workflow.update
    async def circulate(self, command: Circulate) -> Outcome:
        """通报."""
        return await self._answer(command)

    @workflow.update
    async def raise_urgency(self, command: RaiseUrgency) -> Outcome:
        """提高紧急程度."""
        return await self._answer(command)

    @workflow.update
    async def merge(self, command: Merge) -> Outcome:
        """并案."""
        return await self._answer(command)

    @workflow.update
    async def praise(self, command: Praise) -> Outcome:
        """表扬."""
        return await self._answer(command)

    @workflow.update
    async def correct(self, command: Correct) -> Outcome:
        """更正."""
        return await self._answer(command)

    @workflow.update
    async def propose(self, command: Propose) -> Outcome:
        """提出问责建议."""
        return await self._answer(command)
