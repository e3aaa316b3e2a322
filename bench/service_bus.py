"""Messages per second of the Service Bus stand-in through one asyncio client, and the CPU that each costs.

python -m bench.service_bus [messages] [runs]

The broker runs in a process of its own; bodies have 1 KB. Each figure is the median of the runs, on open links.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender

BODY = b"x" * 1024
BATCH = 100
QUEUE = "bench"
SIDE_BY_SIDE = 4


@dataclass(frozen=True)
class Link:
    """What a case works with."""

    sender: ServiceBusSender
    receiver: ServiceBusReceiver
    others: "tuple[Link, ...]" = ()
    """More links of the same client, for cases that work side by side."""


Case = Callable[[Link, int], Awaitable[None]]


@dataclass(frozen=True)
class Run:
    """Messages per second, and microseconds of CPU per message in the broker and in the client."""

    rate: float
    broker_us: float
    client_us: float


@asynccontextmanager
async def stand_in(queues: list[dict[str, object]]) -> AsyncIterator[tuple[str, int]]:
    """Connection string and process id of a stand-in with an empty data folder and these queues."""
    with tempfile.TemporaryDirectory() as folder:
        entities = Path(folder) / "entities.json"
        entities.write_bytes(orjson.dumps({"serviceBus": {"queues": queues}}))
        command = [sys.executable, "-m", "localcloud", "servicebus", "--port", "0", "--admin-port", "0"]
        command += ["--data", folder, "--resources", str(entities)]
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        try:
            line = (await process.stdout.readline()).decode()
            yield next(word for word in line.split() if word.startswith("Endpoint=")), process.pid
        finally:
            process.terminate()
            await process.wait()


async def send_one_by_one(link: Link, count: int) -> None:
    """Sends, each message acknowledged before the next."""
    for _ in range(count):
        await link.sender.send_messages(ServiceBusMessage(BODY))


async def send_batches(link: Link, count: int) -> None:
    """Sends a hundred at a time."""
    for _ in range(count // BATCH):
        await link.sender.send_messages([ServiceBusMessage(BODY) for _ in range(BATCH)])


async def complete_one_by_one(link: Link, count: int) -> None:
    """Receives a hundred at a time; completes each before the next."""
    while count > 0:
        for message in await link.receiver.receive_messages(max_message_count=min(BATCH, count)):
            await link.receiver.complete_message(message)
            count -= 1


async def complete_at_once(link: Link, count: int) -> None:
    """Receives a hundred at a time and completes them side by side."""
    while count > 0:
        messages = await link.receiver.receive_messages(max_message_count=min(BATCH, count))
        await asyncio.gather(*(link.receiver.complete_message(message) for message in messages))
        count -= len(messages)


async def side_by_side(case: Case, link: Link, count: int) -> None:
    """The same on several links at once."""
    links = (link, *link.others)
    await asyncio.gather(*(case(one, count // len(links)) for one in links))


async def measured(case: Case, link: Link, count: int, broker: int) -> Run:
    """One run of a case on links that are open: opening and closing one takes the SDK a second."""
    client_cpu, broker_cpu, started = time.process_time(), _cpu_of(broker), time.perf_counter()
    await case(link, count)
    seconds = time.perf_counter() - started
    spent = _cpu_of(broker) - broker_cpu, time.process_time() - client_cpu
    return Run(count / seconds, 1e6 * spent[0] / count, 1e6 * spent[1] / count)


@asynccontextmanager
async def opened(connection: str) -> AsyncIterator[Link]:
    """Senders and receivers of the queue, each used once so that they are open and warm."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(ServiceBusClient.from_connection_string(connection))
        links: list[Link] = []
        for _ in range(SIDE_BY_SIDE):
            sender = await stack.enter_async_context(client.get_queue_sender(QUEUE))
            links.append(Link(sender, await stack.enter_async_context(client.get_queue_receiver(QUEUE))))
            await send_one_by_one(links[-1], 1)
            await complete_one_by_one(links[-1], 1)
        yield Link(links[0].sender, links[0].receiver, tuple(links[1:]))


async def main(messages: int, runs: int) -> None:
    """Prints one line for each case."""
    async with stand_in([{"name": QUEUE}]) as (connection, broker):
        cases: list[tuple[str, Case]] = [
            ("single sends", send_one_by_one),
            ("receive, complete in turn", complete_one_by_one),
            ("single sends, 4 links", partial(side_by_side, send_one_by_one)),
            ("receive, complete, 4 links", partial(side_by_side, complete_one_by_one)),
            ("sends in batches of 100", send_batches),
            ("receive, complete at once", complete_at_once),
        ]
        results: dict[str, list[Run]] = {name: [] for name, _ in cases}
        async with opened(connection) as link:
            for _ in range(runs):
                for name, case in cases:
                    results[name].append(await measured(case, link, messages, broker))
    for name, found in results.items():
        rate, broker_us, client_us = (
            statistics.median(getattr(run, field) for run in found) for field in ("rate", "broker_us", "client_us")
        )
        print(f"{name:28} {rate:7.0f}/s  broker {broker_us:5.0f} us  client {client_us:5.0f} us")


def _cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used (Linux only; 0 elsewhere)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    asyncio.run(main(*map(int, [*sys.argv[1:3], *["3000", "5"][len(sys.argv) - 1 :]])))
