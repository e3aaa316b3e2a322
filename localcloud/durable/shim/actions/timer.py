"""CreateTimer: one id, also when it is cancelled later."""

from typing import Any

from localcloud.durable.events import parse_timestamp
from localcloud.durable.shim.scheduler import Scheduler, WorkKind
from localcloud.durable.shim.task import SimulatedTask


def start(action: dict[str, Any], scheduler: Scheduler) -> SimulatedTask:
    """Schedules the timer and cancels it when the SDK's copy of the action says so by now."""
    task = scheduler.schedule(WorkKind.TIMER, fire_at=parse_timestamp(action["fireAt"]))
    if action.get("isCanceled"):
        scheduler.cancel(task)
    return task
