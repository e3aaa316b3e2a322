"""The app's durable functions, found by kind and name without regard to case."""

from collections.abc import Mapping

from localcloud.durable.failures import unknown_function
from localcloud.host.model import FunctionMetadata

_KINDS = {"orchestrationtrigger": "orchestrator", "activitytrigger": "activity", "entitytrigger": "entity"}
_NAMED_BY = {"orchestrator": "orchestration", "activity": "activity", "entity": "entityName"}
"""Key of the trigger binding that names the function to its callers, e.g. `activity_trigger(activity="charge")`."""


class FunctionTable:
    """Which orchestrators, activities and entities there are."""

    def __init__(self, functions: Mapping[str, FunctionMetadata]) -> None:
        self._by_kind: dict[str, dict[str, tuple[str, FunctionMetadata]]] = {kind: {} for kind in _KINDS.values()}
        for function in functions.values():
            kind = _KINDS.get(str(function.trigger["type"]).lower())
            if kind is not None:
                name = str(function.trigger.get(_NAMED_BY[kind]) or function.name)
                self._by_kind[kind][name.lower()] = (name, function)

    def names(self, kind: str) -> list[str]:
        """Names by which the functions of a kind are called: the trigger's own, else the function's."""
        return [name for name, _ in self._by_kind[kind].values()]

    def find(self, kind: str, name: str) -> tuple[str, str] | None:
        """The name of the function that is called so, and the name of its trigger parameter."""
        found = self._by_kind[kind].get(name.lower())
        return (found[1].name, str(found[1].trigger["name"])) if found else None

    def unknown(self, kind: str, name: str) -> str:
        """Why a call of that name fails."""
        return unknown_function(kind, name, self.names(kind))
