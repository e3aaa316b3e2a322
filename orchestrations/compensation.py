"""Undoing what an order has done: every compensation, in reverse, until all of them have succeeded."""

from datetime import timedelta

from azure.durable_functions import DurableOrchestrationContext

from orchestrations.backoff import FIRST_DELAY, LONGEST_DELAY, Steps
from orchestrations.parking import Parking
from shared.orders.status import Stage
from shared.orders.workflow import StartInput


class Compensations:
    """Registered *before* the action they undo, so that an action of unknown outcome is undone too."""

    def __init__(self, context: DurableOrchestrationContext, start: StartInput, parking: Parking) -> None:
        self._context = context
        self._start = start
        self._parking = parking
        self._registered: list[str] = []

    def register(self, activity: str) -> None:
        """Remembers the activity that undoes what is about to be done."""
        self._registered.append(activity)

    def register_all(self) -> None:
        """Remembers all there are, when it isn't known how far an earlier instance has come."""
        self.register("release_stock")
        self.register("undo_payment")

    def run(self) -> Steps:
        """Runs them in reverse, round after round: one that keeps failing holds up the end, but none of the others.

        Parks the order when some still fail at the end of the time allowed, and goes on when it is resumed.
        """
        pending = self._registered[::-1]
        while pending:
            pending = yield from self._rounds(pending)
            if pending:
                yield from self._parking.wait_for_resume(f"{', '.join(pending)} kept failing")
                self._context.set_custom_status(Stage.CANCELLING)

    def _rounds(self, pending: list[str]) -> Steps:
        deadline = self._context.current_utc_datetime + timedelta(seconds=self._start["undoRetrySeconds"])
        delay = FIRST_DELAY
        while pending := (yield from self._round(pending)):
            if self._context.current_utc_datetime + delay > deadline:
                return pending
            yield self._context.create_timer(self._context.current_utc_datetime + delay)
            delay = min(2 * delay, LONGEST_DELAY)
        return []

    def _round(self, pending: list[str]) -> Steps:
        failed = []
        for activity in pending:
            try:
                yield self._context.call_activity(activity, {"orderId": self._start["orderId"]})
            except Exception:  # tried again in the next round
                failed.append(activity)
        return failed
