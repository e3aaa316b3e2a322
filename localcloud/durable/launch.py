"""Starting instances: which ids are free, and what becomes of a live instance that is in the way."""

import uuid
from collections.abc import Awaitable, Callable

from localcloud.clock import Clock
from localcloud.durable import events
from localcloud.durable.execution import Execution
from localcloud.durable.idle import Pulse
from localcloud.durable.model import HistoryEvent, InstanceExistsError, InstanceState, RuntimeStatus
from localcloud.durable.options import DurableOptions
from localcloud.durable.registry import Registry
from localcloud.durable.store.model import HistoryStore, NewInstance

Send = Callable[[Execution, HistoryEvent], Awaitable[None]]


class Launcher:
    """Creates instances. An id is reserved in memory before the store is asked, so two starts can't both win."""

    def __init__(
        self,
        *,
        store: HistoryStore,
        clock: Clock,
        options: DurableOptions,
        registry: Registry,
        pulse: Pulse,
        new_id: Callable[[], uuid.UUID],
        send: Send,
    ) -> None:
        self._store, self._clock, self._options = store, clock, options
        self._registry, self._pulse, self._new_id, self._send = registry, pulse, new_id, send

    async def start(self, name: str, instance_id: str | None, input_text: str | None, version: str | None) -> str:
        """Starts for a client. Raises InstanceExistsError."""
        return await self._start(name, instance_id, input_text, version, str(self._new_id()))

    async def start_again(self, state: InstanceState, instance_id: str | None) -> str:
        """Starts what `state` was once more. Raises InstanceExistsError."""
        # As recorded: a missing input becomes null, and the execution's id has no dashes.
        return await self._start(state.name, instance_id, state.input or "null", state.version, self._new_id().hex)

    async def _start(
        self, name: str, instance_id: str | None, input_text: str | None, version: str | None, execution_id: str
    ) -> str:
        instance_id = instance_id or self._new_id().hex
        generation = 0
        while (live := self._registry.live.get(instance_id)) is not None:
            if not self._options.any_state_overridable:
                raise InstanceExistsError(instance_id, live.state.status)
            await self._replace(live)
            generation = 1
        new = self._new_instance(name, instance_id, input_text, version or self._options.default_version, execution_id)
        new.started["Generation"] = generation
        await self._create(new)
        return instance_id

    def _new_instance(
        self, name: str, instance_id: str, input_text: str | None, version: str | None, execution_id: str
    ) -> NewInstance:
        now = self._clock.now()
        state = InstanceState(
            instance_id, name, execution_id, RuntimeStatus.PENDING, now, now, input=input_text, version=version
        )
        started = events.execution_started(
            now,
            instance_id=instance_id,
            execution_id=execution_id,
            name=name,
            input_text=input_text,
            version=version,
        )
        return NewInstance(state, started)

    async def _create(self, new: NewInstance) -> None:
        """Reserves the id, keeps the instance, and lets it begin."""
        execution = Execution.begin(new.state, new.started)
        self._registry.live[execution.instance_id] = execution
        self._pulse.enter()
        try:
            await self._store.create(new)
            self._registry.wake(execution)
        except BaseException:  # cancelled, too: an id that isn't kept is free again
            self._registry.forget([execution])
            raise
        finally:
            self._pulse.leave()

    async def _replace(self, live: Execution) -> None:
        """Ends a live instance because another one is to take its id."""
        reason = (
            f"A new instance creation request has been issued for instance {live.instance_id} which currently has "
            f"status {live.state.status}. Since the dedupe statuses of the creation request, [] (all statuses "
            f"reusable), do not contain the orchestration's status, the orchestration has been terminated and a new "
            f"instance with the same instance ID will be created."
        )
        await self._send(live, events.execution_terminated(self._clock.now(), reason))
        await live.ended.wait()
