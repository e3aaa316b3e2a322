"""What a store of instances keeps, and what it promises."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from localcloud.durable.model import HistoryEvent, InstanceQuery, InstanceState


@dataclass(frozen=True)
class Work:
    """Something that a turn set going and whose end is not in the history yet: a running activity or an open timer."""

    task_id: int
    kind: str
    """"activity" or "timer"."""
    name: str = ""
    input: str | None = None
    fire_at: datetime | None = None
    created: datetime | None = None
    """When a timer was set."""


@dataclass(frozen=True)
class Message:
    """An event on its way into an instance's history. `key` is unique in a store and grows."""

    key: int
    instance_id: str
    execution_id: str
    """The execution it is meant for; empty when any execution of the instance will do."""
    event: HistoryEvent


@dataclass(frozen=True)
class NewInstance:
    """An instance to be started: its first state and its ExecutionStarted event."""

    state: InstanceState
    started: HistoryEvent


@dataclass(frozen=True)
class TurnRecord:
    """All that one turn changes. A store takes it whole or not at all."""

    state: InstanceState
    events: str
    """The turn's events as JSON texts joined by commas, as later turns will show them."""
    turn: int
    """Number of the turn in its execution, from 0."""
    work_added: list[Work] = field(default_factory=list)
    work_done: list[int] = field(default_factory=list)
    """Ids of the work that has ended or was cancelled."""
    consumed: list[int] = field(default_factory=list)
    """Keys of the messages that are now in the history."""
    children: list[NewInstance] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    """Messages for other instances."""
    renewed: HistoryEvent | None = None
    """The ExecutionStarted of the next generation: the instance begins anew, without history and work."""


@dataclass(frozen=True)
class LiveInstance:
    """An unfinished instance as a restarted engine finds it."""

    state: InstanceState
    started: HistoryEvent
    turns: list[str]
    work: list[Work]
    messages: list[Message]


class HistoryStore(Protocol):
    """Keeps instances. Writes are durable when they return; reads see everything acknowledged."""

    def open(self) -> None:
        """Makes the store ready. Raises StoreUnusableError."""
        ...

    def close(self) -> None:
        """Finishes pending writes and lets the store go. Harmless when not open."""
        ...

    async def create(self, instance: NewInstance) -> None:
        """Adds an instance in place of whatever has the same id."""
        ...

    async def enqueue(self, message: Message) -> None:
        """Keeps a message until a turn consumes it."""
        ...

    async def commit(self, turn: TurnRecord) -> None:
        """Keeps a turn. The work and the messages of an instance that has ended are dropped."""
        ...

    async def purge(self, instance_ids: list[str]) -> int:
        """Removes all that is kept of these instances; returns how many there were."""
        ...

    def get(self, instance_id: str) -> InstanceState | None:
        """The state of an instance."""
        ...

    def history(self, instance_id: str) -> list[HistoryEvent]:
        """The events of the present execution, oldest first."""
        ...

    def query(self, query: InstanceQuery) -> list[InstanceState]:
        """At most `query.top` matching instances ordered by id."""
        ...

    def live(self) -> list[LiveInstance]:
        """All unfinished instances, with everything needed to go on."""
        ...
