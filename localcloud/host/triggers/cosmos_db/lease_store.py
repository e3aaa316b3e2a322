"""The lease container of one trigger: set-up, and conditional writes so that a lease has one owner at most."""

import asyncio
from datetime import timedelta
from typing import Any

from azure.core import MatchConditions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from localcloud.clock import Clock
from localcloud.host.triggers.cosmos_db.lease import Lease, LeaseLostError, new_lease, timestamp

_LOCK_TTL = timedelta(seconds=30)
_LOCK_PAUSE = timedelta(seconds=1)


class LeaseStore:
    """The leases whose ids start with `prefix`, as `owner` sees them."""

    def __init__(self, container: ContainerProxy, prefix: str, owner: str, clock: Clock) -> None:
        self._container, self._prefix, self.owner, self._clock = container, prefix, owner, clock

    async def set_up(self, partitions: list[dict[str, Any]]) -> None:
        """Makes a lease for every partition that has none; hosts that start at the same time wait for each other."""
        while not await self._exists(f"{self._prefix}.info"):
            lock = await self._lock()
            if lock is None:
                await self._clock.sleep_until(self._clock.now() + _LOCK_PAUSE)
                continue
            await self._create(partitions)
            await self._add({"id": f"{self._prefix}.info"})
            await self._remove(lock)
        have = {lease.range_id for lease in await self.all()}
        await self._create([partition for partition in partitions if str(partition["id"]) not in have])

    async def all(self) -> list[Lease]:
        """Every lease, also those of other hosts."""
        found = self._container.query_items(
            "SELECT * FROM c WHERE STARTSWITH(c.id, @prefix)",
            parameters=[{"name": "@prefix", "value": f"{self._prefix}.."}],
        )
        return [Lease(document) async for document in found]

    async def acquire(self, lease: Lease) -> Lease:
        """Takes a lease. Raises LeaseLostError when somebody else has just changed it."""
        return await self._replace(lease, {"Owner": self.owner})

    async def renew(self, lease: Lease) -> Lease:
        """Shows that the owner is alive. Raises LeaseLostError."""
        return await self._keep(lease, {})

    async def checkpoint(self, lease: Lease, continuation: str) -> Lease:
        """Notes how far it got. Raises LeaseLostError."""
        return await self._keep(lease, {"ContinuationToken": continuation})

    async def release(self, lease: Lease) -> Lease:
        """Gives it back for the next host. Raises LeaseLostError."""
        return await self._keep(lease, {"Owner": None})

    async def _keep(self, lease: Lease, changes: dict[str, Any]) -> Lease:
        """Changes a lease that is still this owner's, whatever its etag is by now."""
        while lease.owner == self.owner:
            try:
                return await self._replace(lease, changes)
            except LeaseLostError:
                lease = await self._read(lease.id)
        raise LeaseLostError(lease.id)

    async def _replace(self, lease: Lease, changes: dict[str, Any]) -> Lease:
        document = {**lease.document, "timestamp": timestamp(self._clock.now()), **changes}
        try:
            written = await self._container.replace_item(
                lease.id, document, etag=lease.etag, match_condition=MatchConditions.IfNotModified
            )
        except (CosmosAccessConditionFailedError, CosmosResourceNotFoundError) as error:
            raise LeaseLostError(lease.id) from error
        return Lease(dict(written))

    async def _read(self, lease_id: str) -> Lease:
        try:
            return Lease(dict(await self._container.read_item(lease_id, lease_id)))
        except CosmosResourceNotFoundError as error:
            raise LeaseLostError(lease_id) from error

    async def _exists(self, item_id: str) -> bool:
        try:
            await self._container.read_item(item_id, item_id)
        except CosmosResourceNotFoundError:
            return False
        return True

    async def _lock(self) -> dict[str, Any] | None:
        """The lock document, None while another host has it. One that was left behind is removed."""
        item_id = f"{self._prefix}.lock"
        document = {"id": item_id, "ttl": int(_LOCK_TTL.total_seconds())}
        try:
            return dict(await self._container.create_item(document))
        except CosmosResourceExistsError:
            pass
        try:
            found = dict(await self._container.read_item(item_id, item_id))
        except CosmosResourceNotFoundError:
            return None
        if int(found["_ts"]) + _LOCK_TTL.total_seconds() < self._clock.now().timestamp():
            await self._remove(found)
        return None

    async def _remove(self, document: dict[str, Any]) -> None:
        try:
            await self._container.delete_item(
                document["id"], document["id"], etag=document["_etag"], match_condition=MatchConditions.IfNotModified
            )
        except (CosmosAccessConditionFailedError, CosmosResourceNotFoundError):
            return  # it ran out, and perhaps another host has it now

    async def _create(self, partitions: list[dict[str, Any]]) -> None:
        now = self._clock.now()
        await asyncio.gather(*(self._add(new_lease(self._prefix, one, now)) for one in partitions))

    async def _add(self, document: dict[str, Any]) -> None:
        try:
            await self._container.create_item(document)
        except CosmosResourceExistsError:
            return  # another host was faster
