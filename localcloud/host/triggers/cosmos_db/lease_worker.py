"""The work on one lease: read changes, call the function, note how far it got; renew meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from azure.core.exceptions import AzureError
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from localcloud.clock import Clock
from localcloud.host.triggers.cosmos_db.feed import ChangeFeed, FeedPage, FeedResetError
from localcloud.host.triggers.cosmos_db.lease import Lease, LeaseLostError
from localcloud.host.triggers.cosmos_db.lease_store import LeaseStore

Result = TypeVar("Result")
Deliver = Callable[[list[dict[str, Any]]], Awaitable[bool]]
"""Calls the function with a batch. False when it failed."""
Report = Callable[[str | None], None]
_CONFIRMED_FOR = timedelta(milliseconds=200)
"""How long a written lease counts as still this host's. After that it is renewed before a batch is handed over, or a
host that has just lost it would hand over what the new owner does, too."""
_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(milliseconds=250), timedelta(seconds=10)


class LeaseWorker:
    """Works on one lease until it is lost or stopped. A service that is away for a while changes nothing."""

    def __init__(self, lease: Lease, leases: LeaseStore, feed: ChangeFeed, clock: Clock, report: Report) -> None:
        self._lease, self._leases, self._feed = lease, leases, feed
        self._clock, self._report = clock, report
        self._position = lease.continuation
        self._confirmed = clock.now()
        self._writing = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False

    @property
    def lease_id(self) -> str:
        """The lease's id."""
        return self._lease.id

    async def run(self, deliver: Deliver, poll_delay: timedelta, renew_interval: timedelta) -> None:
        """Works until cancelled or stopped. Raises LeaseLostError, and what tells that the container is gone."""
        renewing = asyncio.create_task(self._renew(renew_interval))
        working = asyncio.create_task(self._work(deliver, poll_delay))
        try:
            await asyncio.wait({renewing, working}, return_when=asyncio.FIRST_COMPLETED)
            for task in (working, renewing):
                if task.done():
                    task.result()
        finally:
            for task in (renewing, working):
                task.cancel()
            await asyncio.gather(renewing, working, return_exceptions=True)

    async def finish(self) -> None:
        """Returns once no batch is being worked on; none is begun afterwards."""
        self._stopping = True
        await self._idle.wait()

    async def release(self) -> None:
        """Gives the lease back, if it still is this host's."""
        await self._leases.release(self._lease)

    async def _work(self, deliver: Deliver, poll_delay: timedelta) -> None:
        while not self._stopping:
            page = await self._persistently(self._next_page)
            if page.documents and not self._stopping:
                await self._hand_over(page, deliver)
                continue
            if self._position is None and not self._stopping:
                # from here on nothing is lost, even if the host dies before the first change
                await self._checkpoint(page.etag)
            self._position = page.etag if not page.documents else self._position
            await self._clock.sleep_until(self._clock.now() + poll_delay)

    async def _next_page(self) -> FeedPage:
        return await self._feed.page(self._lease.range_id, self._position)

    async def _hand_over(self, page: FeedPage, deliver: Deliver) -> None:
        self._idle.clear()
        try:
            if self._clock.now() - self._confirmed > _CONFIRMED_FOR:
                await self._persistently(self._confirm)
            succeeded = await deliver(page.documents)
            if succeeded or not self._stopping:  # what fails because the host ends is delivered again
                await self._checkpoint(page.etag)
                self._position = page.etag
        finally:
            self._idle.set()

    async def _checkpoint(self, etag: str) -> None:
        async def write() -> None:
            async with self._writing:
                self._lease = await self._leases.checkpoint(self._lease, etag)
                self._confirmed = self._clock.now()

        await self._persistently(write)

    async def _confirm(self) -> None:
        async with self._writing:
            self._lease = await self._leases.renew(self._lease)
            self._confirmed = self._clock.now()

    async def _renew(self, interval: timedelta) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + interval)
            await self._persistently(self._confirm)

    async def _persistently(self, action: Callable[[], Awaitable[Result]]) -> Result:
        """Tries until it succeeds, with growing pauses, and says so meanwhile. A missing container is final."""
        pause, failed = _SHORTEST_PAUSE, False
        while True:
            try:
                result = await action()
            except (LeaseLostError, FeedResetError, CosmosResourceNotFoundError):
                raise
            except (AzureError, OSError, TimeoutError) as error:
                failed = True
                self._report(f"Cosmos DB can't be reached; it is tried again. {type(error).__name__}: {error}")
                await self._clock.sleep_until(self._clock.now() + pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                continue
            if failed:
                self._report(None)
            return result
