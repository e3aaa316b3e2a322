"""kill -9 in the middle of the work: whatever was acknowledged is carried through by the next process."""

import asyncio
import itertools
import sys
from pathlib import Path
from typing import Any

from localcloud.clock import SystemClock
from localcloud.durable.engine import Engine
from localcloud.durable.model import RuntimeStatus
from localcloud.durable.options import DurableOptions
from localcloud.durable.store import SqliteHistoryStore

from .conftest import SdkInvoker

_ROOT = Path(__file__).parents[3]


async def slow_inc(value: int) -> int:
    await asyncio.sleep(0.002)
    return value + 1


def chain(context: Any) -> Any:
    value = 0
    for _ in range(4):
        value = yield context.call_activity("slow_inc", value)
    return value


def parent(context: Any) -> Any:
    child = yield context.call_sub_orchestrator("chain")
    event = yield context.wait_for_external_event("go")
    return [child, event]


def engine_on(path: Path) -> Engine:
    worker = SdkInvoker()
    worker.orchestrators = {"chain": chain, "parent": parent}
    worker.activities = {"slow_inc": slow_inc}
    return Engine(
        "Kill",
        store=SqliteHistoryStore(path),
        clock=SystemClock(),
        invoker=worker,
        functions=worker.functions(),
        options=DurableOptions(),
        log=print,
    )


async def start_without_end(path: Path) -> None:
    """The process to be killed: starts instances and raises their events, and names what was acknowledged."""
    engine = engine_on(path)
    await engine.start()
    for number in itertools.count():
        instance_id = f"i{number}"
        await engine.start_new("parent", instance_id, None)
        await engine.raise_event(instance_id, "go", str(number))
        sys.stdout.write(f"{instance_id}\n")
        sys.stdout.flush()


async def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    run = f"asyncio.run(start_without_end(pathlib.Path({str(path)!r})))"
    program = f"import asyncio, pathlib\nfrom {__name__} import start_without_end\n{run}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", program, cwd=_ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    acknowledged = [(await process.stdout.readline()).decode().strip() for _ in range(40)]
    process.kill()
    acknowledged += (await process.stdout.read()).decode().split()
    await process.wait()

    engine = engine_on(path)
    await engine.start()
    try:
        await asyncio.wait_for(engine.wait_idle(), 60)
        for number, instance_id in enumerate(acknowledged):
            state = await engine.get(instance_id)
            assert state is not None
            assert (state.status, state.output) == (RuntimeStatus.COMPLETED, f"[4,{number}]"), instance_id
    finally:
        await engine.stop()
