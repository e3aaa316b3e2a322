"""Orchestrators, good and bad, and the contexts that a host would give them."""

import json
import uuid
from typing import Any

import azure.durable_functions as df

blueprint = df.Blueprint()
TIME = "2026-01-01T00:00:00.0000000Z"


@blueprint.orchestration_trigger(context_name="context")
def steady(context: df.DurableOrchestrationContext) -> Any:
    first = yield context.call_activity("add_one", 1)
    return (yield context.call_activity("add_one", first))


@blueprint.orchestration_trigger(context_name="context")
def erratic(context: df.DurableOrchestrationContext) -> Any:
    return (yield context.call_activity("add_one", str(uuid.uuid4())))


@blueprint.activity_trigger(input_name="x")
def add_one(x: int) -> int:
    return x + 1


def context_of(name: str, results: list[str]) -> str:
    """The context after as many activities as there are results."""
    history: list[dict[str, Any]] = [
        _event(12),
        {
            **_event(0),
            "OrchestrationInstance": {"InstanceId": "i", "ExecutionId": "e"},
            "Name": name,
            "Version": None,
            "Input": None,
            "ParentInstance": None,
        },
    ]
    for number, result in enumerate(results):
        history += [
            {**_event(4), "Name": "add_one", "Version": "", "Input": None, "EventId": number},
            _event(13),
            _event(12),
            {**_event(5), "TaskScheduledId": number, "Result": result},
        ]
    return json.dumps(
        {
            "history": history,
            "input": None,
            "instanceId": "i",
            "isReplaying": bool(results),
            "parentInstanceId": None,
            "upperSchemaVersion": 1,
            "upperSchemaVersionNew": 3,
        }
    )


def _event(kind: int) -> dict[str, Any]:
    return {"EventType": kind, "EventId": -1, "IsPlayed": False, "Timestamp": TIME}
