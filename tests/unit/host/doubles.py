"""Stand-ins for the parts around the unit under test."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud.clock import VirtualClock
from localcloud.host.extension import HostServices
from localcloud.host.model import Failure, FunctionMetadata, Invocation, InvocationResult
from tests.waiting import until_true


class RecordingWorker:
    """Notes every invocation; fails those of `failing` functions; holds back while `held` is set."""

    def __init__(self, failing: frozenset[str] = frozenset()) -> None:
        self.failing = failing
        self.calls: asyncio.Queue[Invocation] = asyncio.Queue()
        self.replaced: list[str] = []
        self.held: asyncio.Event | None = None

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        self.calls.put_nowait(invocation)
        if self.held:
            await self.held.wait()
        failed = invocation.function in self.failing
        return InvocationResult(failure=Failure("ValueError: no") if failed else None)

    async def replace(self, invocation_id: str) -> None:
        self.replaced.append(invocation_id)

    async def next(self) -> Invocation:
        """The next invocation; fails after five seconds without one."""
        return await asyncio.wait_for(self.calls.get(), 5)


def function(
    name: str, binding: Mapping[str, Any], *others: Mapping[str, Any], retry: dict[str, str] | None = None
) -> FunctionMetadata:
    return FunctionMetadata(name, "", "/app", "function_app.py", name, [dict(binding), *map(dict, others)], retry)


def services(
    folder: Path, clock: VirtualClock, worker: RecordingWorker, functions: list[FunctionMetadata], log: list[str]
) -> HostServices:
    return HostServices(
        app_dir=folder,
        data_dir=folder,
        settings={"WEBSITE_TIME_ZONE": "UTC"},
        host_json={},
        clock=clock,
        invoker=worker,
        functions={f.name: f for f in functions},
        system_key=lambda name: "key",
        public_url="http://localhost:7071",
        log=log.append,
    )


async def sleeping(clock: VirtualClock) -> None:
    """Returns once somebody waits for the clock."""
    await until_true(lambda: clock.next_wake is not None)
