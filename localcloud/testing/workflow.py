"""The `workflow` test kit: the real engine and the real SDK's replay in the test's process, in virtual time.

    wf = workflow(orchestrations.blueprints, activities={"charge": charge_nobody})
    run = await wf.start("process_order", {"orderId": "o1"})
    await run.until_status(custom="awaiting-approval")
    await run.raise_event("decision", {"approved": True})
    assert await run.result() == {"status": "confirmed"}

Whenever nothing is left to do, time jumps to the next timer. Every orchestrator turn is run a second time and must give
the same answer.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from azure.durable_functions.models.utils.df_serialization import df_dumps

from localcloud.clock import VirtualClock
from localcloud.durable.api.json_text import parsed
from localcloud.durable.engine import Engine
from localcloud.durable.model import HistoryEvent, InstanceState, RuntimeStatus
from localcloud.testing.invoker import Replacement, WorkflowInvoker
from localcloud.testing.turns import Turn

LONGEST = timedelta(days=366)
"""How far virtual time goes on its own before a wait is given up."""


class WorkflowStuckError(AssertionError):
    """What was waited for can't happen any more: nothing runs and no timer is set."""


class WorkflowFailedError(AssertionError):
    """The orchestration ended, but not with a result; `state` tells how."""

    def __init__(self, state: InstanceState) -> None:
        super().__init__(f"{state.name} ({state.instance_id}) is {state.status}: {parsed(state.output)}")
        self.state = state


class Workflow:
    """A task hub for one test."""

    def __init__(self, engine: Engine, clock: VirtualClock, invoker: WorkflowInvoker) -> None:
        self.engine, self.clock, self._invoker = engine, clock, invoker
        self._started = False

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """Every activity call so far: name and input."""
        return self._invoker.calls

    @property
    def turns(self) -> list[Turn]:
        """Every orchestrator turn so far, of all instances."""
        return self._invoker.turns

    def replace(self, activity: str, replacement: Replacement) -> None:
        """Uses a function of the test for an activity from now on."""
        self._invoker.replace(activity, replacement)

    async def start(self, name: str, given: Any = None, instance_id: str | None = None) -> "Run":
        """Starts an orchestration as the SDK's client does: the input goes as JSON text inside a JSON string."""
        if not self._started:
            self._started = True
            await self.engine.start()
        text = None if given is None else json.dumps(df_dumps(given))
        run = Run(self, await self.engine.start_new(name, instance_id, text))
        await self.settle()
        return run

    def run(self, instance_id: str) -> "Run":
        """A handle for an instance that something else started, e.g. a sub-orchestration."""
        return Run(self, instance_id)

    async def advance(self, by: timedelta) -> None:
        """Lets time pass; what becomes due on the way happens in order, each at its own time."""
        end = self.clock.now() + by
        await self.settle()
        while (wake := self.clock.next_wake) is not None and wake <= end:
            self.clock.advance_to(wake)
            await self.settle()
        self.clock.advance_to(end)
        await self.settle()

    async def close(self) -> None:
        """Stops the engine."""
        await self.engine.stop()

    async def settle(self) -> None:
        """Returns when nothing can happen at the present time any more."""
        await self.engine.wait_idle()

    async def skip_to_next_timer(self, until: datetime) -> bool:
        """Moves time to the next timer; False when there is none before `until`."""
        await self.settle()
        wake = self.clock.next_wake
        if wake is None or wake > until:
            return False
        self.clock.advance_to(wake)
        await self.settle()
        return True

    def check_replays(self) -> None:
        """Replays every run from every prefix of its history. Raises ReplayError for an answer that differs."""
        self._invoker.check_replays()


class Run:
    """One instance of a workflow."""

    def __init__(self, workflow: Workflow, instance_id: str) -> None:
        self.workflow, self.instance_id = workflow, instance_id

    @property
    def turns(self) -> list[Turn]:
        """The instance's turns so far."""
        return [turn for turn in self.workflow.turns if turn.execution[0] == self.instance_id]

    async def status(self) -> InstanceState:
        """The state as a status query shows it. Raises LookupError when the instance is gone."""
        state = await self.workflow.engine.get(self.instance_id)
        if state is None:
            raise LookupError(f"There is no instance {self.instance_id}.")
        return state

    async def custom_status(self) -> Any:
        """The custom status, decoded."""
        return parsed((await self.status()).custom_status)

    async def history(self) -> list[HistoryEvent]:
        """The history of the present execution."""
        return await self.workflow.engine.history(self.instance_id)

    async def raise_event(self, name: str, value: Any = None) -> None:
        """Raises an event as the SDK's client does: the orchestrator gets a string of JSON text."""
        await self.workflow.engine.raise_event(self.instance_id, name, json.dumps(json.dumps(value)))
        await self.workflow.settle()

    async def terminate(self, reason: str | None = None) -> None:
        """Ends the instance from outside."""
        await self.workflow.engine.terminate(self.instance_id, reason)
        await self.workflow.settle()

    async def suspend(self, reason: str | None = None) -> None:
        """Suspends the instance."""
        await self.workflow.engine.suspend(self.instance_id, reason)
        await self.workflow.settle()

    async def resume(self, reason: str | None = None) -> None:
        """Resumes the instance."""
        await self.workflow.engine.resume(self.instance_id, reason)
        await self.workflow.settle()

    async def until_status(self, status: RuntimeStatus | None = None, *, custom: Any = None) -> InstanceState:
        """Lets things happen, timers included, until the runtime status or the custom status is as wanted."""
        end = self.workflow.clock.now() + LONGEST
        while True:
            await self.workflow.settle()
            state = await self.status()
            if (status is None or state.status is status) and (custom is None or parsed(state.custom_status) == custom):
                return state
            if state.status.terminal or not await self.workflow.skip_to_next_timer(end):
                raise WorkflowStuckError(
                    f"{state.name} ({self.instance_id}) never came to {status or custom}: it is {state.status}, "
                    f"custom status {parsed(state.custom_status)!r}, output {parsed(state.output)!r}."
                )

    async def end(self) -> InstanceState:
        """The state at the end, however it ended; then every replay is checked."""
        end = self.workflow.clock.now() + LONGEST
        while not (state := await self.status()).status.terminal:
            if not await self.workflow.skip_to_next_timer(end) and not (await self.status()).status.terminal:
                raise WorkflowStuckError(
                    f"{state.name} ({self.instance_id}) does not end: it is {state.status}, custom status "
                    f"{parsed(state.custom_status)!r}, and no timer is set. Does it wait for an event?"
                )
        self.workflow.check_replays()
        return state

    async def result(self) -> Any:
        """The orchestrator's return value. Raises WorkflowFailedError when it ended otherwise."""
        state = await self.end()
        if state.status is not RuntimeStatus.COMPLETED:
            raise WorkflowFailedError(state)
        return parsed(state.output)
