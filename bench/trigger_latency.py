"""How long a message takes from `send` to the function, and how many a function takes per second.

python -m bench.trigger_latency [messages]

Broker and host run in processes of their own. The function notes the time at its start; sender and function read the
same clock (time.time of this machine).
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender

from bench.service_bus import stand_in

APP = """
import os, time
from typing import List
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
notes = open(os.environ["NOTES"], "a", buffering=1)

@app.service_bus_queue_trigger("m", "ServiceBus", "one")
def one(m: func.ServiceBusMessage):
    notes.write(f"{m.get_body().decode()} {time.time()}\\n")

@app.service_bus_queue_trigger("ms", "ServiceBus", "many", cardinality="many", data_type="binary")
def many(ms: List[func.ServiceBusMessage]):
    for m in ms:
        notes.write(f"{m.get_body().decode()} {time.time()}\\n")

@app.service_bus_queue_trigger("m", "ServiceBus", "sessions", is_sessions_enabled=True)
def sessions(m: func.ServiceBusMessage):
    notes.write(f"{m.get_body().decode()} {time.time()}\\n")
"""
PAUSE = 0.05


class Notes:
    """What the functions wrote: when each message reached them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def of(self, names: list[str], seconds: float = 60) -> dict[str, float]:
        """The times of these messages, once all are there. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            lines = self._path.read_text().splitlines() if self._path.exists() else []
            found = {name: float(at) for name, _, at in (line.partition(" ") for line in lines)}
            if found.keys() >= set(names):
                return found
            await asyncio.sleep(PAUSE)
        raise TimeoutError


@asynccontextmanager
async def host(folder: Path, settings: dict[str, str]) -> AsyncIterator[None]:
    """A host that runs the app with these settings."""
    app = folder / "app"
    app.mkdir()
    (app / "function_app.py").write_text(APP)
    (app / "host.json").write_text('{"version": "2.0"}')
    (app / "local.settings.json").write_text(json.dumps({"IsEncrypted": False, "Values": settings}))
    command = [sys.executable, "-m", "localcloud", "host", "--app", str(app), "--port", "0"]
    log = (folder / "host.log").open("wb")
    process = await asyncio.create_subprocess_exec(*command, "--data", str(folder / "data"), stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()
        log.close()


async def latency(sender: ServiceBusSender, notes: Notes, kind: str, count: int) -> list[float]:
    """Milliseconds from before `send` to the function's start, message by message, on an idle system."""
    sent: dict[str, float] = {}
    for number in range(count):
        name = f"{kind}-{number}"
        message = ServiceBusMessage(name, session_id=f"{number % 4}" if kind == "sessions" else None)
        sent[name] = time.time()
        await sender.send_messages(message)
        await asyncio.sleep(PAUSE)
    found = await notes.of(list(sent))
    return sorted(1000 * (found[name] - at) for name, at in sent.items())


async def throughput(sender: ServiceBusSender, notes: Notes, kind: str, count: int) -> float:
    """Messages per second through the function when all are sent at once."""
    names = [f"{kind}-many-{number}" for number in range(count)]
    started = time.time()
    for first in range(0, count, 100):
        part = names[first : first + 100]
        session = f"{first // 100 % 8}" if kind == "sessions" else None
        await sender.send_messages([ServiceBusMessage(name, session_id=session) for name in part])
    found = await notes.of(names)
    return count / (max(found[name] for name in names) - started)


async def main(messages: int) -> None:
    """Prints a line for each kind of queue."""
    queues: list[dict[str, object]] = [{"name": "one"}, {"name": "many"}, {"name": "sessions", "requiresSession": True}]
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        notes = Notes(folder / "notes")
        async with stand_in(queues) as (connection, _):
            settings = {"ServiceBus": connection, "NOTES": str(folder / "notes")}
            async with host(folder, settings), ServiceBusClient.from_connection_string(connection) as client:
                for kind in ("one", "many", "sessions"):
                    async with client.get_queue_sender(kind) as sender:
                        await latency(sender, notes, kind, 1)
                        times = await latency(sender, notes, kind, messages)
                        rate = await throughput(sender, notes, kind, 5 * messages)
                    p95 = times[len(times) * 95 // 100]
                    print(
                        f"{kind:10} p50 {statistics.median(times):5.1f} ms  p95 {p95:5.1f} ms  {rate:5.0f} messages/s"
                    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
