"""Looking at the lease container."""

from typing import Any

from azure.cosmos.aio import DatabaseProxy

from tests.waiting import until


async def leases_of(database: DatabaseProxy) -> list[dict[str, Any]]:
    """The leases, without the processor's other documents; none as long as there is no lease container."""
    if "leases" not in [one["id"] async for one in database.list_containers()]:
        return []
    query = "SELECT * FROM c WHERE CONTAINS(c.id, '..') ORDER BY c.id"
    leases = database.get_container_client("leases")
    return [dict(one) async for one in leases.query_items(query)]


async def listening(database: DatabaseProxy) -> dict[str, Any]:
    """The first lease, once a host has read to its end."""

    async def look() -> dict[str, Any] | None:
        leases = await leases_of(database)
        return leases[0] if leases and all(one["ContinuationToken"] for one in leases) else None

    return await until(look)
