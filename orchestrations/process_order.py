"""The order workflow: validate, approve, reserve, pay, confirm; undone in reverse when a later step refuses."""

from typing import Any

import azure.durable_functions as df
from azure.durable_functions import DurableOrchestrationContext

from orchestrations.approval import wait_for_approval
from orchestrations.backoff import StepExhaustedError, Steps, call_with_backoff
from orchestrations.cancelling import cancel
from orchestrations.compensation import Compensations
from orchestrations.parking import Parking
from shared.orders.status import CancelReason, Stage
from shared.orders.workflow import StartInput

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def process_order(context: DurableOrchestrationContext) -> Steps:
    """Takes one order from validation to its end."""
    return (yield from run(context))


def run(context: DurableOrchestrationContext) -> Steps:
    """The workflow itself; returns `{"orderId", "status", "reason"}`."""
    start: StartInput = context.get_input()
    parking = Parking(context, start)
    undo = Compensations(context, start, parking)
    reason = yield from _forward(context, start, parking, undo)
    if reason is not None:
        yield from cancel(context, parking, undo, reason)
    return {"orderId": start["orderId"], "status": "cancelled" if reason else "confirmed", "reason": reason}


def _forward(context: DurableOrchestrationContext, start: StartInput, parking: Parking, undo: Compensations) -> Steps:
    """Goes through the stages; returns the reason to cancel, or None once the order is confirmed."""
    context.set_custom_status(Stage.VALIDATING)
    checked = yield from parking.step("validate_order", {"approvalLimitMinor": start["approvalLimitMinor"]})
    if checked["cancel"] is None and checked["needsApproval"]:
        checked["cancel"] = yield from wait_for_approval(context, start, parking)
    if checked["cancel"] is not None:
        if checked["begun"]:  # an earlier instance of this order has come further than this one
            undo.register_all()
        return checked["cancel"]
    return (yield from _reserve_and_pay(context, start, parking, undo))


def _reserve_and_pay(
    context: DurableOrchestrationContext, start: StartInput, parking: Parking, undo: Compensations
) -> Steps:
    context.set_custom_status(Stage.RESERVING)
    undo.register("release_stock")
    reserved = yield from parking.step("reserve_stock", {"reservationTtlSeconds": start["reservationTtlSeconds"]})
    if reserved["cancel"] is not None:
        return reserved["cancel"]
    context.set_custom_status(Stage.PAYING)
    undo.register("undo_payment")
    paid = yield from _pay(context, start)
    if paid["cancel"] is not None:
        return paid["cancel"]
    return (yield from _confirm(context, parking))


def _pay(context: DurableOrchestrationContext, start: StartInput) -> Steps:
    """A provider that stays away for too long is a time-out of the payment: the order is cancelled, not parked."""
    request: dict[str, Any] = {"orderId": start["orderId"]}
    try:
        return (yield from call_with_backoff(context, "authorise_payment", request, start["stepRetrySeconds"]))
    except StepExhaustedError:
        return {"cancel": str(CancelReason.PAYMENT_TIMEOUT)}


def _confirm(context: DurableOrchestrationContext, parking: Parking) -> Steps:
    context.set_custom_status(Stage.CONFIRMING)
    for activity in ("commit_stock", "capture_payment", "confirm_order"):
        answer = yield from parking.step(activity)
        if answer["cancel"] is not None:
            return answer["cancel"]
    context.set_custom_status(Stage.CONFIRMED)
    return None
