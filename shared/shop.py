"""The shop's parts put together on the running event loop's Azure clients."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.clients import container
from shared.inventory.repository import InventoryRepository
from shared.orders.document import Order
from shared.orders.repository import OrderRepository
from shared.orders.transitions import Happening, record
from shared.payments.gateway import PaymentGateway
from shared.payments.ledger import PaymentLedger
from shared.payments.simulated import SimulatedGateway
from shared.payments.tokens import PaymentTokens
from shared.time import utc_now


@dataclass(frozen=True)
class Shop:
    """What activities and triggers work with. Cheap to build: the clients behind it are shared."""

    orders: OrderRepository
    inventory: InventoryRepository
    gateway: PaymentGateway
    tokens: PaymentTokens

    async def record(
        self, order_id: str, event: str, fields: dict[str, Any] | None = None, *, payment_id: str | None = None
    ) -> None:
        """Writes a milestone of an order, with its event, once."""

        def change(order: Order, now: datetime) -> list[Happening]:
            order.payment_id = payment_id or order.payment_id
            return record(order, Happening(event, fields=fields or {}), now)

        await self.orders.update(order_id, change)


def shop(now: Callable[[], datetime] = utc_now) -> Shop:
    """The shop of the running event loop. Raises SettingsError."""
    payments = container("payments")
    return Shop(
        orders=OrderRepository(container("orders"), now),
        inventory=InventoryRepository(container("products"), now),
        gateway=SimulatedGateway(PaymentLedger(payments, now)),
        tokens=PaymentTokens(payments, now),
    )
