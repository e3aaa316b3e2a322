"""Orders to test with."""

from datetime import UTC, datetime

from shared.orders.document import Order, OrderLine, ShippingAddress

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def order(order_id: str = "o1", *, lines: list[OrderLine] | None = None, user_id: str = "u1") -> Order:
    """A new order of two pieces at 10.00."""
    items = lines or [OrderLine(product_id="p1", name="Lamp", quantity=2, price_minor=1000)]
    total = sum(line.quantity * line.price_minor for line in items)
    return Order(
        id=order_id,
        order_id=order_id,
        workflow_id=order_id,
        user_id=user_id,
        items=items,
        subtotal_minor=total,
        total_minor=total,
        currency="USD",
        shipping_address=ShippingAddress(
            street="1 Main St", city="Springfield", state="IL", zip_code="1", country="US"
        ),
        created_at=NOW,
        updated_at=NOW,
    )
