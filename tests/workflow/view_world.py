"""The shop of the workflow tests together with its views."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared.clients import container
from shared.documents import without_system_properties
from shared.events.event import Event, is_event
from shared.orders.document import Order
from shared.services import services
from shared.views.generations import View
from shared.views.projector import Projector
from shared.views.rebuild import Rebuild, Rebuilt

_OF_NO_IMPORTANCE = {"id", "createdAt", "updatedAt", "generation"}


@dataclass
class ViewWorld:
    """Applies events and looks at the views."""

    projector: Projector = field(default_factory=lambda: services().projector)

    async def events(self) -> list[Event]:
        """Every event of the shop, as the outbox has them."""
        found: list[Event] = []
        for name in ("orders", "products"):
            documents = container(name).query_items("SELECT * FROM c")
            found += [Event.from_document(dict(document)) async for document in documents if is_event(document)]
        return found

    async def apply(self, events: list[Event]) -> None:
        """One after the other."""
        for event in events:
            await self.projector.apply(event)

    async def rebuild(self, view: View, generation: str) -> Rebuilt:
        """Without waiting for others: there are none."""
        containers = {name: container(name) for name in ("views", "orders", "products")}
        return await Rebuild(self.projector, **containers, settle=timedelta(0)).run(view, generation)

    async def content(self) -> list[dict[str, Any]]:
        """Everything that the views say, whatever its generation."""
        found = [
            {name: value for name, value in without_system_properties(dict(document)).items() if name not in names}
            async for document in container("views").query_items("SELECT * FROM c")
            for names in (_OF_NO_IMPORTANCE if document["type"] != "customer-order" else {"id", "generation"},)
            if document["type"] not in ("applied", "generations")
        ]
        return sorted(found, key=lambda document: (document["viewKey"], document.get("orderId", "")))

    async def shown(self, order: Order) -> Order:
        """An order as its customer's list has it."""
        key = View.CUSTOMER_ORDERS.key(order.user_id)
        query = "SELECT VALUE c['order'] FROM c WHERE c.orderId = @id"
        parameters: list[dict[str, Any]] = [{"name": "@id", "value": order.id}]
        rows = container("views").query_items(query, parameters=parameters, partition_key=key)
        [row] = [dict(row) async for row in rows]
        return Order.model_validate(row)
