"""Orders that were under way when a new version is deployed go on: released histories replay against today's code.

A file in `histories` is added for each release by
`pytest tests/workflow -k "..." --record-histories tests/workflow/histories`, and never changed afterwards.
"""

from pathlib import Path

import pytest

import orchestrations
from localcloud.testing.histories import replay_history

HISTORIES = Path(__file__).parent / "histories"
TURNS = {
    "a_cancel_while_waiting_for_the_approval_ends_the_order": 7,
    "an_approved_order_goes_on": 10,
    "an_order_is_confirmed_with_its_stock_committed_and_its_money_captured": 7,
    "too_little_stock_cancels_and_gives_back_what_was_held": 6,
}
"""How many turns each history has: none may be passed over."""


@pytest.mark.parametrize("name", TURNS)
def test_a_released_run_schedules_the_same_today(name: str) -> None:
    assert replay_history(HISTORIES / f"{name}.json", orchestrations.blueprints) == TURNS[name]


def test_every_history_is_replayed() -> None:
    assert {path.stem for path in HISTORIES.glob("*.json")} == set(TURNS)
