"""From a turn's plan to its record: the events to keep, the work to do, the state to show."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from localcloud.durable import events
from localcloud.durable.events import EventType
from localcloud.durable.model import HistoryEvent, InstanceState, RuntimeStatus
from localcloud.durable.options import DurableOptions
from localcloud.durable.shim.outcome import TurnOutcome
from localcloud.durable.shim.replay import Plan
from localcloud.durable.shim.scheduler import Scheduled, WorkKind
from localcloud.durable.store.model import NewInstance, Work


@dataclass
class Decision:
    """Everything that follows from one turn."""

    state: InstanceState
    appended: list[HistoryEvent] = field(default_factory=list)
    """The events behind the received ones."""
    work: list[Work] = field(default_factory=list)
    children: list[tuple[int, NewInstance]] = field(default_factory=list)
    renewed: HistoryEvent | None = None
    """The ExecutionStarted of the next generation after continue_as_new; nothing else of the turn is kept then."""
    failure_text: str | None = None
    """Why it failed or was terminated, as its parent sees it."""


def decide(
    state: InstanceState,
    started: HistoryEvent,
    received: list[HistoryEvent],
    outcome: TurnOutcome,
    plan: Plan,
    *,
    now: datetime,
    options: DurableOptions,
    new_execution_id: Callable[[], str],
) -> Decision:
    """What the turn of an instance in `state` leads to."""
    custom_status = state.custom_status if plan.keeps_custom_status else outcome.custom_status
    decision = Decision(replace(state, updated=now, custom_status=custom_status))
    terminated = next((event for event in received if event["EventType"] == EventType.EXECUTION_TERMINATED), None)
    if terminated is not None:
        decision.state = replace(state, updated=now)
        _terminate(decision, terminated["Input"], plan.next_id, now)
    elif plan.completed and plan.continue_with is not None:
        _continue(decision, started, plan.continue_with, now, new_execution_id())
    else:
        for item in plan.scheduled:
            _schedule(decision, item, now, options=options, cancelled=plan.cancelled, new_id=new_execution_id)
        _proceed(decision, received, outcome, plan, now)
    decision.appended.append(events.orchestrator_completed(now))
    return decision


def _terminate(decision: Decision, reason: str | None, next_id: int, now: datetime) -> None:
    # Without a reason the output stays, e.g. the reason of a suspension.
    output = decision.state.output if reason is None else json.dumps(reason)
    result = None if reason is None else json.dumps(reason)
    decision.failure_text = reason
    _end(
        decision,
        RuntimeStatus.TERMINATED,
        output,
        events.execution_completed(now, next_id, RuntimeStatus.TERMINATED, result),
    )


def _continue(decision: Decision, started: HistoryEvent, input_text: str, now: datetime, execution_id: str) -> None:
    text = json.dumps(input_text)
    decision.state = replace(
        decision.state, status=RuntimeStatus.RUNNING, execution_id=execution_id, input=text, created=now, output=None
    )
    decision.renewed = events.execution_started(
        now,
        instance_id=decision.state.instance_id,
        execution_id=execution_id,
        name=decision.state.name,
        input_text=text,
        version=decision.state.version,
        parent=started["ParentInstance"],
        generation=None,
    )


def _proceed(decision: Decision, received: list[HistoryEvent], outcome: TurnOutcome, plan: Plan, now: datetime) -> None:
    if plan.failure is not None:
        output = json.dumps(plan.failure)
        decision.failure_text = plan.failure
        _end(
            decision,
            RuntimeStatus.FAILED,
            output,
            events.execution_completed(now, plan.next_id, RuntimeStatus.FAILED, output),
        )
    elif plan.completed:
        done = events.execution_completed(now, plan.next_id, RuntimeStatus.COMPLETED, outcome.output)
        _end(decision, RuntimeStatus.COMPLETED, outcome.output, done)
    else:
        status = RuntimeStatus.SUSPENDED if plan.suspended else RuntimeStatus.RUNNING
        decision.state = replace(decision.state, status=status, output=_reason(received, decision.state.output))


def _end(decision: Decision, status: RuntimeStatus, output: str | None, event: HistoryEvent) -> None:
    decision.state = replace(decision.state, status=status, output=output)
    decision.appended.append(event)


def _reason(received: list[HistoryEvent], output: str | None) -> str | None:
    """The status shows why an instance was suspended or resumed as its output."""
    for event in received:
        if event["EventType"] in (EventType.SUSPENDED, EventType.RESUMED):
            output = None if event["Reason"] is None else json.dumps(event["Reason"])
    return output


def _schedule(
    decision: Decision,
    item: Scheduled,
    now: datetime,
    *,
    options: DurableOptions,
    cancelled: frozenset[int],
    new_id: Callable[[], str],
) -> None:
    """Adds the event and the work of one id."""
    shown = options.store_inputs
    task_id = item.task_id
    if item.kind == WorkKind.ACTIVITY:
        arguments = json.dumps([item.input]) if shown else None
        decision.appended.append(events.task_scheduled(now, task_id, item.name, arguments))
        decision.work.append(Work(task_id, "activity", item.name, item.input))
    elif item.kind == WorkKind.TIMER:
        fire_at = item.fire_at or now
        decision.appended.append(events.timer_created(now, task_id, fire_at))
        if task_id not in cancelled:
            decision.work.append(Work(task_id, "timer", fire_at=fire_at, created=now))
    else:
        child = _child(decision.state, item, now, new_id(), item.version or options.default_version)
        input_text = child.started["Input"] if shown else None
        decision.appended.append(events.sub_created(now, task_id, item.name, child.state.instance_id, input_text))
        decision.children.append((task_id, child))


def _child(
    parent: InstanceState, item: Scheduled, now: datetime, execution_id: str, version: str | None
) -> NewInstance:
    instance_id = item.instance_id or f"{parent.execution_id}:{item.task_id}"
    input_text = None if item.input is None else json.dumps(item.input)
    started = events.execution_started(
        now,
        instance_id=instance_id,
        execution_id=execution_id,
        name=item.name,
        input_text=input_text,
        version=version,
        parent=events.parent_instance(parent.name, parent.instance_id, parent.execution_id, item.task_id),
        generation=None,
    )
    state = InstanceState(
        instance_id=instance_id,
        name=item.name,
        execution_id=execution_id,
        status=RuntimeStatus.PENDING,
        created=now,
        updated=now,
        input=input_text,
        version=version,
        parent_instance_id=parent.instance_id,
    )
    return NewInstance(state, started)
