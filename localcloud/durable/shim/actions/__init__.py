"""The SDK's actions, one module per type; `start` begins any of them."""

from collections.abc import Callable
from typing import Any

from localcloud.durable.shim.actions import (
    activity,
    compound,
    continue_as_new,
    external_event,
    retry,
    sub_orchestrator,
    timer,
    unbuilt,
)
from localcloud.durable.shim.scheduler import Scheduler
from localcloud.durable.shim.task import SimulatedTask

Action = dict[str, Any]
_STARTERS: dict[int, Callable[[Action, Scheduler], SimulatedTask]] = {
    0: activity.start,
    1: lambda action, scheduler: retry.start(action, scheduler, activity.start),
    2: sub_orchestrator.start,
    3: lambda action, scheduler: retry.start(action, scheduler, sub_orchestrator.start),
    4: continue_as_new.start,
    5: timer.start,
    6: external_event.start,
    11: lambda action, scheduler: compound.start_any(action, scheduler, start),
    12: lambda action, scheduler: compound.start_all(action, scheduler, start),
}


def start(action: Action, scheduler: Scheduler) -> SimulatedTask:
    """Begins an action and returns what it waits for. Raises NotBuiltError for actions this engine doesn't know."""
    starter = _STARTERS.get(action["actionType"])
    return starter(action, scheduler) if starter else unbuilt.start(action)
