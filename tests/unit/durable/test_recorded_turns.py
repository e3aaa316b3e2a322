"""The shim against every turn recorded on Microsoft's host: what it schedules is what the next turn's history shows."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from localcloud.durable.events import EventType
from localcloud.durable.shim.outcome import TurnOutcome, read_outcome
from localcloud.durable.shim.replay import Plan, plan
from localcloud.durable.shim.scheduler import WorkKind
from localcloud.host.model import Datum, Failure, InvocationResult

RECORDINGS = Path(__file__).parents[2] / "conformance" / "recordings"
NAMES = ["turns", "retry", "sub", "events", "errors", "unknown"]
NOTE = re.compile(r"(?P<tag>.+): turn (?P<turn>\d+) (?P<kind>in|out|raise)")
REWOUND = "rewindable"
ENTITY_OR_HTTP = re.compile(r'"actionType": [789]\b')
KINDS = {
    WorkKind.ACTIVITY: EventType.TASK_SCHEDULED,
    WorkKind.SUB: EventType.SUB_CREATED,
    WorkKind.TIMER: EventType.TIMER_CREATED,
}


def recorded(name: str) -> dict[str, list[tuple[dict[str, Any], TurnOutcome]]]:
    """The turns of every instance of a recording: what went in and what the SDK made of it."""
    turns: dict[str, list[tuple[dict[str, Any], TurnOutcome]]] = {}
    waiting: dict[str, dict[str, Any]] = {}
    for line in (RECORDINGS / f"durable_{name}.jsonl").read_text().splitlines():
        found = NOTE.fullmatch(json.loads(line)["note"])
        if found is None or found["tag"] == REWOUND:
            continue
        payload = json.loads(line.replace('"TIME"', '"2026-01-01T00:00:00.0000000Z"'))["json"]["payload"]
        if found["kind"] == "in":
            waiting[found["tag"]] = payload
        else:
            turns.setdefault(found["tag"], []).append((waiting.pop(found["tag"]), outcome_of(found["kind"], payload)))
    return {
        tag: steps
        for tag, steps in turns.items()
        if not ENTITY_OR_HTTP.search(json.dumps([s[1].actions for s in steps]))
    }


def outcome_of(kind: str, payload: Any) -> TurnOutcome:
    if kind == "raise":
        return read_outcome(InvocationResult(failure=Failure(f"Exception: {payload}")))
    return read_outcome(InvocationResult(Datum("json", json.dumps(payload))))


def same_execution(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return len(after["history"]) > len(before["history"])


@pytest.mark.parametrize("name", NAMES)
def test_the_shim_schedules_what_the_real_extension_did(name: str) -> None:
    compared = 0
    for tag, steps in recorded(name).items():
        for (before, outcome), (after, _) in itertools.pairwise(steps):
            if not same_execution(before, after):
                continue
            result = plan(before["history"][1]["Name"], before["history"], outcome)
            assert result.failure is None, (tag, result)
            assert not result.completed, tag
            assert scheduled(result) == shown(before, after), tag
            compared += 1
    assert compared > 0 or name == "unknown"


def scheduled(result: Plan) -> list[tuple[int, int, str | None]]:
    return [(KINDS[item.kind], item.task_id, item.name or None) for item in result.scheduled]


def shown(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[int, int, str | None]]:
    """The scheduling events that the later history has behind the earlier one, up to the turn's end."""
    found = []
    for event in after["history"][len(before["history"]) :]:
        if event["EventType"] == EventType.ORCHESTRATOR_COMPLETED:
            break
        found.append((event["EventType"], event["EventId"], event.get("Name")))
    return found


def test_the_recorded_non_determinism_is_found_with_its_text() -> None:
    lines = [json.loads(line) for line in (RECORDINGS / "durable_unknown.jsonl").read_text().splitlines()]
    outputs = {
        line["note"].split(":")[0]: line["json"]["output"] for line in lines if line["note"].endswith(": status")
    }
    checked = 0
    for tag, steps in recorded("unknown").items():
        if tag not in outputs:
            continue
        context, outcome = steps[-1]
        assert plan("changing", context["history"], outcome).failure == outputs[tag]
        checked += 1
    assert checked == 8
