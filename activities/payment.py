"""Activities on the money: authorise_payment, capture_payment, and undo_payment which undoes both."""

import azure.durable_functions as df

from activities.requests import OrderRequest, StepResult
from activities.stages import claim, reason_to_cancel
from shared.orders.document import Order
from shared.orders.status import CancelReason, Stage
from shared.payments.gateway import Authorisation, AuthorisationOutcome
from shared.payments.simulated import DEFAULT_TOKEN
from shared.services import shop
from shared.shop import Shop

blueprint = df.Blueprint()

_REFUSALS = {
    AuthorisationOutcome.DECLINED: CancelReason.PAYMENT_DECLINED,
    AuthorisationOutcome.TIMED_OUT: CancelReason.PAYMENT_TIMEOUT,
    AuthorisationOutcome.VOIDED: CancelReason.PAYMENT_DECLINED,
}


@blueprint.activity_trigger(input_name="request")
async def authorise_payment(request: OrderRequest) -> StepResult:
    """Asks the provider to reserve the order's total."""
    return await authorise(shop(), request)


async def authorise(shop: Shop, request: OrderRequest) -> StepResult:
    """The idempotency key is made of order and step, so that a repeated try is the same payment."""
    order, cancel = await claim(shop.orders, request["orderId"], Stage.PAYING)
    if cancel is not None:
        return StepResult(cancel=cancel)
    token = await _token(shop, order)
    answer = await shop.gateway.authorise(f"{order.id}:authorise", order.id, order.total_minor, order.currency, token)
    if answer.outcome != AuthorisationOutcome.APPROVED:
        return StepResult(cancel=str(_REFUSALS[answer.outcome]))
    await _note(shop, order, answer)
    return StepResult(cancel=None)


async def _token(shop: Shop, order: Order) -> str:
    """The customer's token. Raises LookupError when it can't be seen (yet): no other one may take its place.

    After the authorisation the provider's answer stands whatever the token, which may be gone by then.
    """
    token = await shop.tokens.get(order.id)
    if token is None and "order.payment-authorised" not in order.milestones:
        raise LookupError(f"The payment token of order {order.id} can't be seen (yet).")
    return token or DEFAULT_TOKEN


async def _note(shop: Shop, order: Order, answer: Authorisation) -> None:
    amounts = {"amountMinor": order.total_minor, "paymentId": answer.payment_id}
    await shop.record(order.id, "order.payment-authorised", amounts, payment_id=answer.payment_id)


@blueprint.activity_trigger(input_name="request")
async def capture_payment(request: OrderRequest) -> StepResult:
    """Takes the authorised money."""
    return await capture(shop(), request)


async def capture(shop: Shop, request: OrderRequest) -> StepResult:
    """The payment token is removed once the money has moved."""
    order = await shop.orders.get(request["orderId"])
    if (cancel := reason_to_cancel(order)) is not None:
        return StepResult(cancel=cancel)
    await shop.gateway.capture(f"{order.id}:capture", order.id)
    await shop.record(order.id, "order.payment-captured", {"amountMinor": order.total_minor})
    await shop.tokens.remove(order.id)
    return StepResult(cancel=None)


@blueprint.activity_trigger(input_name="request")
async def undo_payment(request: OrderRequest) -> None:
    """Voids or refunds; may run before the authorisation, which is refused then."""
    await undo(shop(), request)


async def undo(shop: Shop, request: OrderRequest) -> None:
    """Removes the payment token too: no payment can follow."""
    order_id = request["orderId"]
    await shop.gateway.undo(f"{order_id}:undo", order_id)
    await shop.tokens.remove(order_id)
    await shop.record(order_id, "order.payment-undone")
