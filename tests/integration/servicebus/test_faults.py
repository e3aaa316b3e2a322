"""Injected faults, as the SDK's clients meet them."""

import asyncio
import time
from datetime import timedelta

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import MessageLockLostError, ServiceBusError, SessionLockLostError

from localcloud.fault_rules import FaultRuleError
from localcloud.servicebus.faults import FaultRules
from localcloud.servicebus.server import ServiceBusServer
from tests.waiting import until_true


async def texts(receiver: ServiceBusReceiver, wait: float = 1) -> list[str]:
    found = await receiver.receive_messages(10, max_wait_time=wait)
    for message in found:
        await receiver.complete_message(message)
    return [str(message) for message in found]


async def test_a_delayed_send_takes_its_time_and_others_do_not_wait(
    server: ServiceBusServer, client: ServiceBusClient
) -> None:
    async with client.get_queue_sender("orders") as slow, client.get_queue_sender("once") as quick:
        server.faults.add({"operation": "send", "entity": "orders", "delayMs": 400, "count": 1})
        began = time.monotonic()
        waiting = asyncio.create_task(slow.send_messages(ServiceBusMessage("a")))
        await quick.send_messages(ServiceBusMessage("b"))
        assert not waiting.done()
        await waiting
        assert time.monotonic() - began >= 0.4
        await slow.send_messages(ServiceBusMessage("c"))
        assert [rule["hits"] for rule in server.faults.list()] == [1]


async def test_a_client_that_leaves_during_a_delay_harms_nobody(
    server: ServiceBusServer, client: ServiceBusClient
) -> None:
    server.faults.add({"operation": "send", "delayMs": 200, "count": 1})
    async with client.get_queue_sender("orders") as sender:
        waiting = asyncio.create_task(sender.send_messages(ServiceBusMessage("a")))
        await until_true(lambda: server.faults.list()[0]["hits"] == 1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    async with client.get_queue_sender("orders") as sender, client.get_queue_receiver("orders") as receiver:
        await sender.send_messages(ServiceBusMessage("b"))
        assert "b" in await texts(receiver)


async def test_the_first_message_is_overtaken_and_nothing_is_lost(
    server: ServiceBusServer, client: ServiceBusClient
) -> None:
    server.faults.add({"reorderMs": 60_000, "count": 2})
    async with client.get_queue_sender("orders") as sender, client.get_queue_receiver("orders") as receiver:
        await sender.send_messages([ServiceBusMessage("a"), ServiceBusMessage("b")])
        await sender.send_messages(ServiceBusMessage("c"))
        await sender.send_messages(ServiceBusMessage("d"))
        assert await texts(receiver) == ["b", "d"]
        server.broker.advance(timedelta(seconds=61))
        assert await texts(receiver) == ["a", "c"]


async def test_a_message_kept_back_for_reordering_survives_a_restart(
    server: ServiceBusServer, client: ServiceBusClient
) -> None:
    server.faults.add({"reorderMs": 60_000, "count": 1})
    async with client.get_queue_sender("orders") as sender:
        await sender.send_messages(ServiceBusMessage("a"))
    await server.stop()
    await server.start()
    server.broker.advance(timedelta(seconds=61))
    async with (
        ServiceBusClient.from_connection_string(server.connection_string) as again,
        again.get_queue_receiver("orders") as receiver,
    ):
        assert await texts(receiver) == ["a"]


async def test_a_lock_is_lost_at_settlement_and_the_message_comes_again(
    server: ServiceBusServer, client: ServiceBusClient
) -> None:
    async with client.get_queue_sender("orders") as sender, client.get_queue_receiver("orders") as receiver:
        await sender.send_messages(ServiceBusMessage("a"))
        server.faults.add({"lockLost": True, "count": 1})
        (message,) = await receiver.receive_messages(1, max_wait_time=5)
        with pytest.raises(MessageLockLostError):
            await receiver.complete_message(message)
        (again,) = await receiver.receive_messages(1, max_wait_time=5)
        assert (str(again), again.delivery_count) == ("a", 1)
        await receiver.complete_message(again)
    assert server.broker.entities["orders"].messages == {}


async def test_a_session_is_lost_at_settlement(server: ServiceBusServer, client: ServiceBusClient) -> None:
    async with client.get_queue_sender("steps") as sender:
        await sender.send_messages(ServiceBusMessage("a", session_id="s"))
    server.faults.add({"operation": "settle", "lockLost": True, "count": 1})
    async with client.get_queue_receiver("steps", session_id="s") as receiver:
        (message,) = await receiver.receive_messages(1, max_wait_time=5)
        with pytest.raises((SessionLockLostError, MessageLockLostError)):
            await receiver.complete_message(message)
    async with client.get_queue_receiver("steps", session_id="s") as receiver:
        (again,) = await receiver.receive_messages(1, max_wait_time=5)
        assert (str(again), again.delivery_count) == ("a", 1)


async def test_a_dropped_attach_is_a_lost_connection(server: ServiceBusServer, client: ServiceBusClient) -> None:
    server.faults.add({"operation": "attach", "drop": "before", "count": 1})
    with pytest.raises(ServiceBusError):
        async with client.get_queue_sender("orders") as sender:
            await sender.send_messages(ServiceBusMessage("a"))
    async with client.get_queue_sender("orders") as sender:
        await sender.send_messages(ServiceBusMessage("b"))
    assert len(server.broker.entities["orders"].messages) == 1


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ({"operation": "send", "lockLost": True}, "settle"),
        ({"operation": "settle", "reorderMs": 5}, "send"),
        ({"operation": "send"}, "delayMs"),
        ({"delayMs": -1}, "delayMs"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rule: dict[str, object], named: str) -> None:
    rules = FaultRules()
    with pytest.raises(FaultRuleError, match=named):
        rules.add(rule)
    assert rules.list() == []
