"""Things that happen twice, late, or at the same moment."""

import asyncio
import json
from typing import Any

from azure.durable_functions.models.RetryOptions import RetryOptions

from localcloud.durable.model import InstanceExistsError, InstanceQuery, InstanceState, RuntimeStatus
from localcloud.host.model import Failure, Invocation, InvocationResult
from tests.waiting import until

from .conftest import Hub
from .test_engine_calls import kinds
from .test_engine_lifecycle import add_wait


async def test_of_two_starts_with_one_id_exactly_one_wins(hub: Hub) -> None:
    add_wait(hub)
    engine = await hub.open()
    results = await asyncio.gather(*(engine.start_new("wait", "i", None) for _ in range(2)), return_exceptions=True)

    assert results[0] == "i"
    assert isinstance(results[1], InstanceExistsError)
    await hub.settle()
    assert len(hub.worker.contexts) == 1


async def test_the_late_result_of_an_activity_is_dropped_after_a_termination(hub: Hub) -> None:
    running, hold = asyncio.Event(), asyncio.Event()

    async def slow(value: int) -> int:
        running.set()
        await hold.wait()
        return value

    hub.activity("slow", slow)

    @hub.orchestrator
    def calls(context: Any) -> Any:
        return (yield context.call_activity("slow", 1))

    engine = await hub.open()
    await engine.start_new("calls", "i", None)
    await asyncio.wait_for(running.wait(), 5)
    await engine.terminate("i", "enough")
    hold.set()
    state = await hub.settle()

    assert (state.status, state.output) == (RuntimeStatus.TERMINATED, '"enough"')
    assert kinds(await engine.history("i")) == [12, 0, 4, 13, 12, 3, 1, 13]


async def test_the_end_waits_for_the_loser_of_a_race(hub: Hub) -> None:
    hold = asyncio.Event()

    async def slow(value: int) -> int:
        await hold.wait()
        return value

    hub.activity("slow", slow)

    @hub.orchestrator
    def race(context: Any) -> Any:
        tasks = [context.call_activity("inc", 1), context.call_activity("slow", 1)]
        winner = yield context.task_any(tasks)
        context.set_custom_status("decided")
        return tasks.index(winner)

    engine = await hub.open()
    await engine.start_new("race", "i", None)

    async def decided() -> InstanceState | None:
        state = await engine.get("i")
        return state if state is not None and state.custom_status is not None else None

    state = await until(decided)
    assert (state.status, state.output) == (RuntimeStatus.RUNNING, None)
    hold.set()
    state = await hub.settle()
    assert (state.status, state.output) == (RuntimeStatus.COMPLETED, "0")


async def test_a_child_with_the_id_of_a_live_instance_fails_its_call_only(hub: Hub) -> None:
    add_wait(hub)

    @hub.orchestrator
    def parent(context: Any) -> Any:
        try:
            yield context.call_sub_orchestrator("wait", None, "taken")
        except Exception as error:
            return str(error)

    await hub.open()
    taken = await hub.run("wait", None, "taken")
    state = await hub.run("parent")

    assert json.loads(state.output or "") == (
        "An Orchestration instance with the status Running already exists: 'taken'. \n None"
    )
    assert await hub.settle("taken") == taken


async def test_each_try_of_a_child_without_an_id_gets_a_new_one(hub: Hub) -> None:
    @hub.orchestrator
    def failing(context: Any) -> Any:
        yield context.call_activity("fail", "q")

    @hub.orchestrator
    def parent(context: Any) -> Any:
        try:
            yield context.call_sub_orchestrator_with_retry("failing", RetryOptions(300, 2), None)
        except Exception as error:
            return str(error).split("\n", 1)[0]

    await hub.open()
    await hub.run("parent")
    await hub.advance_to_next_timer()
    state = await hub.settle()

    assert json.loads(state.output or "") == (
        "Orchestrator function 'failing' failed: Activity function 'fail' failed: ValueError: bad q "
    )
    children = await hub.engine.query(InstanceQuery(id_prefix=state.execution_id))
    assert [child.instance_id for child in children] == [f"{state.execution_id}:0", f"{state.execution_id}:2"]


async def test_a_worker_that_dies_in_a_turn_does_not_fail_the_orchestration(hub: Hub) -> None:
    @hub.orchestrator
    def instant(context: Any) -> Any:
        return "end"
        yield

    engine = await hub.open()
    alive = hub.worker.invoke
    deaths = iter([True, True])

    async def dying(invocation: Invocation) -> InvocationResult:
        if next(deaths, False):
            return InvocationResult(failure=Failure("python exited with code 137 (0x89)", worker_exit=True))
        return await alive(invocation)

    hub.worker.invoke = dying  # type: ignore[method-assign]  # the test's own worker
    await engine.start_new("instant", "i", None)
    assert (await hub.settle()).output == '"end"'


async def test_a_worker_that_dies_in_an_activity_fails_the_activity(hub: Hub) -> None:
    @hub.orchestrator
    def calls(context: Any) -> Any:
        yield context.call_activity("inc", 1)

    engine = await hub.open()
    alive = hub.worker.invoke

    async def dying(invocation: Invocation) -> InvocationResult:
        if invocation.function == "inc":
            return InvocationResult(failure=Failure("python exited with code 137 (0x89)", worker_exit=True))
        return await alive(invocation)

    hub.worker.invoke = dying  # type: ignore[method-assign]  # the test's own worker
    await engine.start_new("calls", "i", None)
    assert json.loads((await hub.settle()).output or "").split(" \n ")[0] == (
        "Orchestrator function 'calls' failed: Activity function 'inc' failed: python exited with code 137 (0x89)"
    )


async def test_a_store_that_refuses_for_a_while_delays_a_turn_and_loses_nothing(hub: Hub) -> None:
    @hub.orchestrator
    def instant(context: Any) -> Any:
        return "end"
        yield

    engine = await hub.open()
    commit = hub.store.commit
    failures = iter([OSError("disk full")])

    async def refusing(turn: Any) -> None:
        if (error := next(failures, None)) is not None:
            raise error
        await commit(turn)

    hub.store.commit = refusing  # type: ignore[method-assign]  # the test's own store
    await engine.start_new("instant", "i", None)
    assert (await hub.settle()).output == '"end"'
    assert kinds(await engine.history("i")) == [12, 0, 1, 13]
    assert hub.log == ["A turn of instance 'i' failed and is repeated: OSError('disk full')"]
