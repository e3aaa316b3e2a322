"""Claiming a stage: the one place where an activity learns whether it may go on."""

from shared.orders.document import Order
from shared.orders.repository import OrderRepository
from shared.orders.status import OrderStatus, Stage
from shared.orders.transitions import claim_stage


class OrderParkedError(Exception):
    """The order is parked: the step is tried again until somebody resumes it."""


async def claim(orders: OrderRepository, order_id: str, stage: Stage) -> tuple[Order, str | None]:
    """Moves the order to `stage`; returns it with the reason to cancel instead, or None. Raises OrderParkedError."""
    order = await orders.update(order_id, lambda order, now: claim_stage(order, stage, now))
    return order, reason_to_cancel(order)


def reason_to_cancel(order: Order) -> str | None:
    """Why the workflow has to turn round, if it has to. Raises OrderParkedError.

    A cancellation that was asked for counts until the order is being confirmed; later it is another orchestration's.
    """
    if order.stage == Stage.PARKED:
        raise OrderParkedError(f"Order {order.id} is parked.")
    if order.stage in (Stage.CANCELLING, Stage.CANCELLED):
        return str(order.cancel_reason)
    if order.cancel_request is not None and order.stage != Stage.CONFIRMING and order.status == OrderStatus.PENDING:
        return order.cancel_request.by
    return None
