"""Golden histories: runs of released orchestrators, kept as files, that today's code must still be able to continue."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from localcloud.testing.functions import Source, durable_functions
from localcloud.testing.invoker import answer_of
from localcloud.testing.turns import Turn, assert_same


def save_history(path: Path, turns: Iterable[Turn]) -> None:
    """Writes a run's turns (`run.turns`) as readable JSON: each execution's history once, with each turn's answer."""
    executions: dict[tuple[str, str], list[Turn]] = {}
    for turn in turns:
        executions.setdefault(turn.execution, []).append(turn)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([_execution(of) for of in executions.values()], indent=1, ensure_ascii=False) + "\n")


def replay_history(path: Path, *sources: Source) -> int:
    """Replays a saved run against today's orchestrators, from every prefix; returns the number of turns.

    Raises ReplayError when a turn schedules something else than it did when the file was written, and LookupError when
    the orchestrator is gone.
    """
    functions = {name.lower(): function for name, function in durable_functions(sources).items()}
    turns = [turn for execution in json.loads(path.read_text()) for turn in _turns(execution)]
    for turn in turns:
        if turn.function.lower() not in functions:
            raise LookupError(f"{path} holds a run of {turn.function}, which the app doesn't have any more.")
        assert_same(turn, answer_of(functions[turn.function.lower()], turn.context))
    return len(turns)


def _execution(turns: list[Turn]) -> dict[str, Any]:
    return {
        "orchestrator": turns[0].function,
        "context": json.loads(turns[-1].context),
        "turns": [
            {"events": len(json.loads(turn.context)["history"]), "answer": json.dumps(turn.state)} for turn in turns
        ],
    }


def _turns(execution: dict[str, Any]) -> list[Turn]:
    """The turns again: each was given a prefix of the last one's history."""
    context = execution["context"]
    return [
        Turn(
            execution["orchestrator"],
            json.dumps({**context, "history": context["history"][: turn["events"]], "isReplaying": number > 0}),
            turn["answer"],
        )
        for number, turn in enumerate(execution["turns"])
    ]
