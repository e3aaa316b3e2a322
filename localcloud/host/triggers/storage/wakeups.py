"""Tells pollers that something has come, so that they needn't wait for their next look."""

import asyncio
from collections import defaultdict


class Wakeups:
    """One event for each queue, by connection and name."""

    def __init__(self) -> None:
        self._events: defaultdict[tuple[str, str], asyncio.Event] = defaultdict(asyncio.Event)

    def of(self, connection: str, queue: str) -> asyncio.Event:
        """The event of a queue; the one who waits for it clears it."""
        return self._events[connection, queue]


async def rest(event: asyncio.Event, seconds: float) -> None:
    """Waits so long, or until the event; clears it."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
