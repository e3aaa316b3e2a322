"""The durable engine: a task hub over a store, a clock and the app's functions."""

import asyncio
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from localcloud.clock import Clock
from localcloud.durable import events
from localcloud.durable.dispatch import Dispatcher
from localcloud.durable.execution import Execution
from localcloud.durable.functions import FunctionTable
from localcloud.durable.idle import Pulse
from localcloud.durable.launch import Launcher
from localcloud.durable.model import (
    HistoryEvent,
    InstanceFinishedError,
    InstanceNotFoundError,
    InstanceQuery,
    InstanceState,
    InvalidOperationError,
    RuntimeStatus,
)
from localcloud.durable.options import DurableOptions
from localcloud.durable.registry import Registry
from localcloud.durable.store.model import HistoryStore
from localcloud.durable.turns import TurnRunner, TurnTrace
from localcloud.host.model import FunctionMetadata, Invoker

_TERMINAL = frozenset(status for status in RuntimeStatus if status.terminal)
_PURGE_PAGE = 200
_STORE_PAUSE, _LONGEST_STORE_PAUSE = 0.25, 10.0
"""Seconds between two tries of a turn that the store refuses: at first, and after doubling again and again."""


class Engine:
    """A TaskHub (see `localcloud.durable.model`) that runs the app's orchestrators and activities.

    A turn's events and its outgoing work are kept in one transaction before the work starts, so a crash at any moment
    loses nothing: `start` goes on where the store stands, and activities whose end is not kept run again at once.
    """

    def __init__(
        self,
        name: str,
        *,
        store: HistoryStore,
        clock: Clock,
        invoker: Invoker,
        functions: Mapping[str, FunctionMetadata],
        options: DurableOptions,
        log: Callable[[str], None],
        new_id: Callable[[], uuid.UUID] = uuid.uuid4,
    ) -> None:
        self.name = name
        self._store, self._clock, self._log = store, clock, log
        self._functions = FunctionTable(functions)
        self._pulse = Pulse()
        self._registry = Registry(self._wake)
        self._dispatcher = Dispatcher(
            clock=clock,
            invoker=invoker,
            functions=self._functions,
            activity_slots=options.activity_slots,
            registry=self._registry,
            pulse=self._pulse,
            log=log,
        )
        self._turns = TurnRunner(
            store=store,
            clock=clock,
            invoker=invoker,
            functions=self._functions,
            options=options,
            registry=self._registry,
            new_execution_id=lambda: new_id().hex,
        )
        self._launcher = Launcher(
            store=store,
            clock=clock,
            options=options,
            registry=self._registry,
            pulse=self._pulse,
            new_id=new_id,
            send=self._send,
        )
        self._loops: set[asyncio.Task[None]] = set()

    def observe(self, observer: Callable[[TurnTrace], None] | None) -> None:
        """Shows every turn to `observer`: the orchestrator's input and answer."""
        self._turns.observer = observer

    async def start(self) -> None:
        """Opens the store and goes on with every unfinished instance. Raises StoreUnusableError."""
        self._store.open()
        self._registry.recover(Execution.recover(live) for live in self._store.live())
        for execution in list(self._registry.live.values()):
            for work in execution.work.values():
                self._dispatcher.start(execution, work)
            if execution.inbox:
                self._wake(execution)

    async def stop(self) -> None:
        """Stops at once and closes the store; what was under way goes on after the next start."""
        loops = list(self._loops)
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await self._dispatcher.stop()
        self._store.close()

    @property
    def busy(self) -> bool:
        """Whether a turn, an activity or a message is under way; waiting timers and events don't count."""
        return self._pulse.busy

    async def wait_idle(self) -> None:
        """Returns when nothing can happen unless time moves or somebody calls."""
        await self._pulse.wait_idle()

    def _wake(self, execution: Execution) -> None:
        if not execution.turning:
            execution.turning = True
            self._pulse.enter()
            task = asyncio.get_running_loop().create_task(self._turn_while_needed(execution))
            self._loops.add(task)
            task.add_done_callback(self._loops.discard)

    async def _turn_while_needed(self, execution: Execution) -> None:
        pause = _STORE_PAUSE
        try:
            while execution.inbox:
                try:
                    work = await self._turns.run(execution)
                except Exception as error:  # the store may recover; nothing of the turn is lost
                    self._log(f"A turn of instance '{execution.instance_id}' failed and is repeated: {error!r}")
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_STORE_PAUSE)
                    continue
                pause = _STORE_PAUSE
                for item in work:
                    self._dispatcher.start(execution, item)
        finally:
            execution.turning = False
            self._pulse.leave()

    async def start_new(
        self, name: str, instance_id: str | None, input_text: str | None, version: str | None = None
    ) -> str:
        """Starts an orchestration and returns its id. Raises InstanceExistsError."""
        return await self._launcher.start(name, instance_id, input_text, version)

    async def get(self, instance_id: str) -> InstanceState | None:
        """The instance's state, or None."""
        return self._store.get(instance_id)

    async def history(self, instance_id: str) -> list[HistoryEvent]:
        """The events of the present execution, oldest first."""
        return self._store.history(instance_id)

    async def query(self, query: InstanceQuery) -> list[InstanceState]:
        """At most `query.top` matching instances ordered by id."""
        return self._store.query(query)

    async def raise_event(self, instance_id: str, event_name: str, input_text: str) -> None:
        """Delivers an external event. Raises InstanceNotFoundError, InstanceFinishedError."""
        live = self._living(instance_id)
        await self._send(live, events.event_raised(self._clock.now(), event_name, input_text))

    async def terminate(self, instance_id: str, reason: str | None) -> None:
        """Ends an instance. Raises InstanceNotFoundError, InstanceFinishedError."""
        live = self._living(instance_id)
        await self._send(live, events.execution_terminated(self._clock.now(), reason))

    async def suspend(self, instance_id: str, reason: str | None) -> None:
        """Suspends. Raises InstanceNotFoundError, InstanceFinishedError, InvalidOperationError."""
        live = self._living(instance_id)
        if live.state.status is RuntimeStatus.SUSPENDED:
            raise _refusal("suspend", live)
        await self._send(live, events.execution_suspended(self._clock.now(), reason))

    async def resume(self, instance_id: str, reason: str | None) -> None:
        """Resumes. Raises InstanceNotFoundError, InstanceFinishedError, InvalidOperationError."""
        live = self._living(instance_id)
        if live.state.status is not RuntimeStatus.SUSPENDED:
            raise _refusal("resume", live)
        await self._send(live, events.execution_resumed(self._clock.now(), reason))

    async def restart(self, instance_id: str, new_id: bool) -> str:
        """Starts the same name and input again. Raises InstanceNotFoundError, InstanceExistsError."""
        state = self._store.get(instance_id)
        if state is None:
            raise InstanceNotFoundError(instance_id)
        return await self._launcher.start_again(state, None if new_id else instance_id)

    async def purge(self, instance_id: str) -> bool:
        """Removes a finished instance; False when there is none. Raises InvalidOperationError while it is alive."""
        live = self._registry.live.get(instance_id)
        if live is not None:
            raise InvalidOperationError(
                f"Only orchestrations in a terminal state can be purged, but the orchestration with instance ID "
                f"{instance_id} has status {live.state.status}",
                live.state.status,
            )
        return await self._store.purge([instance_id]) > 0

    async def purge_by(self, query: InstanceQuery) -> int:
        """Removes every terminal instance that matches; returns how many."""
        statuses = query.statuses & _TERMINAL if query.statuses else _TERMINAL
        if not statuses:
            return 0
        page, removed = replace(query, statuses=statuses, top=_PURGE_PAGE), 0
        while found := self._store.query(page):
            ids = [state.instance_id for state in found]
            page = replace(page, after_id=ids[-1])
            removed += await self._store.purge([one for one in ids if one not in self._registry.live])
        return removed

    def _living(self, instance_id: str) -> Execution:
        live = self._registry.live.get(instance_id)
        if live is not None:
            return live
        if self._store.get(instance_id) is None:
            raise InstanceNotFoundError(instance_id)
        raise InstanceFinishedError(instance_id)

    async def _send(self, live: Execution, event: HistoryEvent) -> None:
        message = self._registry.message_from_client(live.state, event)
        self._pulse.enter()
        try:
            await self._store.enqueue(message)
            self._registry.deliver(message)
        finally:
            self._pulse.leave()


def _refusal(operation: str, live: Execution) -> InvalidOperationError:
    return InvalidOperationError(
        f"Cannot {operation} the orchestration instance {live.instance_id} because instance is in the "
        f"{live.state.status} state.",
        live.state.status,
    )
