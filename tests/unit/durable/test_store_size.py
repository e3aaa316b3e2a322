"""The store with large rows: what one instance holds must not slow down the others."""

import time
from datetime import UTC, datetime
from pathlib import Path

from localcloud.durable import events
from localcloud.durable.model import InstanceState, RuntimeStatus
from localcloud.durable.store import SqliteHistoryStore
from localcloud.durable.store.model import NewInstance

_LARGE = "x" * 30_000_000
_LOOKUPS = 100


def instance(instance_id: str, input_text: str) -> NewInstance:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    started = events.execution_started(
        now, instance_id=instance_id, execution_id="e", name="f", input_text=f'"{input_text}"'
    )
    state = InstanceState(instance_id, "f", "e", RuntimeStatus.PENDING, now, now, input=started["Input"])
    return NewInstance(state, started)


def seconds_for_lookups(store: SqliteHistoryStore) -> float:
    begin = time.perf_counter()
    for _ in range(_LOOKUPS):
        state = store.get("small")
    took = time.perf_counter() - begin
    assert state is not None
    assert state.input == '"1"'
    return took


async def test_a_large_instance_leaves_lookups_of_others_as_quick_as_before(tmp_path: Path) -> None:
    store = SqliteHistoryStore(tmp_path / "hub.db")
    store.open()
    try:
        await store.create(instance("small", "1"))
        alone = seconds_for_lookups(store)
        await store.create(instance("large", _LARGE))
        beside = seconds_for_lookups(store)
    finally:
        store.close()

    # Reading thirty megabytes for each comparison takes hundreds of times as long as a lookup.
    assert beside < 0.2 + 20 * alone
