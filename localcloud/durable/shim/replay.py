"""From a history and the SDK's answer to what has to happen now."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from localcloud.durable.events import EventType
from localcloud.durable.model import HistoryEvent
from localcloud.durable.shim.actions import start
from localcloud.durable.shim.actions.unbuilt import NotBuiltError
from localcloud.durable.shim.determinism import NonDeterminismError
from localcloud.durable.shim.outcome import TurnOutcome
from localcloud.durable.shim.scheduler import Scheduled, Scheduler

_STATUS_LIMIT_KB = 16
_SURELY_SMALL = _STATUS_LIMIT_KB * 1024 // 2
"""A custom status of so few characters of JSON text need not be measured."""


@dataclass(frozen=True)
class Plan:
    """What a turn sets going, and whether the orchestration ends."""

    scheduled: list[Scheduled] = field(default_factory=list)
    cancelled: frozenset[int] = frozenset()
    """Ids of timers that need not fire any more."""
    next_id: int = 0
    suspended: bool = False
    completed: bool = False
    """It returned, and nothing it started is open."""
    continue_with: str | None = None
    """It returned after continue_as_new: the JSON text of the next generation's input."""
    failure: str | None = None
    """It failed: the text of the output."""
    keeps_custom_status: bool = False
    """The new custom status is too large, so the old one stays."""


class _Walk:
    """Takes the actions one after the other, each when the one before has ended."""

    def __init__(self, outcome: TurnOutcome) -> None:
        self._actions = iter(outcome.actions)
        self.finished = False
        self.scheduler = Scheduler(self.step)

    def step(self) -> None:
        for action in self._actions:
            task = start(action, self.scheduler)
            if not task.done:
                task.when_done(self.step)
                return
        self.finished = True


def plan(name: str, history: Iterable[HistoryEvent], outcome: TurnOutcome) -> Plan:
    """Replays `history` (this turn's new events included) against the actions of the orchestrator `name`."""
    failed = f"Orchestrator function '{name}' failed: "
    if (problem := _status_too_large(outcome.custom_status)) is not None:
        return Plan(failure=failed + problem, next_id=_next_id(history), keeps_custom_status=True)
    walk = _Walk(outcome)
    failure = None
    try:
        for event in history:
            walk.scheduler.process(event)
    except NonDeterminismError as error:
        failure = str(error)
    except NotBuiltError as error:
        failure = failed + str(error)
    except (KeyError, TypeError, ValueError) as error:
        failure = f"{failed}an action of the SDK is not as expected: {error!r}"
    scheduler = walk.scheduler
    ended = walk.finished and not scheduler.open and not scheduler.suspended
    if failure is None and outcome.error is not None and ended:
        failure = failed + outcome.error
    return Plan(
        [] if scheduler.suspended else list(scheduler.unmatched.values()),
        frozenset(scheduler.cancelled),
        scheduler.next_id,
        scheduler.suspended,
        ended and outcome.is_done and failure is None,
        scheduler.continue_with,
        failure,
    )


def _status_too_large(custom_status: str | None) -> str | None:
    if custom_status is None or len(custom_status) <= _SURELY_SMALL:
        return None
    # The extension writes other letters than ASCII as they are, so an escape counts as the letter it stands for.
    text = json.dumps(json.loads(custom_status), ensure_ascii=False, separators=(",", ":"))
    size = len(text.encode("utf-16-le", "surrogatepass")) // 1024
    if size <= _STATUS_LIMIT_KB:
        return None
    return (
        f"The UTF-16 size of the JSON-serialized payload must not exceed {_STATUS_LIMIT_KB} KB. "
        f"The current payload size is {size} KB."
    )


def _next_id(history: Iterable[HistoryEvent]) -> int:
    kinds = {EventType.TASK_SCHEDULED, EventType.SUB_CREATED, EventType.TIMER_CREATED, EventType.EVENT_SENT}
    return 1 + max((event["EventId"] for event in history if event["EventType"] in kinds), default=-1)
