"""Orders that were under way when a new version is deployed go on: released histories replay against today's code.

A file in `histories` is added for each release by
`pytest tests/workflow -k "..." --record-histories tests/workflow/histories`, and never changed afterwards.
"""

from pathlib import Path

import pytest

import orchestrations
from localcloud.testing.histories import replay_history

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


@pytest.mark.parametrize("history", HISTORIES, ids=lambda path: path.stem)
def test_a_released_run_schedules_the_same_today(history: Path) -> None:
    assert replay_history(history, orchestrations.blueprints) > 1
