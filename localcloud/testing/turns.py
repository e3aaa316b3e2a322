"""What orchestrators were given and what they answered, turn by turn, and whether they answer the same again."""

import json
from dataclasses import dataclass
from typing import Any

LABEL = "$OutOfProcData$:"
"""Between an orchestrator's error text and the state it had reached."""


class ReplayError(AssertionError):
    """An orchestrator answered differently when the same history was replayed: it is not deterministic."""


@dataclass(frozen=True)
class Turn:
    """One call of an orchestrator."""

    function: str
    context: str
    """The JSON it was given, with the history."""
    answer: str
    """Its state as JSON, or the text of the exception it raised."""

    @property
    def execution(self) -> tuple[str, str]:
        """Instance id and execution id."""
        given = json.loads(self.context)
        return given["instanceId"], given["history"][1]["OrchestrationInstance"]["ExecutionId"]

    @property
    def state(self) -> dict[str, Any]:
        """What was answered: actions, output, custom status, error."""
        return state_of(self.answer)


def state_of(answer: str) -> dict[str, Any]:
    """The state in an orchestrator's answer; an exception without a state shows as its first line."""
    text = answer.split(LABEL, 1)[-1]
    try:
        state: dict[str, Any] = json.loads(text)
    except ValueError:
        return {"raised": answer.splitlines()[0] if answer else "", "actions": []}
    return state


def assert_same(turn: Turn, answer: str) -> None:
    """Compares a repeated turn with the first one. Raises ReplayError that shows the first differing action."""
    first, again = turn.state, state_of(answer)
    if first == again:
        return
    for number, (a, b) in enumerate(zip(_actions(first), _actions(again), strict=False)):
        if a != b:
            raise ReplayError(_text(turn, f"action {number} was\n  {a}\nand is now\n  {b}"))
    raise ReplayError(_text(turn, f"the answer was\n  {first}\nand is now\n  {again}"))


def assert_grows(before: Turn, after: Turn) -> None:
    """A later turn of the same execution must repeat the earlier one's actions. Raises ReplayError."""
    known = [_without_cancellation(a) for a in _actions(before.state)]
    now = [_without_cancellation(a) for a in _actions(after.state)]
    for number, action in enumerate(known):
        found = now[number] if number < len(now) else None
        if found != action:
            raise ReplayError(_text(after, f"action {number} was\n  {action}\nand is, a turn later,\n  {found}"))


def _actions(state: dict[str, Any]) -> list[Any]:
    return [action for step in state.get("actions", []) for action in step]


def _without_cancellation(action: Any) -> Any:
    """Timers are cancelled after they were created; that is no change of plan."""
    if isinstance(action, dict):
        return {key: _without_cancellation(value) for key, value in action.items() if key != "isCanceled"}
    if isinstance(action, list):
        return [_without_cancellation(part) for part in action]
    return action


def _text(turn: Turn, what: str) -> str:
    instance_id, _ = turn.execution
    events = len(json.loads(turn.context)["history"])
    return (
        f"{turn.function} ({instance_id}) is not deterministic: replayed from its first {events} history events, "
        f"{what}\nOrchestrators must take time, ids and settings from the context or an activity."
    )
