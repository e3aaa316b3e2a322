"""A reservation: the document `reservation:<orderId>` in the product's partition, and its states."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shared.documents import base_fields
from shared.time import rfc3339

KEPT_AFTER_END = timedelta(days=30)
"""How long a finished reservation stays, so that late repeats still find their answer."""


class ReservationState(StrEnum):
    """held is the only state that isn't final, except that committed may still be released by a cancellation."""

    HELD = "held"
    COMMITTED = "committed"
    RELEASED = "released"
    EXPIRED = "expired"


def reservation_id(order_id: str) -> str:
    """The document id; one reservation per order and product."""
    return f"reservation:{order_id}"


def reservation_document(
    product_id: str,
    order_id: str,
    quantity: int,
    *,
    state: ReservationState,
    now: datetime,
    expires_at: datetime,
) -> dict[str, Any]:
    """A new reservation as it is stored."""
    document: dict[str, Any] = {
        "id": reservation_id(order_id),
        "productId": product_id,
        "orderId": order_id,
        **base_fields("reservation", now),
        "quantity": quantity,
        "state": str(state),
        "expiresAt": rfc3339(expires_at),
    }
    if state in (ReservationState.RELEASED, ReservationState.EXPIRED):
        document["ttl"] = int(KEPT_AFTER_END.total_seconds())
    return document


def stock_event(
    product_id: str,
    order_id: str,
    quantity: int,
    *,
    state: ReservationState,
    change: int,
    now: datetime,
    previous: ReservationState | None = None,
) -> dict[str, Any]:
    """What a reservation did to the stock. `change` is what was added to the orderable inventory (negative: taken).

    `previous` is the state the reservation was in before, None for a new one.

    The id names the new state and not a counter: stock changes add up in any order, and a counter would make every
    order of a popular product wait for every other one.
    """
    return {
        "id": f"{product_id}:{order_id}:{state}",
        "productId": product_id,
        **base_fields(f"stock.{state}", now),
        "time": rfc3339(now),
        "aggregate": product_id,
        "sequence": None,
        "actor": "system",
        "correlationId": order_id,
        "traceparent": "",
        "data": {
            "orderId": order_id,
            "quantity": quantity,
            "change": change,
            **({} if previous is None else {"previous": str(previous)}),
        },
    }
