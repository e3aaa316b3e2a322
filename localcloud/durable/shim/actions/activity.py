"""CallActivity: one id."""

from typing import Any

from localcloud.durable.shim.scheduler import Scheduler, WorkKind
from localcloud.durable.shim.task import SimulatedTask


def start(action: dict[str, Any], scheduler: Scheduler) -> SimulatedTask:
    """Schedules the activity; its input is JSON text."""
    return scheduler.schedule(WorkKind.ACTIVITY, action["functionName"], action.get("input"))
