"""How is a long list of messages handed on without piling up? A few at a time, the next when one has been answered."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def paced(
    items: AsyncIterable[T], work: Callable[[T], Awaitable[R]], told: Callable[[R], None], in_flight: int
) -> None:
    """Do the work for every item, for at most `in_flight` of them at once; `told` hears each result as it comes.

    An item is only asked for when there is room for it, so whoever answers sets the pace and nothing piles up. The
    first exception ends it: what is under way is cancelled, and what had finished by then has been told.
    """
    running: set[asyncio.Task[R]] = set()

    async def make_room(most: int) -> None:
        while len(running) > most:
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            running.difference_update(done)
            failed = [task for task in done if task.exception() is not None]
            for task in done.difference(failed):
                told(task.result())
            for task in failed:
                task.result()

    async def one(item: T) -> R:
        return await work(item)

    try:
        async for item in items:
            running.add(asyncio.create_task(one(item)))
            await make_room(in_flight - 1)
        await make_room(0)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
