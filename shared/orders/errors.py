"""What decisions about orders are refused with; mapped to problem documents like every ShopError."""

from shared.errors import ConflictError, NotFoundError


class OrderNotFoundError(NotFoundError):
    """There is no such order, or it belongs to somebody else."""

    slug = "order-not-found"
    title = "Order not found"

    def __init__(self, order_id: str) -> None:
        super().__init__(f"There is no order {order_id}.")


class OrderConflictError(ConflictError):
    """The order's present state doesn't allow what was asked."""

    slug = "order-state"
    title = "Not possible in the order's present state"
