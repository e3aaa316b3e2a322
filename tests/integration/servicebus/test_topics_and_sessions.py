"""Topics, rules and sessions, driven by the real SDK."""

from datetime import timedelta

import pytest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import OperationTimeoutError, SessionCannotBeLockedError, SessionLockLostError

from localcloud.servicebus.server import ServiceBusServer


async def test_each_subscription_gets_what_its_rules_let_through(client: ServiceBusClient) -> None:
    async with client.get_topic_sender("events") as sender:
        await sender.send_messages(ServiceBusMessage("1", application_properties={"color": "red", "size": 3}))
        await sender.send_messages(ServiceBusMessage("2", application_properties={"color": "red", "size": 1}))
        await sender.send_messages(ServiceBusMessage("3", subject="paid", application_properties={"size": 1}))
    expected = {
        "all": [("1", {b"color": b"red", b"size": 3}), ("2", {b"color": b"red", b"size": 1}), ("3", {b"size": 1})],
        "red": [("1", {b"seen": b"yes", b"size": 3})],
        "paid": [("3", {b"size": 1})],
    }
    for name, messages in expected.items():
        async with client.get_subscription_receiver("events", name) as receiver:
            found = await receiver.receive_messages(10, max_wait_time=1)
            assert [(str(message), message.application_properties) for message in found] == messages


async def test_a_session_belongs_to_one_receiver_and_keeps_its_state(client: ServiceBusClient) -> None:
    async with client.get_queue_sender("steps") as sender:
        await sender.send_messages([ServiceBusMessage(str(n), session_id="s") for n in range(3)])
    async with client.get_queue_receiver("steps", session_id=NEXT_AVAILABLE_SESSION) as receiver:
        assert receiver.session.session_id == "s"
        await receiver.session.set_state(b"half way")
        with pytest.raises(SessionCannotBeLockedError):
            async with client.get_queue_receiver("steps", session_id="s") as other:
                await other.receive_messages(1, max_wait_time=1)
        found = await receiver.receive_messages(3, max_wait_time=1)
        await receiver.complete_message(found[0])
        await receiver.session.renew_lock()
    async with client.get_queue_receiver("steps", session_id="s") as receiver:
        assert await receiver.session.get_state() == b"half way"
        rest = await receiver.receive_messages(3, max_wait_time=1)
        assert [(str(message), message.delivery_count) for message in rest] == [("1", 0), ("2", 0)]


async def test_a_session_lock_that_ran_out_is_lost(server: ServiceBusServer, client: ServiceBusClient) -> None:
    async with client.get_queue_sender("steps") as sender:
        await sender.send_messages(ServiceBusMessage("a", session_id="s"))
    async with client.get_queue_receiver("steps", session_id="s") as receiver:
        (message,) = await receiver.receive_messages(1, max_wait_time=1)
        server.broker.advance(timedelta(seconds=61))
        with pytest.raises(SessionLockLostError):
            await receiver.complete_message(message)


async def test_waiting_for_a_session_ends(client: ServiceBusClient) -> None:
    with pytest.raises(OperationTimeoutError):
        async with client.get_queue_receiver("steps", session_id=NEXT_AVAILABLE_SESSION, max_wait_time=0.5):
            pass
