"""Connections, AMQP sessions, links and credit with rhea, which shares no code with the Azure SDKs."""

from localcloud.servicebus.server import ServiceBusServer
from tests.integration.servicebus.second_client.process import SecondClient

ACCEPTED = {"outcome": "accepted"}


async def test_both_kinds_of_logging_in(rhea: SecondClient) -> None:
    limits = {"max_frame_size": 65_536, "channel_max": 4999, "idle_time_out": 240_000}
    assert await rhea.connect(username="RootManageSharedAccessKey", password="any") == {"mechanism": "PLAIN", **limits}
    assert await rhea.run("close") == {"error": None}
    assert await rhea.connect(username="anyone") == {"mechanism": "ANONYMOUS", **limits}


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
