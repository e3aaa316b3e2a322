"""What an orchestrator's turns may and may not do: determinism, custom status, continue-as-new."""

import json
from typing import Any

import pytest

from localcloud.durable.model import (
    RuntimeStatus,
)

from .conftest import Hub
from .test_engine_calls import kinds


@pytest.mark.parametrize(
    ("later", "text"),
    [
        (
            "same",
            "an activity task with sequence number 0 named 'inc', but the current orchestration replay instead "
            "scheduled an activity task named 'same' with this sequence number.  Was",
        ),
        (
            "timer",
            "an activity task with sequence number 0 named 'inc', but the current orchestration replay instead "
            "produced a CreateTimerOrchestratorAction action with this sequence number. Was",
        ),
        (
            "event",
            "an activity task with sequence ID 0 and name 'inc' (version ''), but the current replay execution "
            "hasn't (yet?) scheduled this task. Was",
        ),
    ],
)
async def test_code_that_changes_between_turns_is_found_out(hub: Hub, later: str, text: str) -> None:
    what = iter(["inc", later])

    @hub.orchestrator
    def changing(context: Any) -> Any:
        call = next(what)
        if call == "timer":
            yield context.create_timer(context.current_utc_datetime)
        elif call == "event":
            yield context.wait_for_external_event("go")
        else:
            yield context.call_activity(call, 1)

    await hub.open()
    state = await hub.run("changing")

    assert state.status is RuntimeStatus.FAILED
    start = "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled "
    end = " a change made to the orchestrator code after this instance had already started running?"
    assert json.loads(state.output or "") == f"{start}{text}{end}"


async def test_another_child_than_before_is_found_out(hub: Hub) -> None:
    what = iter(["first", "second"])

    @hub.orchestrator
    def first(context: Any) -> Any:
        return 1

    @hub.orchestrator
    def changing(context: Any) -> Any:
        yield context.call_sub_orchestrator(next(what), None, "child")

    await hub.open()
    state = await hub.run("changing")

    assert json.loads(state.output or "") == (
        "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled a "
        "sub-orchestration task with sequence ID 0 and name 'first' (version '', instance ID 'child'), but the current "
        "orchestration replay instead scheduled a sub-orchestration task with name second at this sequence number. "
        "Was a change made to the orchestrator code after this instance had already started running?"
    )


async def test_a_custom_status_over_16_kb_fails_the_orchestration(hub: Hub) -> None:
    @hub.orchestrator
    def big(context: Any) -> Any:
        context.set_custom_status("x" * context.get_input())
        yield context.call_activity("inc", 1)
        return "end"

    await hub.open()
    assert (await hub.run("big", 8200, "fits")).status is RuntimeStatus.COMPLETED
    state = await hub.run("big", 70000)
    assert json.loads(state.output or "") == (
        "Orchestrator function 'big' failed: The UTF-16 size of the JSON-serialized payload must not exceed 16 KB. "
        "The current payload size is 136 KB."
    )
    assert state.custom_status is None


async def test_the_size_of_a_custom_status_counts_letters_not_escapes(hub: Hub) -> None:
    @hub.orchestrator
    def letters(context: Any) -> Any:
        context.set_custom_status("ü" * context.get_input())
        yield context.call_activity("inc", 1)

    await hub.open()
    assert (await hub.run("letters", 8200, "fits")).status is RuntimeStatus.COMPLETED
    assert "The current payload size is 17 KB." in ((await hub.run("letters", 8800)).output or "")


async def test_what_is_not_built_fails_with_its_name(hub: Hub) -> None:
    @hub.orchestrator
    def web(context: Any) -> Any:
        yield context.call_http("GET", "http://localhost")

    await hub.open()
    state = await hub.run("web")
    assert json.loads(state.output or "") == (
        "Orchestrator function 'web' failed: call_http is not built yet in localcloud's durable engine."
    )


async def test_continue_as_new_begins_again_without_history(hub: Hub) -> None:
    @hub.orchestrator
    def again(context: Any) -> Any:
        number = context.get_input() or 0
        yield context.call_activity("inc", number)
        if number < 2:
            context.continue_as_new(number + 1)
            return None
        return number

    await hub.open()
    state = await hub.run("again")

    assert (state.status, state.output, state.input) == (RuntimeStatus.COMPLETED, "2", '"2"')
    history = await hub.engine.history("i")
    assert kinds(history) == [12, 0, 13, 4, 13, 12, 5, 1, 13]
    assert [event["IsPlayed"] for event in history] == [n in (1, 2, 6) for n in range(9)]
    third = json.loads(hub.worker.contexts[2])
    assert (kinds(third["history"]), third["isReplaying"], third["input"]) == ([12, 0, 13], False, "1")


async def test_events_for_the_next_generation_are_kept(hub: Hub) -> None:
    @hub.orchestrator
    def collect(context: Any) -> Any:
        got = context.get_input() or []
        got = [*got, (yield context.wait_for_external_event("add"))]
        yield context.call_activity("inc", 1)
        if len(got) < 2:
            context.continue_as_new(got)
            return None
        return got

    await hub.open()
    await hub.run("collect")
    await hub.engine.raise_event("i", "add", "1")
    await hub.settle()
    await hub.engine.raise_event("i", "add", "2")
    assert (await hub.settle()).output == "[1,2]"
