"""The entities of the Service Bus namespace. infra/resources.json declares them; a test compares the two."""

from dataclasses import dataclass

QUEUE = "orders"
"""Work from other systems: process_order, create_order."""
TOPIC = "shop-events"
"""Every event of the shop, session id = aggregate id."""
VIEWS = "views"
NOTIFICATIONS = "notifications"

REPLAY_FOR = "replayFor"
"""Application property of a replayed event: the one subscription that gets it; the subscriptions' rules look at it."""
REPLAY_OF = "replayOf"
"""Application property of a replayed message: the message id under which it first came."""


@dataclass(frozen=True)
class Source:
    """Where messages are consumed from, and so where they can die."""

    name: str
    """What operators and records call it: `orders`, `shop-events/views`."""
    target: str
    """The queue or topic that a replay is sent to."""
    subscription: str | None = None


SOURCES = (
    Source(QUEUE, QUEUE),
    *(Source(f"{TOPIC}/{name}", TOPIC, name) for name in (VIEWS, NOTIFICATIONS)),
)
