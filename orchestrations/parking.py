"""Setting an order aside until an operator resumes it. The instance stays alive and visible meanwhile."""

from datetime import timedelta
from typing import Any

from azure.durable_functions import DurableOrchestrationContext

from orchestrations.backoff import StepExhaustedError, Steps, call_with_backoff
from shared.orders.status import Stage
from shared.orders.workflow import StartInput

LONGEST_WAIT = timedelta(days=1)
"""After this time a parked instance looks at the order again, woken or not."""


class Parking:
    """Numbers the waits of one instance, since each external event name may be awaited only once."""

    def __init__(self, context: DurableOrchestrationContext, start: StartInput) -> None:
        self._context = context
        self._start = start
        self._waits = 0

    def wait_for_resume(self, cause: str) -> Steps:
        """Parks the order and returns once the document says that it has been resumed."""
        self._context.set_custom_status(Stage.PARKED)
        yield from self._patiently("park_order", {"event": self._next_event(), "cause": cause})
        while True:
            yield from self._wait()
            answer = yield from self._patiently("still_parked", {"event": self._next_event()})
            if not answer["parked"]:
                return

    def _wait(self) -> Steps:
        """Until the event, or for LONGEST_WAIT: a cancellation by another instance ends the order without an event."""
        woken = self._context.wait_for_external_event(self._event)
        timer = self._context.create_timer(self._context.current_utc_datetime + LONGEST_WAIT)
        if (yield self._context.task_any([woken, timer])) == woken:
            timer.cancel()

    def step(self, activity: str, request: dict[str, Any] | None = None) -> Steps:
        """Calls an activity with back-off; parks when it keeps failing and calls it again when resumed."""
        while True:
            try:
                return (yield from self._call(activity, request or {}, self._start["stepRetrySeconds"]))
            except StepExhaustedError:
                yield from self.wait_for_resume(f"{activity} kept failing")

    def _patiently(self, activity: str, request: dict[str, Any]) -> Steps:
        """Parking itself has nowhere to park: it is tried for as long as a compensation, then the instance fails."""
        return (yield from self._call(activity, request, self._start["undoRetrySeconds"]))

    def _call(self, activity: str, request: dict[str, Any], budget_seconds: float) -> Steps:
        full = {"orderId": self._start["orderId"], **request}
        return (yield from call_with_backoff(self._context, activity, full, budget_seconds))

    @property
    def _event(self) -> str:
        return f"resume-{self._waits}"

    def _next_event(self) -> str:
        self._waits += 1
        return self._event
