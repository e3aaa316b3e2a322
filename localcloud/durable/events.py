"""History events with the keys, and the order of keys, that the real extension sends to the SDK."""

from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from localcloud.durable.model import HistoryEvent, RuntimeStatus


class EventType(IntEnum):
    """The numbers of the history events."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_CREATED = 7
    SUB_COMPLETED = 8
    SUB_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_SENT = 14
    EVENT_RAISED = 15
    GENERIC = 17
    SUSPENDED = 19
    RESUMED = 20


PLAYED_LATER = frozenset({0, 5, 6, 8, 9, 11, 15, 17, 19, 20})
"""Events whose IsPlayed turns true once their turn is over: the received ones. All others stay false for ever."""

_STATUS_NUMBERS = {RuntimeStatus.COMPLETED: 1, RuntimeStatus.FAILED: 3, RuntimeStatus.TERMINATED: 5}


def timestamp(when: datetime) -> str:
    """A time as the extension writes it: UTC, seven fraction digits, "Z" (without which the SDK fails)."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def parse_timestamp(text: str) -> datetime:
    """The time of a history event or of a `fireAt`; UTC when no zone is given."""
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _event(kind: EventType, fields: dict[str, Any], when: datetime, event_id: int = -1) -> HistoryEvent:
    return {"EventType": int(kind), **fields, "EventId": event_id, "IsPlayed": False, "Timestamp": timestamp(when)}


def orchestrator_started(when: datetime) -> HistoryEvent:
    """Begins a turn; its time is the orchestrator's `current_utc_datetime`."""
    return _event(EventType.ORCHESTRATOR_STARTED, {}, when)


def orchestrator_completed(when: datetime) -> HistoryEvent:
    """Ends a turn."""
    return _event(EventType.ORCHESTRATOR_COMPLETED, {}, when)


def execution_started(
    when: datetime,
    *,
    instance_id: str,
    execution_id: str,
    name: str,
    input_text: str | None,
    version: str | None = None,
    parent: dict[str, Any] | None = None,
    generation: int | None = 0,
) -> HistoryEvent:
    """Begins an execution. `generation` is None for children, 1 when a live instance was replaced."""
    fields = {
        "ParentInstance": parent,
        "Name": name,
        "Version": version,
        "Input": input_text,
        "Tags": None,
        "Correlation": None,
        "ParentTraceContext": None,
        "ScheduledStartTime": None,
        "Generation": generation,
        "GenerateNewTrace": False,
    }
    instance = {"InstanceId": instance_id, "ExecutionId": execution_id}
    return {"OrchestrationInstance": instance, **_event(EventType.EXECUTION_STARTED, fields, when)}


def parent_instance(name: str, instance_id: str, execution_id: str, task_id: int) -> dict[str, Any]:
    """The link that a child's ExecutionStarted holds to the call that started it."""
    instance = {"InstanceId": instance_id, "ExecutionId": execution_id}
    return {"Name": name, "OrchestrationInstance": instance, "TaskScheduleId": task_id, "Version": None}


def execution_completed(when: datetime, event_id: int, status: RuntimeStatus, result: str | None) -> HistoryEvent:
    """Ends an execution; `result` is JSON text."""
    fields = {"OrchestrationStatus": _STATUS_NUMBERS[status], "Result": result, "FailureDetails": None}
    return _event(EventType.EXECUTION_COMPLETED, fields, when, event_id)


def execution_terminated(when: datetime, reason: str | None) -> HistoryEvent:
    """A client ended the instance."""
    return _event(EventType.EXECUTION_TERMINATED, {"Input": reason}, when)


def execution_suspended(when: datetime, reason: str | None) -> HistoryEvent:
    """A client suspended the instance."""
    return _event(EventType.SUSPENDED, {"Reason": reason}, when)


def execution_resumed(when: datetime, reason: str | None) -> HistoryEvent:
    """A client resumed the instance."""
    return _event(EventType.RESUMED, {"Reason": reason}, when)


def event_raised(when: datetime, name: str, input_text: str) -> HistoryEvent:
    """An external event arrived; the input is JSON text."""
    return _event(EventType.EVENT_RAISED, {"Name": name, "Input": input_text, "ParentTraceContext": None}, when)


def task_scheduled(when: datetime, event_id: int, name: str, input_text: str | None) -> HistoryEvent:
    """An activity was called. `input_text` is None unless the app asks for inputs in the history."""
    fields = {"Name": name, "Version": "", "Input": input_text, "ParentTraceContext": None, "Tags": None}
    return _event(EventType.TASK_SCHEDULED, fields, when, event_id)


def sub_created(when: datetime, event_id: int, name: str, instance_id: str, input_text: str | None) -> HistoryEvent:
    """A sub-orchestration was started. `input_text` as for activities."""
    fields = {"Name": name, "Version": None, "InstanceId": instance_id, "Input": input_text}
    return _event(EventType.SUB_CREATED, {**fields, "ClientSpanId": None, "Tags": None}, when, event_id)


def timer_created(when: datetime, event_id: int, fire_at: datetime) -> HistoryEvent:
    """A durable timer was set."""
    return _event(EventType.TIMER_CREATED, {"FireAt": timestamp(fire_at)}, when, event_id)


def timer_fired(created: datetime, timer_id: int, fire_at: datetime) -> HistoryEvent:
    """A durable timer went off; its Timestamp is when the timer was *created*, as recorded."""
    return _event(EventType.TIMER_FIRED, {"TimerId": timer_id, "FireAt": timestamp(fire_at)}, created)


def call_completed(when: datetime, task_id: int, result: str | None, *, child: bool = False) -> HistoryEvent:
    """An activity, or a child with `child`, returned; `result` is JSON text."""
    kind = EventType.SUB_COMPLETED if child else EventType.TASK_COMPLETED
    return _event(kind, {"TaskScheduledId": task_id, "Result": result}, when)


def call_failed(
    when: datetime, task_id: int, reason: str | None, details: str | None, *, child: bool = False
) -> HistoryEvent:
    """An activity, or a child with `child`, failed. The SDK raises both texts, joined by a blank, newline, blank."""
    kind = EventType.SUB_FAILED if child else EventType.TASK_FAILED
    fields = {"TaskScheduledId": task_id, "Reason": reason, "Details": details, "FailureDetails": None}
    return _event(kind, fields, when)
