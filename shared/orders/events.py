"""Order events as documents beside the order: the outbox and the event stream in one."""

from datetime import datetime
from typing import Any

from shared.orders.document import Order
from shared.orders.transitions import Happening
from shared.time import rfc3339


def event_documents(order: Order, happenings: list[Happening], now: datetime) -> list[dict[str, Any]]:
    """One document per happening, id `<orderId>:<sequence>`; moves the order's `event_sequence` forward.

    To be written in one batch with the order under its ETag, so that a sequence is never given twice.
    """
    documents = []
    for happening in happenings:
        order.event_sequence += 1
        documents.append(_event_document(order, happening, rfc3339(now)))
    return documents


def _event_document(order: Order, happening: Happening, time: str) -> dict[str, Any]:
    return {
        "id": f"{order.id}:{order.event_sequence}",
        "orderId": order.id,
        "type": happening.type,
        "schemaVersion": 1,
        "createdAt": time,
        "updatedAt": time,
        "time": time,
        "aggregate": order.id,
        "sequence": order.event_sequence,
        "actor": happening.actor,
        "correlationId": order.correlation_id,
        "traceparent": "",
        "data": happening.fields,
    }
