"""The simulated scheduler: hands out ids, checks history against them, and ends tasks as the history says."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from localcloud.durable.events import EventType, parse_timestamp
from localcloud.durable.model import HistoryEvent
from localcloud.durable.shim.determinism import check
from localcloud.durable.shim.task import SimulatedTask


class WorkKind(StrEnum):
    """What an id stands for; the values are the names in the real extension's texts."""

    ACTIVITY = "ScheduleTaskOrchestratorAction"
    TIMER = "CreateTimerOrchestratorAction"
    SUB = "CreateSubOrchestrationAction"


@dataclass(slots=True)
class Scheduled:
    """One piece of work with its id."""

    task_id: int
    kind: WorkKind
    name: str = ""
    input: str | None = None
    instance_id: str | None = None
    version: str | None = None
    fire_at: datetime | None = None


@dataclass
class _Waiters:
    """Who waits for an external event, and how many came before anybody asked. Last come, first served."""

    tasks: list[SimulatedTask] = field(default_factory=list)
    early: int = 0


# Plain numbers: these are looked up for every event of the history at every turn.
_ORCHESTRATOR_STARTED = int(EventType.ORCHESTRATOR_STARTED)
_SUSPENDED = int(EventType.SUSPENDED)
_ENDS = {
    int(EventType.TASK_COMPLETED): ("TaskScheduledId", False),
    int(EventType.TASK_FAILED): ("TaskScheduledId", True),
    int(EventType.SUB_COMPLETED): ("TaskScheduledId", False),
    int(EventType.SUB_FAILED): ("TaskScheduledId", True),
    int(EventType.TIMER_FIRED): ("TimerId", False),
}
_SCHEDULES = frozenset(
    int(kind)
    for kind in (EventType.TASK_SCHEDULED, EventType.SUB_CREATED, EventType.TIMER_CREATED, EventType.EVENT_SENT)
)
_EVEN_WHEN_SUSPENDED = frozenset({int(EventType.RESUMED), int(EventType.EXECUTION_TERMINATED)})


class Scheduler:
    """Replays one history. `begin` is called when ExecutionStarted is reached: it starts the first action."""

    def __init__(self, begin: Callable[[], None]) -> None:
        self.now = datetime.min.replace(tzinfo=UTC)
        self.next_id = 0
        self.open: dict[int, SimulatedTask] = {}
        """Activities, children and timers that have not ended; an orchestration waits for them before it ends."""
        self.unmatched: dict[int, Scheduled] = {}
        """Work that is not in the history: after the last event, what this turn has to set going."""
        self.cancelled: set[int] = set()
        self.suspended = False
        self.continue_with: str | None = None
        """The input (JSON text) of the next generation, once continue_as_new was reached."""
        self._begin = begin
        self._waiters: defaultdict[str, _Waiters] = defaultdict(_Waiters)
        self._held: deque[HistoryEvent] = deque()
        self._others: dict[int, Callable[[HistoryEvent], None]] = {
            int(EventType.EXECUTION_STARTED): self._start,
            int(EventType.EVENT_RAISED): self._raise_event,
            int(EventType.SUSPENDED): self._suspend,
            int(EventType.RESUMED): self._resume,
        }

    def schedule(
        self,
        kind: WorkKind,
        name: str = "",
        input_text: str | None = None,
        *,
        instance_id: str | None = None,
        version: str | None = None,
        fire_at: datetime | None = None,
    ) -> SimulatedTask:
        """Sets work going under the next id."""
        task_id, self.next_id = self.next_id, self.next_id + 1
        self.unmatched[task_id] = Scheduled(task_id, kind, name, input_text, instance_id, version, fire_at)
        self.open[task_id] = task = SimulatedTask()
        return task

    def cancel(self, task: SimulatedTask) -> None:
        """Cancels a timer: it leaves its TimerCreated behind, counts as ended, and nobody waits for it."""
        for task_id, other in list(self.open.items()):
            if other is task:
                del self.open[task_id]
                self.cancelled.add(task_id)
        task.end(failed=True)

    def wait_for_event(self, name: str) -> SimulatedTask:
        """A task that ends with the next external event of that name (in any case), or with one that came early."""
        waiters, task = self._waiters[name.lower()], SimulatedTask()
        if waiters.early:
            waiters.early -= 1
            task.end()
        else:
            waiters.tasks.append(task)
        return task

    def process(self, event: HistoryEvent) -> None:
        """Takes the next event of the history. Raises NonDeterminismError."""
        kind = event["EventType"]
        if self.suspended and kind not in _EVEN_WHEN_SUSPENDED:
            # Two suspensions that came at once are one: a single resumption ends them.
            if kind != _SUSPENDED:
                self._held.append(event)
        elif kind in _SCHEDULES:
            check(event, self.unmatched.get(event["EventId"]))
            del self.unmatched[event["EventId"]]
        elif kind in _ENDS:
            key, failed = _ENDS[kind]
            if (task := self.open.pop(event[key], None)) is not None:
                task.end(failed=failed)
        elif kind == _ORCHESTRATOR_STARTED:
            self.now = max(self.now, parse_timestamp(event["Timestamp"]))
        elif (handle := self._others.get(kind)) is not None:
            handle(event)

    def _start(self, _: HistoryEvent) -> None:
        self._begin()

    def _suspend(self, _: HistoryEvent) -> None:
        self.suspended = True

    def _raise_event(self, event: HistoryEvent) -> None:
        waiters = self._waiters[event["Name"].lower()]
        if waiters.tasks:
            waiters.tasks.pop().end()
        else:
            waiters.early += 1

    def _resume(self, _: HistoryEvent) -> None:
        self.suspended = False
        while self._held and not self.suspended:
            self.process(self._held.popleft())
