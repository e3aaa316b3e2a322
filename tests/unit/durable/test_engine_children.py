"""Sub-orchestrations: what reaches the parent, and what does not."""

import json
from typing import Any

from localcloud.durable.model import (
    InstanceQuery,
    RuntimeStatus,
)

from .conftest import Hub
from .test_engine_calls import kinds
from .test_engine_lifecycle import add_wait


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
