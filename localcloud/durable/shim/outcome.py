"""What one call of the SDK came to: its actions and, perhaps, its end."""

import json
from dataclasses import dataclass, field
from typing import Any

from localcloud.host.model import InvocationResult

_LABEL = "$OutOfProcData$:"


@dataclass(frozen=True)
class TurnOutcome:
    """The SDK's answer. At most one of `is_done` and `error` counts; an error wins."""

    actions: list[dict[str, Any]] = field(default_factory=list)
    is_done: bool = False
    output: str | None = None
    """JSON text; None when nothing was returned."""
    custom_status: str | None = None
    """JSON text; None takes away the status of an earlier turn."""
    error: str | None = None
    """Why the orchestrator failed, without the sentence around it."""


def read_outcome(result: InvocationResult) -> TurnOutcome:
    """Understands a worker's answer to a turn: a state, or an exception that carries one behind a label."""
    if result.failure is not None:
        text = result.failure.text
        if _LABEL in text:
            return _state(text.split(_LABEL, 1)[1])
        return TurnOutcome(error=f"One or more errors occurred. ({result.failure})")
    answer = result.return_value.value if result.return_value is not None else None
    if not isinstance(answer, str | bytes):
        return TurnOutcome(error=f"The orchestrator function returned no state but {answer!r}.")
    return _state(answer)


def _state(text: str | bytes) -> TurnOutcome:
    # raw_decode: the worker may put more lines behind the JSON of a failure.
    try:
        state, _ = json.JSONDecoder().raw_decode(text.decode() if isinstance(text, bytes) else text)
    except ValueError as problem:
        return TurnOutcome(error=f"The orchestrator function's state is not JSON: {problem}")
    if not isinstance(state, dict):
        return TurnOutcome(error="The orchestrator function's state is not a JSON object.")
    done, error = bool(state.get("isDone")), state.get("error")
    # A state that is done and in error had an output that can't be serialised: its actions are not replayed.
    actions = [] if done and error else [action for turn in state.get("actions", []) for action in turn]
    return TurnOutcome(actions, done, _json(state.get("output")), _json(state.get("customStatus")), error)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"))
