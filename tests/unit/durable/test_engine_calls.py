"""Activities, fan-out, retries: what ends up in status and history."""

import json
from datetime import timedelta
from typing import Any

from azure.durable_functions.models.RetryOptions import RetryOptions

from localcloud.durable.model import RuntimeStatus

from .conftest import Hub


def kinds(history: list[dict[str, Any]]) -> list[int]:
    return [event["EventType"] for event in history]


async def test_a_chain_runs_through_and_leaves_the_recorded_history(hub: Hub) -> None:
    @hub.orchestrator
    def chain(context: Any) -> Any:
        value = context.get_input()
        for _ in range(2):
            value = yield context.call_activity("inc", value)
        context.set_custom_status({"value": value})
        return value

    await hub.open()
    state = await hub.run("chain", 2)

    assert (state.status, state.output, state.custom_status) == (RuntimeStatus.COMPLETED, "4", '{"value":4}')
    history = await hub.engine.history("i")
    assert kinds(history) == [12, 0, 4, 13, 12, 5, 4, 13, 12, 5, 1, 13]
    assert history[2] == {
        "EventType": 4,
        "Name": "inc",
        "Version": "",
        "Input": None,
        "ParentTraceContext": None,
        "Tags": None,
        "EventId": 0,
        "IsPlayed": False,
        "Timestamp": "2026-01-01T00:00:00.0000000Z",
    }
    assert [event["IsPlayed"] for event in history] == [n in (1, 5, 9) for n in range(12)]
    assert history[10]["EventId"] == 2


async def test_the_sdk_gets_the_context_of_the_real_extension(hub: Hub) -> None:
    @hub.orchestrator
    def chain(context: Any) -> Any:
        return (yield context.call_activity("inc", context.get_input()))

    await hub.open()
    await hub.run("chain", 2)

    first, second = (json.loads(text) for text in hub.worker.contexts)
    assert [event["IsPlayed"] for event in second["history"]] == [False, True, False, False, False, False]
    assert (first["isReplaying"], second["isReplaying"]) == (False, True)
    assert {key: value for key, value in first.items() if key != "history"} == {
        "input": "2",
        "instanceId": "i",
        "isReplaying": False,
        "parentInstanceId": None,
        "sourceInstanceId": None,
        "upperSchemaVersion": 1,
        "upperSchemaVersionNew": 3,
        "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
    }


async def test_a_failed_activity_raises_reason_and_details_in_the_orchestrator(hub: Hub) -> None:
    @hub.orchestrator
    def catching(context: Any) -> Any:
        try:
            yield context.call_activity("fail", "q")
        except Exception as error:
            return str(error)

    await hub.open()
    state = await hub.run("catching")

    reason, details = json.loads(state.output or "").split(" \n ")
    assert reason == "Activity function 'fail' failed: ValueError: bad q"
    assert json.loads(details)["Message"] == "ValueError: bad q"


async def test_retries_pause_between_tries_and_once_more_after_the_last(hub: Hub) -> None:
    @hub.orchestrator
    def retrying(context: Any) -> Any:
        yield context.call_activity_with_retry("fail", RetryOptions(500, 3), "z")

    await hub.open()
    began = hub.clock.now()
    await hub.run("retrying")
    assert len(hub.worker.calls) == 1
    await hub.advance_to_next_timer()
    await hub.advance_to_next_timer()
    state = await hub.settle()

    assert hub.clock.now() - began == timedelta(seconds=1)
    assert state.status is RuntimeStatus.FAILED
    assert json.loads(state.output or "").startswith(
        "Orchestrator function 'retrying' failed: Activity function 'fail' failed: ValueError: bad z \n {"
    )
    history = await hub.engine.history("i")
    scheduled = [(event["EventType"], event["EventId"]) for event in history if event["EventType"] in (4, 10)]
    assert scheduled == [(4, 0), (10, 1), (4, 2), (10, 3), (4, 4), (10, 5)]


async def test_an_unknown_activity_fails_its_call(hub: Hub) -> None:
    @hub.orchestrator
    def wrong(context: Any) -> Any:
        yield context.call_activity("nosuch", 1)

    await hub.open()
    state = await hub.run("wrong")

    assert json.loads(state.output or "").split(" \n ")[0] == (
        "Orchestrator function 'wrong' failed: Activity function 'nosuch' failed: The function 'nosuch' doesn't exist, "
        "is disabled, or is not an activity function. Additional info: The following are the known activity functions: "
        "'fail', 'inc'."
    )


async def test_an_unknown_orchestrator_is_accepted_and_fails(hub: Hub) -> None:
    await hub.open()
    state = await hub.run("nosuch")

    assert state.status is RuntimeStatus.FAILED
    assert kinds(await hub.engine.history("i")) == [12, 0, 1, 13]
