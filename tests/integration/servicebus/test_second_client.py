"""Messages and their outcomes with rhea, AMQP 1.0 in JavaScript, which shares no code with the Azure SDKs."""

from localcloud.servicebus.faults import FaultRule
from localcloud.servicebus.server import ServiceBusServer
from tests.integration.servicebus.second_client.process import SecondClient

ACCEPTED = {"outcome": "accepted"}


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


async def test_a_batch(rhea: SecondClient) -> None:
    await rhea.connect()
    await rhea.sender("orders")
    members = [{"body": "a", "id": "1"}, {"body": "b", "id": "2"}]
    assert await rhea.run("batch", link="s", messages=members, format=0x80013700) == ACCEPTED
    await rhea.receiver("orders")
    assert [(message["id"], message["body"]) for message in await rhea.receive(2)] == [("1", "a"), ("2", "b")]


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


async def test_a_fault_reaches_the_client_as_its_condition(rhea: SecondClient, server: ServiceBusServer) -> None:
    await rhea.connect()
    await rhea.sender("orders")
    server.faults.add(FaultRule(operation="send", error="com.microsoft:server-busy", count=1))
    refused, taken = await rhea.send({"body": "a"}, {"body": "b"})
    assert (refused["outcome"], refused["condition"]) == ("rejected", "com.microsoft:server-busy")
    assert taken == ACCEPTED
