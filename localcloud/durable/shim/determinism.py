"""Checks that a replay schedules what the history says was scheduled; the texts are the real extension's."""

from typing import TYPE_CHECKING

from localcloud.durable.events import EventType
from localcloud.durable.model import HistoryEvent

if TYPE_CHECKING:
    from localcloud.durable.shim.scheduler import Scheduled

_KINDS = {
    int(EventType.TASK_SCHEDULED): "ScheduleTaskOrchestratorAction",
    int(EventType.SUB_CREATED): "CreateSubOrchestrationAction",
    int(EventType.TIMER_CREATED): "CreateTimerOrchestratorAction",
}
_TIMER = int(EventType.TIMER_CREATED)
_INSTEAD = "but the current orchestration replay instead"
_MISSING = "but the current replay execution hasn't (yet?) scheduled this task."


class NonDeterminismError(Exception):
    """The orchestrator's code went another way than before; the text is the instance's output."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Non-Deterministic workflow detected: A previous execution of this orchestration scheduled {what} "
            f"Was a change made to the orchestrator code after this instance had already started running?"
        )


def check(event: HistoryEvent, replayed: "Scheduled | None") -> None:
    """Compares a scheduling event with the work that the replay gave its id. Raises NonDeterminismError."""
    kind, number = event["EventType"], event["EventId"]
    expected = _KINDS.get(kind)
    if replayed is not None and replayed.kind == expected:
        if kind == _TIMER or replayed.name == event["Name"] or replayed.name.lower() == event["Name"].lower():
            return
    elif expected is None:
        return
    if kind == _TIMER:
        raise NonDeterminismError(_timer(number, replayed))
    describe = _activity if kind == EventType.TASK_SCHEDULED else _child
    raise NonDeterminismError(describe(number, event, replayed))


def _timer(number: int, replayed: "Scheduled | None") -> str:
    start = f"a timer task with sequence number {number}"
    if replayed is None:
        return f"{start} {_MISSING}"
    return f"{start} named {_INSTEAD} produced a {replayed.kind} action with this sequence number."


def _activity(number: int, event: HistoryEvent, replayed: "Scheduled | None") -> str:
    name = event["Name"]
    if replayed is None:
        return f"an activity task with sequence ID {number} and name '{name}' (version ''), {_MISSING}"
    start = f"an activity task with sequence number {number} named '{name}', {_INSTEAD}"
    if replayed.kind == _KINDS[EventType.TASK_SCHEDULED]:
        return f"{start} scheduled an activity task named '{replayed.name}' with this sequence number. "
    return f"{start} produced a {replayed.kind} action with this sequence number."


def _child(number: int, event: HistoryEvent, replayed: "Scheduled | None") -> str:
    start = (
        f"a sub-orchestration task with sequence ID {number} and name '{event['Name']}' "
        f"(version '{event['Version'] or ''}', instance ID '{event['InstanceId']}'),"
    )
    if replayed is None:
        return f"{start} {_MISSING}"
    if replayed.kind == _KINDS[EventType.SUB_CREATED]:
        instead = f"scheduled a sub-orchestration task with name {replayed.name}"
        return f"{start} {_INSTEAD} {instead} at this sequence number."
    return f"{start} {_INSTEAD} produced a {replayed.kind} action at this sequence number."
