"""Locks that are renewed, links that break, sessions that change hands, messages that are kept for later."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage
from azure.servicebus.aio import AutoLockRenewer, ServiceBusClient
from azure.servicebus.exceptions import MessageNotFoundError

from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.server import ServiceBusServer
from tests.waiting import until_true

RESOURCES = {
    "queues": [
        {"name": "brief", "lockDuration": "PT4S"},
        {"name": "brief-steps", "lockDuration": "PT4S", "requiresSession": True},
        {"name": "steps", "requiresSession": True},
        {"name": "orders"},
        {"name": "graves"},
        {"name": "buried", "forwardDeadLetteredMessagesTo": "graves", "maxDeliveryCount": 1},
    ],
    "topics": [{"name": "news", "subscriptions": [{"name": "all"}]}],
}


@pytest.fixture
def resources() -> dict[str, Any]:
    return RESOURCES


@pytest.fixture
async def client(server: ServiceBusServer) -> AsyncIterator[ServiceBusClient]:
    async with ServiceBusClient.from_connection_string(server.connection_string) as opened:
        yield opened


def queue(server: ServiceBusServer, name: str) -> Queue:
    found = server.broker.entities[name]
    assert isinstance(found, Queue)
    return found


async def send(client: ServiceBusClient, name: str, *messages: ServiceBusMessage) -> None:
    async with client.get_queue_sender(name) as sender:
        await sender.send_messages(list(messages))


async def keep_a_message(client: ServiceBusClient) -> None:
    await send(client, "brief", ServiceBusMessage("a"))
    async with client.get_queue_receiver("brief") as receiver, AutoLockRenewer() as renewer:
        (message,) = await receiver.receive_messages(1, max_wait_time=5)
        first = message.locked_until_utc or pytest.fail("no lock")
        renewer.register(receiver, message, max_lock_renewal_duration=60)
        await until_true(lambda: datetime.now(UTC) > first + timedelta(seconds=0.2))
        await receiver.complete_message(message)


async def keep_a_session(client: ServiceBusClient) -> None:
    await send(client, "brief-steps", ServiceBusMessage("a", session_id="s"))
    async with client.get_queue_receiver("brief-steps", session_id="s") as receiver, AutoLockRenewer() as renewer:
        (message,) = await receiver.receive_messages(1, max_wait_time=5)
        first = receiver.session.locked_until_utc or pytest.fail("no lock")
        renewer.register(receiver, receiver.session, max_lock_renewal_duration=60)
        await until_true(lambda: datetime.now(UTC) > first + timedelta(seconds=0.2))
        await receiver.complete_message(message)


async def test_the_sdks_renewer_keeps_messages_and_sessions(server: ServiceBusServer, client: ServiceBusClient) -> None:
    await asyncio.gather(keep_a_message(client), keep_a_session(client))
    assert (queue(server, "brief").messages, queue(server, "brief-steps").messages) == ({}, {})


async def test_messages_are_settled_after_their_link_broke(server: ServiceBusServer, client: ServiceBusClient) -> None:
    await send(client, "orders", *(ServiceBusMessage(name) for name in "abcd"))
    async with client.get_queue_receiver("orders") as receiver:
        a, b, c, d = await receiver.receive_messages(4, max_wait_time=5)
        server.drop_clients()
        await receiver.complete_message(a)
        await receiver.abandon_message(b)
        await receiver.defer_message(c)
        await receiver.dead_letter_message(d, reason="why")
    found = {message.content.bare[-1:]: message for message in queue(server, "orders").messages.values()}
    assert {key: (int(message.state), message.delivery_count) for key, message in found.items()} == {
        b"b": (0, 1),
        b"c": (1, 1),
    }
    assert len(queue(server, "orders/$deadletterqueue").messages) == 1


async def test_deferred_messages_survive_a_restart(server: ServiceBusServer) -> None:
    async with ServiceBusClient.from_connection_string(server.connection_string) as client:
        await send(client, "orders", ServiceBusMessage("a"))
        async with client.get_queue_receiver("orders") as receiver:
            (message,) = await receiver.receive_messages(1, max_wait_time=5)
            await receiver.defer_message(message)
    await server.stop()
    await server.start()
    async with (
        ServiceBusClient.from_connection_string(server.connection_string, retry_total=0) as client,
        client.get_queue_receiver("orders") as receiver,
    ):
        assert await receiver.receive_messages(1, max_wait_time=0.3) == []
        number = message.sequence_number or 0
        (deferred,) = await receiver.receive_deferred_messages(number)
        assert (str(deferred), deferred.delivery_count) == ("a", 1)
        await receiver.complete_message(deferred)
        with pytest.raises(MessageNotFoundError):
            await receiver.receive_deferred_messages(number)


async def test_a_session_that_is_given_up_goes_to_who_waits(client: ServiceBusClient) -> None:
    await send(client, "steps", *(ServiceBusMessage(str(number), session_id="s") for number in range(3)))

    async def next_owner() -> list[tuple[str, int | None]]:
        async with client.get_queue_receiver("steps", session_id=NEXT_AVAILABLE_SESSION, max_wait_time=20) as receiver:
            assert receiver.session.session_id == "s"
            found = await receiver.receive_messages(3, max_wait_time=2)
            for message in found:
                await receiver.complete_message(message)
            return [(str(message), message.delivery_count) for message in found]

    async with client.get_queue_receiver("steps", session_id="s") as receiver:
        (first, *_) = await receiver.receive_messages(2, max_wait_time=2)
        waiting = asyncio.create_task(next_owner())
        await receiver.complete_message(first)
        await receiver.session.set_state(b"one done")
    assert await waiting == [("1", 0), ("2", 0)]


async def test_sessions_with_messages_or_state_are_listed(server: ServiceBusServer, client: ServiceBusClient) -> None:
    assert [name async for name in client.list_queue_sessions("steps")] == []
    await send(client, "steps", *(ServiceBusMessage("x", session_id=name) for name in ("b", "a", "c")))
    since = server.broker.now()
    server.broker.advance(timedelta(seconds=5))
    async with client.get_queue_receiver("steps", session_id="c") as receiver:
        (message,) = await receiver.receive_messages(1, max_wait_time=5)
        await receiver.session.set_state(b"kept")
        await receiver.complete_message(message)
    assert [name async for name in client.list_queue_sessions("steps")] == ["a", "b", "c"]
    assert [name async for name in client.list_queue_sessions("steps", state_updated_after=since)] == ["c"]


async def test_messages_scheduled_to_a_topic_reach_the_subscriptions_in_time_and_can_be_cancelled(
    server: ServiceBusServer, client: ServiceBusClient
) -> None:
    later = server.broker.now() + timedelta(minutes=5)
    async with client.get_topic_sender("news") as sender:
        _, cancelled = await sender.schedule_messages([ServiceBusMessage("a"), ServiceBusMessage("b")], later)
        await sender.cancel_scheduled_messages(cancelled)
    await server.stop()
    await server.start()
    async with (
        ServiceBusClient.from_connection_string(server.connection_string) as again,
        again.get_subscription_receiver("news", "all") as receiver,
    ):
        assert await receiver.receive_messages(5, max_wait_time=0.3) == []
        server.broker.advance(timedelta(minutes=6))
        assert [str(message) for message in await receiver.receive_messages(5, max_wait_time=2)] == ["a"]
    assert server.broker.entities["news"].messages == {}


async def test_dead_letters_are_forwarded_with_their_reason_and_source(
    server: ServiceBusServer, client: ServiceBusClient
) -> None:
    await send(client, "buried", ServiceBusMessage("a"), ServiceBusMessage("b"))
    async with client.get_queue_receiver("buried") as receiver:
        a, b = await receiver.receive_messages(2, max_wait_time=5)
        await receiver.dead_letter_message(a, reason="why", error_description="because")
        await receiver.abandon_message(b)
    async with client.get_queue_receiver("graves") as receiver:
        found = await receiver.receive_messages(2, max_wait_time=5)
    assert [(str(message), message.dead_letter_reason, message.dead_letter_source) for message in found] == [
        ("a", "why", "buried"),
        ("b", "MaxDeliveryCountExceeded", "buried"),
    ]
    assert queue(server, "buried/$deadletterqueue").messages == {}
