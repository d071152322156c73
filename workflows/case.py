"""How does one accountability case live from its proposal to its end? One update for each command.

Keeping its time and order is for workflows/keeping.py; due process for policies/case.py.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.case_messages import (
        Aggravate,
        AnswerStatement,
        Decide,
        DecideReview,
        Decline,
        Execute,
        File,
        GiveStatement,
        Investigate,
        Mitigate,
        NotifyFacts,
        Prolong,
        Propose,
        Record,
        Recuse,
        Refer,
        RequestReview,
        Serve,
        Vote,
        WaiveStatement,
        Withdraw,
    )
    from models.contract import CASE_WORKFLOW, KIND_CASE, Opening
    from models.messages import Outcome

from workflows.keeping import Keeper


@workflow.defn(name=CASE_WORKFLOW)
class CaseWorkflow(Keeper):
    """One case, with a life of its own beside its matter's."""

    kind = KIND_CASE

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening) -> str:
        """Propose (once, where an office opens it by itself), then keep the time of every step of due process."""
        return await super().run(opening)

    @workflow.update
    async def propose(self, command: Propose) -> Outcome:
        """提出问责建议."""
        return await self._answer(command)

    @workflow.update
    async def file(self, command: File) -> Outcome:
        """立案."""
        return await self._answer(command)

    @workflow.update
    async def decline(self, command: Decline) -> Outcome:
        """不予立案."""
        return await self._answer(command)

    @workflow.update
    async def investigate(self, command: Investigate) -> Outcome:
        """报告调查情况."""
        return await self._answer(command)

    @workflow.update
    async def notify_facts(self, command: NotifyFacts) -> Outcome:
        """送达事实告知书."""
        return await self._answer(command)

    @workflow.update
    async def give_statement(self, command: GiveStatement) -> Outcome:
        """陈述申辩."""
        return await self._answer(command)

    @workflow.update
    async def waive_statement(self, command: WaiveStatement) -> Outcome:
        """放弃陈述申辩."""
        return await self._answer(command)

    @workflow.update
    async def answer_statement(self, command: AnswerStatement) -> Outcome:
        """答复陈述申辩."""
        return await self._answer(command)

    @workflow.update
    async def mitigate(self, command: Mitigate) -> Outcome:
        """从轻."""
        return await self._answer(command)

    @workflow.update
    async def aggravate(self, command: Aggravate) -> Outcome:
        """从重."""
        return await self._answer(command)

    @workflow.update
    async def vote(self, command: Vote) -> Outcome:
        """表决."""
        return await self._answer(command)

    @workflow.update
    async def recuse(self, command: Recuse) -> Outcome:
        """回避."""
        return await self._answer(command)

    @workflow.update
    async def decide(self, command: Decide) -> Outcome:
        """作出问责决定."""
        return await self._answer(command)

    @workflow.update
    async def serve(self, command: Serve) -> Outcome:
        """送达决定书."""
        return await self._answer(command)

    @workflow.update
    async def execute(self, command: Execute) -> Outcome:
        """执行问责."""
        return await self._answer(command)

    @workflow.update
    async def record(self, command: Record) -> Outcome:
        """备案."""
        return await self._answer(command)

    @workflow.update
    async def request_review(self, command: RequestReview) -> Outcome:
        """申请复核."""
        return await self._answer(command)

    @workflow.update
    async def decide_review(self, command: DecideReview) -> Outcome:
        """复核决定."""
        return await self._answer(command)

    @workflow.update
    async def withdraw(self, command: Withdraw) -> Outcome:
        """撤回问责建议."""
        return await self._answer(command)

    @workflow.update
    async def prolong(self, command: Prolong) -> Outcome:
        """延长办案期限."""
        return await self._answer(command)

    @workflow.update
    async def refer(self, command: Refer) -> Outcome:
        """移送."""
        return await self._answer(command)
