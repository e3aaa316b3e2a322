"""Calendar arithmetic behind DateTimeAdd, DateTimeDiff, DateTimePart and DateTimeBin."""

import calendar
from typing import Final

from localcloud.cosmos.sql.functions import ticks

_NAMES: Final[dict[str, str]] = {
    **dict.fromkeys(("year", "yyyy", "yy"), "year"),
    **dict.fromkeys(("month", "mm", "m"), "month"),
    **dict.fromkeys(("day", "dd", "d"), "day"),
    **dict.fromkeys(("hour", "hh"), "hour"),
    **dict.fromkeys(("minute", "mi", "n"), "minute"),
    **dict.fromkeys(("second", "ss", "s"), "second"),
    **dict.fromkeys(("millisecond", "ms"), "millisecond"),
    **dict.fromkeys(("microsecond", "mcs"), "microsecond"),
    **dict.fromkeys(("nanosecond", "ns"), "nanosecond"),
}
_LENGTHS: Final[dict[str, int]] = {
    "day": 86_400 * ticks.TICKS_PER_SECOND,
    "hour": 3_600 * ticks.TICKS_PER_SECOND,
    "minute": 60 * ticks.TICKS_PER_SECOND,
    "second": ticks.TICKS_PER_SECOND,
    "millisecond": ticks.TICKS_PER_MILLISECOND,
    "microsecond": 10,
}


def part_named(name: str) -> str | None:
    """The full name of a date part (`hh` is `hour`); None for no date part."""
    return _NAMES.get(name.lower())


def add(part: str, count: int, when: int) -> int:
    """The ticks `count` parts after `when`; a day that the month lacks becomes its last day."""
    if part == "nanosecond":
        return when + count // 100
    if part in _LENGTHS:
        return when + count * _LENGTHS[part]
    return _add_months(count * 12 if part == "year" else count, when)


def _add_months(months: int, when: int) -> int:
    moment = ticks.to_datetime(when)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return ticks.from_datetime(moment.replace(year=year, month=month + 1, day=day)) + when % 10


def difference(part: str, start: int, end: int) -> int:
    """How many boundaries of the part lie between two points in time."""
    if part == "nanosecond":
        return (end - start) * 100
    if part in _LENGTHS:
        return end // _LENGTHS[part] - start // _LENGTHS[part]
    first, last = ticks.to_datetime(start), ticks.to_datetime(end)
    years = last.year - first.year
    return years if part == "year" else years * 12 + last.month - first.month


def value_of(part: str, when: int) -> int:
    """The part as a number; milliseconds and smaller count from the last full second."""
    fraction = when % ticks.TICKS_PER_SECOND
    if part == "nanosecond":
        return fraction * 100
    if part in ("millisecond", "microsecond"):
        return fraction // _LENGTHS[part]
    return int(getattr(ticks.to_datetime(when), part))


def bin_start(part: str, size: int, origin: int, when: int) -> int:
    """The start of the bin of `size` parts, counted from `origin`, that holds `when`."""
    if part in _LENGTHS:
        length = size * _LENGTHS[part]
        return origin + (when - origin) // length * length
    bins = difference(part, origin, when) // size
    return add(part, bins * size, origin)
