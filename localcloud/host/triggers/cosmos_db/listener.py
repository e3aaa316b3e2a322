"""One function's listener: prepares the containers, runs the processor, and starts again after every failure."""

import asyncio
import json
from datetime import datetime
from functools import partial
from typing import Any

from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from localcloud.host.extension import HostServices
from localcloud.host.model import Datum, FunctionError, FunctionMetadata, Invocation
from localcloud.host.triggers.cosmos_db.connection import Connections
from localcloud.host.triggers.cosmos_db.feed import ChangeFeed
from localcloud.host.triggers.cosmos_db.lease_store import LeaseStore
from localcloud.host.triggers.cosmos_db.options import Place, TriggerOptions
from localcloud.host.triggers.cosmos_db.processor import ChangeProcessor
from localcloud.host.triggers.retry import invoke_with_retries, retry_policy

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0


class Listener:
    """Runs until it is cancelled. What keeps it from listening is reported, and it tries again with growing pauses."""

    def __init__(
        self,
        function: FunctionMetadata,
        options: TriggerOptions,
        services: HostServices,
        connections: Connections,
        owner: str,
    ) -> None:
        self._function, self._options, self._services = function, options, services
        self._connections, self._owner = connections, owner
        self._started = services.clock.now()
        self._pause = _SHORTEST_PAUSE

    async def run(self, *, take_over: bool = False) -> None:
        """Listens for ever; `take_over` takes all leases at first, whoever has them."""
        while True:
            processor: ChangeProcessor | None = None
            try:
                processor = await self._prepare()
                self._services.report(self._function.name, None)
                self._pause = _SHORTEST_PAUSE
                await processor.run(take_over=take_over)
            except FunctionError as error:
                self._services.report(self._function.name, str(error))
            except Exception as error:  # whatever it is, the other functions go on
                self._services.report(self._function.name, f"{type(error).__name__}: {error}")
            finally:
                if processor is not None:
                    await processor.stop()
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    async def _prepare(self) -> ChangeProcessor:
        options, services, function = self._options, self._services, self._function
        monitored = self._proxy(options.monitored)
        properties = await self._existing(monitored)
        leases = await self._lease_container()
        _, database_rid, _, container_rid = str(properties["_self"]).strip("/").split("/")[:4]
        host = self._connections.host(options.monitored.connection)
        prefix = f"{options.prefix}{host}_{database_rid}_{container_rid}"
        feed = ChangeFeed(monitored, self._start(), options.max_items)
        store = LeaseStore(leases, prefix, self._owner, services.clock)
        await store.set_up(await feed.partitions())
        return ChangeProcessor(
            feed, store, options, services.clock, deliver=self._deliver, report=partial(services.report, function.name)
        )

    def _start(self) -> datetime | None:
        """Where a lease without position begins: as the extension, at the second in which the host started."""
        if self._options.from_beginning:
            return None
        return self._options.from_time or self._started.replace(microsecond=0)

    async def _deliver(self, documents: list[dict[str, Any]]) -> bool:
        services, function = self._services, self._function
        text = json.dumps(documents, ensure_ascii=False, separators=(",", ":"))
        container, now = self._options.monitored.container, services.clock.now()
        invocation = Invocation(
            function.name,
            {function.trigger["name"]: Datum("string", text)},
            reason=f"New changes on container {container} at {now.isoformat()}",
        )
        result = await invoke_with_retries(
            services.invoker, invocation, retry_policy(function), services.clock, services.log
        )
        return result.failure is None

    def _proxy(self, place: Place) -> ContainerProxy:
        return self._connections.container(place.connection, place.database, place.container)

    async def _existing(self, container: ContainerProxy) -> dict[str, Any]:
        try:
            return dict(await container.read())
        except CosmosResourceNotFoundError as error:
            raise self._missing(container.id) from error

    async def _lease_container(self) -> ContainerProxy:
        options = self._options
        leases = self._proxy(options.leases)
        if not options.create_leases:
            await self._existing(leases)
            return leases
        try:
            await leases.read()
        except CosmosResourceNotFoundError:
            client = self._connections.client(options.leases.connection)
            database = await client.create_database_if_not_exists(options.leases.database)
            await database.create_container_if_not_exists(
                options.leases.container,
                PartitionKey("/id"),
                default_ttl=-1,
                offer_throughput=options.lease_throughput,
            )
        return leases

    def _missing(self, container: str) -> FunctionError:
        monitored, leases = self._options.monitored, self._options.leases
        return FunctionError(
            f"Either the source container '{monitored.container}' (in database '{monitored.database}')  or the lease "
            f"container '{leases.container}' (in database '{leases.database}') does not exist. Both containers must "
            "exist before the listener starts. To automatically create the lease container, set "
            f"'CreateLeaseContainerIfNotExists' to 'true'. Missing here: '{container}'. It is tried again."
        )
