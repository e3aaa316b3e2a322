"""What reaches the sender: every event, in order, in batches that the broker takes."""

import asyncio
import json
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessageBatch

from shared.events.event import Event
from shared.events.publishing import EventPublisher, event_message
from shared.events.relay import relay


class RecordingSender:
    """Takes batches of at most `size` bytes."""

    def __init__(self, size: int = 262_144, failures: int = 0) -> None:
        self.batches: list[list[str]] = []
        self._size = size
        self._failures = failures
        self._busy = False

    async def create_message_batch(self) -> ServiceBusMessageBatch:
        return ServiceBusMessageBatch(self._size)

    async def send_messages(self, message: ServiceBusMessageBatch) -> None:
        assert not self._busy, "a sender serves one call at a time"
        self._busy = True
        await asyncio.sleep(0)
        self._busy = False
        if self._failures:
            self._failures -= 1
            raise ConnectionError("the broker is away")
        self.batches.append([str(sent.message_id) for sent in message._messages])  # noqa: SLF001 - a batch shows nothing of itself

    @property
    def sent(self) -> list[str]:
        return [message_id for batch in self.batches for message_id in batch]


def _document(number: int, **fields: Any) -> dict[str, Any]:
    event = {
        "id": f"o{number % 3}:{number}",
        "type": "order.created",
        "time": "2026-03-01T12:00:00.000000Z",
        "aggregate": f"o{number % 3}",
        "sequence": number,
        "data": {"totalMinor": 100},
    }
    return {**event, **fields}


async def test_events_are_sent_in_order_in_full_batches() -> None:
    sender = RecordingSender(size=4000)
    assert await relay([_document(number) for number in range(50)], EventPublisher(sender)) == 50
    assert sender.sent == [f"o{number % 3}:{number}" for number in range(50)]
    assert 5 <= len(sender.batches) <= 15


async def test_other_documents_are_passed_over() -> None:
    sender = RecordingSender()
    documents = [{"id": "o1", "type": "order"}, _document(1), {"id": "reservation:o1", "type": "reservation"}]
    assert await relay(documents, EventPublisher(sender)) == 1
    assert sender.sent == ["o1:1"]


async def test_nothing_to_send_needs_no_broker() -> None:
    sender = RecordingSender(failures=1)
    assert await relay([{"id": "o1", "type": "order"}], EventPublisher(sender)) == 0


async def test_an_event_that_cant_be_read_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    sender = RecordingSender()
    assert await relay([_document(1, time=None), _document(2)], EventPublisher(sender)) == 1
    assert sender.sent == ["o2:2"]
    assert "The event document o1:1 isn't relayed." in caplog.text


async def test_a_failure_is_raised_and_the_next_try_sends_everything() -> None:
    sender = RecordingSender(failures=1)
    publisher = EventPublisher(sender)
    with pytest.raises(ConnectionError):
        await relay([_document(1)], publisher)
    assert await relay([_document(1)], publisher) == 1
    assert sender.sent == ["o1:1"]


async def test_one_sender_serves_both_relays() -> None:
    sender = RecordingSender()
    publisher = EventPublisher(sender)
    await asyncio.gather(*(relay([_document(number)], publisher) for number in range(5)))
    assert sorted(sender.sent) == [f"o{number % 3}:{number}" for number in (0, 3, 1, 4, 2)]


def test_a_message_names_its_event_and_its_aggregate() -> None:
    event = Event.from_document(_document(7, correlationId="request-1"))
    message = event_message(event)
    assert (message.message_id, message.session_id, message.subject) == ("o1:7", "o1", "order.created")
    assert (message.content_type, message.correlation_id) == ("application/cloudevents+json", "request-1")
    assert json.loads(b"".join(message.body)) == event.to_cloud_event()
