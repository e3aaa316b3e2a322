"""Actions of the SDK that this engine doesn't carry out."""

from typing import Any

from localcloud.durable.shim.task import SimulatedTask

_NAMES = {7: "call_entity", 8: "call_http", 9: "signal_entity"}


class NotBuiltError(Exception):
    """An orchestrator asked for something that isn't built; the text names it."""


def start(action: dict[str, Any]) -> SimulatedTask:
    """Always raises NotBuiltError."""
    kind = action["actionType"]
    name = _NAMES.get(kind, f"action type {kind}")
    raise NotBuiltError(f"{name} is not built yet in localcloud's durable engine.")
