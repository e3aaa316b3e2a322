"""Reading back from container `orders` what a view hasn't been told, or not yet."""

from azure.cosmos.aio import ContainerProxy

from shared.events.event import Event
from shared.messaging.patience import NotVisibleYetError
from shared.orders.document import Order
from shared.orders.errors import OrderNotFoundError
from shared.orders.repository import OrderRepository


class OrderEvents:
    """Orders and their events, at least as new as the event that asks for them."""

    def __init__(self, container: ContainerProxy, orders: OrderRepository) -> None:
        self._container = container
        self._orders = orders

    async def order(self, order_id: str, sequence: int) -> Order:
        """The order with all events up to `sequence` in it. Raises NotVisibleYetError."""
        try:
            order = await self._orders.get(order_id)
        except OrderNotFoundError as error:
            raise NotVisibleYetError(f"There is no order {order_id}, or it can't be seen yet.") from error
        if order.event_sequence < sequence:
            raise NotVisibleYetError(f"Order {order_id} is seen with {order.event_sequence} events, not {sequence}.")
        return order

    async def after(self, order_id: str, sequence: int, last: int) -> list[Event]:
        """The order's events after `sequence` up to `last` at least, without a gap. Raises NotVisibleYetError."""
        query = "SELECT * FROM c WHERE c.sequence > @after ORDER BY c.sequence"
        parameters = [{"name": "@after", "value": sequence}]
        found = self._container.query_items(query, parameters=parameters, partition_key=order_id)
        events = [Event.from_document(dict(document)) async for document in found]
        sequences = [event.sequence for event in events]
        if sequences != list(range(sequence + 1, sequence + 1 + len(events))) or sequence + len(events) < last:
            raise NotVisibleYetError(f"Of order {order_id} the events {sequences} are seen, not all up to {last}.")
        return events
