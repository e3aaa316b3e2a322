"""A task hub of plain dictionaries: enough state to see what the HTTP routes ask for and make of the answers."""

from dataclasses import replace
from datetime import UTC, datetime

from localcloud.durable.model import (
    HistoryEvent,
    InstanceExistsError,
    InstanceFinishedError,
    InstanceNotFoundError,
    InstanceQuery,
    InstanceState,
    InvalidOperationError,
    RuntimeStatus,
)

CREATED = datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=UTC)


class SmallHub:
    """Instances are put into `states` by the test; operations change them at once."""

    name = "TestHub"

    def __init__(self) -> None:
        self.states: dict[str, InstanceState] = {}
        self.events: dict[str, list[HistoryEvent]] = {}
        self.raised: list[tuple[str, str, str]] = []
        self.started: list[tuple[str, str | None, str | None, str | None]] = []

    def put(self, instance_id: str, status: RuntimeStatus = RuntimeStatus.RUNNING, **fields: str) -> None:
        self.states[instance_id] = InstanceState(instance_id, "work", "x", status, CREATED, CREATED, **fields)

    async def start_new(
        self, name: str, instance_id: str | None, input_text: str | None, version: str | None = None
    ) -> str:
        known = self.states.get(instance_id or "")
        if known is not None and not known.status.terminal:
            raise InstanceExistsError(known.instance_id, known.status)
        self.started.append((name, instance_id, input_text, version))
        return instance_id or "new"

    async def get(self, instance_id: str) -> InstanceState | None:
        return self.states.get(instance_id)

    async def history(self, instance_id: str) -> list[HistoryEvent]:
        return self.events.get(instance_id, [])

    async def query(self, query: InstanceQuery) -> list[InstanceState]:
        return [s for i, s in sorted(self.states.items()) if _matches(s, query)][: query.top]

    async def raise_event(self, instance_id: str, event_name: str, input_text: str) -> None:
        self._live(instance_id)
        self.raised.append((instance_id, event_name, input_text))

    async def terminate(self, instance_id: str, reason: str | None) -> None:
        self._change(instance_id, RuntimeStatus.TERMINATED, reason)

    async def suspend(self, instance_id: str, reason: str | None) -> None:
        if self._live(instance_id).status is RuntimeStatus.SUSPENDED:
            raise InvalidOperationError("suspended", RuntimeStatus.SUSPENDED)
        self._change(instance_id, RuntimeStatus.SUSPENDED, reason)

    async def resume(self, instance_id: str, reason: str | None) -> None:
        if self._live(instance_id).status is not RuntimeStatus.SUSPENDED:
            raise InvalidOperationError("not suspended", RuntimeStatus.RUNNING)
        self._change(instance_id, RuntimeStatus.RUNNING, reason)

    async def restart(self, instance_id: str, new_id: bool) -> str:
        if (state := self.states.get(instance_id)) is None:
            raise InstanceNotFoundError(instance_id)
        return await self.start_new(state.name, None if new_id else instance_id, state.input)

    async def purge(self, instance_id: str) -> bool:
        state = self.states.get(instance_id)
        if state is not None and not state.status.terminal:
            raise InvalidOperationError("alive", state.status)
        return self.states.pop(instance_id, None) is not None

    async def purge_by(self, query: InstanceQuery) -> int:
        gone = [s.instance_id for s in self.states.values() if s.status.terminal and _matches(s, query)]
        for instance_id in gone:
            del self.states[instance_id]
        return len(gone)

    def _live(self, instance_id: str) -> InstanceState:
        if (state := self.states.get(instance_id)) is None:
            raise InstanceNotFoundError(instance_id)
        if state.status.terminal:
            raise InstanceFinishedError(instance_id)
        return state

    def _change(self, instance_id: str, status: RuntimeStatus, reason: str | None) -> None:
        output = None if reason is None else f'"{reason}"'
        self.states[instance_id] = replace(self._live(instance_id), status=status, output=output)


def _matches(state: InstanceState, query: InstanceQuery) -> bool:
    return (
        (query.created_from is None or state.created >= query.created_from)
        and (query.created_to is None or state.created <= query.created_to)
        and (not query.statuses or state.status in query.statuses)
        and state.instance_id.startswith(query.id_prefix or "")
        and (query.after_id is None or state.instance_id > query.after_id)
    )
