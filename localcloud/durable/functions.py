"""The app's durable functions, found by kind and name without regard to case."""

from collections.abc import Mapping

from localcloud.durable.failures import unknown_function
from localcloud.host.model import FunctionMetadata

_KINDS = {"orchestrationtrigger": "orchestrator", "activitytrigger": "activity", "entitytrigger": "entity"}


class FunctionTable:
    """Which orchestrators, activities and entities there are."""

    def __init__(self, functions: Mapping[str, FunctionMetadata]) -> None:
        self._by_kind: dict[str, dict[str, tuple[FunctionMetadata, str]]] = {kind: {} for kind in _KINDS.values()}
        for function in functions.values():
            kind = _KINDS.get(str(function.trigger["type"]).lower())
            if kind is not None:
                self._by_kind[kind][function.name.lower()] = (function, str(function.trigger["name"]))

    def names(self, kind: str) -> list[str]:
        """Names of the functions of a kind, as written in the app."""
        return [function.name for function, _ in self._by_kind[kind].values()]

    def find(self, kind: str, name: str) -> tuple[str, str] | None:
        """The function's name as written and the name of its trigger parameter."""
        found = self._by_kind[kind].get(name.lower())
        return (found[0].name, found[1]) if found else None

    def unknown(self, kind: str, name: str) -> str:
        """Why a call of that name fails."""
        return unknown_function(kind, name, self.names(kind))
