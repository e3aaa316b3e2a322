"""Calls durable functions in the test's process, some of them replaced, and remembers every orchestrator turn."""

import inspect
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from azure.functions import meta
from azure.functions.durable_functions import ActivityTriggerConverter

from localcloud.host.model import Datum, Failure, FunctionMetadata, Invocation, InvocationResult
from localcloud.testing.functions import DurableFunction, activity_result
from localcloud.testing.turns import Turn, assert_grows, assert_same

Replacement = Callable[[Any], Any]
"""Stands in for an activity: takes its input, returns (or awaits to) its result, or raises."""


class WorkflowInvoker:
    """The engine's invoker in tests. Function names match in any case, as on the real host."""

    def __init__(self, functions: Mapping[str, DurableFunction]) -> None:
        self._functions = {name.lower(): function for name, function in functions.items()}
        self._replaced: dict[str, tuple[str, Replacement]] = {}
        self.turns: list[Turn] = []
        self.calls: list[tuple[str, Any]] = []
        """Every activity call with its decoded input, in order."""
        self._checked = 0

    def replace(self, activity: str, replacement: Replacement) -> None:
        """Uses `replacement` for an activity from now on."""
        self._replaced[activity.lower()] = (activity, replacement)

    @property
    def metadata(self) -> dict[str, FunctionMetadata]:
        """All functions as the engine wants them; a replacement without a function counts as an activity."""
        real = {function.name: function.metadata for function in self._functions.values()}
        added = {name: DurableFunction(name, "activity", "given", len).metadata for name, _ in self._added()}
        return {**added, **real}

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Runs a function; what it raises comes back as the failure text of the real worker."""
        name = invocation.function.lower()
        function = self._functions.get(name)
        given = next(iter(invocation.inputs.values()))
        try:
            if function is not None and function.kind == "orchestrator":
                return await self._turn(function, given)
            argument = ActivityTriggerConverter.decode(meta.Datum(given.value, given.type), trigger_metadata=None)
            self.calls.append((invocation.function, argument))
            if name in self._replaced:
                return InvocationResult(await self._replacement(name, argument))
            if function is None:
                return InvocationResult(failure=Failure(f"LookupError: no function named {invocation.function}"))
            return InvocationResult(await function.call(given))
        except Exception as error:  # what a function raises is its failure
            return InvocationResult(failure=Failure(f"{type(error).__name__}: {error}", traceback.format_exc()))

    def check_replays(self) -> None:
        """Runs every turn since the last check again. Raises ReplayError when an answer differs."""
        latest: dict[tuple[str, str], Turn] = {}
        for number, turn in enumerate(self.turns):
            if number >= self._checked:
                assert_same(turn, answer_of(self._functions[turn.function.lower()], turn.context))
                if turn.execution in latest:
                    assert_grows(latest[turn.execution], turn)
            latest[turn.execution] = turn
        self._checked = len(self.turns)

    def _added(self) -> list[tuple[str, Replacement]]:
        return [replaced for name, replaced in self._replaced.items() if name not in self._functions]

    async def _turn(self, function: DurableFunction, given: Datum) -> InvocationResult:
        try:
            answer = function.body(given.value)
        except Exception as error:  # the turn failed, and is replayed as one that does
            self.turns.append(Turn(function.name, given.value, str(error)))
            raise
        self.turns.append(Turn(function.name, given.value, answer))
        return InvocationResult(Datum("json", answer))

    async def _replacement(self, name: str, argument: Any) -> Datum:
        result = self._replaced[name][1](argument)
        if inspect.isawaitable(result):
            result = await result
        return activity_result(result)


def answer_of(function: DurableFunction, context: str) -> str:
    """What an orchestrator answers to this context: its state, or the text of what it raises."""
    try:
        answer: str = function.body(context)
    except Exception as error:  # the text is compared with that of the first run
        return str(error)
    return answer
