"""The outbox relay: what the change feed brings, to the topic."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from shared.events.event import Event, MalformedEventError, is_event
from shared.events.publishing import EventPublisher

logger = logging.getLogger(__name__)


async def relay(documents: Iterable[Mapping[str, Any]], publisher: EventPublisher) -> int:
    """Sends the events among the documents, in their order; returns how many there were.

    It raises when the broker can't be reached: the same documents have to come again. Orders, products and
    reservations are passed over. An event that can't be read would stop all that come after it, for ever: it is logged
    and passed over, too.
    """
    events = [event for document in documents if is_event(document) and (event := _read(document)) is not None]
    await publisher.publish(events)
    return len(events)


def _read(document: Mapping[str, Any]) -> Event | None:
    try:
        return Event.from_document(document)
    except MalformedEventError:
        logger.exception("The event document %s isn't relayed.", document.get("id"))
        return None
