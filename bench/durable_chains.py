"""How fast orchestrations run with a real worker process and a durable store.

Run: `python -m bench.durable_chains [--chains 500] [--concurrent 50] [--long 500]`. Prints; asserts nothing.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from pathlib import Path

from localcloud.clock import SystemClock
from localcloud.durable.engine import Engine
from localcloud.durable.model import RuntimeStatus
from localcloud.durable.options import DurableOptions
from localcloud.durable.store import SqliteHistoryStore
from localcloud.host.worker.pool import WorkerPool

APP = """
import azure.durable_functions as df

app = df.DFApp()


@app.orchestration_trigger(context_name="context")
def chain(context):
    value = 0
    for _ in range(context.get_input()):
        value = yield context.call_activity("inc", value)
    return value


@app.activity_trigger(input_name="value")
async def inc(value: int) -> int:
    return value + 1
"""


async def run_chain(engine: Engine, length: int) -> float:
    """Seconds until one chain has completed."""
    began = time.perf_counter()
    instance_id = await engine.start_new("chain", None, f'"{length}"')
    while True:
        state = await engine.get(instance_id)
        if state is not None and state.status.terminal:
            assert state.status is RuntimeStatus.COMPLETED, state.output
            assert state.output == str(length)
            return time.perf_counter() - began
        await asyncio.sleep(0.02 if length < 50 else 0.1)


async def many(engine: Engine, count: int, concurrent: int) -> None:
    """Prints throughput and latency of five-activity chains."""
    slots = asyncio.Semaphore(concurrent)

    async def one() -> float:
        async with slots:
            return await run_chain(engine, 5)

    began, cpu = time.perf_counter(), time.process_time()
    seconds = sorted(await asyncio.gather(*(one() for _ in range(count))))
    took = time.perf_counter() - began
    print(
        f"{count} five-activity chains, {concurrent} at once: {count / took:.0f} chains/s, "
        f"p50 {seconds[count // 2] * 1000:.0f} ms, p99 {seconds[count * 99 // 100] * 1000:.0f} ms, "
        f"engine CPU {(time.process_time() - cpu) / count * 1000:.1f} ms a chain"
    )


def write_app(folder: Path) -> Path:
    """The app under measurement, in a folder of its own."""
    app = folder / "app"
    app.mkdir()
    (app / "function_app.py").write_text(APP)
    (app / "host.json").write_text('{"version": "2.0"}')
    return app


async def main(chains: int, concurrent: int, long: int, workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = write_app(Path(folder))
        pool = WorkerPool(app, {}, workers, print)
        index = await pool.start()
        engine = Engine(
            "Bench",
            store=SqliteHistoryStore(Path(folder, "durable.sqlite")),
            clock=SystemClock(),
            invoker=pool,
            functions={function.name: function for function in index.functions},
            options=DurableOptions(),
            log=print,
        )
        await engine.start()
        await many(engine, 20, 10)
        await many(engine, chains, concurrent)
        await many(engine, 50, 1)
        cpu = time.process_time()
        seconds = await run_chain(engine, long)
        print(f"one chain of {long} activities: {seconds:.2f} s, engine CPU {time.process_time() - cpu:.2f} s")
        await engine.stop()
        await pool.stop()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"workers' CPU in all: {used.ru_utime + used.ru_stime:.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chains", type=int, default=500)
    parser.add_argument("--concurrent", type=int, default=50)
    parser.add_argument("--long", type=int, default=500)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.chains, arguments.concurrent, arguments.long, arguments.workers))
