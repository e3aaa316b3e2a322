"""The `historyEvents` of a status: the stored events, reshaped for readers as the real extension does it."""

from typing import Any

from localcloud.durable.api.json_text import parsed
from localcloud.durable.model import HistoryEvent

_NAMES = {
    0: "ExecutionStarted",
    1: "ExecutionCompleted",
    2: "ExecutionFailed",
    3: "ExecutionTerminated",
    4: "TaskScheduled",
    5: "TaskCompleted",
    6: "TaskFailed",
    7: "SubOrchestrationInstanceCreated",
    8: "SubOrchestrationInstanceCompleted",
    9: "SubOrchestrationInstanceFailed",
    10: "TimerCreated",
    11: "TimerFired",
    12: "OrchestratorStarted",
    13: "OrchestratorCompleted",
    14: "EventSent",
    15: "EventRaised",
    16: "ContinueAsNew",
    17: "GenericEvent",
    18: "HistoryState",
    19: "ExecutionSuspended",
    20: "ExecutionResumed",
    21: "ExecutionRewound",
}
_STATUS = ("Running", "Completed", "ContinuedAsNew", "Failed", "Canceled", "Terminated", "Pending", "Suspended")
_HIDDEN = {12, 13}
_SCHEDULED_BY = {5: 4, 6: 4, 8: 7, 9: 7}
"""Which event type scheduled what these end; the two are shown as one."""
_ALWAYS_DROPPED = {"EventId", "IsPlayed", "TaskScheduledId", "TimerId"}
_DROPPED = {
    0: {"Name", "OrchestrationInstance", "ParentInstance", "Version", "Tags"},
    4: {"Version"},
    7: {"Version"},
}


class DuplicateEventError(Exception):
    """Two scheduling events with one id, left by a replay that went another way; the real view fails on them too."""

    def __init__(self, key: str) -> None:
        super().__init__(f"An item with the same key has already been added. Key: {key}")


def history_view(events: list[HistoryEvent], show_output: bool) -> list[dict[str, Any]]:
    """The events for readers: ends folded with what scheduled them, bookkeeping left out, results only on demand.

    Raises DuplicateEventError.
    """
    scheduled: dict[tuple[int, int], HistoryEvent] = {}
    for event in events:
        if event["EventType"] in (4, 7):
            key = (event["EventType"], event["EventId"])
            if key in scheduled:
                raise DuplicateEventError(f"{_NAMES[key[0]]}_{key[1]}")
            scheduled[key] = event
    ended = {
        (_SCHEDULED_BY[event["EventType"]], event["TaskScheduledId"])
        for event in events
        if event["EventType"] in _SCHEDULED_BY
    }
    return [
        _shown(event, scheduled, show_output)
        for event in events
        if event["EventType"] not in _HIDDEN and (event["EventType"], event.get("EventId")) not in ended
    ]


def _shown(event: HistoryEvent, scheduled: dict[tuple[int, int], HistoryEvent], show_output: bool) -> dict[str, Any]:
    kind = event["EventType"]
    dropped = _ALWAYS_DROPPED | _DROPPED.get(kind, set()) | (set() if show_output else {"Result"})
    view = {name: value for name, value in event.items() if name not in dropped}
    view["EventType"] = _NAMES.get(kind, str(kind))
    if "Result" in view:
        view["Result"] = parsed(view["Result"])
    if kind == 0:
        view["FunctionName"] = event["Name"]
    elif kind == 1:
        view["OrchestrationStatus"] = _STATUS[event["OrchestrationStatus"]]
    elif kind in _SCHEDULED_BY:
        view.update(_origin(scheduled.get((_SCHEDULED_BY[kind], event["TaskScheduledId"]))))
    return view


def _origin(source: HistoryEvent | None) -> dict[str, Any]:
    """What the scheduling event adds to the event that ended it."""
    if source is None:
        return {}
    child = {"InstanceId": source["InstanceId"]} if source["EventType"] == 7 else {}
    return {
        "ScheduledTime": source["Timestamp"],
        "FunctionName": source["Name"],
        **child,
        "Input": source.get("Input"),
    }
