"""The machine's clock with an offset that tests move."""

import asyncio
from datetime import UTC, datetime, timedelta


class ShiftedClock:
    """Runs as fast as the machine's clock; `advance` jumps ahead, `reset` goes back to the present."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """The machine's time plus what tests have advanced."""
        return datetime.now(UTC) + self._offset

    async def sleep_until(self, when: datetime) -> None:
        """Looks often, since `advance` may be called from another thread."""
        while (left := (when - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - no event: tests advance it from another thread
            await asyncio.sleep(min(left, 0.05))

    def advance(self, by: timedelta) -> None:
        """Moves the time that servers see ahead by `by`."""
        self._offset += by

    def reset(self) -> None:
        """Back to the machine's time."""
        self._offset = timedelta()
