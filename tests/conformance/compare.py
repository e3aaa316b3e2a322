"""Runs one scenario on a running host and prints where its answers differ from the recording.

A process of its own for each scenario: the recordings' tools keep the run's folders in the environment.

    python -m tests.conformance.compare SCENARIO BASE RECORDING TRACE LOG

prints a JSON object `{note: [difference, …]}` that names only the notes that differ.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
MASTER_KEY = "testMasterKey"


def _module(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _tools() -> Any:
    """The recordings' own program, with the pattern for generated keys made linear: long texts took it a minute."""
    tools: Any = _module("conformance", HERE / "conformance.py")
    sys.modules["conformance"] = tools  # the scenarios import it too
    tools.RULES = [(rf"(?<![\w-]){rule}" if "AzFu" in rule else rule, word) for rule, word in tools.RULES]
    return tools


def differences(scenario: Path, base: str, recording: Path, trace: str, log: str) -> dict[str, list[str]]:
    """What differs, by note; a note that was not asked or not recorded counts as a difference."""
    tools = _tools()
    session = tools.Session(base, MASTER_KEY, trace, [log])
    _module("scenario", scenario).run(session)
    want: dict[str, dict[str, Any]] = {e["note"]: e for e in map(json.loads, recording.read_text().splitlines())}
    got: dict[str, dict[str, Any]] = {e["note"]: e for e in session.log}
    found: dict[str, list[str]] = {}
    for note in [*want, *(note for note in got if note not in want)]:
        if note not in got or note not in want:
            found[note] = ["not asked" if note not in got else "not recorded"]
            continue
        pair = [{k: v for k, v in side[note].items() if k not in ("note", "request")} for side in (want, got)]
        if lines := list(tools.differences(*pair)):
            found[note] = lines
    return found


if __name__ == "__main__":
    scenario, base, recording, trace, log = sys.argv[1:]
    os.chdir(HERE)
    sys.stdout.write(json.dumps(differences(Path(scenario), base, Path(recording), trace, log)))
