"""View customer-orders:<userId>: one document per order, so that a customer's list is one partition's query."""

from http import HTTPStatus
from typing import Any

from azure.core import MatchConditions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceNotFoundError

from shared.events.event import Event
from shared.orders.document import Order
from shared.time import rfc3339
from shared.views.folding import as_placed, fold
from shared.views.generations import View
from shared.views.order_events import OrderEvents

_RACES = {HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED}


class CustomerOrders:
    """Keeps each order's document in step with its events, by the sequence of the last one it has seen."""

    def __init__(self, container: ContainerProxy, events: OrderEvents) -> None:
        self._container = container
        self._events = events

    async def apply(self, event: Event, generation: str) -> bool:
        """Applies an order's event, after the ones that are missing before it; False when it has been seen before.

        Raises NotVisibleYetError when the order or a missing event can't be seen.
        """
        order = await self._events.order(event.aggregate, 0)
        return await self._advance(order, event.sequence or 0, generation, event)

    async def catch_up(self, order_id: str, generation: str) -> bool:
        """Applies every event of the order that has not been seen yet; False when there is none."""
        order = await self._events.order(order_id, 0)
        return await self._advance(order, order.event_sequence, generation, None)

    async def _advance(self, order: Order, sequence: int, generation: str, event: Event | None) -> bool:
        while True:
            row = await self._row(order, generation)
            seen = as_placed(order) if row is None else Order.model_validate(row["order"])
            if seen.event_sequence >= sequence:
                return False
            if event is not None and seen.event_sequence + 1 == sequence:
                missing = [event]
            else:
                missing = await self._events.after(order.id, seen.event_sequence, sequence)
            for happened in missing:
                fold(seen, happened)
            if await self._write(seen, generation, row):
                return True

    async def _row(self, order: Order, generation: str) -> dict[str, Any] | None:
        try:
            key = View.CUSTOMER_ORDERS.key(order.user_id)
            return dict(await self._container.read_item(_id(order.id, generation), partition_key=key))
        except CosmosResourceNotFoundError:
            return None

    async def _write(self, order: Order, generation: str, row: dict[str, Any] | None) -> bool:
        """False when somebody else was faster."""
        document: dict[str, Any] = {
            "id": _id(order.id, generation),
            "viewKey": View.CUSTOMER_ORDERS.key(order.user_id),
            "type": "customer-order",
            "schemaVersion": 1,
            "createdAt": rfc3339(order.created_at),
            "updatedAt": rfc3339(order.updated_at),
            "generation": generation,
            "orderId": order.id,
            "status": str(order.status),
            "stage": str(order.stage),
            "open": order.open,
            "sequence": order.event_sequence,
            "order": order.to_document(),
        }
        try:
            if row is None:
                await self._container.create_item(document)
            else:
                await self._container.replace_item(
                    document["id"], document, etag=row["_etag"], match_condition=MatchConditions.IfNotModified
                )
        except CosmosHttpResponseError as error:
            if error.status_code in _RACES:
                return False
            raise
        return True


def _id(order_id: str, generation: str) -> str:
    return f"{order_id}:{generation}"
