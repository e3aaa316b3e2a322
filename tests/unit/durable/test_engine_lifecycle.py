"""Events, timers, suspension, termination, ids: what clients see."""

import asyncio
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


async def test_one_resume_ends_two_suspensions_that_came_at_once(hub: Hub) -> None:
    @hub.orchestrator
    def waits(context: Any) -> Any:
        return (yield context.wait_for_external_event("go"))

    engine = await hub.open()
    await hub.run("waits")
    await asyncio.gather(engine.suspend("i", "one"), engine.suspend("i", "two"))
    assert (await hub.settle()).status is RuntimeStatus.SUSPENDED

    await engine.raise_event("i", "go", "5")
    await engine.resume("i", None)
    state = await hub.settle()

    assert (state.status, state.output) == (RuntimeStatus.COMPLETED, "5")


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
