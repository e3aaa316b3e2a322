"""Looking at messages without locking them, and receiving deferred ones by number."""

from collections.abc import Sequence

from localcloud.servicebus.amqp.errors import MESSAGE_NOT_FOUND, AmqpError
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.message import Message, State
from localcloud.servicebus.broker.queue import Queue

MOST_PEEKED = 250


def peek(entity: Entity, start: int, count: int, session_id: str | None) -> list[Message]:
    """Up to `count` messages from the sequence number `start` on, whatever their state."""
    numbers = sorted(
        number
        for number, message in entity.messages.items()
        if number >= start and session_id in (None, message.content.session_id)
    )
    return [entity.messages[number] for number in numbers[: min(count, MOST_PEEKED)]]


def receive_deferred(queue: Queue, numbers: Sequence[int], session_id: str | None, *, deletes: bool) -> list[Message]:
    """Deferred messages by number, all or none: locked, or deleted. Raises AmqpError."""
    if queue.has_sessions:
        queue.sessions.owned(session_id or "")
    found = [queue.messages.get(number) for number in numbers]
    wanted = [
        message
        for message in found
        if message is not None
        and message.state is State.DEFERRED
        and message.lock is None
        and session_id in (None, message.content.session_id)
    ]
    if len(wanted) != len(numbers):
        raise AmqpError(MESSAGE_NOT_FOUND, "There is no deferred message with one of these sequence numbers.")
    for message in wanted:
        if deletes:
            queue.remove(message)
        else:
            queue.lock(message, None)
    return wanted
