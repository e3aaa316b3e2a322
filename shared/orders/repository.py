"""Container `orders`: order documents, each change written with its events in one transactional batch."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from azure.core import MatchConditions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosBatchOperationError,
    CosmosHttpResponseError,
    CosmosResourceNotFoundError,
)

from shared.orders.document import Order
from shared.orders.errors import OrderNotFoundError
from shared.orders.events import event_documents
from shared.orders.status import OrderStatus
from shared.orders.transitions import Happening
from shared.time import rfc3339

Change = Callable[[Order, datetime], list[Happening]]
"""Changes the order it is given and tells what happened; may be called again on a newer version."""

_TRIES = 50
_CONFLICT = {409, 412, 449}


def position(order: Order) -> list[str]:
    """Where an order stands in a listing, newest first: when it was created, and its id."""
    return [rfc3339(order.created_at), order.id]


class OrderRepository:
    """All access to the orders container. `now` is the injected clock."""

    def __init__(self, container: ContainerProxy, now: Callable[[], datetime]) -> None:
        self._container = container
        self._now = now

    async def create(self, order: Order, happening: Happening) -> bool:
        """Writes a new order with its first event; False when the order exists already (nothing changes then)."""
        events = event_documents(order, [happening], self._now())
        operations = [("create", (document,)) for document in (order.to_document(), *events)]
        try:
            await self._container.execute_item_batch(operations, partition_key=order.id)
        except CosmosBatchOperationError as error:
            if error.status_code == HTTPStatus.CONFLICT:
                return False
            raise
        return True

    async def get(self, order_id: str, owner_id: str | None = None) -> Order:
        """The order; with `owner_id`, only if it is that user's. Raises OrderNotFoundError."""
        try:
            found = await self._container.read_item(order_id, partition_key=order_id)
        except CosmosResourceNotFoundError as error:
            raise OrderNotFoundError(order_id) from error
        if found.get("type") != "order" or (owner_id is not None and found["userId"] != owner_id):
            raise OrderNotFoundError(order_id)
        return Order.model_validate(dict(found))

    async def update(self, order_id: str, change: Change, owner_id: str | None = None) -> Order:
        """Applies `change` to the newest version and writes it with its events, until nobody else was faster.

        Returns the order as it is afterwards; nothing is written when `change` changes nothing. Raises what `change`
        raises, and OrderNotFoundError.
        """
        for attempt in range(_TRIES):
            order = await self.get(order_id, owner_id)
            before = order.model_dump()
            happenings = change(order, now := self._now())
            if not happenings and order.model_dump() == before:
                return order
            if await self._write(order, happenings, now):
                return order
            await asyncio.sleep(random.uniform(0, 0.01 * min(attempt + 1, 20)))
        raise TimeoutError(f"Order {order_id} was changed by others {_TRIES} times in a row.")

    async def _write(self, order: Order, happenings: list[Happening], now: datetime) -> bool:
        order.updated_at = now
        events = event_documents(order, happenings, now)
        operations: list[tuple[Any, ...]] = [
            ("replace", (order.id, order.to_document()), {"if_match_etag": order.etag}),
            *(("create", (event,)) for event in events),
        ]
        try:
            await self._container.execute_item_batch(operations, partition_key=order.id)
        except CosmosBatchOperationError as error:
            if error.status_code in _CONFLICT:
                return bool(events) and await self._is_written(events[0])
            raise
        return True

    async def _is_written(self, event: dict[str, Any]) -> bool:
        """Whether it was this very change that succeeded, and only its repetition by the SDK that was refused."""
        try:
            found = await self._container.read_item(event["id"], partition_key=event["orderId"])
        except CosmosResourceNotFoundError:
            return False
        return bool(found.get("changeId") == event["changeId"])

    async def count_wake_up(self, order: Order) -> bool:
        """Counts a wake-up by the watchdog; False when the order has moved meanwhile: nothing to wake then."""
        order.wake_ups += 1
        order.updated_at = self._now()
        try:
            await self._container.replace_item(
                order.id, order.to_document(), etag=order.etag, match_condition=MatchConditions.IfNotModified
            )
        except CosmosHttpResponseError as error:
            if error.status_code in _CONFLICT | {HTTPStatus.NOT_FOUND}:
                return False
            raise
        return True

    async def page(self, *, status: OrderStatus | None, limit: int, before: tuple[str, str] | None) -> list[Order]:
        """Newest first: at most `limit` orders of everybody before a (createdAt, id) key, for admins.

        A cross-partition query: see docs/cost.md. Customers' own orders come from the view.
        """
        conditions = ["c.type = 'order'"]
        parameters: list[dict[str, Any]] = [{"name": "@limit", "value": limit}]
        if status is not None:
            conditions.append("c.status = @status")
            parameters.append({"name": "@status", "value": str(status)})
        if before is not None:
            conditions.append("(c.createdAt < @at OR (c.createdAt = @at AND c.id < @id))")
            parameters += [{"name": "@at", "value": before[0]}, {"name": "@id", "value": before[1]}]
        query = (
            f"SELECT * FROM c WHERE {' AND '.join(conditions)} "  # noqa: S608 - fixed texts; values are parameters
            "ORDER BY c.createdAt DESC, c.id DESC OFFSET 0 LIMIT @limit"
        )
        return [Order.model_validate(dict(found)) async for found in self._query(query, parameters)]

    async def stuck(self, unchanged_since: datetime) -> list[Order]:
        """Orders a workflow should be busy with that haven't changed since then. Cross-partition: docs/cost.md."""
        query = "SELECT * FROM c WHERE c.type = 'order' AND c.open = true AND c.updatedAt < @since"
        parameters = [{"name": "@since", "value": rfc3339(unchanged_since)}]
        return [Order.model_validate(dict(found)) async for found in self._query(query, parameters)]

    def _query(self, query: str, parameters: list[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
        return self._container.query_items(query, parameters=parameters)
