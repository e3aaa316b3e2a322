"""A host's share of one trigger: it takes leases, keeps a worker on each, and gives them back at the end."""

import asyncio
from datetime import timedelta

from azure.core.exceptions import AzureError
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from localcloud.clock import Clock
from localcloud.host.triggers.cosmos_db.balance import leases_to_take
from localcloud.host.triggers.cosmos_db.feed import ChangeFeed
from localcloud.host.triggers.cosmos_db.lease import Lease, LeaseLostError
from localcloud.host.triggers.cosmos_db.lease_store import LeaseStore
from localcloud.host.triggers.cosmos_db.lease_worker import Deliver, LeaseWorker, Report
from localcloud.host.triggers.cosmos_db.options import TriggerOptions

_GRACE = timedelta(seconds=5)
"""How long a batch may go on when the host stops."""


class ChangeProcessor:
    """Runs until it is stopped or fails; whoever started it calls `stop` in either case."""

    def __init__(
        self,
        feed: ChangeFeed,
        leases: LeaseStore,
        options: TriggerOptions,
        clock: Clock,
        *,
        deliver: Deliver,
        report: Report,
    ) -> None:
        self._feed, self._leases, self._options, self._clock = feed, leases, options, clock
        self._deliver, self._report = deliver, report
        self._workers: dict[str, tuple[LeaseWorker, asyncio.Task[None]]] = {}

    async def run(self, *, take_over: bool = False) -> None:
        """Takes its share of the leases again and again; with `take_over` all of them at first.

        Raises what ends a worker, e.g. that the monitored container is gone, and when the lease container is gone.
        """
        await self._look_over(take_over=take_over)
        while True:
            running = [task for _, task in self._workers.values()]
            await self._wait(running)
            self._collect()
            try:
                await self._look_over()
            except CosmosResourceNotFoundError:
                raise
            except (AzureError, OSError, TimeoutError) as error:
                self._report(f"The leases can't be read; it is tried again. {type(error).__name__}: {error}")

    async def stop(self) -> None:
        """Lets running batches end (for a while), then gives the leases back."""
        workers, self._workers = list(self._workers.values()), {}
        finishing = [asyncio.create_task(worker.finish()) for worker, task in workers if not task.done()]
        if finishing:
            _, late = await asyncio.wait(finishing, timeout=_GRACE.total_seconds())
            for task in late:
                task.cancel()
        for _, task in workers:
            task.cancel()
        await asyncio.gather(*(task for _, task in workers), return_exceptions=True)
        await asyncio.gather(*(worker.release() for worker, _ in workers), return_exceptions=True)

    async def _wait(self, running: list[asyncio.Task[None]]) -> None:
        """Until the leases are due to be looked over, or a worker ends."""
        due = asyncio.create_task(self._clock.sleep_until(self._clock.now() + self._options.acquire_interval))
        try:
            await asyncio.wait({due, *running}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            due.cancel()

    def _collect(self) -> None:
        """Forgets workers whose lease is lost. Raises what else ended one."""
        for lease_id, (_, task) in list(self._workers.items()):
            if task.done():
                del self._workers[lease_id]
                try:
                    task.result()
                except LeaseLostError:
                    continue

    async def _look_over(self, *, take_over: bool = False) -> None:
        leases = await self._leases.all()
        mine = [lease for lease in leases if lease.owner == self._leases.owner and lease.id not in self._workers]
        if take_over:
            wanted = leases
        else:
            wanted = [
                *mine,
                *leases_to_take(leases, self._leases.owner, self._clock.now(), self._options.expiration),
            ]
        for lease in wanted:
            await self._take(lease)

    async def _take(self, lease: Lease) -> None:
        try:
            taken = await self._leases.acquire(lease)
        except LeaseLostError:
            return  # another host was faster
        worker = LeaseWorker(taken, self._leases, self._feed, self._clock, self._report)
        options = self._options
        run = worker.run(self._deliver, options.poll_delay, options.renew_interval)
        self._workers[lease.id] = worker, asyncio.create_task(run, name=f"lease {lease.id}")
