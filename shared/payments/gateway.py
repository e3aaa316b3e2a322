"""What the shop asks of a payment provider.

Every call carries an idempotency key made of order and step, so that a repeated call has the effect of one. A business
refusal is a result; an exception means that nobody knows, and the call is repeated with the same key.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class AuthorisationOutcome(StrEnum):
    """How the provider answered a request for money."""

    APPROVED = "approved"
    DECLINED = "declined"
    TIMED_OUT = "timed-out"
    """The provider gave up waiting for the payer's bank. The money may still be authorised later, unless voided."""
    VOIDED = "voided"
    """The payment was voided before: no money will move."""


@dataclass(frozen=True)
class Authorisation:
    """The answer to `authorise`; `payment_id` names the payment at the provider."""

    outcome: AuthorisationOutcome
    payment_id: str


class GatewayUnavailableError(Exception):
    """The provider can't be reached or failed: try again later with the same key."""


class PaymentGateway(Protocol):
    """A payment provider. Amounts are minor units."""

    async def authorise(self, key: str, order_id: str, amount_minor: int, currency: str, token: str) -> Authorisation:
        """Reserves the payer's money. Raises GatewayUnavailableError."""
        ...

    async def capture(self, key: str, order_id: str) -> None:
        """Takes the authorised money; again: nothing. Raises GatewayUnavailableError, PaymentStateError."""
        ...

    async def undo(self, key: str, order_id: str) -> None:
        """Voids what was authorised, refunds what was captured, and blocks a payment that comes later."""
        ...


class PaymentStateError(Exception):
    """The payment is not in a state that allows the call, e.g. a capture without authorisation."""
