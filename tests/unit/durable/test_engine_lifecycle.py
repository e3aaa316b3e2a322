"""Events, timers, children, suspension, termination, ids: what clients and parents see."""

import json
from datetime import timedelta
from typing import Any

import pytest

from localcloud.durable.model import (
    InstanceExistsError,
    InstanceFinishedError,
    InstanceNotFoundError,
    InstanceQuery,
    InvalidOperationError,
    RuntimeStatus,
)

from .conftest import Hub
from .test_engine_calls import kinds


def add_wait(hub: Hub) -> None:
    @hub.orchestrator
    def wait(context: Any) -> Any:
        return {"event": (yield context.wait_for_external_event("go"))}


async def test_an_external_event_is_taken_by_who_waits_for_it(hub: Hub) -> None:
    add_wait(hub)
    await hub.open()
    assert (await hub.run("wait")).status is RuntimeStatus.RUNNING
    await hub.engine.raise_event("i", "go", '{"v":1}')
    state = await hub.settle()

    assert (state.status, json.loads(state.output or "")) == (RuntimeStatus.COMPLETED, {"event": {"v": 1}})
    with pytest.raises(InstanceFinishedError):
        await hub.engine.raise_event("i", "go", "1")
    with pytest.raises(InstanceNotFoundError):
        await hub.engine.raise_event("other", "go", "1")


async def test_a_timer_fires_at_its_time_and_shows_when_it_was_created(hub: Hub) -> None:
    @hub.orchestrator
    def sleeper(context: Any) -> Any:
        yield context.create_timer(context.current_utc_datetime + timedelta(days=30))
        return "fired"

    await hub.open()
    assert (await hub.run("sleeper")).status is RuntimeStatus.RUNNING
    hub.clock.advance(timedelta(days=29))
    assert (await hub.settle()).status is RuntimeStatus.RUNNING
    hub.clock.advance(timedelta(days=1))
    state = await hub.settle()

    assert state.output == '"fired"'
    fired = next(event for event in await hub.engine.history("i") if event["EventType"] == 11)
    assert (fired["TimerId"], fired["FireAt"], fired["Timestamp"]) == (
        0,
        "2026-01-31T00:00:00.0000000Z",
        "2026-01-01T00:00:00.0000000Z",
    )


async def test_the_end_waits_for_an_open_timer_but_not_for_a_cancelled_one(hub: Hub) -> None:
    @hub.orchestrator
    def timeout(context: Any) -> Any:
        timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=60))
        event = context.wait_for_external_event("go")
        yield context.task_any([timer, event])
        if context.get_input()["cancel"]:
            timer.cancel()
        return "end"

    await hub.open()
    await hub.run("timeout", {"cancel": True}, "cancelled")
    await hub.run("timeout", {"cancel": False}, "open")
    for instance_id in ("cancelled", "open"):
        await hub.engine.raise_event(instance_id, "go", "1")
    assert (await hub.settle("cancelled")).status is RuntimeStatus.COMPLETED
    assert (await hub.settle("open")).status is RuntimeStatus.RUNNING
    await hub.advance_to_next_timer()
    assert (await hub.settle("open")).status is RuntimeStatus.COMPLETED
    assert hub.clock.next_wake is None


async def test_children_report_to_their_parent(hub: Hub) -> None:
    @hub.orchestrator
    def child(context: Any) -> Any:
        value = context.get_input()
        if value is None:
            yield context.call_activity("fail", "q")
        return value * 2
        yield

    @hub.orchestrator
    def parent(context: Any) -> Any:
        good = yield context.call_sub_orchestrator("child", 5)
        try:
            yield context.call_sub_orchestrator("child", None, context.instance_id + "-sub")
        except Exception as error:
            return [good, str(error).split("\n", 1)[0], str(error).rsplit("\n", 1)[1][:61]]

    await hub.open()
    state = await hub.run("parent")

    assert json.loads(state.output or "") == [
        10,
        "Orchestrator function 'child' failed: Activity function 'fail' failed: ValueError: bad q ",
        ' {"$type":"System.Exception, System.Private.CoreLib","ClassNa',
    ]
    failed = await hub.settle("i-sub")
    assert (failed.status, failed.input, failed.parent_instance_id) == (RuntimeStatus.FAILED, '"null"', "i")
    first = (await hub.engine.query(InstanceQuery(id_prefix=f"{state.execution_id}:")))[0]
    assert (first.instance_id, first.input, first.output) == (f"{state.execution_id}:0", '"5"', "10")
    started = (await hub.engine.history("i-sub"))[1]
    assert started["Generation"] is None
    assert started["ParentInstance"] == {
        "Name": "parent",
        "OrchestrationInstance": {"InstanceId": "i", "ExecutionId": state.execution_id},
        "TaskScheduleId": 1,
        "Version": None,
    }


async def test_a_terminated_child_fails_the_call_with_the_bare_reason(hub: Hub) -> None:
    add_wait(hub)

    @hub.orchestrator
    def parent(context: Any) -> Any:
        try:
            yield context.call_sub_orchestrator("wait", None, "child")
        except Exception as error:
            return str(error)

    await hub.open()
    await hub.run("parent")
    await hub.engine.terminate("child", "kill")
    assert (await hub.settle("i")).output == json.dumps("kill \n None")


async def test_a_terminated_parent_leaves_its_children_running(hub: Hub) -> None:
    add_wait(hub)

    @hub.orchestrator
    def parent(context: Any) -> Any:
        yield context.call_sub_orchestrator("wait", None, "child")

    await hub.open()
    await hub.run("parent")
    await hub.engine.terminate("i", "stop it")
    state = await hub.settle("i")

    assert (state.status, state.output) == (RuntimeStatus.TERMINATED, '"stop it"')
    assert (await hub.settle("child")).status is RuntimeStatus.RUNNING
    assert kinds(await hub.engine.history("i"))[-4:] == [12, 3, 1, 13]


async def test_events_of_a_suspended_instance_take_effect_when_it_is_resumed(hub: Hub) -> None:
    add_wait(hub)
    await hub.open()
    await hub.run("wait")
    await hub.engine.suspend("i", "hold")
    state = await hub.settle()
    assert (state.status, state.output) == (RuntimeStatus.SUSPENDED, '"hold"')
    with pytest.raises(InvalidOperationError, match="Cannot suspend the orchestration instance i because"):
        await hub.engine.suspend("i", "again")
    await hub.engine.raise_event("i", "go", '"held"')
    assert (await hub.settle()).status is RuntimeStatus.SUSPENDED
    await hub.engine.resume("i", "on")
    state = await hub.settle()

    assert (state.status, state.output) == (RuntimeStatus.COMPLETED, '{"event":"held"}')
    assert kinds(await hub.engine.history("i")) == [12, 0, 13, 12, 19, 13, 12, 15, 13, 12, 20, 1, 13]


async def test_a_live_id_is_refused_and_a_finished_one_starts_afresh(hub: Hub) -> None:
    add_wait(hub)
    await hub.open()
    first = await hub.run("wait")
    with pytest.raises(InstanceExistsError, match="An Orchestration instance with the status Running already exists"):
        await hub.engine.start_new("wait", "i", None)
    assert (await hub.settle()).execution_id == first.execution_id
    await hub.engine.terminate("i", None)
    await hub.settle()
    second = await hub.run("wait")

    assert second.status is RuntimeStatus.RUNNING
    assert second.execution_id != first.execution_id
    assert kinds(await hub.engine.history("i")) == [12, 0, 13]


async def test_any_state_replaces_the_live_instance(hub: Hub) -> None:
    add_wait(hub)
    await hub.open(any_state_overridable=True)
    first = await hub.run("wait")
    second = await hub.run("wait")

    assert second.execution_id != first.execution_id
    assert (await hub.engine.history("i"))[1]["Generation"] == 1
    terminated = json.loads(hub.worker.contexts[1])["history"][-1]
    assert terminated["EventType"] == 3
    assert terminated["Input"].startswith("A new instance creation request has been issued for instance i which curr")


async def test_restart_repeats_name_and_input(hub: Hub) -> None:
    @hub.orchestrator
    def echo(context: Any) -> Any:
        return context.get_input()
        yield

    await hub.open()
    await hub.run("echo", {"a": 1})
    again = await hub.engine.restart("i", new_id=True)
    assert again != "i"
    assert (await hub.settle(again)).output == '{"a":1}'
    assert await hub.engine.restart("i", new_id=False) == "i"
    with pytest.raises(InstanceNotFoundError):
        await hub.engine.restart("nobody", new_id=True)


async def test_purge_refuses_live_instances_and_removes_finished_ones(hub: Hub) -> None:
    add_wait(hub)
    await hub.open()
    await hub.run("wait")
    with pytest.raises(InvalidOperationError, match="Only orchestrations in a terminal state can be purged"):
        await hub.engine.purge("i")
    assert await hub.engine.purge_by(InstanceQuery()) == 0
    assert (await hub.settle()).status is RuntimeStatus.RUNNING
    await hub.engine.terminate("i", None)
    await hub.settle()
    assert await hub.engine.purge_by(InstanceQuery()) == 1
    assert await hub.engine.get("i") is None
    assert await hub.engine.purge("i") is False


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
