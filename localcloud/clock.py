"""Time as a dependency: the wall clock for servers, a virtual one for tests."""

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What code that depends on time may ask for."""

    def now(self) -> datetime:
        """The present time, always aware and in UTC."""
        ...

    async def sleep_until(self, when: datetime) -> None:
        """Returns once `now() >= when`; at once if it already is. Cancellable."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present time in UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, when: datetime) -> None:
        """Sleeps for real; long waits are cut so that a corrected machine clock is noticed."""
        while (left := (when - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - it waits for a time, not for an event
            await asyncio.sleep(min(left, 60.0))


class VirtualClock:
    """A clock that moves only when a test says so."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._order = itertools.count()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """The virtual present."""
        return self._now

    async def sleep_until(self, when: datetime) -> None:
        """Waits until `advance` has moved the clock to `when`."""
        if when <= self._now:
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (when, next(self._order), woken))
        await woken

    @property
    def next_wake(self) -> datetime | None:
        """When the earliest sleeper wants to go on; None when nobody sleeps."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def advance(self, by: timedelta) -> None:
        """Moves the clock forward by `by` and wakes every sleeper whose time has come, in order."""
        self.advance_to(self._now + by)

    def advance_to(self, when: datetime) -> None:
        """Moves the clock to `when` (never back) and wakes every sleeper whose time has come, in order."""
        self._now = max(self._now, when)
        while (wake := self.next_wake) is not None and wake <= self._now:
            heapq.heappop(self._sleepers)[2].set_result(None)
