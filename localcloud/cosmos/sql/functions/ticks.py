"""Points in time as the query language counts them: ticks of 100 ns since 1970, texts with seven decimals."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

TICKS_PER_SECOND: Final = 10_000_000
TICKS_PER_MILLISECOND: Final = 10_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?Z?)?")


def from_datetime(when: datetime) -> int:
    """Ticks of an aware datetime."""
    return (when - _EPOCH) // timedelta(microseconds=1) * 10


def to_datetime(ticks: int) -> datetime:
    """The datetime at whole microseconds; OverflowError outside the years 1 to 9999."""
    return _EPOCH + timedelta(microseconds=ticks // 10)


def parse(text: str) -> int | None:
    """Ticks of `YYYY-MM-DD[Thh:mm[:ss[.fffffff]]Z]`; None for any other text or a day that does not exist."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    *parts, fraction = match.groups(default="0")
    try:
        when = datetime(*map(int, parts), tzinfo=UTC)  # type: ignore[arg-type, misc]  # six numbers, then the zone
    except ValueError:
        return None
    return from_datetime(when) + int(fraction.ljust(7, "0"))


def text_of(ticks: int) -> str:
    """`YYYY-MM-DDThh:mm:ss.fffffffZ`."""
    return f"{to_datetime(ticks):%Y-%m-%dT%H:%M:%S}.{ticks % TICKS_PER_SECOND:07d}Z"
