"""Clients that break the protocol, and faults on demand."""

import asyncio
import random
from typing import Any

import aiohttp
import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusError, ServiceBusServerBusyError

from localcloud.servicebus.amqp.frames import AMQP_HEADER, SASL_FRAME, SASL_HEADER, encode_frame
from localcloud.servicebus.amqp.performatives import (
    Attach,
    Begin,
    Disposition,
    End,
    Flow,
    Open,
    Performative,
    SaslInit,
    Transfer,
)
from localcloud.servicebus.amqp.session import FIRST_ID
from localcloud.servicebus.amqp.types import Described, Symbol, Ulong
from localcloud.servicebus.server import ServiceBusServer

SASL = SASL_HEADER + encode_frame(0, SaslInit(Symbol("ANONYMOUS")).encode(), SASL_FRAME)
SENDER = Attach("s", 1, False, target=Described(Ulong(0x29), ["orders"]))
RECEIVER = Attach("r", 2, True, source=Described(Ulong(0x28), ["orders"]))
BODY = b"\x00\x53\x75\xa0\x01a"


def frames(*performatives: Performative) -> bytes:
    return b"".join(encode_frame(0, item.encode()) for item in performatives)


OPENED = SASL + AMQP_HEADER + frames(Open("x"))
BEGUN = OPENED + frames(Begin(None, 0, 100, 100))


async def answer(server: ServiceBusServer, data: bytes, wanted: bytes = b"") -> bytes:
    """What the broker says until `wanted` was in it, or until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(data)
    found = b""
    async with asyncio.timeout(5):
        while not (wanted and wanted in found) and (more := await reader.read(10_000)):
            found += more
    writer.close()
    return found


async def test_what_is_not_amqp_is_closed_at_once(server: ServiceBusServer) -> None:
    assert await answer(server, b"GET / HTTP/1.1\r\n\r\n") == b""


@pytest.mark.parametrize(
    ("data", "condition"),
    [
        (SASL + AMQP_HEADER + frames(Begin(None, 0, 1, 1)), b"amqp:connection:framing-error"),
        (OPENED + b"\x7f\xff\xff\xff\x02\0\0\0", b"amqp:decode-error"),
        (OPENED + b"\0\0\0\x04\x02\0\0\0", b"amqp:decode-error"),
        (OPENED + encode_frame(0, b"\0\x53\x99\x45"), b"amqp:decode-error"),
        (OPENED + encode_frame(3, End().encode()), b"amqp:connection:framing-error"),
        (BEGUN + frames(Attach("n", 5000, False)), b"amqp:connection:framing-error"),
    ],
)
async def test_a_broken_connection_is_closed_with_the_reason(
    server: ServiceBusServer, data: bytes, condition: bytes
) -> None:
    assert condition in await answer(server, data)


@pytest.mark.parametrize(
    ("data", "condition"),
    [
        (frames(Transfer(5, 1, b"x")), b"amqp:session:unattached-handle"),
        (frames(Attach("n", 1, False)), b"amqp:not-allowed"),
        (frames(Attach("t", 1, False, target=Described(Ulong(0x30), [None]))), b"amqp:not-implemented"),
        (frames(SENDER) + encode_frame(0, Transfer(1, 1, b"x", 0).encode() + b"garbage"), b"amqp:decode-error"),
    ],
)
async def test_a_broken_link_is_refused_with_the_reason(
    server: ServiceBusServer, data: bytes, condition: bytes
) -> None:
    assert condition in await answer(server, BEGUN + data, condition)


async def test_an_outcome_in_a_transaction_is_refused_and_the_message_stays(
    server: ServiceBusServer, client: ServiceBusClient
) -> None:
    in_transaction = Described(Ulong(0x34), [b"id", Described(Ulong(0x24), [])])
    async with client.get_queue_sender("orders") as sender:
        await sender.send_messages(ServiceBusMessage("stays"))
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    async with asyncio.timeout(5):
        writer.write(BEGUN + frames(RECEIVER, Flow(None, 100, 0, 100, 2, 0, 1)))
        await reader.readuntil(b"stays")
        writer.write(frames(Disposition(True, FIRST_ID, None, False, in_transaction)))
        await reader.readuntil(b"amqp:not-implemented")
    writer.close()
    async with client.get_queue_receiver("orders") as receiver:
        assert [str(message) for message in await receiver.peek_messages()] == ["stays"]


async def test_scrambled_frames_never_stop_the_broker(server: ServiceBusServer, client: ServiceBusClient) -> None:
    chance = random.Random(1)
    conversation = (
        frames(RECEIVER, Flow(0, 100, 0, 100, 2, 0, 5), SENDER)
        + encode_frame(0, Transfer(1, 1, b"x", 0).encode() + BODY)
        + frames(Disposition(True, 1 << 30, None, True, Described(Ulong(0x24), [])))
    )
    for _ in range(100):
        scrambled = bytearray(conversation)
        scrambled[chance.randrange(len(scrambled))] = chance.randrange(256)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(BEGUN + bytes(scrambled))
        await reader.read(10)
        writer.close()
    async with client.get_queue_sender("once") as sender, client.get_queue_receiver("once") as receiver:
        await sender.send_messages(ServiceBusMessage("still there"))
        assert [str(message) for message in await receiver.receive_messages(1, max_wait_time=5)] == ["still there"]


async def test_faults_are_set_over_the_admin_port(server: ServiceBusServer, client: ServiceBusClient) -> None:
    url = f"http://127.0.0.1:{server.admin_port}/_localcloud/faults"
    async with aiohttp.ClientSession() as session, client.get_queue_sender("orders") as sender:
        await _post(session, url, {"operation": "send", "error": "com.microsoft:server-busy", "count": 1})
        with pytest.raises(ServiceBusServerBusyError):
            await sender.send_messages(ServiceBusMessage("a"))
        await sender.send_messages(ServiceBusMessage("b"))
        await _post(session, url, {"operation": "send", "duplicate": True, "count": 1})
        await sender.send_messages(ServiceBusMessage("c"))
        await _post(session, url, {"operation": "send", "drop": "before", "count": 1})
        with pytest.raises(ServiceBusError):
            await sender.send_messages(ServiceBusMessage("d"))
        async with session.post(url, json={"nonsense": 1}) as refused:
            assert refused.status == 400
        async with session.get(url.replace("faults", "entities")) as counted:
            assert (await counted.json())["entities"]["orders"]["active"] == 3


async def _post(session: aiohttp.ClientSession, url: str, rule: dict[str, Any]) -> None:
    async with session.post(url, json=rule) as response:
        assert response.status == 201
