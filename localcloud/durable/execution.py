"""A live instance as the engine holds it in memory: always what the store holds, plus what is on its way."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from localcloud.durable.model import HistoryEvent, InstanceState
from localcloud.durable.shim.turn_input import context_text, events_text
from localcloud.durable.store.model import LiveInstance, Work


@dataclass(frozen=True)
class Arrival:
    """An event that waits for the instance's next turn; `key` when the store keeps it as a message."""

    event: HistoryEvent
    key: int | None = None


@dataclass
class Execution:
    """One execution of an instance."""

    state: InstanceState
    started: HistoryEvent
    history: list[HistoryEvent] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)
    """The history as text, a piece per turn: only a turn's own events have to be written out anew."""
    inbox: list[Arrival] = field(default_factory=list)
    work: dict[int, Work] = field(default_factory=dict)
    """Activities and timers whose end is not in the history."""
    timers: "dict[int, asyncio.Task[None]]" = field(default_factory=dict)
    turning: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def begin(cls, state: InstanceState, started: HistoryEvent) -> "Execution":
        """A new execution, ready for its first turn."""
        return cls(state, started, inbox=[Arrival(started)])

    @classmethod
    def recover(cls, live: LiveInstance) -> "Execution":
        """An execution as the store has it."""
        execution = cls(live.state, live.started, json.loads(f"[{','.join(live.turns)}]"), list(live.turns))
        execution.work = {work.task_id: work for work in live.work}
        if not live.turns:
            execution.inbox.append(Arrival(live.started))
        execution.inbox += [Arrival(message.event, message.key) for message in live.messages]
        return execution

    @property
    def instance_id(self) -> str:
        """The instance's id."""
        return self.state.instance_id

    def context(self, new: list[HistoryEvent], http_sleep_ms: int) -> str:
        """The orchestrator's input for a turn with these new events."""
        text = ",".join([*self.turns, events_text(new, played=False)])
        return context_text(
            self.instance_id, self.started, text, replaying=bool(self.turns), http_sleep_ms=http_sleep_ms
        )

    def append(self, events: list[HistoryEvent], text: str) -> None:
        """Takes over a turn that is in the store."""
        self.history += events
        self.turns.append(text)

    def replace_work(self, done: Iterable[int], added: Iterable[Work]) -> None:
        """Forgets work that ended, and its timers; keeps the new one."""
        for task_id in done:
            self.work.pop(task_id, None)
            if (timer := self.timers.pop(task_id, None)) is not None:
                timer.cancel()
        self.work.update({work.task_id: work for work in added})

    def renew(self, state: InstanceState, started: HistoryEvent) -> None:
        """Begins the next generation after continue_as_new; what waits in the inbox is for it."""
        self.state, self.started, self.history, self.turns = state, started, [], []
        self.replace_work(list(self.work), ())
        self.inbox.insert(0, Arrival(started))

    def finish(self) -> None:
        """Lets go of everything that is still open."""
        self.replace_work(list(self.work), ())
        self.inbox.clear()
        self.ended.set()
