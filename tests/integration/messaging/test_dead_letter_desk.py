"""The dead-letter desk against the broker: why a message died, sending it again where it died, removing it."""

import asyncio
import json
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusReceiver
from azure.servicebus.amqp import AmqpAnnotatedMessage, AmqpMessageBodyType

from ops.__main__ import main
from ops.dead_letters.desk import DeadLetterDesk, Instruction
from shared.clients import clients
from shared.events.event import Event
from shared.messaging.entities import NOTIFICATIONS, QUEUE, SOURCES, TOPIC, VIEWS
from shared.messaging.records import MessageRecords
from shared.time import utc_now
from tests.integration.messaging.conftest import Within

_EVENT = Event(
    id="o1:5", type="order.confirmed", time="2026-03-01T12:00:00.000000Z", aggregate="o1", sequence=5, data={}
)


class Desk:
    """Runs the verb and looks into the queues."""

    def __init__(self, within: Within[Any], capsys: pytest.CaptureFixture[str]) -> None:
        self._within = within
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, Any]:
        code = main(["dead-letters", *arguments, "--json"])
        printed = self._capsys.readouterr()
        return code, json.loads(printed.out) if printed.out else printed.err

    def kill_in_queue(self, *messages: ServiceBusMessage) -> None:
        """Sends to queue `orders` and lets each die there with an error recorded."""
        self._within(_kill_in_queue(messages))

    def kill_in_views(self) -> None:
        """Lets an event die in subscription `views`; `notifications` keeps its copy."""
        self._within(_kill_in_views())

    def waiting(self, subscription: str | None = None) -> list[ServiceBusMessage]:
        """What lies in the queue, or in the subscription, and is alive."""
        found: list[ServiceBusMessage] = self._within(_waiting(subscription))
        return found


@pytest.fixture
def desk(within: Within[Any], capsys: pytest.CaptureFixture[str]) -> Desk:
    """The desk over an empty broker."""
    return Desk(within, capsys)


async def _kill_in_queue(messages: tuple[ServiceBusMessage, ...]) -> None:
    bus, records = clients().service_bus(), MessageRecords(clients().container("requests"), utc_now)
    async with bus.get_queue_sender(QUEUE) as sender, bus.get_queue_receiver(QUEUE) as receiver:
        await sender.send_messages(list(messages))
        for message in messages:
            await records.failed(QUEUE, str(message.message_id), 10, ValueError("field `action` is wrong"))
        await _dead_letter(receiver, len(messages))


async def _kill_in_views() -> None:
    bus = clients().service_bus()
    await clients().publisher().publish([_EVENT])
    async with bus.get_subscription_receiver(TOPIC, VIEWS, session_id="o1") as receiver:
        await _dead_letter(receiver, 1)


async def _dead_letter(receiver: ServiceBusReceiver, count: int) -> None:
    while count:
        for message in await receiver.receive_messages(count, max_wait_time=5):
            await receiver.dead_letter_message(message, reason="MaxDeliveryCountExceeded", error_description="10 tries")
            count -= 1


async def _waiting(subscription: str | None) -> list[Any]:
    bus = clients().service_bus()
    if subscription is None:
        receiver = bus.get_queue_receiver(QUEUE)
    else:
        session_id = "o1" if subscription == VIEWS else None
        receiver = bus.get_subscription_receiver(TOPIC, subscription, session_id=session_id)
    async with receiver:
        return list(await receiver.peek_messages(10))


def _message(message_id: str) -> ServiceBusMessage:
    return ServiceBusMessage(
        json.dumps({"action": "nope"}), message_id=message_id, application_properties={"from": "erp"}, subject="work"
    )


def test_a_dead_letter_is_told_replayed_and_keeps_its_history(desk: Desk, within: Within[Any]) -> None:
    desk.kill_in_queue(_message("m1"), _message("m2"))
    code, listed = desk("list")
    letter, other = listed["deadLetters"]
    assert (code, other["messageId"]) == (0, "m2")
    assert (letter["source"], letter["messageId"], letter["subject"]) == (QUEUE, "m1", "work")
    assert (letter["reason"], letter["description"]) == ("MaxDeliveryCountExceeded", "10 tries")
    assert [error["error"] for error in letter["errors"]] == ["ValueError: field `action` is wrong"]

    code, done = desk("replay", "m1", "--source", QUEUE, "--by", "grace", "--note", "fixed")
    assert (code, done["replayed"], done["left"]) == (0, [{"source": QUEUE, "messageId": "m1"}], 0)
    [again] = desk.waiting()
    properties = {name.decode(): value.decode() for name, value in (again.application_properties or {}).items()}  # type: ignore[union-attr]  # received names and texts are bytes
    assert properties == {"from": "erp", "replayOf": "m1"}
    assert (str(again), again.subject, str(again.message_id).split("~")[0]) == ('{"action": "nope"}', "work", "m1")

    within(_dies_again())
    code, shown = desk("show", "m1", "--source", QUEUE)
    [details] = shown["deadLetters"]
    assert (code, details["payload"], details["properties"]["from"]) == (0, {"action": "nope"}, "erp")
    assert [(entry["action"], entry["operator"], entry["note"]) for entry in details["history"]] == [
        ("replaying", "grace", "fixed"),
        ("replayed", "grace", "fixed"),
    ]
    assert (details["firstMessageId"], details["history"][1]["newMessageId"]) == ("m1", details["messageId"])
    assert len(details["errors"]) == 1


async def _dies_again() -> None:
    async with clients().service_bus().get_queue_receiver(QUEUE) as receiver:
        await _dead_letter(receiver, 1)


def test_two_operators_at_once_replay_each_message_once_whatever_its_form(
    desk: Desk, within: Within[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.dead_letters.desk._WAIT_SECONDS", 0.5)
    foreign = AmqpAnnotatedMessage(value_body={"action": ["x", None]}, application_properties={"n": 1})
    within(_send_and_kill(foreign, *(_message(f"m{number}") for number in range(5))))
    [nameless] = [letter for letter in desk("list")[1]["deadLetters"] if letter["messageId"] is None]
    within(_two_desks())
    assert desk("list")[1]["deadLetters"] == []
    again = desk.waiting()
    ids = sorted(str(message.message_id).split("~")[0] for message in again)
    assert ids == sorted([nameless["firstMessageId"], *(f"m{number}" for number in range(5))])
    [value] = [message for message in again if message.body_type is AmqpMessageBodyType.VALUE]
    assert (value.body, (value.application_properties or {})[b"n"]) == ({b"action": [b"x", None]}, 1)
    code, shown = desk("show", "m1")
    assert code == 0
    assert [entry["action"] for entry in shown["records"][0]["history"]] == ["replaying", "replayed"]


async def _send_and_kill(*messages: Any) -> None:
    bus = clients().service_bus()
    async with bus.get_queue_sender(QUEUE) as sender, bus.get_queue_receiver(QUEUE) as receiver:
        await sender.send_messages(list(messages))
        await _dead_letter(receiver, len(messages))


async def _two_desks() -> None:
    """Both want all that is dead."""
    desk = DeadLetterDesk(clients().service_bus(), MessageRecords(clients().container("requests"), utc_now))
    numbers = [letter.sequence_number for letter in await desk.letters(SOURCES[:1])]
    wanted = Instruction("replay", "grace")
    both = await asyncio.gather(*(desk.act(wanted, SOURCES[0], numbers) for _ in range(2)))
    acted = both[0] + both[1]
    assert sorted(letter.sequence_number for letter in acted.done) == numbers
    assert acted.impossible == []


def test_a_replayed_event_reaches_the_subscription_where_it_died_and_no_other(desk: Desk) -> None:
    desk.kill_in_views()
    assert len(desk.waiting(NOTIFICATIONS)) == 1
    code, done = desk("replay", "--all")
    assert (code, done["replayed"]) == (0, [{"source": f"{TOPIC}/{VIEWS}", "messageId": "o1:5"}])
    [again] = desk.waiting(VIEWS)
    assert (again.session_id, again.subject) == ("o1", "order.confirmed")
    assert len(desk.waiting(NOTIFICATIONS)) == 1


def test_unknown_messages_change_nothing_and_a_discarded_one_is_gone(desk: Desk) -> None:
    desk.kill_in_queue(_message("m1"))
    assert desk("replay", "m1", "m9", "--source", QUEUE) == (1, {"unknown": ["m9"]})
    [letter] = desk("list", "--source", QUEUE)[1]["deadLetters"]
    code, done = desk("discard", f"#{letter['sequenceNumber']}", "--source", QUEUE)
    assert (code, done["discarded"]) == (0, [{"source": QUEUE, "messageId": "m1"}])
    assert desk("list", "--source", QUEUE) == (0, {"deadLetters": []})
    assert desk.waiting() == []


def test_which_messages_has_to_be_said(desk: Desk) -> None:
    assert desk("replay") == (2, "ops: replay takes either message ids or --all.\n")
    assert desk("discard", "m1", "--all") == (2, "ops: discard takes either message ids or --all.\n")
