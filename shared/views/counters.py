"""Counters that count each event once: in one batch, a note that the event has been applied and the increments."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosBatchOperationError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from shared.documents import base_fields
from shared.time import rfc3339
from shared.views.generations import View

_FIELDS = {
    View.PRODUCT_SALES: ("orders", "units", "revenueMinor", "cancelledOrders", "cancelledUnits", "refundedMinor"),
    View.STOCK: ("available", "held", "committed"),
}
"""What each view counts. Stock: pieces that can be ordered, are held by open orders, belong to confirmed ones."""


class Counters:
    """The totals of one view. `now` is the injected clock."""

    def __init__(self, container: ContainerProxy, view: View, now: Callable[[], datetime]) -> None:
        self._container = container
        self._view = view
        self._now = now

    async def add(self, product_id: str, generation: str, event_id: str, increments: Mapping[str, int]) -> bool:
        """Adds the increments of an event to a product's totals; False when the event has been counted before."""
        key = self._view.key(product_id)
        applied = {
            "id": f"applied:{event_id}:{generation}",
            "viewKey": key,
            **base_fields("applied", self._now()),
            "generation": generation,
        }
        changes = [{"op": "incr", "path": f"/{name}", "value": value} for name, value in increments.items() if value]
        changes.append({"op": "set", "path": "/updatedAt", "value": rfc3339(self._now())})
        operations: list[tuple[Any, ...]] = [("create", (applied,)), ("patch", (self._id(generation), changes))]
        while True:
            try:
                await self._container.execute_item_batch(operations, partition_key=key)
            except CosmosBatchOperationError as error:
                if error.status_code == HTTPStatus.CONFLICT:
                    return False
                if error.status_code != HTTPStatus.NOT_FOUND:
                    raise
                await self._create(product_id, generation)
            else:
                return True

    async def totals(self, product_id: str, generation: str) -> dict[str, int]:
        """A product's totals; all zero when nothing has been counted yet."""
        try:
            found = await self._container.read_item(self._id(generation), partition_key=self._view.key(product_id))
        except CosmosResourceNotFoundError:
            return dict.fromkeys(_FIELDS[self._view], 0)
        return {name: int(found[name]) for name in _FIELDS[self._view]}

    async def _create(self, product_id: str, generation: str) -> None:
        document = {
            "id": self._id(generation),
            "viewKey": self._view.key(product_id),
            **base_fields(str(self._view), self._now()),
            "generation": generation,
            "productId": product_id,
            **dict.fromkeys(_FIELDS[self._view], 0),
        }
        try:
            await self._container.create_item(document)
        except CosmosResourceExistsError:
            return

    def _id(self, generation: str) -> str:
        return f"{self._view}:{generation}"
