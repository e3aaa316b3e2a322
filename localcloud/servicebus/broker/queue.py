"""A queue, a subscription or a dead-letter queue: hands messages to consumers and takes their verdicts."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from localcloud.servicebus.amqp.errors import (
    ARGUMENT_ERROR,
    MESSAGE_LOCK_LOST,
    NOT_ALLOWED,
    NOT_FOUND,
    SESSION_LOCK_LOST,
    AmqpError,
)
from localcloud.servicebus.broker.consumer import Consumer
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.message import Content, Lock, Message, State
from localcloud.servicebus.broker.options import QueueOptions
from localcloud.servicebus.broker.ready import Ready
from localcloud.servicebus.broker.sessions import Sessions

if TYPE_CHECKING:
    from localcloud.servicebus.broker.broker import Broker

DEAD_LETTER_SUFFIX = "/$DeadLetterQueue"
MOST_HOPS = 4
TOO_MANY_TRIES = "MaxDeliveryCountExceeded"
EXPIRED = "TTLExpiredException"


class Queue(Entity):
    """`dead_letters` is None for a dead-letter queue itself. `in_topic`: it belongs to a topic's subscription."""

    def __init__(
        self,
        broker: "Broker",
        name: str,
        options: QueueOptions,
        *,
        is_dead_letters: bool = False,
        in_topic: bool = False,
    ) -> None:
        super().__init__(broker, name, options)
        self.options = options
        self.in_topic = in_topic
        self.is_dead_letters = is_dead_letters
        self.has_sessions = options.requires_session and not is_dead_letters
        self.locks: dict[UUID, Message] = {}
        self.ready = Ready()
        self.consumers: list[Consumer] = []
        self.sessions = Sessions(self)
        self.dead_letters: Queue | None = None
        if not is_dead_letters:
            self.dead_letters = Queue(broker, name + DEAD_LETTER_SUFFIX, options, is_dead_letters=True)

    def check(self, contents: Iterable[Content]) -> None:
        """Refuses messages for a dead-letter queue or a subscription, and those that lack a needed session id."""
        if self.is_dead_letters or self.in_topic:
            raise AmqpError(NOT_ALLOWED, f"Messages can't be sent to {self.name}.")
        super().check(contents)
        for content in contents:
            if self.has_sessions and content.session_id is None:
                text = f"The queue {self.name} needs a session id in every message (requiresSession)."
                raise AmqpError(ARGUMENT_ERROR, text)

    def accept(self, content: Content, *, hops: int = 0) -> None:
        """Makes a message available, forwards it, or dead-letters what lacks a session id."""
        if self.options.forward_to is not None and not self.is_dead_letters:
            self._forward(content, self.options.forward_to, hops)
            return
        now, ttl = self.broker.now_ms(), self.lifetime(content)
        message = Message(self.next_sequence(), content, now, None if ttl is None else now + ttl)
        if self.has_sessions and content.session_id is None:
            self.bury(message, "Session ID is null.", "A session subscription needs a session id in every message.")
            return
        self.insert(message)
        self._make_ready(message)
        self.pump()

    def _forward(self, content: Content, destination: str, hops: int) -> None:
        target = self.broker.find(destination)
        if target is None or hops >= MOST_HOPS:
            now = self.broker.now_ms()
            message = Message(self.next_sequence(), content, now)
            reason = "MaxTransferHopCountExceeded" if target is not None else NOT_FOUND
            self.bury(message, reason, f"The message can't be forwarded to {destination}.")
            return
        target.accept(content, hops=hops + 1)

    def change(self, options: QueueOptions) -> None:
        """Takes other settings, for itself and its dead-letter queue."""
        self.options = self.common = options
        if self.dead_letters is not None:
            self.dead_letters.change(options)
        self.pump()

    def forward_waiting(self) -> None:
        """Sends on what was there before `forwardTo` was set."""
        if self.options.forward_to is None or self.is_dead_letters:
            return
        for message in list(self.messages.values()):
            if message.state is State.ACTIVE and message.lock is None:
                self.remove(message)
                self._forward(message.content, self.options.forward_to, 0)

    def close(self) -> None:
        """Tells the consumers that the queue is deleted, and forgets all."""
        consumers = [*self.consumers, *self.sessions.consumers()]
        super().close()
        for consumer in consumers:
            consumer.lost(self.missing())
        self.consumers.clear()

    @property
    def is_open(self) -> bool:
        """Whether messages may be received now."""
        return self.is_dead_letters or self.options.status not in ("Disabled", "ReceiveDisabled")

    def attach(self, consumer: Consumer) -> None:
        """Adds a consumer without a session."""
        self.consumers.append(consumer)

    def leave(self, consumer: Consumer) -> None:
        """The consumer is gone: its session is free at once; other locks live on until they run out."""
        if consumer in self.consumers:
            self.consumers.remove(consumer)
        self.sessions.leave(consumer)

    def prefer(self, consumer: Consumer) -> None:
        """The consumer has just asked for messages, so it surely waits for them."""
        if consumer in self.consumers:
            self.consumers.remove(consumer)
            self.consumers.insert(0, consumer)
        self.pump()

    def pump(self) -> None:
        """Hands out what is available to those who want it."""
        if self.has_sessions:
            self.sessions.pump()
            return
        for consumer in list(self.consumers):
            self.fill(consumer, None)

    def fill(self, consumer: Consumer, session_id: str | None) -> None:
        """Hands out messages of one session (or of none) to a consumer, as many as it wants."""
        while self.is_open and consumer.credit > 0 and (message := self.next_message(session_id)) is not None:
            self.ready.pop(session_id)
            if consumer.deletes:
                self.remove(message)
            else:
                self.lock(message, consumer)
            consumer.deliver(message)

    def next_message(self, session_id: str | None) -> Message | None:
        """The first available message, without taking it; expired ones go on the way."""
        while (number := self.ready.first(session_id)) is not None:
            message = self.messages.get(number)
            if message is not None and message.state is State.ACTIVE and message.lock is None:
                if message.expires_at is None or message.expires_at > self.broker.now_ms():
                    return message
                self.ready.pop(session_id)
                self.expire(message)
            else:
                self.ready.pop(session_id)
        return None

    def lock(self, message: Message, owner: Consumer | None) -> None:
        """Locks a message for the queue's lock duration, or with its session."""
        until = self.sessions.locked_until(message.content.session_id) if self.has_sessions else None
        if until is None:
            until = self.broker.now_ms() + self.options.lock_duration
        message.lock = Lock(uuid4(), until, owner)
        self.locks[message.lock.token] = message
        self.update(message)
        if not self.has_sessions:
            self.broker.deadlines.at(until, lambda: self._lock_may_be_over(message))

    def renew(self, token: UUID) -> int:
        """A new end of the lock. Raises AmqpError."""
        message = self.locked(token)
        assert message.lock is not None  # noqa: S101 - `locked` answers only messages with a lock
        message.lock.until = self.broker.now_ms() + self.options.lock_duration
        self.update(message)
        self.broker.deadlines.at(message.lock.until, lambda: self._lock_may_be_over(message))
        return message.lock.until

    def locked(self, token: UUID) -> Message:
        """The message with this lock. Raises AmqpError when the lock is lost."""
        message = self.locks.get(token)
        if message is None or message.lock is None or message.lock.until <= self.broker.now_ms():
            if self.has_sessions:
                raise AmqpError(SESSION_LOCK_LOST, "The session lock has expired on the session.")
            raise AmqpError(
                MESSAGE_LOCK_LOST,
                "The lock supplied is invalid. Either the lock expired, or the message has already been removed from "
                "the queue, or was received by a different receiver instance.",
            )
        return message

    def unlock(self, message: Message) -> None:
        """Takes the lock from a message, in memory only."""
        if message.lock is not None:
            self.locks.pop(message.lock.token, None)
            message.lock = None

    def lose_lock(self, token: UUID) -> None:
        """Ends a lock before its time, as if it had run out; a session's lock with it."""
        message = self.locks.get(token)
        if message is None:
            return
        if self.has_sessions:
            self.sessions.lose(message.content.session_id or "")
        else:
            self.give_back(message, counts=True)

    def give_back(self, message: Message, *, counts: bool) -> None:
        """Makes a locked message available again; dead-letters it when it was tried often enough."""
        self.unlock(message)
        message.delivery_count += counts
        if message.state is State.DEFERRED:
            self.update(message)
        elif counts and not self.is_dead_letters and message.delivery_count >= self.options.max_delivery_count:
            text = f"Message could not be consumed after {message.delivery_count} delivery attempts."
            self.bury(message, TOO_MANY_TRIES, text)
        elif message.expires_at is not None and message.expires_at <= self.broker.now_ms():
            self.expire(message)
        else:
            self.update(message)
            self.ready.add(message.content.session_id if self.has_sessions else None, message.sequence_number)
            self.pump()

    def bury(self, message: Message, reason: str | None, description: str | None) -> None:
        """Moves a message to the dead-letter queue, or to where dead letters are forwarded."""
        self.unlock(message)
        if message.sequence_number in self.messages:
            self.remove(message)
        content = message.content.dead_lettered(reason, description)
        target = self.broker.find(self.options.forward_dead_lettered_messages_to or "")
        if target is not None:
            target.accept(self._with_source(content), hops=1)
        elif self.dead_letters is not None:
            self.dead_letters.take_over(message, content)

    def _with_source(self, content: Content) -> Content:
        annotations = {**content.annotations, "x-opt-deadletter-source": self.name}
        return replace(content, annotations=annotations)

    def take_over(self, message: Message, content: Content) -> None:
        """Takes in a dead letter: it keeps its number, its time and its count, and never expires."""
        dead = Message(message.sequence_number, content, message.enqueued_at, delivery_count=message.delivery_count)
        self.insert(dead)
        self._make_ready(dead)
        self.pump()

    def expire(self, message: Message) -> None:
        """Ends the life of a message that nobody took in time."""
        if self.options.dead_lettering_on_message_expiration and not self.is_dead_letters:
            self.bury(message, EXPIRED, "The message expired and was dead lettered.")
        else:
            self.remove(message)

    def restore(self, row: sqlite3.Row) -> None:
        """Takes over a stored message at start, with its lock unless that was a session's."""
        super().restore(row)
        message = self.messages[row["seq"]]
        if message.lock is not None and not self.has_sessions:
            self.locks[message.lock.token] = message
            self.broker.deadlines.at(message.lock.until, lambda: self._lock_may_be_over(message))
        else:
            message.lock = None
        if message.state is State.ACTIVE:
            self._make_ready(message)

    def clear(self) -> None:
        """Forgets all messages of the memory, before a reload."""
        super().clear()
        self.locks.clear()
        self.ready.clear()
        self.sessions.clear()

    def _make_ready(self, message: Message) -> None:
        if message.lock is None:
            self.ready.add(message.content.session_id if self.has_sessions else None, message.sequence_number)
        if message.expires_at is not None:
            self.broker.deadlines.at(message.expires_at, lambda: self._life_may_be_over(message))

    def _life_may_be_over(self, message: Message) -> None:
        is_here = self.messages.get(message.sequence_number) is message
        if is_here and message.state is State.ACTIVE and message.lock is None:
            self.expire(message)

    def _lock_may_be_over(self, message: Message) -> None:
        lock = message.lock
        if lock is not None and self.locks.get(lock.token) is message and lock.until <= self.broker.now_ms():
            self.give_back(message, counts=True)
