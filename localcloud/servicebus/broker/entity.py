"""What queues, subscriptions and topics have in common: messages, sequence numbers, schedules, duplicate detection."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from localcloud.servicebus.amqp.encode import encode
from localcloud.servicebus.amqp.errors import ENTITY_DISABLED, MESSAGE_NOT_FOUND, NOT_FOUND, AmqpError
from localcloud.servicebus.broker.message import Content, Lock, Message, State
from localcloud.servicebus.broker.options import QueueOptions, TopicOptions

if TYPE_CHECKING:
    from localcloud.servicebus.broker.broker import Broker


class Entity(ABC):
    """A place for messages. `path` is its key in lower case, `name` as it was declared."""

    def __init__(self, broker: "Broker", name: str, options: QueueOptions | TopicOptions) -> None:
        self.broker = broker
        self.name = name
        self.path = name.lower()
        self.common = options
        self.messages: dict[int, Message] = {}
        self.last_sequence = 0
        self.is_deleted = False
        self.accessed_at = 0
        self._seen: dict[bytes, int] = {}

    def check(self, contents: Iterable[Content]) -> None:
        """Raises AmqpError when one of these may not be sent here."""
        if self.is_deleted:
            raise self.missing()
        if self.common.status in ("Disabled", "SendDisabled"):
            raise AmqpError(ENTITY_DISABLED, f"The messaging entity {self.name} is disabled for sending.")

    def missing(self) -> AmqpError:
        """What clients of a deleted entity get."""
        return AmqpError(NOT_FOUND, f"The messaging entity '{self.name}' could not be found.")

    def close(self) -> None:
        """Forgets all for good: the entity was deleted."""
        self.is_deleted = True
        self.clear()

    @abstractmethod
    def accept(self, content: Content, *, hops: int = 0) -> None:
        """Takes in a message that is to be available now; `hops` counts how often it was forwarded."""

    def send(self, contents: Sequence[Content]) -> None:
        """Takes in what a client sent: all or nothing. Duplicates vanish. Raises AmqpError."""
        self.check(contents)
        self.accessed_at = self.broker.now_ms()
        for content in contents:
            if self._is_duplicate(content):
                continue
            when = content.scheduled_for
            if when is not None and when > self.broker.now_ms():
                self._schedule(content, when)
            else:
                self.accept(content)

    def schedule(self, contents: Sequence[Content]) -> list[int]:
        """Takes in messages for later and answers their sequence numbers. Raises AmqpError."""
        self.check(contents)
        now = self.broker.now_ms()
        return [self._schedule(content, content.scheduled_for or now) for content in contents]

    def cancel(self, numbers: Sequence[int]) -> None:
        """Removes scheduled messages, all or none. Raises AmqpError."""
        found = [self.messages.get(number) for number in numbers]
        if not all(message is not None and message.state is State.SCHEDULED for message in found):
            raise AmqpError(MESSAGE_NOT_FOUND, "There is no scheduled message with one of these sequence numbers.")
        for message in found:
            if message is not None:
                self.remove(message)

    def next_sequence(self) -> int:
        """A new sequence number."""
        self.last_sequence += 1
        self.broker.journal.set_sequence(self.path, self.last_sequence)
        return self.last_sequence

    def insert(self, message: Message) -> None:
        """Keeps a message, in memory and in the store."""
        self.messages[message.sequence_number] = message
        self.broker.journal.add(
            "INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            self.path,
            message.sequence_number,
            message.content.pack(),
            message.enqueued_at,
            message.expires_at,
            int(message.state),
            message.delivery_count,
            message.scheduled_for,
        )

    def update(self, message: Message) -> None:
        """Stores the state, delivery count and lock of a message."""
        lock = message.lock
        self.broker.journal.add(
            "UPDATE message SET state = ?, deliveries = ?, token = ?, locked_until = ? WHERE path = ? AND seq = ?",
            int(message.state),
            message.delivery_count,
            None if lock is None else lock.token.bytes,
            None if lock is None else lock.until,
            self.path,
            message.sequence_number,
        )

    def remove(self, message: Message) -> None:
        """Forgets a message."""
        self.messages.pop(message.sequence_number, None)
        self.broker.journal.add("DELETE FROM message WHERE path = ? AND seq = ?", self.path, message.sequence_number)

    def clear(self) -> None:
        """Forgets all messages of the memory, before a reload."""
        self.messages.clear()
        self._seen.clear()

    def restore(self, row: sqlite3.Row) -> None:
        """Takes over a stored message at start."""
        lock = None if row["token"] is None else Lock(UUID(bytes=row["token"]), row["locked_until"])
        message = Message(
            row["seq"],
            Content.unpack(row["content"]),
            row["enqueued"],
            row["expires"],
            State(row["state"]),
            row["deliveries"],
            row["scheduled"],
            lock,
        )
        self.messages[message.sequence_number] = message
        if message.state is State.SCHEDULED and message.scheduled_for is not None:
            self._await_schedule(message, message.scheduled_for)

    def restore_seen(self, message_id: bytes, at: int) -> None:
        """Takes over a message id of the duplicate detection at start."""
        self._seen[message_id] = at

    def _schedule(self, content: Content, when: int) -> int:
        message = Message(
            self.next_sequence(), content, self.broker.now_ms(), state=State.SCHEDULED, scheduled_for=when
        )
        self.insert(message)
        self._await_schedule(message, when)
        return message.sequence_number

    def _await_schedule(self, message: Message, when: int) -> None:
        def activate() -> None:
            if self.messages.get(message.sequence_number) is message and message.state is State.SCHEDULED:
                self.remove(message)
                self.accept(message.content)

        self.broker.deadlines.at(when, activate)

    def _is_duplicate(self, content: Content) -> bool:
        if not self.common.requires_duplicate_detection or content.message_id is None:
            return False
        now, key = self.broker.now_ms(), encode(content.message_id)
        oldest = now - self.common.duplicate_detection_history_time_window
        while self._seen and next(iter(self._seen.values())) < oldest:
            gone = next(iter(self._seen))
            del self._seen[gone]
            self.broker.journal.add("DELETE FROM seen WHERE path = ? AND message_id = ?", self.path, gone)
        if key in self._seen:
            return True
        self._seen[key] = now
        self.broker.journal.add("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", self.path, key, now)
        return False

    def lifetime(self, content: Content) -> int | None:
        """How long the message lives here in milliseconds: the shorter of its own and the entity's."""
        given: list[Any] = [content.ttl_ms, self.common.default_message_time_to_live]
        return min((ttl for ttl in given if ttl is not None), default=None)
