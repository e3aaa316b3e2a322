"""A finished run can be replayed from every prefix of its history."""

import json
from datetime import timedelta
from typing import Any

from localcloud.durable.shim.turn_input import turn_input
from localcloud.durable.turns import TurnTrace

from .conftest import Hub


async def test_the_input_of_every_turn_can_be_rebuilt_from_the_history(hub: Hub) -> None:
    @hub.orchestrator
    def mixed(context: Any) -> Any:
        number = context.get_input() or 0
        yield context.task_all([context.call_activity("inc", 1), context.call_activity("inc", 2)])
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
        yield context.wait_for_external_event("go")
        if number < 1:
            context.continue_as_new(number + 1)
            return None
        return "end"

    traces: list[TurnTrace] = []
    engine = await hub.open()
    engine.observe(traces.append)
    await hub.run("mixed")
    for _ in range(2):
        await hub.advance_to_next_timer()
        await engine.raise_event("i", "go", "1")
        await hub.settle()
    state = await hub.settle()
    assert state.output == '"end"'

    history = await engine.history("i")
    present = [trace for trace in traces if trace.execution_id == state.execution_id]
    assert [trace.turn for trace in present] == list(range(len(present)))
    assert len(present) >= 4
    for trace in present:
        assert json.loads(turn_input(history, trace.turn)) == json.loads(trace.context)
