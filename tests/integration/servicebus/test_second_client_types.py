"""AMQP types with rhea, which shares no code with the Azure SDKs."""

from typing import Any
from uuid import UUID

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from tests.integration.servicebus.second_client.process import SecondClient

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


async def test_bodies_of_every_kind(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("orders")
    bodies = ["data", {"value": ["a", 1, None, True]}, {"value": {"name": "x", "size": 3}}, {"value": None}]
    await rhea.send(*({"body": body} for body in bodies))
    await rhea.receiver("orders")
    found = [message.get("body") for message in await rhea.receive(4)]
    assert found == ["data", ["a", 1, None, True], {"name": "x", "size": 3}, None]
