from pathlib import Path

import azure.durable_functions as df
import pytest

from localcloud.host.model import Datum, Invocation
from localcloud.testing.functions import durable_functions
from localcloud.testing.histories import replay_history, save_history
from localcloud.testing.invoker import WorkflowInvoker
from localcloud.testing.turns import ReplayError
from tests.unit.testing_kit.contexts import blueprint, context_of


@pytest.fixture
def invoker() -> WorkflowInvoker:
    return WorkflowInvoker(durable_functions([blueprint]))


async def turn(invoker: WorkflowInvoker, name: str, results: list[str]) -> None:
    await invoker.invoke(Invocation(name, {"context": Datum("string", context_of(name, results))}))


async def test_a_deterministic_orchestrator_passes_and_each_turn_is_checked_once(invoker: WorkflowInvoker) -> None:
    for results in ([], ["2"], ["2", "3"]):
        await turn(invoker, "steady", results)
        invoker.check_replays()
    assert invoker.turns[-1].state == {
        "isDone": True,
        "schemaVersion": 2,
        "actions": [[{"actionType": 0, "functionName": "add_one", "input": i} for i in ("1", "2")]],
        "output": 3,
    }


async def test_a_random_argument_is_found_and_shown(invoker: WorkflowInvoker) -> None:
    await turn(invoker, "erratic", [])
    with pytest.raises(
        ReplayError, match=r"erratic \(i\) is not deterministic: replayed from its first 2 history events, action 0 was"
    ):
        invoker.check_replays()


async def test_activities_run_for_real_or_replaced_with_decoded_input(invoker: WorkflowInvoker) -> None:
    call = Invocation("Add_One", {"x": Datum("string", "41")})
    assert (await invoker.invoke(call)).return_value == Datum("json", "42")
    invoker.replace("add_one", lambda x: {"instead": x})
    assert (await invoker.invoke(call)).return_value == Datum("json", '{"instead": 41}')
    assert invoker.calls == [("Add_One", 41), ("Add_One", 41)]


async def test_what_an_activity_raises_comes_back_as_the_workers_text(invoker: WorkflowInvoker) -> None:
    def refuse(x: int) -> int:
        raise ValueError(f"no {x}")

    invoker.replace("add_one", refuse)
    failure = (await invoker.invoke(Invocation("add_one", {"x": Datum("string", "1")}))).failure
    assert failure is not None
    assert failure.text == "ValueError: no 1"


async def test_a_saved_run_replays_from_every_prefix(invoker: WorkflowInvoker, tmp_path: Path) -> None:
    for results in ([], ["2"], ["2", "3"]):
        await turn(invoker, "steady", results)
    path = tmp_path / "golden" / "steady.json"
    save_history(path, invoker.turns)
    assert replay_history(path, blueprint) == 3


async def test_a_saved_run_of_changed_code_fails(invoker: WorkflowInvoker, tmp_path: Path) -> None:
    await turn(invoker, "steady", ["2"])
    save_history(tmp_path / "steady.json", invoker.turns)
    changed = df.Blueprint()

    @changed.orchestration_trigger(context_name="context")
    def steady(context: df.DurableOrchestrationContext) -> object:
        first = yield context.call_activity("add_one", 1)
        return (yield context.call_activity("add_two", first))

    with pytest.raises(ReplayError, match="add_two"):
        replay_history(tmp_path / "steady.json", changed)
    with pytest.raises(LookupError, match="doesn't have any more"):
        replay_history(tmp_path / "steady.json")
