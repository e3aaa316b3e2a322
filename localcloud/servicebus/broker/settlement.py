"""What a receiver may decide about a message that it holds. Raises AmqpError when the lock is lost."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from localcloud.servicebus.amqp import sections
from localcloud.servicebus.broker.message import Message, State
from localcloud.servicebus.broker.queue import Queue


def complete(queue: Queue, token: UUID) -> None:
    """The message is done with."""
    message = queue.locked(token)
    queue.unlock(message)
    queue.remove(message)


def abandon(queue: Queue, token: UUID, changes: dict[Any, Any] | None = None) -> None:
    """The message is available again; the try counts. `changes` are application properties to set."""
    message = queue.locked(token)
    _change(queue, message, changes)
    queue.give_back(message, counts=True)


def release(queue: Queue, token: UUID) -> None:
    """The message is available again; the try doesn't count."""
    queue.give_back(queue.locked(token), counts=False)


def defer(queue: Queue, token: UUID, changes: dict[Any, Any] | None = None) -> None:
    """The message stays, to be received by its sequence number only."""
    message = queue.locked(token)
    _change(queue, message, changes)
    queue.unlock(message)
    message.state = State.DEFERRED
    message.delivery_count += 1
    queue.update(message)


def dead_letter(
    queue: Queue,
    token: UUID,
    reason: str | None,
    description: str | None,
    changes: dict[Any, Any] | None = None,
) -> None:
    """The message goes to the dead-letter queue; in a dead-letter queue it stays where it is."""
    message = queue.locked(token)
    _change(queue, message, changes)
    if queue.is_dead_letters:
        queue.give_back(message, counts=False)
    else:
        queue.bury(message, reason, description)


def _change(queue: Queue, message: Message, changes: dict[Any, Any] | None) -> None:
    if not changes:
        return
    named = {str(key): value for key, value in changes.items()}
    bare = sections.with_application_properties(message.content.bare, named)
    message.content = replace(message.content, bare=bare)
    queue.broker.journal.add(
        "UPDATE message SET content = ? WHERE path = ? AND seq = ?",
        message.content.pack(),
        queue.path,
        message.sequence_number,
    )
