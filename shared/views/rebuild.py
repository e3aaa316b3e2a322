"""Building a view anew from all events, while it is read and written: a new generation, then the switch."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from shared.events.event import Event, is_event
from shared.views.generations import View
from shared.views.product_sales import CANCELLED, CONFIRMED
from shared.views.projector import Projector, concerned

SETTLE = timedelta(seconds=5)
"""How long the old pointer may still be in use: KEPT_SECONDS, and a write that had begun by then."""


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did."""

    view: View
    generation: str
    events: int
    """How many events (of customer-orders: orders) were read."""
    removed: int
    """How many documents of older generations were deleted."""


class Rebuild:
    """Cross-partition reads of everything: an operator's tool, see docs/cost.md."""

    def __init__(
        self,
        projector: Projector,
        *,
        views: ContainerProxy,
        orders: ContainerProxy,
        products: ContainerProxy,
        settle: timedelta,
    ) -> None:
        self._projector = projector
        self._views = views
        self._orders = orders
        self._products = products
        self._settle = settle

    async def run(self, view: View, generation: str) -> Rebuilt:
        """Builds `generation`, a name not used before, and switches to it. Raises RebuildTakenOverError.

        Events that happen meanwhile are applied to both generations; dying halfway leaves the active one untouched.
        """
        await self._projector.pointers.begin(view, generation)
        await asyncio.sleep(self._settle.total_seconds())
        count = await self._replay(view, generation)
        await self._projector.pointers.switch(view, generation)
        await asyncio.sleep(self._settle.total_seconds())
        kept = (await self._projector.pointers.of(view)).written
        return Rebuilt(view, generation, count, await self._remove_others(view, kept))

    async def _replay(self, view: View, generation: str) -> int:
        count = 0
        if view is View.CUSTOMER_ORDERS:
            async for order_id in self._order_ids():
                await self._projector.orders.catch_up(order_id, generation)
                count += 1
            return count
        async for event in self._events(view):
            if view in concerned(event):
                await self._projector.apply_to(view, event, (generation,))
                count += 1
        return count

    async def _order_ids(self) -> AsyncIterator[str]:
        async for found in self._orders.query_items("SELECT c.id FROM c WHERE c.type = 'order'"):
            yield str(found["id"])

    async def _events(self, view: View) -> AsyncIterator[Event]:
        if view is View.STOCK:
            documents = self._products.query_items("SELECT * FROM c WHERE IS_DEFINED(c.aggregate)")
        else:
            query = "SELECT * FROM c WHERE c.type IN (@confirmed, @cancelled)"
            values = {"@confirmed": CONFIRMED, "@cancelled": CANCELLED}
            parameters: list[dict[str, object]] = [{"name": name, "value": value} for name, value in values.items()]
            documents = self._orders.query_items(query, parameters=parameters)
        async for document in documents:
            if is_event(document):
                yield Event.from_document(dict(document))

    async def _remove_others(self, view: View, kept: tuple[str, ...]) -> int:
        query = (
            "SELECT c.id, c.viewKey FROM c WHERE STARTSWITH(c.viewKey, @view) AND IS_DEFINED(c.generation) "
            "AND NOT ARRAY_CONTAINS(@kept, c.generation)"
        )
        parameters: list[dict[str, object]] = [
            {"name": "@kept", "value": list(kept)},
            {"name": "@view", "value": view.key("")},
        ]
        removed = 0
        async for found in self._views.query_items(query, parameters=parameters):
            try:
                await self._views.delete_item(found["id"], partition_key=found["viewKey"])
            except CosmosResourceNotFoundError:
                continue
            removed += 1
        return removed
