"""A payment provider that moves no money: what it does is decided by the payment token.

`tok_approve` approves, `tok_decline` declines, `tok_timeout` never gets the bank's answer, `tok_fail_<n>` fails n times
and approves then. Any other token is declined.
"""

import re

from shared.payments.gateway import (
    Authorisation,
    AuthorisationOutcome,
    GatewayUnavailableError,
    PaymentStateError,
)
from shared.payments.ledger import Payment, PaymentLedger, PaymentState

DEFAULT_TOKEN = "tok_approve"  # noqa: S105 - the simulated provider's public test token
_FAILING = re.compile(r"tok_fail_(\d{1,6})")
_OUTCOMES = {
    PaymentState.AUTHORISED: AuthorisationOutcome.APPROVED,
    PaymentState.CAPTURED: AuthorisationOutcome.APPROVED,
    PaymentState.DECLINED: AuthorisationOutcome.DECLINED,
    PaymentState.TIMED_OUT: AuthorisationOutcome.TIMED_OUT,
    PaymentState.VOIDED: AuthorisationOutcome.VOIDED,
    PaymentState.REFUNDED: AuthorisationOutcome.VOIDED,
}
_BY_TOKEN = {
    "tok_approve": PaymentState.AUTHORISED,
    "tok_decline": PaymentState.DECLINED,
    "tok_timeout": PaymentState.TIMED_OUT,
}


class SimulatedGateway:
    """The PaymentGateway protocol on a ledger in Cosmos DB."""

    def __init__(self, ledger: PaymentLedger) -> None:
        self._ledger = ledger

    async def authorise(self, key: str, order_id: str, amount_minor: int, currency: str, token: str) -> Authorisation:
        """Answers by the token; a payment that was answered or voided before keeps its answer."""

        def change(payment: Payment) -> AuthorisationOutcome | None:
            if payment.state != PaymentState.NEW:
                return _OUTCOMES[payment.state]
            failing = _FAILING.fullmatch(token)
            if failing and payment.failures < int(failing[1]):
                payment.failures += 1
                return None
            state = PaymentState.AUTHORISED if failing else _BY_TOKEN.get(token, PaymentState.DECLINED)
            payment.currency = currency
            if state == PaymentState.AUTHORISED:
                payment.authorised_minor = amount_minor
            payment.enter(key, state, amount_minor, self._ledger.now())
            return _OUTCOMES[state]

        outcome = await self._ledger.update(order_id, change)
        if outcome is None:
            raise GatewayUnavailableError(f"The payment provider failed on purpose, for order {order_id}.")
        return Authorisation(outcome, payment_id(order_id))

    async def capture(self, key: str, order_id: str) -> None:
        """Takes the whole authorised amount, once."""

        def change(payment: Payment) -> None:
            if payment.state == PaymentState.CAPTURED:
                return
            if payment.state != PaymentState.AUTHORISED:
                raise PaymentStateError(f"The payment of order {order_id} is {payment.state}, not authorised.")
            payment.captured_minor = payment.authorised_minor
            payment.enter(key, PaymentState.CAPTURED, payment.captured_minor, self._ledger.now())

        await self._ledger.update(order_id, change)

    async def undo(self, key: str, order_id: str) -> None:
        """Refunds a captured payment, voids any other one; what was never authorised can't be any more."""

        def change(payment: Payment) -> None:
            if payment.state in (PaymentState.VOIDED, PaymentState.REFUNDED):
                return
            captured = payment.captured_minor
            payment.refunded_minor = captured
            state = PaymentState.REFUNDED if captured else PaymentState.VOIDED
            payment.enter(key, state, captured or payment.authorised_minor, self._ledger.now())

        await self._ledger.update(order_id, change)


def payment_id(order_id: str) -> str:
    """The provider's name for the payment of an order."""
    return f"pay_{order_id}"
