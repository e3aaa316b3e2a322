"""An order's state from its events. What ordering fixed (lines, amounts, address) comes from the order itself."""

from datetime import datetime

from shared.events.event import Event
from shared.orders.document import Order
from shared.orders.status import FORWARD, CancelReason, OrderStatus, Stage
from shared.orders.transitions import stage_before_parking

_CANCEL_REQUESTED = "order.cancel-requested"


def as_placed(order: Order) -> Order:
    """The order before its first event."""
    return Order(
        id=order.id,
        order_id=order.id,
        workflow_id=order.id,
        user_id=order.user_id,
        items=order.items,
        subtotal_minor=order.subtotal_minor,
        tax_minor=order.tax_minor,
        shipping_minor=order.shipping_minor,
        total_minor=order.total_minor,
        currency=order.currency,
        shipping_address=order.shipping_address,
        correlation_id=order.correlation_id,
        created_at=order.created_at,
        updated_at=order.created_at,
    )


def fold(order: Order, event: Event) -> None:
    """Moves the order on by its next event. An event of a type that doesn't concern its state only counts."""
    time = datetime.fromisoformat(event.time)
    order.milestones.setdefault(event.type, time)
    order.event_sequence, order.updated_at = event.sequence or order.event_sequence, time
    what = event.type.removeprefix("order.")
    if what == Stage.CONFIRMED:
        order.status, order.stage = OrderStatus.CONFIRMED, Stage.CONFIRMED
        order.open = _CANCEL_REQUESTED in order.milestones
    elif what == Stage.CANCELLED:
        order.status, order.stage, order.open = OrderStatus.CANCELLED, Stage.CANCELLED, False
    elif what == Stage.CANCELLING:
        order.stage, order.open = Stage.CANCELLING, True
        order.cancel_reason = CancelReason(event.data["reason"])
    elif what in FORWARD:
        order.stage = Stage(what)
    elif what in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        order.status = OrderStatus(what)
    else:
        _fold_aside(order, event)


def _fold_aside(order: Order, event: Event) -> None:
    match event.type:
        case "order.parked":
            order.stage = Stage.PARKED
        case "order.resumed":
            order.stage = stage_before_parking(order)
        case "order.payment-authorised":
            order.payment_id = event.data["paymentId"]
        case "order.cancel-requested":
            order.open = True
        case _:
            return
