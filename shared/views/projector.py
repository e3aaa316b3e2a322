"""From an event to every view that it concerns, in every generation that is written."""

from collections.abc import Callable, Iterable
from datetime import datetime

from azure.cosmos.aio import ContainerProxy

from shared.events.event import Event
from shared.views.counters import Counters
from shared.views.customer_orders import CustomerOrders
from shared.views.generations import GenerationPointers, View
from shared.views.order_events import OrderEvents
from shared.views.product_sales import CANCELLED, CONFIRMED, sales_increments
from shared.views.stock import stock_increments


class Projector:
    """Applies events. Again, late or in another order: the views end up the same. `now` is the injected clock."""

    def __init__(self, views: ContainerProxy, events: OrderEvents, now: Callable[[], datetime]) -> None:
        self.pointers = GenerationPointers(views, now)
        self.orders = CustomerOrders(views, events)
        self.sales = Counters(views, View.PRODUCT_SALES, now)
        self.stock = Counters(views, View.STOCK, now)
        self._events = events

    async def apply(self, event: Event) -> None:
        """Brings all views up to the event. Raises NotVisibleYetError when what it tells of can't be seen yet."""
        for view in concerned(event):
            generations = (await self.pointers.of(view)).written
            await self.apply_to(view, event, generations)

    async def apply_to(self, view: View, event: Event, generations: Iterable[str]) -> None:
        """Brings one view up to the event, in these generations only."""
        for generation in generations:
            match view:
                case View.CUSTOMER_ORDERS:
                    await self.orders.apply(event, generation)
                case View.PRODUCT_SALES:
                    await self._count_sales(event, generation)
                case View.STOCK:
                    await self.stock.add(event.aggregate, generation, event.id, stock_increments(event) or {})

    async def catch_up(self, order_id: str) -> None:
        """Shows an order in its customer's list as it is now, without waiting for its events to come along."""
        for generation in (await self.pointers.of(View.CUSTOMER_ORDERS)).written:
            await self.orders.catch_up(order_id, generation)

    async def _count_sales(self, event: Event, generation: str) -> None:
        order = await self._events.order(event.aggregate, event.sequence or 0)
        for product_id, increments in sales_increments(event, order).items():
            await self.sales.add(product_id, generation, event.id, increments)


def concerned(event: Event) -> tuple[View, ...]:
    """The views that an event changes."""
    if event.type in (CONFIRMED, CANCELLED):
        return (View.CUSTOMER_ORDERS, View.PRODUCT_SALES)
    if event.type.startswith("order."):
        return (View.CUSTOMER_ORDERS,)
    return (View.STOCK,) if stock_increments(event) is not None else ()
