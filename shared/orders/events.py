"""Order events as documents beside the order: the outbox and the event stream in one."""

from datetime import datetime
from typing import Any

from shared.documents import event_document
from shared.ids import new_id
from shared.orders.document import Order
from shared.orders.transitions import Happening


def event_documents(order: Order, happenings: list[Happening], now: datetime) -> list[dict[str, Any]]:
    """One document per happening, id `<orderId>:<sequence>`; moves the order's `event_sequence` forward.

    To be written in one batch with the order under its ETag, so that a sequence is never given twice. The `changeId`
    tells a write that met its own repetition from one that lost a race.
    """
    documents, change_id = [], new_id()
    for happening in happenings:
        order.event_sequence += 1
        event = event_document(
            event_type=happening.type,
            aggregate=order.id,
            sequence=order.event_sequence,
            actor=happening.actor,
            now=now,
            data=happening.fields,
            correlation_id=order.correlation_id,
        )
        documents.append({**event, "orderId": order.id, "changeId": change_id})
    return documents
