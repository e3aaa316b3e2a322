"""The task hub's public face: what the HTTP API, the client RPC and the test kit call."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

HistoryEvent = dict[str, Any]
"""One history event with the keys and the order of keys that the real extension sends (`EventType` is an int)."""


class RuntimeStatus(StrEnum):
    """The states of an instance, spelled as in the HTTP API."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUSPENDED = "Suspended"
    COMPLETED = "Completed"
    FAILED = "Failed"
    TERMINATED = "Terminated"
    CANCELED = "Canceled"
    CONTINUED_AS_NEW = "ContinuedAsNew"

    @property
    def terminal(self) -> bool:
        """Whether nothing can happen to such an instance any more."""
        return self in (RuntimeStatus.COMPLETED, RuntimeStatus.FAILED, RuntimeStatus.TERMINATED, RuntimeStatus.CANCELED)


@dataclass(frozen=True)
class InstanceState:
    """An instance as status queries show it. `input`, `output`, `custom_status` are JSON texts or None."""

    instance_id: str
    name: str
    execution_id: str
    status: RuntimeStatus
    created: datetime
    updated: datetime
    input: str | None = None
    output: str | None = None
    custom_status: str | None = None
    version: str | None = None
    parent_instance_id: str | None = None


@dataclass(frozen=True)
class InstanceQuery:
    """A filter over instances; an empty one matches all. Answers come by instance id."""

    created_from: datetime | None = None
    created_to: datetime | None = None
    statuses: frozenset[RuntimeStatus] = field(default_factory=frozenset)
    id_prefix: str | None = None
    top: int = 100
    after_id: str | None = None
    """Continuation: only ids greater than this one."""


class InstanceNotFoundError(Exception):
    """There is no instance with that id."""


class InstanceExistsError(Exception):
    """A start or restart met a live instance; `status` is its state."""

    def __init__(self, instance_id: str, status: RuntimeStatus) -> None:
        super().__init__(f"An Orchestration instance with the status {status} already exists.")
        self.instance_id, self.status = instance_id, status


class InstanceFinishedError(Exception):
    """The operation needs a live instance, but it has ended (HTTP 410)."""


class InvalidOperationError(Exception):
    """Not possible in the instance's present state, e.g. suspend when suspended, purge while running."""

    def __init__(self, text: str, status: RuntimeStatus) -> None:
        super().__init__(text)
        self.status = status


class TaskHub(Protocol):
    """Everything that can be asked of the engine. Every change is durable when the call returns."""

    name: str

    async def start_new(
        self, name: str, instance_id: str | None, input_text: str | None, version: str | None = None
    ) -> str:
        """Starts an orchestration, returns its id; an unknown name fails later. Raises InstanceExistsError."""
        ...

    async def get(self, instance_id: str) -> InstanceState | None:
        """The instance's state, or None."""
        ...

    async def history(self, instance_id: str) -> list[HistoryEvent]:
        """The events of the present execution, oldest first; empty when there is no such instance."""
        ...

    async def query(self, query: InstanceQuery) -> list[InstanceState]:
        """At most `query.top` matching instances ordered by id."""
        ...

    async def raise_event(self, instance_id: str, event_name: str, input_text: str) -> None:
        """Delivers an external event (JSON text). Raises InstanceNotFoundError, InstanceFinishedError."""
        ...

    async def terminate(self, instance_id: str, reason: str | None) -> None:
        """Ends an instance; its children go on. Raises InstanceNotFoundError, InstanceFinishedError."""
        ...

    async def suspend(self, instance_id: str, reason: str | None) -> None:
        """Suspends. Raises InstanceNotFoundError, InstanceFinishedError, InvalidOperationError when suspended."""
        ...

    async def resume(self, instance_id: str, reason: str | None) -> None:
        """Resumes. Raises InstanceNotFoundError, InstanceFinishedError, InvalidOperationError unless suspended."""
        ...

    async def restart(self, instance_id: str, new_id: bool) -> str:
        """Starts the same name and input again; returns the id. Raises InstanceNotFoundError, InstanceExistsError."""
        ...

    async def purge(self, instance_id: str) -> bool:
        """Removes a finished instance; False when there is none. Raises InvalidOperationError while it is alive."""
        ...

    async def purge_by(self, query: InstanceQuery) -> int:
        """Removes every *terminal* instance that matches (deliberate deviation); returns how many."""
        ...
