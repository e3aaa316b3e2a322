"""What the steps of an order's workflow have in common."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.inventory.repository import InventoryRepository
from shared.orders.document import Order
from shared.orders.repository import OrderRepository
from shared.orders.transitions import Happening, record
from shared.payments.gateway import PaymentGateway
from shared.payments.tokens import PaymentTokens


@dataclass(frozen=True)
class Shop:
    """What activities work with."""

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
