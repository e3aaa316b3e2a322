"""An engine on virtual time whose worker is the SDK itself, called in place."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from azure.durable_functions.orchestrator import Orchestrator

from localcloud.clock import VirtualClock
from localcloud.durable.engine import Engine
from localcloud.durable.model import InstanceState
from localcloud.durable.options import DurableOptions
from localcloud.durable.store import HistoryStore, MemoryHistoryStore
from localcloud.host.model import Datum, Failure, FunctionMetadata, Invocation, InvocationResult


def metadata(name: str, trigger: str, parameter: str) -> FunctionMetadata:
    binding = {"type": trigger, "direction": "IN", "name": parameter}
    return FunctionMetadata(name, name, "", "function_app.py", name, [binding])


class SdkInvoker:
    """Runs orchestrators through the SDK and activities as plain functions, which may be coroutines."""

    def __init__(self) -> None:
        self.orchestrators: dict[str, Any] = {}
        self.activities: dict[str, Callable[[Any], Any]] = {}
        self.calls: list[tuple[str, Any]] = []
        self.contexts: list[str] = []

    def functions(self) -> dict[str, FunctionMetadata]:
        found = [metadata(name, "orchestrationTrigger", "context") for name in self.orchestrators]
        found += [metadata(name, "activityTrigger", "value") for name in self.activities]
        return {function.name: function for function in found}

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        try:
            return InvocationResult(await self._run(invocation))
        except Exception as error:
            return InvocationResult(failure=Failure(f"{type(error).__name__}: {error}", "  the stack"))

    async def _run(self, invocation: Invocation) -> Datum:
        if invocation.function in self.orchestrators:
            context = invocation.inputs["context"].value
            self.contexts.append(context)
            return Datum("json", Orchestrator.create(self.orchestrators[invocation.function])(context))
        value = json.loads(invocation.inputs["value"].value)
        self.calls.append((invocation.function, value))
        result = self.activities[invocation.function](value)
        if isinstance(result, Awaitable):
            result = await result
        return Datum("json", json.dumps(result))


class Hub:
    """An app, a store and a clock; engines come and go on them."""

    def __init__(self) -> None:
        self.worker = SdkInvoker()
        self.clock = VirtualClock()
        self.store: HistoryStore = MemoryHistoryStore()
        self.engine: Engine
        self.log: list[str] = []
        self._ids = 0
        self.activity("inc", lambda value: value + 1)
        self.activity("fail", _fail)

    def orchestrator(self, function: Any) -> Any:
        self.worker.orchestrators[function.__name__] = function
        return function

    def activity(self, name: str, function: Callable[[Any], Any]) -> None:
        self.worker.activities[name] = function

    def _new_id(self) -> uuid.UUID:
        self._ids += 1
        return uuid.UUID(int=self._ids)

    async def open(self, **options: Any) -> Engine:
        self.engine = Engine(
            "Tests",
            store=self.store,
            clock=self.clock,
            invoker=self.worker,
            functions=self.worker.functions(),
            options=DurableOptions(**options),
            log=self.log.append,
            new_id=self._new_id,
        )
        await self.engine.start()
        return self.engine

    async def run(self, name: str, value: Any = None, instance_id: str = "i") -> InstanceState:
        """Starts an instance and lets everything happen that needs no time."""
        await self.engine.start_new(name, instance_id, None if value is None else json.dumps(json.dumps(value)))
        return await self.settle(instance_id)

    async def settle(self, instance_id: str = "i") -> InstanceState:
        await self.engine.wait_idle()
        state = await self.engine.get(instance_id)
        assert state is not None
        return state

    async def advance_to_next_timer(self) -> None:
        await self.engine.wait_idle()
        assert self.clock.next_wake is not None
        self.clock.advance_to(self.clock.next_wake)
        await self.engine.wait_idle()


def _fail(value: Any) -> Any:
    raise ValueError(f"bad {value}")


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub = Hub()
    yield hub
    if hasattr(hub, "engine"):
        await asyncio.wait_for(hub.engine.stop(), 5)
