"""Date and time functions. The current time is that of the query, the same for every row."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from localcloud.cosmos.sql.functions import date_parts, ticks
from localcloud.cosmos.sql.functions.signature import NUMBER, STRING, Function
from localcloud.cosmos.sql.values import UNDEFINED, Value


def _current_text(now: datetime) -> Value:
    return ticks.text_of(ticks.from_datetime(now))


def _current_ticks(now: datetime) -> Value:
    return ticks.from_datetime(now)


def _current_timestamp(now: datetime) -> Value:
    return ticks.from_datetime(now) // ticks.TICKS_PER_MILLISECOND


def _text(when: int) -> Value:
    try:
        return ticks.text_of(when)
    except OverflowError:
        return UNDEFINED


def _add(part_name: str, count: float, text: str) -> Value:
    part, when = date_parts.part_named(part_name), ticks.parse(text)
    if part is None or when is None or count != int(count):
        return UNDEFINED
    try:
        return _text(date_parts.add(part, int(count), when))
    except (OverflowError, ValueError):
        return UNDEFINED


def _difference(part_name: str, start_text: str, end_text: str) -> Value:
    part, start, end = date_parts.part_named(part_name), ticks.parse(start_text), ticks.parse(end_text)
    if part is None or start is None or end is None:
        return UNDEFINED
    return date_parts.difference(part, start, end)


def _part(part_name: str, text: str) -> Value:
    part, when = date_parts.part_named(part_name), ticks.parse(text)
    return UNDEFINED if part is None or when is None else date_parts.value_of(part, when)


def _bin(text: str, part_name: str, size: float = 1, origin_text: str = "1970-01-01") -> Value:
    part, when, origin = date_parts.part_named(part_name), ticks.parse(text), ticks.parse(origin_text)
    if part is None or part == "nanosecond" or when is None or origin is None or size < 1:
        return UNDEFINED
    try:
        return _text(date_parts.bin_start(part, int(size), origin, when))
    except (OverflowError, ValueError):
        return UNDEFINED


def _from_parts(*parts: float) -> Value:
    year, month, day, hour, minute, second, fraction = (int(part) for part in (*parts, 0, 0, 0, 0)[:7])
    text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}.{fraction:07d}Z"
    when = ticks.parse(text)
    return UNDEFINED if when is None else _text(when)


def _to_ticks(text: str) -> Value:
    when = ticks.parse(text)
    return UNDEFINED if when is None else when


def _to_timestamp(text: str) -> Value:
    when = ticks.parse(text)
    return UNDEFINED if when is None else when // ticks.TICKS_PER_MILLISECOND


def _from_timestamp(milliseconds: float) -> Value:
    return _text(int(milliseconds) * ticks.TICKS_PER_MILLISECOND)


def _from_ticks(count: float) -> Value:
    return _text(int(count))


def _current(name: str, body: Callable[[datetime], Value]) -> tuple[Function, Function]:
    """The function and its Static variant: one time per query makes them the same."""
    return Function(name, (), body, wants_clock=True), Function(f"{name}STATIC", (), body, wants_clock=True)


FUNCTIONS: Final = (
    *_current("GETCURRENTDATETIME", _current_text),
    *_current("GETCURRENTTICKS", _current_ticks),
    *_current("GETCURRENTTIMESTAMP", _current_timestamp),
    Function("DATETIMEADD", (STRING, NUMBER, STRING), _add),
    Function("DATETIMEBIN", (STRING, STRING, NUMBER, STRING), _bin, required=2),
    Function("DATETIMEDIFF", (STRING, STRING, STRING), _difference),
    Function("DATETIMEFROMPARTS", (NUMBER,) * 7, _from_parts, required=3),
    Function("DATETIMEPART", (STRING, STRING), _part),
    Function("DATETIMETOTICKS", (STRING,), _to_ticks),
    Function("DATETIMETOTIMESTAMP", (STRING,), _to_timestamp),
    Function("TICKSTODATETIME", (NUMBER,), _from_ticks),
    Function("TIMESTAMPTODATETIME", (NUMBER,), _from_timestamp),
)
