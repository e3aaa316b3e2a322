"""View product-sales:<productId>: what confirmed orders sold, and what cancellations of confirmed orders took back."""

from collections import defaultdict
from collections.abc import Mapping

from shared.events.event import Event
from shared.orders.document import Order

CONFIRMED = "order.confirmed"
CANCELLED = "order.cancelled"


def sales_increments(event: Event, order: Order) -> Mapping[str, Mapping[str, int]]:
    """What an order's event adds, by product. `order` has all events up to this one in it."""
    if event.type == CONFIRMED:
        return _by_product(order, "orders", "units", "revenueMinor")
    if event.type == CANCELLED and CONFIRMED in order.milestones:
        return _by_product(order, "cancelledOrders", "cancelledUnits", "refundedMinor")
    return {}


def _by_product(order: Order, orders: str, units: str, amount: str) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: {orders: 1, units: 0, amount: 0})
    for line in order.items:
        found[line.product_id][units] += line.quantity
        found[line.product_id][amount] += line.quantity * line.price_minor
    return found
