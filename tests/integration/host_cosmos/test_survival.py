"""The Cosmos DB trigger through kills, and shared between hosts."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, DatabaseProxy

from tests.integration.host_cosmos.apps import feed_app
from tests.integration.host_cosmos.host_process import HostProcess
from tests.integration.host_cosmos.leases import leases_of, listening
from tests.integration.hosts import Calls, write_app
from tests.waiting import until, until_true

Launch = Callable[..., HostProcess]


@pytest.fixture
async def launch(tmp_path: Path, settings: dict[str, str]) -> AsyncIterator[Launch]:
    """Starts a host process with a data folder of this name."""
    hosts: list[HostProcess] = []

    def launcher(app: str, data: str, **more: str) -> HostProcess:
        folder = write_app(tmp_path / f"app-{data}", app)
        hosts.append(HostProcess(folder, tmp_path / data, {**settings, **more}))
        return hosts[-1]

    yield launcher
    await asyncio.gather(*(host.stop() for host in hosts))


async def _write(items: ContainerProxy, first: int, last: int) -> None:
    for number in range(first, last):
        await items.create_item({"id": str(number), "pk": str(number % 7)})


async def test_a_killed_host_goes_on_at_once_where_it_was(
    launch: Launch, database: DatabaseProxy, items: ContainerProxy, calls: Calls
) -> None:
    host = launch(feed_app(max_items_per_invocation=5), "one")
    await listening(database)
    await _write(items, 0, 20)
    await until_true(lambda: len(calls.ids()) >= 10)
    await host.kill()
    await _write(items, 20, 40)
    launch(feed_app(max_items_per_invocation=5), "one")
    await until_true(lambda: "39" in calls.ids())
    assert list(dict.fromkeys(calls.ids())) == [str(number) for number in range(40)]
    assert len(calls.ids()) <= 45  # at most the batch that was under way came twice


async def test_another_host_takes_over_when_the_lease_runs_out(
    launch: Launch, database: DatabaseProxy, items: ContainerProxy, calls: Calls
) -> None:
    options: dict[str, Any] = {
        "lease_expiration_interval": 1500,
        "lease_acquire_interval": 200,
        "lease_renew_interval": 300,
    }

    async def checkpointed() -> bool:
        [lease] = await leases_of(database)
        return bool(lease["ContinuationToken"] == '"5"')

    host = launch(feed_app(**options), "one")
    await listening(database)
    [before] = await leases_of(database)
    launch(feed_app(**options), "two")
    await _write(items, 0, 5)
    await until(checkpointed)  # what is handed over and not noted comes again: that isn't what this is about
    await host.kill()
    await _write(items, 5, 10)
    await until_true(lambda: "9" in calls.ids())
    assert calls.ids() == [str(number) for number in range(10)]
    [after] = await leases_of(database)
    assert after["Owner"] not in (None, before["Owner"])


async def test_a_host_may_be_told_to_take_over_at_once(
    launch: Launch, database: DatabaseProxy, items: ContainerProxy, calls: Calls
) -> None:
    host = launch(feed_app(), "one")
    await listening(database)
    await host.kill()
    await _write(items, 0, 3)
    launch(feed_app(), "two", LOCALCLOUD_COSMOS_TAKE_OVER="true")  # the lease would run out after 60 s
    await until_true(lambda: "2" in calls.ids())
    assert calls.ids() == ["0", "1", "2"]


async def test_a_stopped_host_gives_its_lease_to_the_other(
    launch: Launch, database: DatabaseProxy, items: ContainerProxy, calls: Calls
) -> None:
    first = launch(feed_app(lease_acquire_interval=200), "one")
    [before] = [await listening(database)]
    launch(feed_app(lease_acquire_interval=200), "two")
    await _write(items, 0, 3)
    await until_true(lambda: "2" in calls.ids())
    await first.stop()

    async def taken() -> bool:
        [lease] = await leases_of(database)
        return lease["Owner"] not in (None, before["Owner"])

    await until(taken)
    await _write(items, 3, 6)
    await until_true(lambda: "5" in calls.ids())
    assert calls.ids() == [str(number) for number in range(6)]


async def test_two_hosts_share_the_partitions(launch: Launch, database: DatabaseProxy, calls: Calls) -> None:
    items = await database.create_container("items", PartitionKey("/pk"), offer_throughput=30_000)
    options: dict[str, Any] = {"lease_acquire_interval": 200}
    first = launch(feed_app(**options), "one")
    await listening(database)
    launch(feed_app(**options), "two")

    async def shared() -> bool:
        counts = Counter(lease["Owner"] for lease in await leases_of(database))
        return sorted(counts.values()) == [1, 2] and None not in counts

    await until(shared)
    await _write(items, 0, 30)
    await until_true(lambda: len(calls.ids()) >= 30)
    assert sorted(calls.ids(), key=int) == [str(number) for number in range(30)]
    await first.stop()
    await _write(items, 30, 40)
    await until_true(lambda: len(calls.ids()) >= 40)
    assert sorted(calls.ids(), key=int) == [str(number) for number in range(40)]
