"""Waiting for a person's decision, with a time limit. The decision is in the order document; events only wake."""

from datetime import datetime, timedelta

from azure.durable_functions import DurableOrchestrationContext

from orchestrations.backoff import Steps
from orchestrations.parking import Parking
from shared.orders.status import CancelReason, Decision, Stage
from shared.orders.workflow import StartInput

_REASONS = {
    str(Decision.REJECTED): str(CancelReason.APPROVAL_REJECTED),
    str(Decision.TIMED_OUT): str(CancelReason.APPROVAL_TIMEOUT),
}


def wait_for_approval(context: DurableOrchestrationContext, start: StartInput, parking: Parking) -> Steps:
    """Returns the reason to cancel, or None when the order was approved."""
    deadline = context.current_utc_datetime + timedelta(seconds=start["approvalTimeoutSeconds"])
    wait = 0
    while True:
        wait += 1
        event = f"decision-{wait}"
        answer = yield from parking.step("await_approval", {"event": event})
        context.set_custom_status(Stage.AWAITING_APPROVAL)
        if answer["cancel"] is None and answer["decision"] is None:
            woken = yield from _woken_in_time(context, event, deadline)
            answer = yield from parking.step("read_decision" if woken else "time_out_approval")
        if answer["cancel"] is not None:
            return answer["cancel"]
        if answer["decision"] is not None:
            return _REASONS.get(answer["decision"])


def _woken_in_time(context: DurableOrchestrationContext, event: str, deadline: datetime) -> Steps:
    timer = context.create_timer(deadline)
    woken = context.wait_for_external_event(event)
    if (yield context.task_any([woken, timer])) == timer:
        return False
    timer.cancel()
    return True
