"""WaitForExternalEvent: no id, matched by name."""

from typing import Any

from localcloud.durable.shim.scheduler import Scheduler
from localcloud.durable.shim.task import SimulatedTask


def start(action: dict[str, Any], scheduler: Scheduler) -> SimulatedTask:
    """Waits for the event."""
    return scheduler.wait_for_event(action["externalEventName"])
