"""The timer trigger. Texts and rules recorded on the real host."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from localcloud.host.extension import HostExtension, HostServices
from localcloud.host.model import Datum, FunctionError, FunctionMetadata, Invocation
from localcloud.host.settings import MissingSettingError, resolve
from localcloud.host.triggers.retry import invoke_with_retries, retry_policy
from localcloud.host.triggers.schedule import Schedule, ScheduleError, occurrences, parse_schedule, shortest_interval
from localcloud.host.triggers.timer_status import NEVER, TimerStatus, TimerStatusFile

_SHORTEST_MONITORED = timedelta(minutes=1)


class TimerTrigger(HostExtension):
    """Serves `timerTrigger` bindings: one task per function, so runs of a function never overlap."""

    binding_types = frozenset({"timertrigger"})

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def validate(self, function: FunctionMetadata, settings: Mapping[str, str]) -> None:
        """Refuses schedules that are neither cron nor TimeSpan, and missing settings."""
        _schedule(function, settings)

    async def start(self, services: HostServices) -> None:
        """Starts every timer."""
        for function in services.functions.values():
            if str(function.trigger["type"]).lower() == "timertrigger":
                timer = _Timer(function, services)
                self._tasks.append(asyncio.create_task(timer.run(), name=f"timer {function.name}"))

    async def stop(self) -> None:
        """Stops every timer; a run under way is abandoned."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class UnknownZoneError(Exception):
    """WEBSITE_TIME_ZONE names no time zone; the text says so."""


class _Timer:
    """One function's timer."""

    def __init__(self, function: FunctionMetadata, services: HostServices) -> None:
        binding = function.trigger
        self._function = function
        self._services = services
        self._schedule = _schedule(function, services.settings)
        now = services.clock.now()
        monitored = binding.get("useMonitor") is not False
        monitored = monitored and shortest_interval(self._schedule, now) >= _SHORTEST_MONITORED
        folder = services.data_dir / "timers"
        self._file = TimerStatusFile(folder, function.name, services.log) if monitored else None
        self._on_startup = binding.get("runOnStartup") is True
        self._next = self._schedule.next_after(now)
        self._status = TimerStatus(NEVER, self._next, NEVER)

    async def run(self) -> None:
        """Fires for ever."""
        self._announce()
        await self._start()
        clock = self._services.clock
        while True:
            await clock.sleep_until(self._next)
            await self._fire(past_due=False, details="")

    async def _start(self) -> None:
        """The runs that the schedule doesn't ask for: past due, or wanted at start-up."""
        now = self._services.clock.now()
        self._next = self._schedule.next_after(now)
        noted = self._file.read() if self._file else None
        kept = self._followed(noted, now) if noted else None
        self._status = kept or TimerStatus(NEVER, self._next, NEVER)
        if kept is not None and kept.next <= now:
            self._services.log(f"Function '{self._function.name}' is past due on startup. Executing now.")
            await self._fire(
                past_due=True,
                details=f"UnscheduledInvocationReason: IsPastDue, OriginalSchedule: {kept.next.isoformat()}",
            )
            return
        if kept is not None and not self._schedule.adjust_for_dst:
            self._next = kept.next
        if kept is None or kept != noted:
            self._keep(kept or TimerStatus(NEVER, self._next, now))
        if self._on_startup:
            await self._fire(past_due=False, details="UnscheduledInvocationReason: RunOnStartup")

    def _followed(self, noted: TimerStatus, now: datetime) -> TimerStatus:
        """What was noted before. Under a schedule that has been changed since, nothing is past due."""
        base = noted.updated if noted.last == NEVER else noted.last
        planned = self._schedule.next_after(base)
        if planned == noted.next:
            return noted
        return TimerStatus(NEVER, planned, base) if planned > now else TimerStatus(NEVER, self._next, now)

    async def _fire(self, *, past_due: bool, details: str) -> None:
        services, function, fired = self._services, self._function, self._services.clock.now()
        invocation = Invocation(
            function.name,
            {function.trigger["name"]: timer_datum(self._schedule, self._status if self._file else None, past_due)},
            reason=f"Timer fired at {fired.isoformat()}",
            details=details,
        )
        await invoke_with_retries(services.invoker, invocation, retry_policy(function), services.clock, services.log)
        # never earlier than the planned moment: a clock that runs ahead must not fire twice
        counted = fired if details else max(fired, self._next)
        # in the past when the run took longer than the interval: then the next run follows at once
        self._next = self._schedule.next_after(counted)
        self._status = TimerStatus(counted, self._next, services.clock.now())
        self._keep(self._status)

    def _keep(self, status: TimerStatus) -> None:
        if self._file:
            self._file.write(status)

    def _announce(self) -> None:
        after = self._services.clock.now()
        moments = [moment.isoformat(" ") for moment in itertools.islice(occurrences(self._schedule, after), 5)]
        self._services.log(
            "\n".join(
                [
                    f"The next 5 occurrences of the '{self._function.name}' schedule ({self._schedule}) will be:",
                    *moments,
                ]
            )
        )


def timer_datum(schedule: Schedule | None, status: TimerStatus | None, past_due: bool) -> Datum:
    """What the function's timer parameter gets; without a status `schedule_status` is empty."""
    content = {
        "Schedule": {"AdjustForDST": schedule is None or schedule.adjust_for_dst},
        "ScheduleStatus": status.as_json() if status else None,
        "IsPastDue": past_due,
    }
    return Datum("json", json.dumps(content))


def _schedule(function: FunctionMetadata, settings: Mapping[str, str]) -> Schedule:
    start = f"Microsoft.Azure.WebJobs.Host: Error indexing method 'Functions.{function.name}'."
    text = str(function.trigger.get("schedule") or "")
    try:
        text = resolve(text, settings)
        return parse_schedule(text, _zone(settings))
    except MissingSettingError as error:
        raise FunctionError(f"{start} Microsoft.Azure.WebJobs.Host: {error}") from error
    except ScheduleError as error:
        raise FunctionError(
            f"{start} Microsoft.Azure.WebJobs.Extensions: The schedule expression '{text}' was not recognized as a "
            "valid cron expression or timespan string."
        ) from error
    except UnknownZoneError as error:
        raise FunctionError(f"{start} {error}") from error


def _zone(settings: Mapping[str, str]) -> tzinfo:
    name = settings.get("WEBSITE_TIME_ZONE")
    if name:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UnknownZoneError(
                f"WEBSITE_TIME_ZONE is not a known time zone: {name!r}. Use a name like Europe/Berlin."
            ) from error
    return datetime.now(UTC).astimezone().tzinfo or UTC
