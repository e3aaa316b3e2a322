"""A customer's orders, from the view: one partition's query, newest first."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

from azure.cosmos.aio import ContainerProxy

from shared.orders.document import Order
from shared.orders.status import OrderStatus
from shared.views.generations import GenerationPointers, View
from shared.views.projector import Projector

logger = logging.getLogger(__name__)

_MOST_OPEN = 20
"""How many orders that are being worked on are brought up to date before a list is shown."""


class OrderList:
    """Reads view customer-orders. Orders at rest are shown as their events say (decision 13 of docs/decisions)."""

    def __init__(self, container: ContainerProxy, projector: Projector) -> None:
        self._container = container
        self._projector = projector
        self._pointers: GenerationPointers = projector.pointers

    async def page(
        self, user_id: str, *, status: OrderStatus | None, limit: int, before: tuple[str, str] | None
    ) -> list[Order]:
        """At most `limit` orders before a (createdAt, id) key. Orders in progress are brought up to date first."""
        generation = (await self._pointers.of(View.CUSTOMER_ORDERS)).active
        if before is None:
            await self._refresh(user_id, generation)
        conditions, parameters = _conditions(generation, status, before)
        query = (
            f"SELECT VALUE c['order'] FROM c WHERE {conditions} "  # noqa: S608 - fixed texts; values are parameters
            "ORDER BY c.createdAt DESC, c.orderId DESC OFFSET 0 LIMIT @limit"
        )
        found = self._query(user_id, query, {**parameters, "@limit": limit})
        return [Order.model_validate(order) async for order in found]

    async def everything(self, user_id: str) -> AsyncIterator[Order]:
        """All orders of a user as the view has them now, newest first."""
        generation = (await self._pointers.of(View.CUSTOMER_ORDERS)).active
        conditions, parameters = _conditions(generation, None, None)
        query = f"SELECT VALUE c['order'] FROM c WHERE {conditions} ORDER BY c.createdAt DESC, c.orderId DESC"  # noqa: S608 - fixed texts; values are parameters
        async for order in self._query(user_id, query, parameters):
            yield Order.model_validate(order)

    async def show(self, order_id: str) -> None:
        """Brings one order's entry up to date after a change; when that fails, its events will do it."""
        try:
            await self._projector.catch_up(order_id)
        except Exception:  # the change itself is done; the view follows by its events
            logger.warning("Order %s will be shown as it is now once its events come along.", order_id, exc_info=True)

    async def _refresh(self, user_id: str, generation: str) -> None:
        query = (
            "SELECT VALUE c.orderId FROM c WHERE c.generation = @generation AND c.open = true "
            "ORDER BY c.createdAt DESC OFFSET 0 LIMIT @most"
        )
        open_ones = self._query(user_id, query, {"@generation": generation, "@most": _MOST_OPEN})
        await asyncio.gather(*[self.show(str(order_id)) async for order_id in open_ones])

    def _query(self, user_id: str, query: str, parameters: dict[str, Any]) -> AsyncIterator[Any]:
        values = [{"name": name, "value": value} for name, value in parameters.items()]
        key = View.CUSTOMER_ORDERS.key(user_id)
        return self._container.query_items(query, parameters=values, partition_key=key)


def _conditions(
    generation: str, status: OrderStatus | None, before: tuple[str, str] | None
) -> tuple[str, dict[str, Any]]:
    conditions = ["c.type = 'customer-order'", "c.generation = @generation"]
    parameters: dict[str, Any] = {"@generation": generation}
    if status is not None:
        conditions.append("c.status = @status")
        parameters["@status"] = str(status)
    if before is not None:
        conditions.append("(c.createdAt < @at OR (c.createdAt = @at AND c.orderId < @id))")
        parameters |= {"@at": before[0], "@id": before[1]}
    return " AND ".join(conditions), parameters
