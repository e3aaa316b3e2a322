"""The sessions of a queue: who owns which, until when, and the state that the application keeps with it."""

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localcloud.servicebus.amqp.errors import SESSION_CANNOT_BE_LOCKED, SESSION_LOCK_LOST, TIMED_OUT, AmqpError
from localcloud.servicebus.broker.consumer import Consumer
from localcloud.servicebus.broker.message import State

if TYPE_CHECKING:
    from localcloud.servicebus.broker.queue import Queue


@dataclass(slots=True)
class Session:
    """A session. Times are milliseconds since 1970."""

    id: str
    owner: Consumer | None = None
    locked_until: int = 0
    state: bytes | None = None
    updated_at: int = 0


class Sessions:
    """All sessions of one queue."""

    def __init__(self, queue: "Queue") -> None:
        self._queue = queue
        self._all: dict[str, Session] = {}
        self._waiting: deque[Consumer] = deque()
        self._is_releasing = False

    def accept(self, session_id: str, consumer: Consumer) -> None:
        """Gives a session to a consumer. Raises AmqpError when another one has it."""
        session = self._all.setdefault(session_id, Session(session_id))
        if session.owner is not None:
            text = f"The requested session '{session_id}' cannot be accepted. It may be locked by another receiver."
            raise AmqpError(SESSION_CANNOT_BE_LOCKED, text)
        self._grant(session, consumer)

    def wait(self, consumer: Consumer, timeout_ms: int) -> None:
        """Gives the next session with messages to a consumer, now or later; tells it when the time is up."""
        self._waiting.append(consumer)
        broker = self._queue.broker
        broker.deadlines.at(broker.now_ms() + timeout_ms, lambda: self._waited_in_vain(consumer))
        self.pump()

    def leave(self, consumer: Consumer) -> None:
        """The consumer is gone: its session is free and its messages go back, uncounted."""
        if consumer in self._waiting:
            self._waiting.remove(consumer)
        for session in self._all.values():
            if session.owner is consumer:
                self._release(session, counts=False)
        self.pump()

    def consumers(self) -> list[Consumer]:
        """Those that own a session or wait for one."""
        return [*(session.owner for session in self._all.values() if session.owner is not None), *self._waiting]

    def pump(self) -> None:
        """Hands out messages to owners, and sessions to those who wait for one."""
        if self._is_releasing:
            return
        for session in list(self._all.values()):
            if session.owner is not None:
                self._queue.fill(session.owner, session.id)
        if not self._waiting:
            return
        for session_id in self._queue.ready.session_ids():
            session = self._all.setdefault(session_id, Session(session_id))
            if self._waiting and session.owner is None and self._queue.next_message(session_id) is not None:
                self._grant(session, self._waiting.popleft())

    def locked_until(self, session_id: str | None) -> int | None:
        """When the lock of the session ends; None when nobody has it."""
        session = self._all.get(session_id or "")
        return session.locked_until if session is not None and session.owner is not None else None

    def renew(self, session_id: str) -> int:
        """A new end of the lock. Raises AmqpError."""
        session = self.owned(session_id)
        self._extend(session)
        for message in self._queue.locks.values():
            if message.content.session_id == session_id and message.lock is not None:
                message.lock.until = session.locked_until
        return session.locked_until

    def owned(self, session_id: str) -> Session:
        """A session that somebody has locked. Raises AmqpError."""
        session = self._all.get(session_id)
        if session is None or session.owner is None:
            raise AmqpError(SESSION_LOCK_LOST, "The session lock has expired on the session.")
        return session

    def set_state(self, session_id: str, state: bytes | None) -> None:
        """Keeps the application's state; None clears it. Raises AmqpError."""
        session = self.owned(session_id)
        session.state, session.updated_at = state, self._queue.broker.now_ms()
        self._queue.broker.journal.add(
            "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?)",
            self._queue.path,
            session_id,
            state,
            session.updated_at,
        )

    def restore(self, session_id: str, state: bytes | None, updated_at: int) -> None:
        """Takes over a stored state at start."""
        self._all[session_id] = Session(session_id, state=state, updated_at=updated_at)

    def listed(self, updated_after: int | None) -> list[str]:
        """Sessions with active messages or a state (None), or those whose state was set after a time."""
        if updated_after is not None:
            return sorted(key for key, session in self._all.items() if session.updated_at > updated_after)
        with_state = {key for key, session in self._all.items() if session.state is not None}
        messages = self._queue.messages.values()
        active = {message.content.session_id for message in messages if message.state is State.ACTIVE}
        return sorted(with_state | {key for key in active if key is not None})

    def clear(self) -> None:
        """Forgets all, before a reload."""
        self._all.clear()
        self._waiting.clear()

    def _grant(self, session: Session, consumer: Consumer) -> None:
        session.owner = consumer
        self._extend(session)
        consumer.session_granted(session.id, session.locked_until)

    def _extend(self, session: Session) -> None:
        broker = self._queue.broker
        session.locked_until = broker.now_ms() + self._queue.options.lock_duration
        broker.deadlines.at(session.locked_until, lambda: self._lock_may_be_over(session))

    def _release(self, session: Session, *, counts: bool) -> None:
        session.owner, session.locked_until = None, 0
        held = [message for message in self._queue.locks.values() if message.content.session_id == session.id]
        self._is_releasing = True  # nobody gets the session before all its messages are back, in order
        try:
            for message in held:
                self._queue.give_back(message, counts=counts)
        finally:
            self._is_releasing = False

    def lose(self, session_id: str) -> None:
        """Takes the session from its owner, as if the lock had run out."""
        session = self._all.get(session_id)
        owner = session.owner if session is not None else None
        if session is not None and owner is not None:
            self._release(session, counts=True)
            owner.lost(AmqpError(SESSION_LOCK_LOST, "The session lock has expired on the session."))
            self.pump()

    def _lock_may_be_over(self, session: Session) -> None:
        if session.locked_until <= self._queue.broker.now_ms():
            self.lose(session.id)

    def _waited_in_vain(self, consumer: Consumer) -> None:
        if consumer in self._waiting:
            self._waiting.remove(consumer)
            consumer.lost(AmqpError(TIMED_OUT, "No session with messages became available in time."))
