"""Carries out what turns set going: activities run in workers, timers wait on the clock."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from localcloud.clock import Clock
from localcloud.durable import events
from localcloud.durable.execution import Arrival, Execution
from localcloud.durable.failures import activity_failure
from localcloud.durable.functions import FunctionTable
from localcloud.durable.idle import Pulse
from localcloud.durable.model import HistoryEvent
from localcloud.durable.registry import Registry
from localcloud.durable.store.model import Work
from localcloud.host.model import Datum, Failure, Invocation, InvocationResult, Invoker


class Dispatcher:
    """Starts work that is in the store. Its end goes to the inbox only: after a crash the work simply runs again."""

    def __init__(
        self,
        *,
        clock: Clock,
        invoker: Invoker,
        functions: FunctionTable,
        activity_slots: int,
        registry: Registry,
        pulse: Pulse,
        log: Callable[[str], None],
    ) -> None:
        self._clock, self._invoker, self._functions = clock, invoker, functions
        self._registry, self._pulse, self._log = registry, pulse, log
        self._slots = asyncio.Semaphore(activity_slots)
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, execution: Execution, work: Work) -> None:
        """Starts one piece of work of a live instance."""
        if work.kind == "timer":
            when = work.fire_at or self._clock.now()
            execution.timers[work.task_id] = self._keep(self._timer(execution, work, when))
        else:
            self._pulse.enter()
            self._keep(self._activity(execution, work))

    def _keep(self, coroutine: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        """Gives up everything that is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _activity(self, execution: Execution, work: Work) -> None:
        try:
            async with self._slots:
                result = await self._run(work)
            self._finish(execution, work, self._event(work, result))
        except Exception as error:  # one activity must not end the hub
            self._log(
                f"Activity '{work.name}' of instance '{execution.instance_id}' could not be run and stays open "
                f"until the next start: {error!r}"
            )
        finally:
            self._pulse.leave()

    async def _run(self, work: Work) -> InvocationResult:
        found = self._functions.find("activity", work.name)
        if found is None:
            return InvocationResult(failure=Failure(self._functions.unknown("activity", work.name)))
        name, parameter = found
        return await self._invoker.invoke(Invocation(name, {parameter: Datum("string", work.input)}))

    def _event(self, work: Work, result: InvocationResult) -> HistoryEvent:
        now = self._clock.now()
        if result.failure is not None:
            return events.call_failed(now, work.task_id, *activity_failure(work.name, result.failure))
        value = result.return_value.value if result.return_value is not None else None
        return events.call_completed(now, work.task_id, None if value in (None, "null") else str(value))

    async def _timer(self, execution: Execution, work: Work, when: datetime) -> None:
        await self._clock.sleep_until(when)
        execution.timers.pop(work.task_id, None)
        self._finish(execution, work, events.timer_fired(work.created or when, work.task_id, when))

    def _finish(self, execution: Execution, work: Work, event: HistoryEvent) -> None:
        """Delivers the end, unless the work was cancelled or its execution is over."""
        if execution.work.get(work.task_id) is work:
            self._registry.arrive(execution, Arrival(event))
