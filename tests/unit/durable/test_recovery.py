"""A crash at any moment: a new engine on the same file goes on where the acknowledged work stands."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from localcloud.clock import VirtualClock
from localcloud.durable.model import InstanceQuery, RuntimeStatus
from localcloud.durable.store import SqliteHistoryStore
from localcloud.sqlite_file import StoreUnusableError

from .conftest import Hub


@pytest.fixture
def hub(hub: Hub, tmp_path: Path) -> Hub:
    hub.store = SqliteHistoryStore(tmp_path / "hub.db")
    return hub


async def crash(hub: Hub, tmp_path: Path) -> None:
    """Drops the engine with everything that is only in memory, and opens a new one on the file and the clock."""
    await hub.engine.stop()
    hub.store = SqliteHistoryStore(tmp_path / "hub.db")
    now = hub.clock.now()
    hub.clock = VirtualClock(now)
    await hub.open()


async def test_a_running_activity_runs_again_at_once(hub: Hub, tmp_path: Path) -> None:
    running, hold = asyncio.Event(), asyncio.Event()

    async def slow(value: int) -> int:
        running.set()
        await hold.wait()
        return value + 1

    hub.activity("slow", slow)

    @hub.orchestrator
    def calls(context: Any) -> Any:
        first = yield context.call_activity("inc", 1)
        return (yield context.call_activity("slow", first))

    engine = await hub.open()
    await engine.start_new("calls", "i", None)
    await asyncio.wait_for(running.wait(), 5)
    await crash(hub, tmp_path)
    hold.set()
    state = await hub.settle()

    assert (state.status, state.output) == (RuntimeStatus.COMPLETED, "3")
    assert hub.worker.calls == [("inc", 1), ("slow", 2), ("slow", 2)]


async def test_timers_events_and_children_survive(hub: Hub, tmp_path: Path) -> None:
    @hub.orchestrator
    def child(context: Any) -> Any:
        yield context.create_timer(context.current_utc_datetime + timedelta(hours=1))
        return "slept"

    @hub.orchestrator
    def parent(context: Any) -> Any:
        slept = yield context.call_sub_orchestrator("child", None, "child")
        event = yield context.wait_for_external_event("go")
        return [slept, event]

    await hub.open()
    await hub.run("parent")
    await crash(hub, tmp_path)
    await hub.advance_to_next_timer()
    assert (await hub.settle("child")).status is RuntimeStatus.COMPLETED
    await crash(hub, tmp_path)
    await hub.engine.raise_event("i", "go", "7")
    await crash(hub, tmp_path)
    state = await hub.settle()

    assert (state.status, state.output) == (RuntimeStatus.COMPLETED, '["slept",7]')
    started = [event for event in await hub.engine.history("i") if event["EventType"] == 0]
    assert [event["IsPlayed"] for event in started] == [True]


async def test_a_timer_whose_time_passed_meanwhile_fires_at_the_start(hub: Hub, tmp_path: Path) -> None:
    @hub.orchestrator
    def sleeper(context: Any) -> Any:
        yield context.create_timer(context.current_utc_datetime + timedelta(hours=1))
        return "fired"

    await hub.open()
    await hub.run("sleeper")
    await hub.engine.stop()
    hub.clock.advance(timedelta(hours=2))
    await crash(hub, tmp_path)
    assert (await hub.settle()).output == '"fired"'


async def test_purge_leaves_no_row(hub: Hub, tmp_path: Path) -> None:
    @hub.orchestrator
    def calls(context: Any) -> Any:
        return (yield context.call_activity("inc", 1))

    await hub.open()
    await hub.run("calls")
    assert await hub.engine.purge("i") is True
    await crash(hub, tmp_path)
    assert await hub.engine.get("i") is None
    assert await hub.engine.history("i") == []


async def test_queries_filter_and_page_by_id(hub: Hub) -> None:
    @hub.orchestrator
    def instant(context: Any) -> Any:
        return 1
        yield

    await hub.open()
    began = hub.clock.now()
    for name in ("b-1", "a-2", "a-1"):
        await hub.run("instant", None, name)
        hub.clock.advance(timedelta(seconds=1))
    await hub.run("nosuch", None, "a-0")

    async def ids(**query: Any) -> list[str]:
        return [state.instance_id for state in await hub.engine.query(InstanceQuery(**query))]

    assert await ids() == ["a-0", "a-1", "a-2", "b-1"]
    assert await ids(top=2) == ["a-0", "a-1"]
    assert await ids(after_id="a-1", top=2) == ["a-2", "b-1"]
    assert await ids(id_prefix="a-", statuses=frozenset({RuntimeStatus.COMPLETED})) == ["a-1", "a-2"]
    assert await ids(created_from=began + timedelta(seconds=1), created_to=began + timedelta(seconds=2)) == [
        "a-1",
        "a-2",
    ]


async def test_a_damaged_file_is_refused_with_cause_and_remedy(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreUnusableError, match="Restore it from a copy"):
        await hub.open()
