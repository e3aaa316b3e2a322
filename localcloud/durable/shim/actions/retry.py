"""Calls with retry: each try has an id and so has each pause, the one after the last failure included."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from localcloud.durable.shim.scheduler import Scheduler, WorkKind
from localcloud.durable.shim.task import SimulatedTask

StartCall = Callable[[dict[str, Any], Scheduler], SimulatedTask]


class _Retry:
    def __init__(self, action: dict[str, Any], scheduler: Scheduler, call: StartCall) -> None:
        options = action["retryOptions"]
        self._action, self._scheduler, self._call = action, scheduler, call
        self._pause = timedelta(milliseconds=options["firstRetryIntervalInMilliseconds"])
        self._tries_left = int(options["maxNumberOfAttempts"])
        self.whole = SimulatedTask()

    def try_once(self) -> None:
        self._tries_left -= 1
        attempt = self._call(self._action, self._scheduler)
        attempt.when_done(lambda: self._tried(attempt))

    def _tried(self, attempt: SimulatedTask) -> None:
        if not attempt.failed:
            self.whole.end()
            return
        # The SDK looks at its count only after a pause, so there is one after the last failure too; it ends at once.
        pause = self._pause if self._tries_left > 0 else timedelta(0)
        timer = self._scheduler.schedule(WorkKind.TIMER, fire_at=self._scheduler.now + pause)
        timer.when_done(self._paused)

    def _paused(self) -> None:
        if self._tries_left > 0:
            self.try_once()
        else:
            self.whole.end(failed=True)


def start(action: dict[str, Any], scheduler: Scheduler, call: StartCall) -> SimulatedTask:
    """Calls until it goes well or the tries are used up."""
    retry = _Retry(action, scheduler, call)
    retry.try_once()
    return retry.whole
