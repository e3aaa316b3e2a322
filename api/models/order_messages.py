"""Messages of queue `orders` on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.models.orders import NewOrder
from api.web.validation import Body

_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def _instant(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("an instant needs a time zone, e.g. 2026-01-02T03:04:05Z")
    return text


class ProcessOrder(Body):
    """Makes sure that an order's workflow runs. `timestamp` is when it was asked for."""

    action: Literal["process_order"]
    order_id: _Id
    timestamp: Annotated[str, AfterValidator(_instant)] | None = None


class CreateOrder(NewOrder):
    """A whole order from another system, for one of the shop's users: the body of POST /orders and who orders."""

    action: Literal["create_order"]
    idempotency_key: Annotated[str, Field(pattern=r"^[\x20-\x7e]{1,255}$")]
    user_id: _Id

    def order(self) -> NewOrder:
        """What POST /orders would get: the same order by message or over HTTP has the same fingerprint."""
        return NewOrder.model_construct(
            items=self.items, shipping_address=self.shipping_address, payment_token=self.payment_token
        )


ACTIONS: dict[str, type[ProcessOrder | CreateOrder]] = {"process_order": ProcessOrder, "create_order": CreateOrder}
"""What a message may ask for, by its field `action`."""
