"""The live instances of a task hub, and how events reach them."""

import itertools
from collections.abc import Callable, Iterable

from localcloud.durable.execution import Arrival, Execution
from localcloud.durable.model import HistoryEvent, InstanceState
from localcloud.durable.store.model import Message


class Registry:
    """Every unfinished instance, by id. `on_wake` is called when one has something to do."""

    def __init__(self, on_wake: Callable[[Execution], None]) -> None:
        self.live: dict[str, Execution] = {}
        self._on_wake = on_wake
        self._keys = itertools.count(1)

    def recover(self, executions: Iterable[Execution]) -> None:
        """Takes over what a store holds; new messages get keys above all of theirs."""
        self.live = {execution.instance_id: execution for execution in executions}
        keys = [arrival.key or 0 for execution in self.live.values() for arrival in execution.inbox]
        self._keys = itertools.count(max(keys, default=0) + 1)

    def message(self, target: InstanceState, event: HistoryEvent) -> Message:
        """A message for this execution of an instance, not yet kept or delivered."""
        return Message(next(self._keys), target.instance_id, target.execution_id, event)

    def message_from_client(self, target: InstanceState, event: HistoryEvent) -> Message:
        """A message for an instance that stays valid when the instance continues as new meanwhile."""
        return Message(next(self._keys), target.instance_id, "", event)

    def deliver(self, message: Message) -> None:
        """Hands a kept message over; the end of an execution makes its messages void."""
        execution = self.live.get(message.instance_id)
        if execution is not None and message.execution_id in ("", execution.state.execution_id):
            self.arrive(execution, Arrival(message.event, message.key))

    def arrive(self, execution: Execution, arrival: Arrival) -> None:
        """Puts an event into an inbox, unless the execution is over."""
        if not execution.ended.is_set():
            execution.inbox.append(arrival)
            self._on_wake(execution)

    def wake(self, execution: Execution) -> None:
        """Lets an execution begin."""
        self._on_wake(execution)

    def end(self, execution: Execution) -> None:
        """Takes a finished execution out."""
        execution.finish()
        if self.live.get(execution.instance_id) is execution:
            del self.live[execution.instance_id]

    def forget(self, executions: Iterable[Execution]) -> None:
        """Takes out executions whose creation failed."""
        for execution in executions:
            self.end(execution)
