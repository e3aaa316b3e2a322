"""The provider's ledger: one document per order in container `payments`, written under its ETag."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Literal, TypeVar

from azure.core import MatchConditions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceNotFoundError
from pydantic import BaseModel, Field

from shared.documents import StoredModel
from shared.time import rfc3339

_RACES = {HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, 449}
_TRIES = 20
Answer = TypeVar("Answer")


class PaymentState(StrEnum):
    """Where the money is."""

    NEW = "new"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    TIMED_OUT = "timed-out"
    VOIDED = "voided"
    REFUNDED = "refunded"


class LedgerEntry(BaseModel):
    """One movement, by the idempotency key that caused it."""

    key: str
    state: PaymentState
    amount_minor: int
    at: str


class Payment(StoredModel):
    """The account of one order's payment; authorised >= captured >= refunded, always."""

    id: str
    order_id: str
    type: Literal["payment"] = "payment"
    schema_version: Literal[1] = 1
    state: PaymentState = PaymentState.NEW
    currency: str = ""
    authorised_minor: int = 0
    captured_minor: int = 0
    refunded_minor: int = 0
    failures: int = 0
    """How many calls the simulated provider has failed on purpose."""
    entries: list[LedgerEntry] = Field(default_factory=list)
    created_at: str
    updated_at: str
    etag: str | None = Field(default=None, alias="_etag", exclude=True)

    def enter(self, key: str, state: PaymentState, amount_minor: int, now: datetime) -> None:
        """Moves to `state` and writes the movement down."""
        self.state = state
        self.entries.append(LedgerEntry(key=key, state=state, amount_minor=amount_minor, at=rfc3339(now)))


class PaymentLedger:
    """Access to the payments. `now` is the injected clock."""

    def __init__(self, container: ContainerProxy, now: Callable[[], datetime]) -> None:
        self._container = container
        self.now = now

    async def update(self, order_id: str, change: Callable[[Payment], Answer]) -> Answer:
        """Applies `change` to the newest version (a new payment if there is none) until nobody was faster."""
        for _ in range(_TRIES):
            payment = await self.get(order_id)
            before = payment.model_dump()
            answer = change(payment)
            if payment.model_dump() == before or await self._write(payment):
                return answer
        raise TimeoutError(f"The payment of order {order_id} was changed by others {_TRIES} times in a row.")

    async def get(self, order_id: str) -> Payment:
        """The payment, or a new one that isn't stored yet."""
        try:
            found = await self._container.read_item(f"payment:{order_id}", partition_key=order_id)
        except CosmosResourceNotFoundError:
            now = rfc3339(self.now())
            return Payment(id=f"payment:{order_id}", order_id=order_id, created_at=now, updated_at=now)
        return Payment.model_validate(dict(found))

    async def _write(self, payment: Payment) -> bool:
        payment.updated_at = rfc3339(self.now())
        document = payment.to_document()
        try:
            if payment.etag is None:
                await self._container.create_item(document)
            else:
                await self._container.replace_item(
                    payment.id, document, etag=payment.etag, match_condition=MatchConditions.IfNotModified
                )
        except CosmosHttpResponseError as error:
            if error.status_code in _RACES:
                return False
            raise
        return True
