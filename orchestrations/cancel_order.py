"""Cancelling a confirmed order: an orchestration of its own, since the order's own history has ended."""

import azure.durable_functions as df
from azure.durable_functions import DurableOrchestrationContext

from orchestrations.backoff import Steps
from orchestrations.cancelling import cancel
from orchestrations.compensation import Compensations
from orchestrations.parking import Parking
from shared.orders.workflow import StartInput

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def cancel_order(context: DurableOrchestrationContext) -> Steps:
    """Returns the stock and refunds the payment of a confirmed order."""
    return (yield from run(context))


def run(context: DurableOrchestrationContext) -> Steps:
    """The workflow itself; returns `{"orderId", "status"}`."""
    start: StartInput = context.get_input()
    parking = Parking(context, start)
    undo = Compensations(context, start, parking)
    undo.register_all()
    yield from cancel(context, parking, undo, None)
    return {"orderId": start["orderId"], "status": "cancelled"}
