"""Orders on the wire."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from api.web.paging import PageQuery
from api.web.validation import Body, View
from shared.checkout.basket import MAX_LINES, MAX_QUANTITY, WantedLine
from shared.money import Price, amount
from shared.orders.document import Order, ShippingAddress
from shared.orders.status import CancelReason, OrderStatus, Stage
from shared.time import Instant

Line = Annotated[str, Field(min_length=1, max_length=200)]


class NewOrderItem(Body):
    """One line; `price` is what the customer expects to pay for one piece."""

    product_id: Annotated[str, Field(min_length=1, max_length=64)]
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
    price: Price | None = None


class NewShippingAddress(Body):
    """Where the parcel goes; `country` is an ISO 3166-1 code of two letters."""

    street: Line
    city: Line
    state: Annotated[str, Field(max_length=100)]
    zip_code: Annotated[str, Field(min_length=1, max_length=20)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class NewOrder(Body):
    """Body of POST /orders."""

    items: Annotated[list[NewOrderItem], Field(min_length=1, max_length=MAX_LINES)]
    shipping_address: NewShippingAddress
    payment_token: Annotated[str, Field(pattern=r"^tok_[A-Za-z0-9_]{1,60}$")] | None = None

    def wanted(self) -> list[WantedLine]:
        """The lines for the rules of ordering."""
        return [WantedLine(item.product_id, item.quantity, item.price) for item in self.items]

    def address(self) -> ShippingAddress:
        """The address as it is stored."""
        return ShippingAddress(**self.shipping_address.model_dump())


class OrderQuery(PageQuery):
    """Parameters of GET /orders."""

    status: OrderStatus | None = None


class StatusChange(Body):
    """Body of PATCH /orders/{id}."""

    status: Literal["shipped", "delivered"]


class OrderView(View):
    """An order as answered; never its payment token."""

    id: str
    user_id: str
    status: OrderStatus
    stage: Stage
    items: list[Mapping[str, Any]]
    subtotal: Price
    tax: Price
    shipping: Price
    total_amount: Price
    currency: str
    shipping_address: ShippingAddress
    cancel_reason: CancelReason | None = None
    payment_id: str | None = None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, order: Order) -> Self:
        """The view of a stored order."""
        return cls.model_construct(
            id=order.id,
            user_id=order.user_id,
            status=order.status,
            stage=order.stage,
            items=[
                {
                    "productId": line.product_id,
                    "name": line.name,
                    "quantity": line.quantity,
                    "price": amount(line.price_minor),
                }
                for line in order.items
            ],
            subtotal=order.subtotal_minor,
            tax=order.tax_minor,
            shipping=order.shipping_minor,
            total_amount=order.total_minor,
            currency=order.currency,
            shipping_address=order.shipping_address,
            cancel_reason=order.cancel_reason,
            payment_id=order.payment_id,
            created_at=order.created_at,
            updated_at=order.updated_at,
        )


class OrderStatusView(View):
    """What GET /orders/{id}/status answers."""

    order_id: str
    status: OrderStatus
    stage: Stage
    updated_at: Instant
