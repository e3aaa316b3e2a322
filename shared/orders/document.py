"""The order as it lies in container `orders` (partition key /orderId), next to its events."""

from typing import Any, Literal

from pydantic import Field

from shared.documents import StoredModel
from shared.orders.status import CancelReason, Decision, OrderStatus, Stage
from shared.time import Instant


class OrderLine(StoredModel):
    """One product of an order; name and price are those of the moment of ordering."""

    product_id: str
    name: str
    quantity: int = Field(ge=1)
    price_minor: int = Field(ge=0)
    """Price of one piece in minor units."""


class ShippingAddress(StoredModel):
    """Where the parcel goes."""

    street: str
    city: str
    state: str
    zip_code: str
    country: str


class CancelRequest(StoredModel):
    """Somebody asked for the order to be cancelled; written once."""

    by: Literal["customer", "admin"]
    actor: str
    at: Instant


class ApprovalDecision(StoredModel):
    """How the approval was decided; written once."""

    value: Decision
    actor: str
    at: Instant


class Order(StoredModel):
    """The order document. Amounts are minor units of `currency`; the total is subtotal + tax + shipping."""

    id: str
    order_id: str
    type: Literal["order"] = "order"
    schema_version: Literal[1] = 1
    user_id: str
    status: OrderStatus = OrderStatus.PENDING
    stage: Stage = Stage.VALIDATING
    items: list[OrderLine]
    subtotal_minor: int
    tax_minor: int = 0
    shipping_minor: int = 0
    total_minor: int
    currency: str
    shipping_address: ShippingAddress
    cancel_reason: CancelReason | None = None
    cancel_request: CancelRequest | None = None
    decision: ApprovalDecision | None = None
    payment_id: str | None = None
    created_at: Instant
    updated_at: Instant
    correlation_id: str = ""

    open: bool = True
    """True while a workflow has work to do with it: what the watchdog looks for."""
    workflow_id: str
    """Instance id of the orchestration in charge: the order id, unless an operator had to resume after a lost one."""
    awaited_event: str | None = None
    """Name of the external event the orchestrator waits for. Each name is used for one wait only."""
    wake_ups: int = 0
    """How often the watchdog has started or woken the workflow since its last step."""
    milestones: dict[str, Instant] = Field(default_factory=dict)
    """What has happened, by event type: each is recorded, with its event, exactly once."""
    event_sequence: int = 0
    """Sequence of the newest event."""

    etag: str | None = Field(default=None, alias="_etag", exclude=True)

    def to_document(self) -> dict[str, Any]:
        """The JSON object to store; what the order doesn't have is left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    @property
    def instance_in_charge(self) -> str:
        """Instance id of the orchestration that is to work on the order now."""
        if self.status == OrderStatus.CONFIRMED and not self.workflow_id.startswith(f"{self.id}:cancel"):
            return f"{self.id}:cancel"
        return self.workflow_id

    @property
    def final(self) -> bool:
        """Whether the workflow has nothing left to do."""
        return not self.open
