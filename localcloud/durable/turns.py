"""Turns: an instance's waiting events go to its orchestrator, and what comes of it goes to the store, then out."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from localcloud.clock import Clock
from localcloud.durable import events
from localcloud.durable.decision import Decision, decide
from localcloud.durable.execution import Arrival, Execution
from localcloud.durable.failures import child_details
from localcloud.durable.functions import FunctionTable
from localcloud.durable.model import HistoryEvent, RuntimeStatus
from localcloud.durable.options import DurableOptions
from localcloud.durable.registry import Registry
from localcloud.durable.shim.outcome import TurnOutcome, read_outcome
from localcloud.durable.shim.replay import Plan, plan
from localcloud.durable.shim.turn_input import events_text
from localcloud.durable.store.model import HistoryStore, Message, NewInstance, TurnRecord, Work
from localcloud.host.model import Datum, Invocation, InvocationResult, Invoker

_WORKER_DEATHS = 10
"""How often a turn is given to a new worker after the one before died in it."""


@dataclass(frozen=True)
class TurnTrace:
    """One turn as an observer sees it: what the orchestrator got and what it answered."""

    instance_id: str
    execution_id: str
    turn: int
    context: str
    outcome: TurnOutcome


class TurnRunner:
    """Runs turns, at most `options.orchestrator_slots` at once."""

    def __init__(
        self,
        *,
        store: HistoryStore,
        clock: Clock,
        invoker: Invoker,
        functions: FunctionTable,
        options: DurableOptions,
        registry: Registry,
        new_execution_id: Callable[[], str],
    ) -> None:
        self._store, self._clock, self._invoker = store, clock, invoker
        self._functions, self._options, self._registry = functions, options, registry
        self._new_execution_id = new_execution_id
        self._slots = asyncio.Semaphore(options.orchestrator_slots)
        self.observer: Callable[[TurnTrace], None] | None = None

    async def run(self, execution: Execution) -> list[Work]:
        """Runs one turn with everything in the inbox; returns the work to be started. Nothing changes if it raises."""
        async with self._slots:
            taken = list(execution.inbox)
            new = [events.orchestrator_started(self._clock.now()), *(arrival.event for arrival in taken)]
            outcome, result = await self._call(execution, new)
            decision = decide(
                execution.state,
                execution.started,
                new,
                outcome,
                result,
                now=self._clock.now(),
                options=self._options,
                new_execution_id=self._new_execution_id,
            )
            await self._commit(execution, _Turn(taken, new, decision, result))
            return [] if execution.state.status.terminal else decision.work

    async def _call(self, execution: Execution, new: list[HistoryEvent]) -> tuple[TurnOutcome, Plan]:
        name = execution.state.name
        found = self._functions.find("orchestrator", name)
        if found is None:
            outcome = TurnOutcome(error=self._functions.unknown("orchestrator", name))
        else:
            context = execution.context(new, self._options.http_sleep_ms)
            outcome = read_outcome(await self._invoke(found, context))
            if self.observer is not None:
                state = execution.state
                self.observer(TurnTrace(state.instance_id, state.execution_id, len(execution.turns), context, outcome))
        return outcome, plan(name, [*execution.history, *new], outcome)

    async def _invoke(self, function: tuple[str, str], context: str) -> InvocationResult:
        """Calls the orchestrator; a worker that dies meanwhile says nothing about it, so another one is asked."""
        name, parameter = function
        for _ in range(_WORKER_DEATHS):
            result = await self._invoker.invoke(Invocation(name, {parameter: Datum("string", context)}))
            if result.failure is None or not result.failure.worker_exit:
                break
        return result

    async def _commit(self, execution: Execution, turn: "_Turn") -> None:
        """Keeps the turn, then lets memory and the other instances know."""
        decision = turn.decision
        children, messages = self._place_children(decision)
        messages += self._to_parent(execution, decision)
        if decision.renewed is not None:
            messages.append(self._registry.message(decision.state, events.orchestrator_completed(self._clock.now())))
        record = turn.record(execution, [child for _, child in children], messages)
        try:
            await self._store.commit(record)
        except BaseException:  # cancelled, too: ids that aren't kept are free again
            self._registry.forget(placed for placed, _ in children)
            raise
        del execution.inbox[: len(turn.taken)]
        self._apply(execution, turn, record)
        for placed, _ in children:
            self._registry.wake(placed)
        for message in messages:
            self._registry.deliver(message)

    def _apply(self, execution: Execution, turn: "_Turn", record: TurnRecord) -> None:
        """Brings the execution in memory to what the store has."""
        if record.renewed is not None:
            execution.renew(record.state, record.renewed)
            return
        execution.append(turn.new + turn.decision.appended, record.events)
        execution.replace_work(record.work_done, record.work_added)
        execution.state = record.state
        if record.state.status.terminal:
            self._registry.end(execution)

    def _place_children(self, decision: Decision) -> tuple[list[tuple[Execution, NewInstance]], list[Message]]:
        """Reserves the ids of the children; an id that is taken by a live instance fails the call."""
        placed, refused = [], []
        for task_id, child in decision.children:
            live = self._registry.live.get(child.state.instance_id)
            if live is None:
                execution = Execution.begin(child.state, child.started)
                self._registry.live[child.state.instance_id] = execution
                placed.append((execution, child))
                continue
            reason = (
                f"An Orchestration instance with the status {live.state.status} already exists: "
                f"'{child.state.instance_id}'."
            )
            event = events.call_failed(decision.state.updated, task_id, reason, None, child=True)
            refused.append(self._registry.message(decision.state, event))
        return placed, refused

    def _to_parent(self, execution: Execution, decision: Decision) -> list[Message]:
        """The news of this instance's end for its parent, if that is still the execution that called it."""
        link, state = execution.started["ParentInstance"], decision.state
        if link is None or not state.status.terminal:
            return []
        parent = self._registry.live.get(link["OrchestrationInstance"]["InstanceId"])
        if parent is None or parent.state.execution_id != link["OrchestrationInstance"]["ExecutionId"]:
            return []
        task_id, now, reason = link["TaskScheduleId"], state.updated, decision.failure_text
        if state.status is RuntimeStatus.COMPLETED:
            event = events.call_completed(now, task_id, state.output, child=True)
        else:
            failed = state.status is RuntimeStatus.FAILED and reason is not None
            details = child_details(state.name, str(reason)) if failed else None
            event = events.call_failed(now, task_id, reason, details, child=True)
        return [self._registry.message(parent.state, event)]


@dataclass(frozen=True)
class _Turn:
    """A turn between the orchestrator's answer and the store."""

    taken: list[Arrival]
    new: list[HistoryEvent]
    """OrchestratorStarted and the received events."""
    decision: Decision
    result: Plan

    def record(self, execution: Execution, children: list[NewInstance], messages: list[Message]) -> TurnRecord:
        """What the store has to keep."""
        received = events_text(self.new, played=True, received=True)
        return TurnRecord(
            self.decision.state,
            f"{received},{events_text(self.decision.appended, played=True)}",
            len(execution.turns),
            self.decision.work,
            [*self.result.cancelled, *_ended(self.new)],
            [arrival.key for arrival in self.taken if arrival.key is not None],
            children,
            messages,
            self.decision.renewed,
        )


def _ended(new: list[HistoryEvent]) -> list[int]:
    """Ids of the activities and timers whose end is among these events."""
    return [event["TaskScheduledId"] for event in new if event["EventType"] in (5, 6)] + [
        event["TimerId"] for event in new if event["EventType"] == 11
    ]
