"""Queues, driven by the real SDK."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage, ServiceBusReceiveMode
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import MessageLockLostError, MessageSizeExceededError, MessagingEntityNotFoundError

from localcloud.servicebus.server import ServiceBusServer


async def send(client: ServiceBusClient, queue: str, *messages: ServiceBusMessage) -> None:
    async with client.get_queue_sender(queue) as sender:
        await sender.send_messages(list(messages) if len(messages) > 1 else messages[0])


async def receive(receiver: ServiceBusReceiver, wait: float = 1) -> list[ServiceBusReceivedMessage]:
    return await receiver.receive_messages(20, max_wait_time=wait)


async def test_settlement_in_all_ways(client: ServiceBusClient) -> None:
    await send(client, "orders", *(ServiceBusMessage(name, application_properties={"n": 1}) for name in "abcd"))
    async with client.get_queue_receiver("orders") as receiver:
        a, b, c, d = await receive(receiver)
        assert [str(message) for message in (a, b, c, d)] == ["a", "b", "c", "d"]
        assert a.delivery_count == 0
        assert a.application_properties == {b"n": 1}
        await receiver.complete_message(a)
        await receiver.abandon_message(b)
        await receiver.dead_letter_message(c, reason="why", error_description="because")
        await receiver.defer_message(d)
        (deferred,) = await receiver.receive_deferred_messages(d.sequence_number or 0)
        assert str(deferred) == "d"
        await receiver.complete_message(deferred)
        (again,) = await receive(receiver)
        assert (str(again), again.delivery_count) == ("b", 1)
        await receiver.abandon_message(again)
    async with client.get_queue_receiver("orders", sub_queue="deadletter") as receiver:
        found = {str(message): message.dead_letter_reason for message in await receive(receiver)}
    assert found == {"b": "MaxDeliveryCountExceeded", "c": "why"}


async def test_a_lock_that_ran_out_is_lost_and_the_message_comes_again(
    server: ServiceBusServer, client: ServiceBusClient
) -> None:
    await send(client, "orders", ServiceBusMessage("a"))
    async with client.get_queue_receiver("orders") as receiver:
        (first,) = await receive(receiver)
        renewed = await receiver.renew_message_lock(first)
        assert renewed > datetime.now(UTC) + timedelta(seconds=25)
        server.broker.advance(timedelta(seconds=31))
        with pytest.raises(MessageLockLostError):
            await receiver.complete_message(first)
        (second,) = await receive(receiver)
        assert second.delivery_count == 1


async def test_locks_and_messages_survive_a_restart(server: ServiceBusServer, tmp_path: Path) -> None:
    async with (
        ServiceBusClient.from_connection_string(server.connection_string) as client,
        client.get_queue_receiver("orders") as receiver,
    ):
        await send(client, "orders", ServiceBusMessage("a"), ServiceBusMessage("b"))
        found = await receive(receiver)
        await server.stop()
        await server.start()
        for message in found:
            await receiver.complete_message(message)
    assert (server.broker.find("orders") or pytest.fail("no queue")).messages == {}


async def test_scheduled_messages_come_in_time_and_can_be_cancelled(
    server: ServiceBusServer, client: ServiceBusClient
) -> None:
    later = datetime.now(UTC) + timedelta(minutes=5)
    async with client.get_queue_sender("orders") as sender, client.get_queue_receiver("orders") as receiver:
        kept, cancelled = await sender.schedule_messages([ServiceBusMessage("a"), ServiceBusMessage("b")], later)
        await sender.cancel_scheduled_messages(cancelled)
        assert [message.sequence_number for message in await receiver.peek_messages(5)] == [kept]
        assert await receive(receiver, 0.3) == []
        server.broker.advance(timedelta(minutes=6))
        assert [str(message) for message in await receive(receiver)] == ["a"]


async def test_duplicates_vanish_and_forwarded_messages_arrive(client: ServiceBusClient) -> None:
    await send(client, "once", ServiceBusMessage("a", message_id="1"), ServiceBusMessage("b", message_id="1"))
    await send(client, "entrance", ServiceBusMessage("c"))
    async with client.get_queue_receiver("once", receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE) as receiver:
        assert [str(message) for message in await receive(receiver)] == ["a"]
    async with client.get_queue_receiver("orders") as receiver:
        assert [str(message) for message in await receive(receiver)] == ["c"]


async def test_expired_messages_are_dead_lettered(server: ServiceBusServer, client: ServiceBusClient) -> None:
    await send(client, "brief", ServiceBusMessage("a"))
    server.broker.advance(timedelta(minutes=2))
    async with client.get_queue_receiver("brief", sub_queue="deadletter") as receiver:
        (dead,) = await receive(receiver)
        assert dead.dead_letter_reason == "TTLExpiredException"


async def test_refusals(server: ServiceBusServer, client: ServiceBusClient) -> None:
    with pytest.raises(MessagingEntityNotFoundError):
        await send(client, "nothing", ServiceBusMessage("a"))
    with pytest.raises(MessageSizeExceededError):
        await send(client, "orders", ServiceBusMessage("x" * 300_000))
    assert (server.broker.find("orders") or pytest.fail("no queue")).messages == {}
