"""WhenAll and WhenAny: all children start at once and in order; the compound itself has no id."""

from collections.abc import Callable
from typing import Any

from localcloud.durable.shim.scheduler import Scheduler
from localcloud.durable.shim.task import SimulatedTask

StartAny = Callable[[dict[str, Any], Scheduler], SimulatedTask]


def start_all(action: dict[str, Any], scheduler: Scheduler, start: StartAny) -> SimulatedTask:
    """Ends when every child has ended, also after a failure (unlike the SDK, whose `task_all` fails at once)."""
    children = [start(child, scheduler) for child in action["compoundActions"]]
    whole = SimulatedTask()

    def child_ended() -> None:
        if all(child.done for child in children):
            whole.end(failed=any(child.failed for child in children))

    for child in children:
        child.when_done(child_ended)
    if not children:
        whole.end()
    return whole


def start_any(action: dict[str, Any], scheduler: Scheduler, start: StartAny) -> SimulatedTask:
    """Ends with the first child."""
    children = [start(child, scheduler) for child in action["compoundActions"]]
    whole = SimulatedTask()
    for child in children:
        child.when_done(whole.end)
    if not children:
        whole.end()
    return whole
