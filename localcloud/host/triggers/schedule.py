"""Timer schedules: NCRONTAB expressions of 5 or 6 fields, and constant intervals (TimeSpan)."""

import calendar
import itertools
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from operator import itemgetter
from typing import Protocol

from croniter import CroniterBadDateError, croniter

from localcloud.host.timespan import format_timespan, parse_timespan

_DAYS = {name.lower(): number % 7 for number, name in enumerate(calendar.day_name, 1)}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, _MONTHS),
    (0, 6, _DAYS),
)
_PART = re.compile(r"(?P<any>\*)(?:/(?P<every>\d+))?|(?P<low>\w+)(?:-(?P<high>\w+))?(?:/(?P<step>\d+))?")

NO_MORE = datetime(9999, 12, 31, tzinfo=UTC)
"""What comes next for a date that doesn't exist (31 February): never."""


class ScheduleError(ValueError):
    """Neither a cron expression nor a TimeSpan."""


class Schedule(Protocol):
    """When a timer fires."""

    adjust_for_dst: bool
    """What `timer.schedule["AdjustForDST"]` shows: true for cron."""

    def next_after(self, moment: datetime) -> datetime:
        """The first firing after an aware moment."""
        ...

    def __str__(self) -> str:
        """The schedule as the host logs it."""
        ...


class CronSchedule:
    """An NCRONTAB expression; day of month and day of week must both match."""

    adjust_for_dst = True

    def __init__(self, expression: str, zone: tzinfo) -> None:
        """Raises ScheduleError."""
        fields = expression.split()
        if len(fields) not in (5, 6):
            raise ScheduleError(expression)
        ranges = _FIELDS[-len(fields) :]
        values = [_parse(field, *limits) for field, limits in zip(fields, ranges, strict=True)]
        self._text = " ".join(_format(found, low, high) for found, (low, high, _) in zip(values, ranges, strict=True))
        self._expression = self._text if len(fields) == 6 else f"0 {self._text}"
        self._zone = zone
        self._once_a_day = len(values[-4]) < 24
        """Given hours come once a day; expressions for every hour go on through a repeated one."""
        if not croniter.is_valid(self._expression, second_at_beginning=True):
            raise ScheduleError(expression)

    def next_after(self, moment: datetime) -> datetime:
        """The next match after the moment, in the schedule's zone."""
        if moment >= NO_MORE:
            return NO_MORE
        local = moment.astimezone(self._zone)
        steps = croniter(self._expression, local, second_at_beginning=True, day_or=False, max_years_between_matches=30)
        try:
            found: datetime = steps.get_next(datetime)
            while self._once_a_day and found.replace(fold=0).utcoffset() != found.utcoffset():
                found = steps.get_next(datetime)  # the hour that clocks set back repeat counts once
        except CroniterBadDateError:
            return NO_MORE
        return found

    def __str__(self) -> str:
        return f"Cron: '{self._text}'"


class ConstantSchedule:
    """A fixed interval, counted from the last firing."""

    adjust_for_dst = False

    def __init__(self, interval: timedelta) -> None:
        """Raises ScheduleError when the interval is not positive."""
        if interval <= timedelta():
            raise ScheduleError(str(interval))
        self._interval = interval

    def next_after(self, moment: datetime) -> datetime:
        """The moment plus the interval."""
        return moment + self._interval

    def __str__(self) -> str:
        return f"Constant: {format_timespan(self._interval)}"


def parse_schedule(text: str, zone: tzinfo) -> Schedule:
    """A schedule from its expression (settings already resolved). Raises ScheduleError."""
    try:
        return CronSchedule(text, zone) if len(text.split()) > 1 else ConstantSchedule(parse_timespan(text))
    except ValueError as error:
        raise ScheduleError(text) from error


def occurrences(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """All firings after a moment, one by one."""
    while True:
        after = schedule.next_after(after)
        yield after


def shortest_interval(schedule: Schedule, after: datetime) -> timedelta:
    """The shortest time between the next few firings."""
    moments = list(itertools.islice(occurrences(schedule, after), 5))
    return min(later - earlier for earlier, later in itertools.pairwise(moments))


def _parse(field: str, low: int, high: int, names: dict[str, int]) -> frozenset[int]:
    values: set[int] = set()
    for part in field.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            raise ScheduleError(field)
        if found["any"]:
            first, last, step = low, high, int(found["every"] or 1)
        else:
            first = _number(found["low"], names)
            # "5/10" goes on to the end, "20-10" is read as "10-20"
            alone = high if found["step"] else first
            first, last = sorted((first, _number(found["high"], names) if found["high"] else alone))
            step = int(found["step"] or 1)
        if step < 1 or not low <= first <= last <= high:
            raise ScheduleError(field)
        values.update(range(first, last + 1, step))
    return frozenset(values)


def _number(text: str, names: dict[str, int]) -> int:
    if text.isdecimal():
        return int(text)
    meant = [number for name, number in sorted(names.items(), key=itemgetter(1)) if name.startswith(text.lower())]
    if not meant:
        raise ScheduleError(text)
    return meant[0]


def _format(values: frozenset[int], low: int, high: int) -> str:
    if len(values) == high - low + 1:
        return "*"
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in _runs(sorted(values)))


def _runs(values: Iterable[int]) -> Iterator[tuple[int, int]]:
    for _, group in itertools.groupby(enumerate(values), lambda pair: pair[1] - pair[0]):
        members = [value for _, value in group]
        yield members[0], members[-1]
