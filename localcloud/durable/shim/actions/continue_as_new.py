"""ContinueAsNew: no id; always the last action."""

from typing import Any

from localcloud.durable.shim.scheduler import Scheduler
from localcloud.durable.shim.task import SimulatedTask


def start(action: dict[str, Any], scheduler: Scheduler) -> SimulatedTask:
    """Notes the input (JSON text) of the next generation."""
    scheduler.continue_with = action["input"]
    task = SimulatedTask()
    task.end()
    return task
