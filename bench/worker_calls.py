"""Calls per second through one worker process, with many at once and one after the other.

python -m bench.worker_calls [calls]
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from localcloud.host.model import Datum, Invocation
from localcloud.host.worker.pool import WorkerPool

APP = """
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route("a")
async def async_http(req: func.HttpRequest) -> str: return "x"

@app.route("s")
def sync_http(req: func.HttpRequest) -> str: return "x"

@app.generic_trigger(arg_name="x", type="activityTrigger")
def sync_activity(x): return x
"""

REQUEST = Datum(
    "http",
    {
        "method": "GET",
        "url": "http://localhost/api/a",
        "headers": {"host": "localhost", "accept": "*/*"},
        "params": {},
        "query": {},
        "body": Datum("bytes", b""),
    },
)


async def rate(pool: WorkerPool, function: str, calls: int, at_once: int) -> float:
    """Calls per second with so many under way at any time."""
    inputs = {"x": Datum("string", "1")} if function == "sync_activity" else {"req": REQUEST}

    async def caller() -> None:
        for _ in range(calls // at_once):
            result = await pool.invoke(Invocation(function, inputs))
            if result.failure:
                raise RuntimeError(str(result.failure))

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(at_once)))
    return calls / (time.perf_counter() - started)


async def main(calls: int) -> None:
    """Prints one line for each kind of function."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "function_app.py").write_text(APP)
        pool = WorkerPool(Path(folder), {}, 1, lambda line: None)
        index = await pool.start()
        for function in (f.name for f in index.functions):
            many, single = await rate(pool, function, calls, 64), await rate(pool, function, calls // 4, 1)
            print(f"{function:14} {many:8.0f}/s with 64 at once, {single:6.0f}/s one by one")
        await pool.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
