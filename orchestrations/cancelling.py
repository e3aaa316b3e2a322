"""The end that both orchestrators share: cancelling is written, everything is undone, cancelled is written."""

from azure.durable_functions import DurableOrchestrationContext

from orchestrations.backoff import Steps
from orchestrations.compensation import Compensations
from orchestrations.parking import Parking
from shared.orders.status import Stage


def cancel(context: DurableOrchestrationContext, parking: Parking, undo: Compensations, reason: str | None) -> Steps:
    """Cancels the order; `reason` None leaves it to the document (a cancellation that was asked for)."""
    context.set_custom_status(Stage.CANCELLING)
    yield from parking.step("begin_cancelling", {"reason": reason})
    yield from undo.run()
    yield from parking.step("complete_cancelling")
    context.set_custom_status(Stage.CANCELLED)
