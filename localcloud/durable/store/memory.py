"""A store for tests: nothing outlives the process."""

import json
from dataclasses import dataclass, field

from localcloud.durable.model import HistoryEvent, InstanceQuery, InstanceState
from localcloud.durable.store.model import LiveInstance, Message, NewInstance, TurnRecord, Work


@dataclass
class _Kept:
    state: InstanceState
    started: HistoryEvent
    turns: list[str] = field(default_factory=list)
    work: dict[int, Work] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)


class MemoryHistoryStore:
    """A HistoryStore made of dictionaries."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def open(self) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing: a new engine on the same store goes on where the old one stopped."""

    async def create(self, instance: NewInstance) -> None:
        """Adds an instance in place of whatever has the same id."""
        self._kept[instance.state.instance_id] = _Kept(instance.state, instance.started)

    async def enqueue(self, message: Message) -> None:
        """Keeps a message until a turn consumes it."""
        kept = self._kept.get(message.instance_id)
        if kept is None or kept.state.status.terminal:
            return
        if message.execution_id in ("", kept.state.execution_id):
            kept.messages[message.key] = message

    async def commit(self, turn: TurnRecord) -> None:
        """Keeps a turn."""
        kept = self._kept[turn.state.instance_id]
        kept.state = turn.state
        kept.turns.append(turn.events)
        if turn.renewed is not None:
            kept.started, kept.turns, kept.work = turn.renewed, [], {}
        for done in turn.work_done:
            kept.work.pop(done, None)
        kept.work.update({work.task_id: work for work in turn.work_added})
        for key in turn.consumed:
            kept.messages.pop(key, None)
        if turn.state.status.terminal:
            kept.work.clear()
            kept.messages.clear()
        for child in turn.children:
            await self.create(child)
        for message in turn.messages:
            await self.enqueue(message)

    async def purge(self, instance_ids: list[str]) -> int:
        """Removes all that is kept of these instances."""
        return sum(self._kept.pop(instance_id, None) is not None for instance_id in instance_ids)

    def get(self, instance_id: str) -> InstanceState | None:
        """The state of an instance."""
        kept = self._kept.get(instance_id)
        return kept.state if kept else None

    def history(self, instance_id: str) -> list[HistoryEvent]:
        """The events of the present execution, oldest first."""
        kept = self._kept.get(instance_id)
        events: list[HistoryEvent] = json.loads(f"[{','.join(kept.turns)}]") if kept else []
        return events

    def query(self, query: InstanceQuery) -> list[InstanceState]:
        """At most `query.top` matching instances ordered by id."""
        found = [kept.state for _, kept in sorted(self._kept.items()) if _matches(kept.state, query)]
        return found[: query.top]

    def live(self) -> list[LiveInstance]:
        """All unfinished instances."""
        return [
            LiveInstance(
                kept.state, kept.started, list(kept.turns), list(kept.work.values()), list(kept.messages.values())
            )
            for kept in self._kept.values()
            if not kept.state.status.terminal
        ]


def _matches(state: InstanceState, query: InstanceQuery) -> bool:
    return (
        (query.created_from is None or state.created >= query.created_from)
        and (query.created_to is None or state.created <= query.created_to)
        and (not query.statuses or state.status in query.statuses)
        and (query.id_prefix is None or state.instance_id.startswith(query.id_prefix))
        and (query.after_id is None or state.instance_id > query.after_id)
    )
