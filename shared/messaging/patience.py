"""Retrying inside the invocation. A redelivery comes at once, and ten of them end in the dead-letter queue."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from shared.transience import is_passing

logger = logging.getLogger(__name__)


class NotVisibleYetError(Exception):
    """What a message is about can't be seen (yet): another instance has written it a moment ago, or it isn't there."""


@dataclass(frozen=True)
class Patience:
    """How long failures are waited out, with pauses that double from `first_pause` to `longest_pause`.

    `total` has to end before the function's time-out and the broker's lock renewal do: five minutes, both.
    """

    total: timedelta = timedelta(minutes=4)
    for_visibility: timedelta = timedelta(seconds=2)
    """For NotVisibleYetError: what hasn't appeared by then isn't there."""
    first_pause: timedelta = timedelta(milliseconds=100)
    longest_pause: timedelta = timedelta(seconds=5)

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Does the work, again while it fails in a way that passes. Raises the last failure, others at once."""
        clock = asyncio.get_running_loop().time
        began, pause = clock(), self.first_pause.total_seconds()
        while True:
            try:
                await work()
            except Exception as error:  # the kind of failure decides how long it is waited out
                if clock() + pause > began + self._limit(error):
                    raise
                logger.warning("Trying again in %.1f s: %s: %s", pause, type(error).__name__, str(error)[:200])
            else:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, self.longest_pause.total_seconds())

    def _limit(self, error: Exception) -> float:
        if isinstance(error, NotVisibleYetError):
            return self.for_visibility.total_seconds()
        return self.total.total_seconds() if is_passing(error) else 0.0
