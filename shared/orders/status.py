"""The words an order's life is told in, and which moves between them are legal."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """What the customer is told. `parked` is a stage, not a status."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """Where the workflow is. An order moves forward through the first six, or aside into cancelling and parked."""

    VALIDATING = "validating"
    AWAITING_APPROVAL = "awaiting-approval"
    RESERVING = "reserving"
    PAYING = "paying"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    PARKED = "parked"


class CancelReason(StrEnum):
    """Why an order was cancelled."""

    INSUFFICIENT_STOCK = "insufficient-stock"
    PRODUCT_UNAVAILABLE = "product-unavailable"
    PAYMENT_DECLINED = "payment-declined"
    PAYMENT_TIMEOUT = "payment-timeout"
    APPROVAL_REJECTED = "approval-rejected"
    APPROVAL_TIMEOUT = "approval-timeout"
    CUSTOMER = "customer"
    ADMIN = "admin"


class Decision(StrEnum):
    """How a request for approval ended."""

    APPROVED = "approved"
    REJECTED = "rejected"
    TIMED_OUT = "timed-out"


FORWARD = (
    Stage.VALIDATING,
    Stage.AWAITING_APPROVAL,
    Stage.RESERVING,
    Stage.PAYING,
    Stage.CONFIRMING,
    Stage.CONFIRMED,
)
"""The stages in the order in which a successful order passes through them."""

_STATUS_MOVES = {
    OrderStatus.PENDING: {OrderStatus.CONFIRMED, OrderStatus.CANCELLED},
    OrderStatus.CONFIRMED: {OrderStatus.SHIPPED, OrderStatus.CANCELLED},
    OrderStatus.SHIPPED: {OrderStatus.DELIVERED},
    OrderStatus.DELIVERED: set(),
    OrderStatus.CANCELLED: set(),
}


def may_move(present: OrderStatus, wanted: OrderStatus) -> bool:
    """Whether the move is legal: pending, confirmed, shipped, delivered; cancelled from the first two."""
    return wanted in _STATUS_MOVES[present]


def has_reached(present: Stage, wanted: Stage) -> bool:
    """Whether a forward stage has been reached or passed; False when the order has left the forward path."""
    return present in FORWARD and FORWARD.index(present) >= FORWARD.index(wanted)
