"""The broker's store: what happens when it can't be written, and when two brokers want the same file."""

from pathlib import Path

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusError

from localcloud.servicebus.server import ServiceBusServer
from localcloud.sqlite_file import StoreUnusableError
from tests.integration.servicebus.conftest import RESOURCES


async def bodies(client: ServiceBusClient) -> list[str]:
    async with client.get_queue_receiver("orders") as receiver:
        return [str(message) for message in await receiver.peek_messages(max_message_count=10)]


async def test_a_full_disk_refuses_the_message_and_the_broker_goes_on_with_what_it_holds(
    server: ServiceBusServer, client: ServiceBusClient
) -> None:
    connection = server.broker.journal.connection
    async with client.get_queue_sender("orders") as sender:
        await sender.send_messages(ServiceBusMessage("kept"))
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(ServiceBusError):
            await sender.send_messages(ServiceBusMessage("x" * 100_000))
    connection.execute("PRAGMA max_page_count=1000000")
    async with ServiceBusClient.from_connection_string(server.connection_string) as again:
        assert await bodies(again) == ["kept"]
        async with again.get_queue_sender("orders") as sender:
            await sender.send_messages(ServiceBusMessage("after"))
        assert await bodies(again) == ["kept", "after"]


async def test_a_second_broker_on_the_same_folder_is_refused_and_the_first_goes_on(
    server: ServiceBusServer, client: ServiceBusClient, tmp_path: Path
) -> None:
    second = ServiceBusServer(tmp_path, resources=RESOURCES)
    with pytest.raises(StoreUnusableError, match="in use by another process"):
        await second.start()
    async with client.get_queue_sender("orders") as sender:
        await sender.send_messages(ServiceBusMessage("one"))
    assert await bodies(client) == ["one"]
