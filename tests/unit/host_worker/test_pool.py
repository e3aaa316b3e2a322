"""Worker processes: calls alternate, deaths are survived, nothing outlives its host."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from localcloud.host.model import Datum, Invocation, InvocationResult
from localcloud.host.worker.pool import WorkerPool
from tests.processes import gone
from tests.unit.host_worker.conftest import call
from tests.waiting import block_until, until_true

SOURCE = """
import asyncio, os, sys, time

@app.route("pid")
async def pid(req: func.HttpRequest) -> str: return str(os.getpid())

@app.route("leave")
async def leave(req: func.HttpRequest) -> str: os._exit(3)

@app.route("system_exit")
def system_exit(req: func.HttpRequest) -> str: sys.exit(5)

@app.route("kill")
async def kill(req: func.HttpRequest) -> str:
    print("last words")
    os.kill(os.getpid(), 9)

@app.route("orphan")
def orphan(req: func.HttpRequest) -> str:
    import subprocess
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print("orphan", process.pid)
    os._exit(6)

@app.route("hang")
def hang(req: func.HttpRequest) -> str: time.sleep(60)

@app.route("block")
async def block(req: func.HttpRequest) -> str: time.sleep(60)

@app.route("meet")
async def meet(req: func.HttpRequest) -> str:
    waiting.append(1)
    while len(waiting) < 20: await asyncio.sleep(0)
    return str(os.getpid())
waiting = []

@app.route("cancelled")
async def cancelled(req: func.HttpRequest) -> str: raise asyncio.CancelledError("by itself")

@app.generic_trigger(arg_name="x", type="activityTrigger")
def big(x): return "ä" * x

@app.generic_trigger(arg_name="m", type="nopeTrigger")
def huge_number(m: str): return 2**70

@app.route("speak")
def speak(req: func.HttpRequest) -> str:
    import logging
    print("printed"); logging.info("logged"); logging.debug("hidden"); print("to stderr", file=sys.stderr)
    return "spoken"

@app.route("surrogate")
def surrogate(req: func.HttpRequest) -> str: return req.params["a"]
"""


@pytest.fixture
async def pool_of(app_folder: Callable[..., Path]) -> AsyncIterator[Callable[[int], Awaitable[WorkerPool]]]:
    pools = []

    async def start(count: int) -> WorkerPool:
        pool = WorkerPool(app_folder(SOURCE), {"PYTHON_THREADPOOL_THREAD_COUNT": "2"}, count, lines.append)
        pools.append(pool)
        index = await pool.start()
        assert index.error is None
        return pool

    lines.clear()
    yield start
    for pool in pools:
        await pool.stop()


lines: list[str] = []
PoolOf = Callable[[int], Awaitable[WorkerPool]]


def text(result: InvocationResult) -> str:
    assert result.failure is None, result.failure
    assert result.return_value is not None
    value: str = result.return_value.value
    return value


async def test_calls_alternate_strictly(pool_of: PoolOf) -> None:
    pool = await pool_of(2)
    await until_true(lambda: len(pool.pids) == 2)
    seen = [text(await pool.invoke(call("pid"))) for _ in range(6)]
    assert set(seen) == {str(pid) for pid in pool.pids}
    assert seen[0::2] == [seen[0]] * 3
    assert seen[1::2] == [seen[1]] * 3


async def test_async_calls_run_together(pool_of: PoolOf) -> None:
    pool = await pool_of(1)
    results = await asyncio.gather(*(pool.invoke(call("meet")) for _ in range(20)))
    assert {text(result) for result in results} == {str(pool.pids[0])}


@pytest.mark.parametrize(("function", "code"), [("leave", 3), ("system_exit", 5), ("kill", 137)])
async def test_a_dead_process_fails_its_calls_and_is_replaced(pool_of: PoolOf, function: str, code: int) -> None:
    pool = await pool_of(1)
    before = pool.pids[0]
    hanging = asyncio.create_task(pool.invoke(call("hang")))
    result = await pool.invoke(call(function))
    for failed in (result, await hanging):
        assert failed.failure is not None
        assert failed.failure.worker_exit
        assert str(failed.failure) == f"{sys.executable} exited with code {code} (0x{code:X})"
    after = text(await pool.invoke(call("pid")))
    assert after != str(before)
    assert f"python exited with code {code} (0x{code:X})" in lines


async def test_what_was_printed_before_a_death_is_in_the_log(pool_of: PoolOf) -> None:
    pool = await pool_of(1)
    await pool.invoke(call("kill"))
    assert "last words" in lines


async def test_a_program_left_behind_by_the_app_delays_nobody(pool_of: PoolOf) -> None:
    pool = await pool_of(1)
    async with asyncio.timeout(30):
        result = await pool.invoke(call("orphan"))
        assert text(await pool.invoke(call("pid"))) == str(pool.pids[0])
    os.kill(next(int(line.split()[1]) for line in lines if line.startswith("orphan")), signal.SIGKILL)
    assert result.failure is not None
    assert result.failure.worker_exit


async def test_the_other_process_goes_on(pool_of: PoolOf) -> None:
    pool = await pool_of(2)
    await until_true(lambda: len(pool.pids) == 2)
    dead = await pool.invoke(call("leave"))
    assert dead.failure is not None
    assert {(await pool.invoke(call("pid"))).failure for _ in range(4)} == {None}
    await until_true(lambda: len(pool.pids) == 2)


@pytest.mark.parametrize("function", ["hang", "block"])
async def test_replacing_the_process_of_a_call(pool_of: PoolOf, function: str) -> None:
    pool = await pool_of(1)
    before = pool.pids
    invocation = call(function)
    hanging = asyncio.create_task(pool.invoke(invocation))
    await asyncio.sleep(0)
    await pool.replace("another call")
    assert pool.pids == before
    await pool.replace(invocation.id)
    failure = (await hanging).failure
    assert failure is not None
    assert failure.worker_exit
    assert text(await pool.invoke(call("pid"))) != str(before[0])


async def test_output_and_logging_reach_the_log(pool_of: PoolOf) -> None:
    pool = await pool_of(1)
    assert text(await pool.invoke(call("speak"))) == "spoken"
    await until_true(lambda: "to stderr" in lines)
    assert [line for line in lines if line in ("printed", "logged", "hidden", "to stderr")] == [
        "printed", "logged", "to stderr",
    ]  # fmt: skip


async def test_a_call_that_ends_by_cancellation_has_a_result(pool_of: PoolOf) -> None:
    pool = await pool_of(1)
    failure = (await pool.invoke(call("cancelled"))).failure
    assert failure is not None
    assert failure.text == "CancelledError: by itself"


async def test_large_and_odd_values_pass(pool_of: PoolOf) -> None:
    pool = await pool_of(1)
    result = await pool.invoke(Invocation("big", {"x": Datum("string", "3000000")}))
    assert result.return_value is not None
    assert len(result.return_value.value) > 3_000_000
    assert text(await pool.invoke(call("surrogate", query={"a": "\udce4"}))) == "\udce4"


async def test_values_that_cannot_be_sent_fail_the_call_only(pool_of: PoolOf) -> None:
    pool = await pool_of(1)
    returned = await pool.invoke(Invocation("huge_number", {"m": Datum("string", "x")}))
    given = await pool.invoke(Invocation("huge_number", {"m": Datum("int", 2**70)}))
    for result in (returned, given):
        assert result.failure is not None
        assert result.failure.text.startswith("OverflowError")
    assert text(await pool.invoke(call("pid"))) == str(pool.pids[0])


async def test_an_app_that_does_not_load_is_an_error_of_the_index(app_folder: Callable[..., Path]) -> None:
    pool = WorkerPool(app_folder("raise SystemExit(3)"), {}, 1, lines.append)
    index = await pool.start()
    await pool.stop()
    assert (index.functions, index.error) == ([], "SystemExit: 3")


async def test_a_process_that_dies_while_loading_is_an_error_of_the_index(app_folder: Callable[..., Path]) -> None:
    lines.clear()
    pool = WorkerPool(app_folder("import os; os._exit(4)"), {}, 1, lines.append)
    index = await pool.start()
    await pool.stop()
    assert index.functions == []
    assert index.error == f"{sys.executable} exited with code 4 (0x4) before it had loaded the app"


async def test_stopped_processes_are_gone(pool_of: PoolOf) -> None:
    pool = await pool_of(2)
    await until_true(lambda: len(pool.pids) == 2)
    pids = pool.pids
    await pool.stop()
    assert all(gone(pid) for pid in pids)
    assert pool.pids == []
    late = await pool.invoke(call("pid"))
    assert late.failure is not None
    assert late.failure.text == "RuntimeError: The worker processes have been stopped."


HOST = """
import asyncio, sys
from pathlib import Path
from localcloud.host.worker.pool import WorkerPool
from tests.processes import gone
from tests.unit.host_worker.conftest import call
from tests.waiting import block_until, until_true

async def main():
    pool = WorkerPool(Path(sys.argv[1]), {}, 1, print)
    await pool.start()
    blocked = asyncio.create_task(pool.invoke(call("block")))
    await asyncio.sleep(0)
    print(pool.pids[0], flush=True)
    await blocked

asyncio.run(main())
"""


def test_a_worker_dies_with_its_host(app_folder: Callable[..., Path]) -> None:
    command = [sys.executable, "-c", HOST, str(app_folder(SOURCE))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as host:
        assert host.stdout is not None
        worker = int(host.stdout.readline())
        assert not gone(worker)
        host.send_signal(signal.SIGKILL)
    block_until(lambda: gone(worker))
