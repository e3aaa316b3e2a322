"""The `workflow` fixture on small orchestrations: real engine, real replay, virtual time."""

import json
import time
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import pytest

from localcloud.durable.model import RuntimeStatus
from localcloud.testing.workflow import WorkflowFailedError, WorkflowStuckError
from localcloud.testing.workflow_fixture import WorkflowFactory

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def approval(context: df.DurableOrchestrationContext) -> Any:
    """Prices the order, waits a day for a decision."""
    price = yield context.call_activity("price", context.get_input())
    context.set_custom_status("awaiting")
    limit = context.create_timer(context.current_utc_datetime + timedelta(days=1))
    decision = context.wait_for_external_event("decision")
    if (yield context.task_any([decision, limit])) == limit:
        return {"decided": "too late", "price": price}
    limit.cancel()
    return {"decided": json.loads(decision.result), "price": price}


@blueprint.orchestration_trigger(context_name="context")
def stubborn(context: df.DurableOrchestrationContext) -> Any:
    """Retries every minute."""
    return (yield context.call_activity_with_retry("flaky", df.RetryOptions(60_000, 5), None))


@blueprint.orchestration_trigger(context_name="context")
def parent(context: df.DurableOrchestrationContext) -> Any:
    """Has a child."""
    return (yield context.call_sub_orchestrator("approval", context.get_input(), "child"))


@blueprint.orchestration_trigger(context_name="context")
def broken(context: df.DurableOrchestrationContext) -> Any:
    """Fails."""
    yield context.call_activity("price", 1)
    raise RuntimeError("no")


@blueprint.activity_trigger(input_name="amount")
def price(amount: int) -> int:
    """Doubles."""
    return 2 * amount


@blueprint.activity_trigger(input_name="nothing")
def flaky(nothing: None) -> str:
    """Is replaced in tests."""
    raise NotImplementedError


async def test_a_flow_waits_for_its_event_and_takes_no_time(workflow: WorkflowFactory) -> None:
    wf = workflow(blueprint)
    began, virtual = time.process_time(), wf.clock.now()
    run = await wf.start("approval", 21, instance_id="o1")
    await run.until_status(custom="awaiting")
    await run.raise_event("decision", {"ok": True})
    assert await run.result() == {"decided": {"ok": True}, "price": 42}
    assert wf.clock.now() == virtual
    assert wf.calls == [("price", 21)]
    assert [event["EventType"] for event in await run.history()][:3] == [12, 0, 4]
    assert time.process_time() - began < 1


async def test_time_jumps_to_the_timer_when_nothing_else_can_happen(workflow: WorkflowFactory) -> None:
    wf = workflow(blueprint)
    began = wf.clock.now()
    run = await wf.start("approval", 1)
    assert await run.result() == {"decided": "too late", "price": 2}
    assert wf.clock.now() - began == timedelta(days=1)


async def test_advance_stops_short_of_what_is_not_due(workflow: WorkflowFactory) -> None:
    wf = workflow(blueprint)
    run = await wf.start("approval", 1)
    await wf.advance(timedelta(hours=23, minutes=59))
    assert (await run.status()).status is RuntimeStatus.RUNNING
    await wf.advance(timedelta(minutes=1))
    assert (await run.status()).status is RuntimeStatus.COMPLETED


async def test_retries_of_a_replaced_activity_are_a_minute_apart(workflow: WorkflowFactory) -> None:
    times = []

    def flaky(_: None) -> str:
        times.append(wf.clock.now())
        if len(times) < 3:
            raise ValueError("again")
        return "done"

    wf = workflow(blueprint, activities={"flaky": flaky})
    assert await (await wf.start("stubborn")).result() == "done"
    assert [at - times[0] for at in times] == [timedelta(0), timedelta(minutes=1), timedelta(minutes=2)]


async def test_a_child_can_be_driven_by_its_id(workflow: WorkflowFactory) -> None:
    wf = workflow(blueprint)
    run = await wf.start("parent", 5)
    await wf.run("child").raise_event("decision", "yes")
    assert await run.result() == {"decided": "yes", "price": 10}


async def test_suspension_holds_everything_back(workflow: WorkflowFactory) -> None:
    wf = workflow(blueprint)
    run = await wf.start("approval", 1)
    await run.suspend("hold")
    await run.raise_event("decision", 1)
    assert (await run.status()).status is RuntimeStatus.SUSPENDED
    await run.resume("go")
    assert (await run.result())["decided"] == 1


async def test_other_ends_are_told(workflow: WorkflowFactory) -> None:
    wf = workflow(blueprint)
    run = await wf.start("broken")
    with pytest.raises(WorkflowFailedError, match="Orchestrator function 'broken' failed: no"):
        await run.result()
    stopped = await wf.start("approval", 1)
    await stopped.terminate("enough")
    assert (await stopped.end()).status is RuntimeStatus.TERMINATED
    assert (await stopped.status()).output == '"enough"'


async def test_a_wait_that_can_not_come_true_is_an_error(workflow: WorkflowFactory) -> None:
    wf = workflow(blueprint)
    run = await wf.start("approval", 1)
    with pytest.raises(WorkflowStuckError, match="never came to shipped: it is Completed"):
        await run.until_status(custom="shipped")
