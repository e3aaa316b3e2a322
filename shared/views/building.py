"""The views put together on the running event loop's Azure clients."""

from collections.abc import Callable
from datetime import datetime

from shared.clients import container
from shared.orders.repository import OrderRepository
from shared.time import utc_now
from shared.views.order_events import OrderEvents
from shared.views.order_list import OrderList
from shared.views.projector import Projector
from shared.views.rebuild import SETTLE, Rebuild


def projector(now: Callable[[], datetime] = utc_now) -> Projector:
    """Applies events to the views. Raises SettingsError."""
    orders = container("orders")
    return Projector(container("views"), OrderEvents(orders, OrderRepository(orders, now)), now)


def order_list(now: Callable[[], datetime] = utc_now) -> OrderList:
    """Reads customers' orders. Raises SettingsError."""
    return OrderList(container("views"), projector(now))


def rebuild(now: Callable[[], datetime] = utc_now) -> Rebuild:
    """Builds views anew. Raises SettingsError."""
    return Rebuild(
        projector(now),
        views=container("views"),
        orders=container("orders"),
        products=container("products"),
        settle=SETTLE,
    )
