"""What has happened to an order, from its events."""

from typing import Any

from azure.cosmos.aio import ContainerProxy


class OrderTimeline:
    """Reads the events beside the order: one partition, so every event that was answered for is there."""

    def __init__(self, container: ContainerProxy) -> None:
        self._container = container

    async def of(self, order_id: str) -> list[dict[str, Any]]:
        """The events of an order, oldest first, each with `id, sequence, type, time, actor, data`."""
        query = (
            "SELECT c.id, c.sequence, c.type, c.time, c.actor, c.data FROM c "
            "WHERE IS_DEFINED(c.sequence) ORDER BY c.sequence"
        )
        found = self._container.query_items(query, partition_key=order_id)
        return [dict(event) async for event in found]
