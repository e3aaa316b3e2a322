"""The broker with a client that shares no code with the Azure SDKs: rhea, AMQP 1.0 in JavaScript."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from localcloud.servicebus.faults import FaultRule
from localcloud.servicebus.server import ServiceBusServer
from tests.integration.servicebus.second_client.process import SecondClient, second_client

ACCEPTED = {"outcome": "accepted"}
UUID_HEX = "00112233445566778899aabbccddeeff"
TYPED: dict[str, tuple[Any, list[Any], Any]] = {
    "boolean": ({"boolean": True}, ["True", True], True),
    "ubyte": ({"ubyte": 200}, ["Ubyte", 200], 200),
    "ushort": ({"ushort": 60_000}, ["Ushort", 60_000], 60_000),
    "uint": ({"uint": 4_000_000_000}, ["Uint", 4_000_000_000], 4_000_000_000),
    "ulong": ({"ulong": 5_000_000_000}, ["Ulong", 5_000_000_000], 5_000_000_000),
    "byte": ({"byte": -100}, ["Byte", -100], -100),
    "short": ({"short": -30_000}, ["Short", -30_000], -30_000),
    "int": ({"int": -2_000_000_000}, ["Int", -2_000_000_000], -2_000_000_000),
    "long": ({"long": -5_000_000_000}, ["Long", -5_000_000_000], -5_000_000_000),
    "float": ({"float": 0.5}, ["Float", 0.5], 0.5),
    "double": ({"double": 0.1}, ["Double", 0.1], 0.1),
    "timestamp": ({"timestamp": 1_700_000_000_123}, ["Timestamp", 1_700_000_000_123], 1_700_000_000_123),
    "uuid": ({"uuid": UUID_HEX}, ["Uuid", UUID_HEX], UUID(UUID_HEX)),
    "string": ({"string": "Grüße"}, ["Str8", "Grüße"], "Grüße".encode()),
    "symbol": ({"symbol": "name"}, ["Sym8", "name"], b"name"),
    "binary": ({"binary": "00ff"}, ["Vbin8", "00ff"], b"\x00\xff"),
    "null": (None, ["Null", None], None),
}
"""Per AMQP type: what rhea sends, as what it receives it, and as what the Azure SDK hands it out."""
SENT = {name: sent for name, (sent, _, _) in TYPED.items()}
RECEIVED = {name: received for name, (_, received, _) in TYPED.items()}


@pytest.fixture
async def rhea(server: ServiceBusServer) -> AsyncIterator[SecondClient]:
    async with second_client(server.port) as started:
        yield started


async def test_both_kinds_of_logging_in(rhea: SecondClient) -> None:
    limits = {"max_frame_size": 65_536, "channel_max": 4999, "idle_time_out": 240_000}
    assert await rhea.connect(username="RootManageSharedAccessKey", password="any") == {"mechanism": "PLAIN", **limits}
    assert await rhea.run("close") == {"error": None}
    assert await rhea.connect(username="anyone") == {"mechanism": "ANONYMOUS", **limits}


async def test_a_queue_from_end_to_end(rhea: SecondClient) -> None:
    await rhea.connect()
    assert (await rhea.sender("orders"))["limit"] == 262_144
    assert await rhea.send({"body": "a", "id": "1", "subject": "first"}, {"body": "b", "id": "2"}) == [ACCEPTED] * 2
    await rhea.receiver("orders")
    first, second = await rhea.receive(2)
    assert (first["id"], first["body"], first["subject"], first["deliveryCount"]) == ("1", "a", "first", 0)
    assert first["annotations"] == ["x-opt-enqueued-time", "x-opt-locked-until", "x-opt-sequence-number"]
    assert (second["id"], second["body"]) == ("2", "b")
    assert await rhea.settle(0, 1, outcome="accepted") == ["accepted"] * 2
    assert await rhea.run("detach", link="r") == {"error": None, "closed": True}
    assert await rhea.run("detach", link="s", closed=False) == {"error": None, "closed": False}
    assert await rhea.run("close") == {"error": None}


async def test_every_outcome(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("orders")
    await rhea.send({"body": "a"})
    await rhea.receiver("orders")
    assert (await rhea.receive(1))[0]["deliveryCount"] == 0
    assert await rhea.settle(0, outcome="released") == ["released"]
    for number in (1, 2):
        assert (await rhea.receive(1))[0]["deliveryCount"] == number - 1
        assert await rhea.settle(number, outcome="modified", delivery_failed=True) == ["modified"]
    await rhea.receiver("orders/$DeadLetterQueue", "dead")
    (buried,) = await rhea.receive(1, link="dead")
    assert (buried["body"], buried["deliveryCount"]) == ("a", 2)
    assert buried["properties"]["DeadLetterReason"] == ["Str8", "MaxDeliveryCountExceeded"]
    await rhea.send({"body": "b"}, {"body": "c"})
    await rhea.receive(2)
    assert await rhea.settle(3, outcome="rejected") == ["rejected"]
    assert await rhea.settle(4, outcome="modified", undeliverable_here=True) == ["modified"]
    assert [message["body"] for message in await rhea.receive(1, link="dead")] == ["b"]
    assert (await rhea.run("receive", link="r", credit=5, drain=True))["messages"] == []


async def test_types_on_the_way_to_the_azure_sdk_and_from_it(rhea: SecondClient, client: ServiceBusClient) -> None:
    await rhea.connect()
    await rhea.sender("orders")
    assert await rhea.send({"body": "a", "id": {"ulong": 7}, "properties": SENT}) == [ACCEPTED]
    async with client.get_queue_receiver("orders") as receiver:
        (message,) = await receiver.receive_messages(1, max_wait_time=5)
        await receiver.complete_message(message)
    found = {key.decode(): value for key, value in (message.application_properties or {}).items()}  # type: ignore[union-attr]  # the SDK hands out bytes
    assert found == {name: value for name, (_, _, value) in TYPED.items()}
    assert message.raw_amqp_message.properties.message_id == 7  # type: ignore[union-attr]  # the message came with properties
    async with client.get_queue_sender("orders") as sender:
        sent = {"text": "Grüße", "yes": True, "small": 5, "large": 2_000_000_000, "real": 0.1}
        await sender.send_messages(ServiceBusMessage("a", application_properties=sent))  # type: ignore[arg-type]  # dicts are invariant
    await rhea.receiver("orders")
    (answer,) = await rhea.receive(1)
    assert answer["properties"] == {
        "text": ["Str8", "Grüße"],
        "yes": ["Boolean", 1],
        "small": ["SmallInt", 5],
        "large": ["Int", 2_000_000_000],
        "real": ["Double", 0.1],
    }


async def test_types_outlive_a_change_of_the_properties(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("orders")
    await rhea.send({"body": "a", "properties": SENT})
    await rhea.receiver("orders")
    (message,) = await rhea.receive(1)
    assert message["properties"] == RECEIVED
    assert await rhea.settle(0, outcome="modified", message_annotations={"tried": "once"}) == ["modified"]
    (message,) = await rhea.receive(1)
    assert message["properties"] == {**RECEIVED, "tried": ["Str8", "once"]}


async def test_a_batch(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("orders")
    members = [{"body": "a", "id": "1"}, {"body": "b", "id": "2"}]
    assert await rhea.run("batch", link="s", messages=members, format=0x80013700) == ACCEPTED
    await rhea.receiver("orders")
    assert [(message["id"], message["body"]) for message in await rhea.receive(2)] == [("1", "a"), ("2", "b")]


async def test_bodies_of_every_kind(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("orders")
    bodies = ["data", {"value": ["a", 1, None, True]}, {"value": {"name": "x", "size": 3}}, {"value": None}]
    await rhea.send(*({"body": body} for body in bodies))
    await rhea.receiver("orders")
    found = [message.get("body") for message in await rhea.receive(4)]
    assert found == ["data", ["a", 1, None, True], {"name": "x", "size": 3}, None]


async def test_what_is_settled_by_the_sender_is_sent_once(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("orders", options={"snd_settle_mode": 1})
    await rhea.send({"body": "a"}, {"body": "b"})
    await rhea.receiver("orders", options={"snd_settle_mode": 1, "rcv_settle_mode": 0})
    assert [message["body"] for message in await rhea.receive(2)] == ["a", "b"]
    await rhea.run("detach", link="r")
    await rhea.receiver("orders", "again")
    assert (await rhea.run("receive", link="again", credit=5, drain=True))["messages"] == []


async def test_a_receiver_that_settles_first_gets_no_echo(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("orders")
    await rhea.send(*({"body": str(number)} for number in range(4)))
    await rhea.receiver("orders", options={"rcv_settle_mode": 0})
    await rhea.receive(4)
    assert await rhea.settle(0, 1, outcome="accepted") == []
    assert await rhea.settle(2, 3, outcome="released") == []
    assert [message["body"] for message in await rhea.receive(2)] == ["2", "3"]


async def test_a_topic_filters(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("events")
    red = {"body": "red", "properties": {"color": "red", "size": {"ubyte": 3}}}
    paid = {"body": "paid", "subject": "paid", "properties": {"size": {"uint": 1}}}
    assert await rhea.send(red, paid) == [ACCEPTED] * 2
    for name, bodies in {"all": ["red", "paid"], "red": ["red"], "paid": ["paid"]}.items():
        await rhea.receiver(f"events/Subscriptions/{name}", name)
        found = await rhea.receive(len(bodies), link=name)
        assert [message["body"] for message in found] == bodies
    assert found[0]["properties"] == {"size": ["SmallUint", 1]}


async def test_sessions(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("steps")
    await rhea.send({"body": "1", "group_id": "a"}, {"body": "2", "group_id": "b"}, {"body": "3", "group_id": "a"})
    named = await rhea.receiver("steps", "named", filter={"session": "b"})
    assert named["source"] == {"com.microsoft:session-filter": "b"}
    taken = await rhea.receiver("steps", "taken", filter={"session": "b"})
    assert taken["error"]["condition"] == "com.microsoft:session-cannot-be-locked"
    following = await rhea.receiver("steps", "next", filter={"session": None})
    assert following["source"] == {"com.microsoft:session-filter": "a"}
    assert [message["body"] for message in await rhea.receive(2, link="next")] == ["1", "3"]
    plain = await rhea.receiver("steps", "plain")
    assert plain["error"] == {"condition": "amqp:not-allowed", "description": "steps needs a session receiver."}


async def test_credit_is_kept_to_and_drained(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("once")
    await rhea.send(*({"body": str(number), "id": str(number)} for number in range(5)))
    await rhea.receiver("once")
    assert [message["body"] for message in await rhea.receive(2)] == ["0", "1"]
    drained = await rhea.run("receive", link="r", credit=10, drain=True)
    assert [message["body"] for message in drained["messages"]] == ["2", "3", "4"]
    assert drained["credit"] == 0
    await rhea.send({"body": "5", "id": "5"})
    nothing = await rhea.run("receive", link="r", credit=0, drain=True)
    assert (nothing["messages"], nothing["credit"]) == ([], 0)
    assert [message["body"] for message in await rhea.receive(1)] == ["5"]


async def test_an_unknown_entity_is_not_found(rhea: SecondClient) -> None:
    await rhea.connect()
    text = "The messaging entity 'nowhere' could not be found."
    missing = {"condition": "amqp:not-found", "description": text}
    assert (await rhea.sender("nowhere"))["error"] == missing
    assert (await rhea.receiver("nowhere"))["error"] == missing
    await rhea.sender("orders", "sound")
    assert await rhea.send({"body": "a"}, link="sound") == [ACCEPTED]


async def test_a_message_that_is_too_large_is_rejected(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("orders")
    large, small = await rhea.send({"body": "x" * 262_144}, {"body": "small"})
    assert large["outcome"] == "rejected"
    assert large["condition"] == "amqp:link:message-size-exceeded"
    assert large["description"].endswith("bytes is larger than the limit of 262144 bytes.")
    assert small == ACCEPTED
    await rhea.receiver("orders")
    drained = await rhea.run("receive", link="r", credit=5, drain=True)
    assert [message["body"] for message in drained["messages"]] == ["small"]


async def test_a_large_message_in_small_frames(rhea: SecondClient) -> None:
    await rhea.connect(max_frame_size=512)
    await rhea.sender("orders")
    body = "".join(map(str, range(50_000)))
    assert await rhea.send({"body": body}) == [ACCEPTED]
    await rhea.receiver("orders")
    assert (await rhea.receive(1))[0]["body"] == body
    assert await rhea.settle(0, outcome="accepted") == ["accepted"]


async def test_a_window_that_is_smaller_than_two_messages(rhea: SecondClient) -> None:
    await rhea.connect(max_frame_size=512, session_buffer_size=64)
    await rhea.sender("orders")
    bodies = [letter * 20_000 for letter in "abc"]
    assert await rhea.send(*({"body": body} for body in bodies)) == [ACCEPTED] * 3
    await rhea.receiver("orders", options={"autoaccept": True})
    assert [message["body"] for message in await rhea.receive(3)] == bodies


async def test_more_messages_than_credit_from_a_count_above_zero(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("orders", count=1700)
    assert await rhea.send(*({"body": str(number)} for number in range(1200))) == [ACCEPTED] * 1200
    await rhea.receiver("orders")
    assert [message["body"] for message in await rhea.receive(1200)] == [str(number) for number in range(1200)]


async def test_several_sessions_on_one_connection(rhea: SecondClient) -> None:
    await rhea.connect()
    begun = [(await rhea.run("begin"))["session"] for _ in range(3)]
    for session in begun:
        await rhea.sender("orders", f"s{session}", session=session)
        assert await rhea.send({"body": f"from {session}"}, link=f"s{session}") == [ACCEPTED]
    await rhea.receiver("orders", session=begun[2])
    assert (await rhea.receive(1))[0]["body"] == f"from {begun[0]}"
    assert await rhea.settle(0, outcome="released") == ["released"]
    await rhea.run("end", session=begun[2])
    await rhea.receiver("orders", "again", session=begun[0])
    found = await rhea.receive(3, link="again")
    assert [message["body"] for message in found] == [f"from {session}" for session in begun]


async def test_links_come_back_after_a_broken_connection(rhea: SecondClient, server: ServiceBusServer) -> None:
    await rhea.connect(reconnect=True)
    await rhea.sender("orders")
    await rhea.send({"body": "before"})
    await rhea.receiver("orders")
    assert [message["body"] for message in await rhea.receive(1)] == ["before"]
    server.drop_clients()
    assert [await rhea.run("reattached", link=name) for name in ("s", "r")] == [{"opened": 2}] * 2
    assert await rhea.send({"body": "after"}) == [ACCEPTED]
    assert [message["body"] for message in await rhea.receive(1)] == ["after"]


async def test_a_fault_reaches_the_client_as_its_condition(rhea: SecondClient, server: ServiceBusServer) -> None:
    await rhea.connect()
    await rhea.sender("orders")
    server.faults.add(FaultRule(operation="send", error="com.microsoft:server-busy", count=1))
    refused, taken = await rhea.send({"body": "a"}, {"body": "b"})
    assert (refused["outcome"], refused["condition"]) == ("rejected", "com.microsoft:server-busy")
    assert taken == ACCEPTED
