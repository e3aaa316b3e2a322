"""An app's durable functions, taken from its blueprints or app object and called in the test's process."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import azure.durable_functions as df
from azure.functions import meta
from azure.functions.durable_functions import ActivityTriggerConverter

from localcloud.host.model import Datum, FunctionMetadata

Source = Any
"""A `DFApp`, a blueprint, a module that has one as `app`, `blueprint` or `blueprints`, or an iterable of these."""

_KINDS = {"orchestrationTrigger": "orchestrator", "activityTrigger": "activity"}


@dataclass(frozen=True)
class DurableFunction:
    """One orchestrator or activity."""

    name: str
    kind: str
    """"orchestrator" or "activity"."""
    parameter: str
    """Name of the trigger's parameter."""
    body: Callable[..., Any]

    @property
    def metadata(self) -> FunctionMetadata:
        """The function as the engine sees it."""
        trigger = f"{'orchestration' if self.kind == 'orchestrator' else self.kind}Trigger"
        binding = {"name": self.parameter, "type": trigger, "direction": "IN"}
        return FunctionMetadata(self.name, str(uuid5(NAMESPACE_OID, self.name)), "", "", self.name, [binding])

    async def call(self, given: Datum) -> Datum:
        """Runs the function on the trigger's data as the worker does: the SDK's converters on both sides."""
        if self.kind == "orchestrator":
            return Datum("json", self.body(given.value))
        argument = ActivityTriggerConverter.decode(meta.Datum(given.value, given.type), trigger_metadata=None)
        result = self.body(**{self.parameter: argument})
        if inspect.isawaitable(result):
            result = await result
        return activity_result(result)


def activity_result(value: Any) -> Datum:
    """An activity's return value as the SDK sends it. Raises ValueError when it can't be JSON."""
    encoded = ActivityTriggerConverter.encode(value, expected_type=None)
    return Datum(encoded.type, encoded.value)


def durable_functions(sources: Iterable[Source]) -> dict[str, DurableFunction]:
    """All orchestrators and activities of the sources by name. Raises ValueError on a name that occurs twice."""
    app = df.DFApp()
    for source in sources:
        for blueprint in _registers(source):
            app.register_functions(blueprint)
    found = {}
    for function in app.get_functions():
        trigger = function.get_trigger()
        if (kind := _KINDS.get(trigger.type)) is not None:
            name = function.get_function_name()
            found[name] = DurableFunction(name, kind, trigger.name, function.get_user_function())
    return found


def _registers(source: Source) -> list[Any]:
    """The blueprints or apps behind a source."""
    if isinstance(source, ModuleType):
        for name in ("app", "blueprint", "blueprints"):
            if hasattr(source, name):
                return _registers(getattr(source, name))
        raise ValueError(f"The module {source.__name__} has neither `app` nor `blueprint` nor `blueprints`.")
    if isinstance(source, Iterable):
        return [register for part in source for register in _registers(part)]
    return [source]
