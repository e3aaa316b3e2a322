import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from localcloud.clock import VirtualClock
from localcloud.host.model import FunctionError, FunctionMetadata, Invocation
from localcloud.host.triggers.timer import TimerTrigger
from tests.unit.host.doubles import RecordingWorker, function, services, sleeping

START = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)
NEVER = "0001-01-01T00:00:00+00:00"
Starter = Callable[..., Awaitable[RecordingWorker]]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
async def start(tmp_path: Path, clock: VirtualClock, log: list[str]) -> AsyncIterator[Starter]:
    started: list[TimerTrigger] = []

    async def starter(*functions: FunctionMetadata, failing: frozenset[str] = frozenset()) -> RecordingWorker:
        for earlier in started:
            await earlier.stop()
        worker, trigger = RecordingWorker(failing), TimerTrigger()
        started.append(trigger)
        await trigger.start(services(tmp_path, clock, worker, list(functions), log))
        return worker

    yield starter
    for trigger in started:
        await trigger.stop()


def timer(schedule: str, retry: dict[str, str] | None = None, **more: Any) -> FunctionMetadata:
    return function("tick", {"type": "timerTrigger", "name": "timer", "schedule": schedule, **more}, retry=retry)


def payload(invocation: Invocation) -> Any:
    datum = invocation.inputs["timer"]
    assert datum.type == "json"
    return json.loads(datum.value)


async def test_a_monitored_timer_fires_with_its_status(start: Starter, clock: VirtualClock, tmp_path: Path) -> None:
    worker = await start(timer("0 * * * * *"))
    await sleeping(clock)
    clock.advance(timedelta(seconds=30))
    first = await worker.next()
    assert payload(first) == {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {"Last": NEVER, "Next": "2026-01-01T12:01:00+00:00", "LastUpdated": NEVER},
        "IsPastDue": False,
    }
    assert first.reason == "Timer fired at 2026-01-01T12:01:00+00:00"
    await sleeping(clock)
    kept = json.loads((tmp_path / "timers/tick.json").read_text())
    assert (kept["Last"], kept["Next"]) == ("2026-01-01T12:01:00+00:00", "2026-01-01T12:02:00+00:00")
    clock.advance(timedelta(minutes=1))
    assert payload(await worker.next())["ScheduleStatus"]["Last"] == "2026-01-01T12:01:00+00:00"


async def test_the_status_is_written_at_the_start(start: Starter, clock: VirtualClock, tmp_path: Path) -> None:
    await start(timer("0 * * * * *"))
    await sleeping(clock)
    kept = json.loads((tmp_path / "timers/tick.json").read_text())
    assert kept == {"Last": NEVER, "Next": "2026-01-01T12:01:00+00:00", "LastUpdated": START.isoformat()}


@pytest.mark.parametrize(("schedule", "more"), [("*/2 * * * * *", {}), ("0 * * * * *", {"useMonitor": False})])
async def test_short_or_unmonitored_timers_have_no_status(
    start: Starter, clock: VirtualClock, tmp_path: Path, schedule: str, more: dict[str, Any]
) -> None:
    worker = await start(timer(schedule, **more))
    await sleeping(clock)
    clock.advance(timedelta(minutes=1))
    assert payload(await worker.next())["ScheduleStatus"] is None
    assert not (tmp_path / "timers").exists()


async def test_time_spans_are_not_adjusted_for_dst(start: Starter, clock: VirtualClock) -> None:
    worker = await start(timer("00:01:00"))
    await sleeping(clock)
    clock.advance(timedelta(minutes=1))
    assert payload(await worker.next())["Schedule"] == {"AdjustForDST": False}


async def test_run_on_startup_runs_at_once(start: Starter, clock: VirtualClock) -> None:
    worker = await start(timer("0 0 0 1 1 *", runOnStartup=True))
    first = await worker.next()
    assert (payload(first)["IsPastDue"], first.details) == (False, "UnscheduledInvocationReason: RunOnStartup")
    await sleeping(clock)
    assert worker.calls.empty()


async def test_a_missed_firing_is_made_up_for_once(start: Starter, clock: VirtualClock, log: list[str]) -> None:
    await start(timer("0 * * * * *"))
    await sleeping(clock)
    late = VirtualClock(START + timedelta(hours=3))
    clock.advance_to(late.now())
    worker = await start(timer("0 * * * * *"))
    first = await worker.next()
    assert payload(first)["IsPastDue"] is True
    assert first.details.startswith("UnscheduledInvocationReason: IsPastDue")
    assert "Function 'tick' is past due on startup. Executing now." in log
    await sleeping(clock)
    clock.advance(timedelta(seconds=30))
    second = await worker.next()
    assert (payload(second)["IsPastDue"], second.reason) == (False, "Timer fired at 2026-01-01T15:01:00+00:00")


async def test_a_run_that_takes_too_long_is_not_overlapped(start: Starter, clock: VirtualClock) -> None:
    worker = await start(timer("*/2 * * * * *"))
    await sleeping(clock)
    worker.held = asyncio.Event()
    clock.advance(timedelta(seconds=2))
    await worker.next()
    clock.advance(timedelta(seconds=10))
    assert worker.calls.empty()
    worker.held.set()
    late = await worker.next()
    assert late.reason == f"Timer fired at {(START + timedelta(seconds=12)).isoformat()}"
    await sleeping(clock)
    assert clock.next_wake == START + timedelta(seconds=14)


@pytest.mark.parametrize("changed", ["30 * * * * *", "0 0 0 1 1 *"])
async def test_a_changed_schedule_is_not_past_due(start: Starter, clock: VirtualClock, changed: str) -> None:
    await start(timer("0 */5 * * * *"))
    await sleeping(clock)
    clock.advance(timedelta(hours=3))
    await sleeping(clock)
    clock.advance(timedelta(hours=3, seconds=5))
    worker = await start(timer(changed))
    await sleeping(clock)
    assert worker.calls.empty()


async def test_an_interval_goes_on_over_restarts(start: Starter, clock: VirtualClock) -> None:
    for _ in range(3):
        worker = await start(timer("00:10:00"))
        await sleeping(clock)
        assert clock.next_wake == START + timedelta(minutes=10)
        clock.advance(timedelta(minutes=3))
    await start()  # down while it should have fired
    clock.advance(timedelta(minutes=20))
    worker = await start(timer("00:10:00"))
    assert payload(await worker.next())["IsPastDue"] is True


@pytest.mark.parametrize("zone", ["Nowhere/X", "../x", "/etc/passwd", "Europe"])
def test_an_unknown_time_zone_puts_the_function_in_error(zone: str) -> None:
    with pytest.raises(FunctionError, match="WEBSITE_TIME_ZONE is not a known time zone"):
        TimerTrigger().validate(timer("0 0 9 * * *"), {"WEBSITE_TIME_ZONE": zone})


FIXED = {"strategy": "fixed_delay", "max_retry_count": "2", "delay_interval": "00:00:05"}
BACKOFF = {
    "strategy": "exponential_backoff",
    "max_retry_count": "3",
    "minimum_interval": "00:00:01",
    "maximum_interval": "00:00:03",
}


@pytest.mark.parametrize(("policy", "pauses"), [(FIXED, [5, 5]), (BACKOFF, [1, 2, 3])])
async def test_a_failing_timer_is_retried_by_its_policy(
    start: Starter, clock: VirtualClock, log: list[str], policy: dict[str, str], pauses: list[int]
) -> None:
    worker = await start(timer("0 0 0 1 1 *", retry=policy, runOnStartup=True), failing=frozenset({"tick"}))
    tries = [await worker.next()]
    for pause in pauses:
        await sleeping(clock)
        assert clock.next_wake == clock.now() + timedelta(seconds=pause)
        clock.advance(timedelta(seconds=pause))
        tries.append(await worker.next())
    assert [t.retry_count for t in tries] == list(range(len(pauses) + 1))
    assert {t.max_retry_count for t in tries} == {len(pauses)}
    assert tries[0].retry_exception is None
    assert "ValueError: no" in (tries[1].retry_exception or "")
    assert len({t.id for t in tries}) == len(tries)
    assert {t.inputs["timer"] for t in tries} == {tries[0].inputs["timer"]}
    await sleeping(clock)
    assert worker.calls.empty()
    shown = f"Waiting for `00:00:0{pauses[0]}` before retrying function execution. Next attempt: '1'. "
    assert f"{shown}Max retry count: '{len(pauses)}'" in log


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        ("nope", "The schedule expression 'nope' was not recognized as a valid cron expression or timespan string."),
        ("%NO_SUCH%", "Microsoft.Azure.WebJobs.Host: '%NO_SUCH%' does not resolve to a value."),
    ],
)
def test_a_bad_schedule_puts_the_function_in_error(schedule: str, text: str) -> None:
    with pytest.raises(FunctionError) as error:
        TimerTrigger().validate(timer(schedule), {})
    assert str(error.value).startswith("Microsoft.Azure.WebJobs.Host: Error indexing method 'Functions.tick'. ")
    assert str(error.value).endswith(text)


async def test_an_unreadable_status_is_started_anew(
    start: Starter, clock: VirtualClock, tmp_path: Path, log: list[str]
) -> None:
    (tmp_path / "timers").mkdir()
    (tmp_path / "timers/tick.json").write_text("{")
    await start(timer("0 * * * * *"))
    await sleeping(clock)
    assert any("can't be read and is started anew" in line for line in log)
    assert json.loads((tmp_path / "timers/tick.json").read_text())["Last"] == NEVER
