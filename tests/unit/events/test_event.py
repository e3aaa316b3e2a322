"""Events as documents and as CloudEvents."""

import json
from typing import Any

import pytest

from shared.events.event import Event, MalformedEventError, is_event
from shared.inventory.reservation import ReservationState, stock_event
from shared.orders.events import event_documents
from shared.orders.transitions import Happening
from tests.unit.orders.orders import NOW, order


def _order_event() -> dict[str, Any]:
    placed = order("o1")
    placed.correlation_id = "request-1"
    [document] = event_documents(placed, [Happening("order.created", "u1", {"totalMinor": 2000})], NOW)
    return document


def test_an_event_becomes_a_cloud_event() -> None:
    assert Event.from_document(_order_event()).to_cloud_event() == {
        "specversion": "1.0",
        "id": "o1:1",
        "source": "urn:durable-shop:orders",
        "type": "order.created",
        "subject": "o1",
        "time": "2026-03-01T12:00:00.000000Z",
        "datacontenttype": "application/json",
        "sequence": 1,
        "actor": "u1",
        "correlationid": "request-1",
        "schemaversion": 1,
        "data": {"totalMinor": 2000},
    }


def test_names_of_attributes_are_what_cloud_events_allow() -> None:
    for name in Event.from_document({**_order_event(), "traceparent": "00-1-2-01"}).to_cloud_event():
        assert name.isalnum()
        assert name == name.lower()
        assert len(name) <= 20


def test_a_stock_event_has_no_sequence_and_comes_from_the_products() -> None:
    document = stock_event("p1", "o1", 2, state=ReservationState.HELD, change=-2, now=NOW)
    sent = Event.from_document(document).to_cloud_event()
    assert (sent["id"], sent["subject"], sent["source"]) == ("p1:o1:held", "p1", "urn:durable-shop:products")
    assert "sequence" not in sent


def test_what_was_sent_is_read_back() -> None:
    for document in (_order_event(), stock_event("p1", "o1", 2, state=ReservationState.HELD, change=-2, now=NOW)):
        event = Event.from_document(document)
        assert Event.from_cloud_event(json.loads(json.dumps(event.to_cloud_event()))) == event


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"specversion": "0.3"}, "specversion is '0.3', not '1.0'"),
        ({"id": ""}, "id is wrong"),
        ({"type": "order"}, "type is wrong"),
        ({"subject": 5}, "aggregate is wrong"),
        ({"data": []}, "data is wrong"),
        ({"sequence": "first"}, "sequence is wrong"),
        ({"sequence": None}, "the sequence is missing"),
    ],
)
def test_a_malformed_cloud_event_is_refused_by_name(changed: dict[str, Any], told: str) -> None:
    sent = {**Event.from_document(_order_event()).to_cloud_event(), **changed}
    with pytest.raises(MalformedEventError, match=told):
        Event.from_cloud_event(sent)


@pytest.mark.parametrize("content", [None, [], "text", 5, {}])
def test_what_is_no_cloud_event_at_all_is_refused(content: Any) -> None:
    with pytest.raises(MalformedEventError):
        Event.from_cloud_event(content)


def test_documents_that_are_not_events_are_told_apart() -> None:
    assert is_event(_order_event())
    for kind in ("order", "product", "reservation", "payment-token", "a.b", "", None):
        assert not is_event({"id": "1", "type": kind, "aggregate": "1"})
    assert not is_event({"id": "1"})
