"""CallSubOrchestrator: one id; a child without an id is named after it by the engine."""

from typing import Any

from localcloud.durable.shim.scheduler import Scheduler, WorkKind
from localcloud.durable.shim.task import SimulatedTask


def start(action: dict[str, Any], scheduler: Scheduler) -> SimulatedTask:
    """Schedules the child."""
    return scheduler.schedule(
        WorkKind.SUB,
        action["functionName"],
        action.get("input"),
        instance_id=action.get("instanceId") or None,
        version=action.get("version"),
    )
