"""Holding, committing, releasing and expiring stock. Every operation may run twice and in any order with the others.

Each change is one transactional batch: the reservation's state, the product's orderable inventory, the event.
Nothing is looked at first and changed after: the condition is part of the write.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosResourceNotFoundError

from shared.inventory.reservation import (
    KEPT_AFTER_END,
    ReservationState,
    reservation_document,
    reservation_id,
    stock_event,
)
from shared.time import rfc3339

_RACES = {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED}
_TRIES = 20
_GIVEN_BACK = (ReservationState.RELEASED, ReservationState.EXPIRED)


class HoldResult(StrEnum):
    """How an attempt to take stock ended."""

    TAKEN = "taken"
    INSUFFICIENT = "insufficient-stock"
    UNAVAILABLE = "product-unavailable"
    ENDED = "ended"
    """The reservation has been released or has expired before: too late to hold it."""


class InventoryRepository:
    """The stock side of container `products`. `now` is the injected clock."""

    def __init__(self, container: ContainerProxy, now: Callable[[], datetime]) -> None:
        self._container = container
        self._now = now

    async def is_available(self, product_id: str) -> bool:
        """Whether the product exists and can be ordered at all; says nothing about the stock."""
        try:
            product = await self._container.read_item(product_id, partition_key=product_id)
        except CosmosResourceNotFoundError:
            return False
        return bool(product.get("isActive"))

    async def hold(self, product_id: str, order_id: str, quantity: int, lifetime: timedelta) -> HoldResult:
        """Takes `quantity` pieces out of the orderable inventory for `lifetime`, once however often it is called."""
        now = self._now()
        held = reservation_document(
            product_id, order_id, quantity, state=ReservationState.HELD, now=now, expires_at=now + lifetime
        )
        for _ in range(_TRIES):
            found = await self._reservation(product_id, order_id)
            if found is not None:
                return _answer(found)
            event = stock_event(product_id, order_id, quantity, state=ReservationState.HELD, change=-quantity, now=now)
            operations = [("create", (held,)), _take(product_id, quantity, now), ("create", (event,))]
            if (outcome := await self._attempt(product_id, operations)) is None:
                return HoldResult.TAKEN
            if outcome != HTTPStatus.CONFLICT and await self._reservation(product_id, order_id) is None:
                return await self._refusal(product_id, quantity)
        raise TimeoutError(f"Stock of product {product_id} was changed by others {_TRIES} times in a row.")

    async def commit(self, product_id: str, order_id: str) -> HoldResult:
        """Makes a hold final. One that has expired is taken anew if the stock still allows it."""
        for _ in range(_TRIES):
            found = await self._required(product_id, order_id)
            state, quantity, now = ReservationState(found["state"]), int(found["quantity"]), self._now()
            if state == ReservationState.COMMITTED:
                return HoldResult.TAKEN
            if state == ReservationState.RELEASED:
                return HoldResult.ENDED
            change = -quantity if state == ReservationState.EXPIRED else 0
            operations = [_move(order_id, state, ReservationState.COMMITTED, now)]
            if change:
                operations.append(_take(product_id, quantity, now))
            event = stock_event(
                product_id,
                order_id,
                quantity,
                state=ReservationState.COMMITTED,
                change=change,
                now=now,
                previous=state,
            )
            if await self._batch(product_id, [*operations, ("create", (event,))]):
                return HoldResult.TAKEN
            if (await self._required(product_id, order_id))["state"] == ReservationState.EXPIRED and change:
                return await self._refusal(product_id, quantity)
        raise TimeoutError(f"The reservation {order_id} of product {product_id} kept changing.")

    async def release(self, product_id: str, order_id: str, quantity: int) -> None:
        """Gives the stock back, exactly once; what was never held is noted as released: a late hold is refused."""
        for _ in range(_TRIES):
            found = await self._reservation(product_id, order_id)
            if found is None:
                if await self._note_as_released(product_id, order_id, quantity):
                    return
            elif found["state"] in _GIVEN_BACK or await self._give_back(found, ReservationState.RELEASED, self._now()):
                return
        raise TimeoutError(f"The reservation {order_id} of product {product_id} kept changing.")

    async def expire(self, reservation: dict[str, Any]) -> bool:
        """Ends a hold whose time is over; False when it has changed meanwhile."""
        return await self._give_back(reservation, ReservationState.EXPIRED, self._now())

    async def overdue(self) -> list[dict[str, Any]]:
        """Every hold whose time is over. Cross-partition: see docs/cost.md."""
        query = "SELECT * FROM c WHERE c.type = 'reservation' AND c.state = 'held' AND c.expiresAt < @now"
        parameters: list[dict[str, Any]] = [{"name": "@now", "value": rfc3339(self._now())}]
        return [dict(found) async for found in self._container.query_items(query, parameters=parameters)]

    async def _note_as_released(self, product_id: str, order_id: str, quantity: int) -> bool:
        now = self._now()
        never = reservation_document(
            product_id, order_id, quantity, state=ReservationState.RELEASED, now=now, expires_at=now
        )
        return await self._batch(product_id, [("create", (never,))])

    async def _give_back(self, found: dict[str, Any], wanted: ReservationState, now: datetime) -> bool:
        product_id, order_id, quantity = str(found["productId"]), str(found["orderId"]), int(found["quantity"])
        previous = ReservationState(found["state"])
        event = stock_event(product_id, order_id, quantity, state=wanted, change=quantity, now=now, previous=previous)
        give = ("patch", (product_id, [{"op": "incr", "path": "/inventory", "value": quantity}, _touched(now)]))
        move = _move(order_id, previous, wanted, now)
        return await self._batch(product_id, [move, give, ("create", (event,))])

    async def _reservation(self, product_id: str, order_id: str) -> dict[str, Any] | None:
        try:
            return dict(await self._container.read_item(reservation_id(order_id), partition_key=product_id))
        except CosmosResourceNotFoundError:
            return None

    async def _required(self, product_id: str, order_id: str) -> dict[str, Any]:
        found = await self._reservation(product_id, order_id)
        if found is None:  # another instance may not see the write yet: the step is tried again
            raise LookupError(f"No reservation of order {order_id} for product {product_id} can be seen (yet).")
        return found

    async def _refusal(self, product_id: str, quantity: int) -> HoldResult:
        """Names the reason of a refused batch; only the name depends on this read, not the refusal."""
        available = await self.is_available(product_id)
        return HoldResult.INSUFFICIENT if available else HoldResult.UNAVAILABLE

    async def _batch(self, product_id: str, operations: list[Any]) -> bool:
        return await self._attempt(product_id, operations) is None

    async def _attempt(self, product_id: str, operations: list[Any]) -> HTTPStatus | None:
        """None when the batch was written, else the status of the operation that was refused."""
        try:
            await self._container.execute_item_batch(operations, partition_key=product_id)
        except CosmosBatchOperationError as error:
            if error.status_code in _RACES:
                return HTTPStatus(error.status_code)
            raise
        return None


def _answer(found: dict[str, Any]) -> HoldResult:
    taken = (ReservationState.HELD, ReservationState.COMMITTED)
    return HoldResult.TAKEN if found["state"] in taken else HoldResult.ENDED


def _touched(now: datetime) -> dict[str, Any]:
    return {"op": "set", "path": "/updatedAt", "value": rfc3339(now)}


def _take(product_id: str, quantity: int, now: datetime) -> Any:
    operations = [{"op": "incr", "path": "/inventory", "value": -quantity}, _touched(now)]
    condition = f"FROM c WHERE c.isActive = true AND c.inventory >= {quantity:d}"
    return ("patch", (product_id, operations), {"filter_predicate": condition})


def _move(order_id: str, present: ReservationState, wanted: ReservationState, now: datetime) -> Any:
    operations = [{"op": "set", "path": "/state", "value": str(wanted)}, _touched(now)]
    if wanted in (ReservationState.RELEASED, ReservationState.EXPIRED):
        operations.append({"op": "set", "path": "/ttl", "value": int(KEPT_AFTER_END.total_seconds())})
    else:
        operations.append({"op": "set", "path": "/ttl", "value": -1})
    condition = f"FROM c WHERE c.state = '{present}'"
    return ("patch", (reservation_id(order_id), operations), {"filter_predicate": condition})
