"""The broker's process, killed with -9 under load."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from azure.servicebus import ServiceBusMessage, ServiceBusReceiveMode
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusError

from tests.waiting import until_true

AT_LEAST = 150
"""Messages that are acknowledged before each kill."""


class Broker:
    """The command, started again and again on the same data folder."""

    def __init__(self, folder: Path) -> None:
        resources = folder / "resources.json"
        resources.write_text(json.dumps({"queues": [{"name": "work", "maxDeliveryCount": 100}]}))
        self._command = [
            *(sys.executable, "-m", "localcloud", "servicebus", "--port", "0", "--admin-port", "0"),
            *("--data", str(folder / "cloud"), "--resources", str(resources)),
        ]
        self._process: Process | None = None
        self.connection_string = ""

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(*self._command, stdout=PIPE)
        assert self._process.stdout is not None
        line = (await asyncio.wait_for(self._process.stdout.readline(), 30)).decode()
        self.connection_string = line.removeprefix("Service Bus: ").partition(" ")[0]

    async def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()


async def send_until_killed(client: ServiceBusClient, name: str, acknowledged: set[str]) -> None:
    """Sends one message after the other; those that the broker acknowledged are in the set."""
    number = 0
    try:
        async with client.get_queue_sender("work") as sender:
            while True:
                text = f"{name}-{number}"
                await sender.send_messages(ServiceBusMessage(text))
                acknowledged.add(text)
                number += 1
    except ServiceBusError:
        return


async def complete_until_killed(client: ServiceBusClient, begun: set[str], completed: set[str]) -> None:
    """A completion that was only begun may have counted: the broker can die between its commit and its answer."""
    try:
        async with client.get_queue_receiver("work") as receiver:
            while True:
                for message in await receiver.receive_messages(1, max_wait_time=5):
                    begun.add(str(message))
                    await receiver.complete_message(message)
                    completed.add(str(message))
    except ServiceBusError:
        return


async def test_nothing_acknowledged_is_lost_and_nothing_completed_comes_back(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    acknowledged: set[str] = set()
    begun: set[str] = set()
    completed: set[str] = set()
    for life in range(2):
        await broker.start()
        async with ServiceBusClient.from_connection_string(broker.connection_string, retry_total=0) as client:
            clients = [asyncio.create_task(send_until_killed(client, f"{life}{n}", acknowledged)) for n in range(2)]
            clients.append(asyncio.create_task(complete_until_killed(client, begun, completed)))
            wanted = len(acknowledged) + AT_LEAST, len(completed) + AT_LEAST // 3
            await until_true(lambda least=wanted: len(acknowledged) > least[0] and len(completed) > least[1])  # type: ignore[misc]  # the loop's value
            await broker.kill()
            await asyncio.gather(*clients)
    await broker.start()
    left: list[str] = []
    async with (
        ServiceBusClient.from_connection_string(broker.connection_string) as client,
        client.get_queue_receiver("work", receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE) as receiver,
    ):
        # locks of the killed receivers last a minute: peek sees their messages as well
        at = 0
        while found := await receiver.peek_messages(250, sequence_number=at):
            left += [str(message) for message in found]
            at = (found[-1].sequence_number or 0) + 1
    await broker.kill()
    assert acknowledged - begun - set(left) == set()
    assert len(begun - completed) <= 2
    assert completed & set(left) == set()
    assert len(left) == len(set(left))
