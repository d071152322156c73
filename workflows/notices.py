"""How does one notice get from the outbox to its recipient?

It waits until it may leave, then tries channel after channel, each as often as the plan says; where none delivers, the
office is told. What leaves and when is asked of activities/notices.py each time, so that no answer grows old here.
"""

from datetime import datetime, timedelta
from typing import cast

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from models.contract import (
        CLOSE_CHANNEL,
        DIGEST_JOINED_SIGNAL,
        DIGEST_WORKFLOW,
        GATHER_DIGEST,
        JOIN_DIGEST,
        NOTICE_WORKFLOW,
        PLAN_NOTICE,
        REPORT_UNDELIVERED,
        SEND_NOTICE,
    )
    from models.notices import DigestOrder, Fate, NoticeOrder, NoticePlan, PlanQuestion, SendOrder

# The SDK decodes into unions but types its argument as a class.
_MAYBE_PLAN = cast("type[NoticePlan | None]", NoticePlan | None)

_MARKING = timedelta(seconds=10)
_MARKING_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=30))


@workflow.defn(name=NOTICE_WORKFLOW)
class NoticeWorkflow:
    """One act on its way to one recipient."""

    @workflow.run
    async def run(self, order: NoticeOrder) -> Fate | None:
        """What became of it; None when it has joined a digest."""
        while True:
            plan: NoticePlan = await workflow.execute_local_activity(
                PLAN_NOTICE,
                PlanQuestion(notice=order, at=workflow.now()),
                result_type=NoticePlan,
                start_to_close_timeout=_MARKING,
                retry_policy=_MARKING_RETRY,
                summary="何时送出",
            )
            if plan.digest_at is not None:
                await _join(DigestOrder(recipient=order.recipient, at=plan.digest_at))
                return None
            if plan.wait_until is None:
                return await _deliver(plan, order.recipient)
            await _until(plan.wait_until, "等待办公时间")


@workflow.defn(name=DIGEST_WORKFLOW)
class DigestWorkflow:
    """What one recipient is told in one message at an instant of his choice."""

    @workflow.init
    def __init__(self, order: DigestOrder) -> None:  # noqa: ARG002 - the signature of run
        self._joined = False

    @workflow.run
    async def run(self, order: DigestOrder) -> int:
        """How many messages left: one, or more when something joined at the last moment."""
        await _until(order.at, "每日汇总")
        left = 0
        while True:
            self._joined = False
            plan: NoticePlan | None = await workflow.execute_local_activity(
                GATHER_DIGEST,
                order,
                result_type=_MAYBE_PLAN,
                start_to_close_timeout=_MARKING,
                retry_policy=_MARKING_RETRY,
                summary="汇总",
            )
            if plan is not None:
                await _deliver(plan, order.recipient)
                left += 1
            elif not self._joined:
                return left

    @workflow.signal(name=DIGEST_JOINED_SIGNAL)
    def digest_joined(self) -> None:
        """Another notice waits for this digest."""
        self._joined = True


async def _deliver(plan: NoticePlan, recipient: str) -> Fate:
    """Try the channels in their order until one delivers; where none does, the office is told."""
    fates: list[Fate] = []
    for channel in plan.channels:
        fates.append(await _try(SendOrder(parcel=plan.parcel, recipient=recipient, channel=channel), plan))
        if fates[-1] is Fate.DELIVERED:
            return Fate.DELIVERED
    reported: bool = await workflow.execute_activity(
        REPORT_UNDELIVERED,
        plan.parcel,
        result_type=bool,
        start_to_close_timeout=_MARKING,
        retry_policy=_MARKING_RETRY,
        summary="未能送达,告知督查室",
    )
    if not reported:
        return Fate.DELIVERED
    return Fate.UNCONFIRMED if Fate.UNCONFIRMED in fates else Fate.FAILED


async def _try(order: SendOrder, plan: NoticePlan) -> Fate:
    try:
        fate: Fate = await workflow.execute_activity(
            SEND_NOTICE,
            order,
            result_type=Fate,
            start_to_close_timeout=timedelta(seconds=plan.attempt_seconds),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=plan.pause_seconds),
                backoff_coefficient=3.0,
                maximum_interval=timedelta(minutes=5),
                maximum_attempts=plan.attempts,
            ),
            summary=order.channel,
        )
    except ActivityError:
        closed: Fate = await workflow.execute_activity(
            CLOSE_CHANNEL,
            order,
            result_type=Fate,
            start_to_close_timeout=_MARKING,
            retry_policy=_MARKING_RETRY,
            summary=f"{order.channel} 未能送出",
        )
        return closed
    return fate


async def _join(order: DigestOrder) -> None:
    await workflow.execute_activity(
        JOIN_DIGEST, order, start_to_close_timeout=_MARKING, retry_policy=_MARKING_RETRY, summary="并入每日汇总"
    )


async def _until(at: datetime, summary: str) -> None:
    left = at - workflow.now()
    if left.total_seconds() > 0:
        await workflow.sleep(left, summary=summary)
