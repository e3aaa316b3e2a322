""".NET TimeSpan texts: `[-][d.]hh:mm[:ss[.fffffff]]`, `dd:hh:mm` from 24 on, or a plain number of days."""

import re
from datetime import timedelta

_FORM = re.compile(
    r"(?P<sign>-?)(?:(?P<days>\d+)(?:\.(?=\d+:\d)|:(?=\d+:\d+:)))?(?P<hours>\d+):(?P<minutes>\d+)"
    r"(?::(?P<seconds>\d+)(?:\.(?P<part>\d{1,7}))?)?"
)

_MOST_DAYS = 10_675_199


def parse_timespan(text: str) -> timedelta:
    """The duration a TimeSpan text means. Raises ValueError for other texts and for parts out of range."""
    bare = text.strip()
    if re.fullmatch(r"-?\d{1,8}", bare):
        return timedelta(days=_days(int(bare)))
    found = _FORM.fullmatch(bare)
    if found is None:
        raise ValueError(f"'{text}' is not a TimeSpan (hh:mm:ss)")
    hours, minutes, seconds = (int(found[name] or 0) for name in ("hours", "minutes", "seconds"))
    days = int(found["days"] or 0)
    if hours > 23 and found["days"] is None and found["seconds"] is not None and found["part"] is None:
        days, hours, minutes, seconds = hours, minutes, seconds, 0  # "24:00:00" means 24 days
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(f"'{text}' is not a TimeSpan: hours up to 23, minutes and seconds up to 59")
    microseconds = int((found["part"] or "0").ljust(7, "0")) // 10
    span = timedelta(_days(days), seconds, microseconds, minutes=minutes, hours=hours)
    return -span if found["sign"] else span


def _days(days: int) -> int:
    if abs(days) > _MOST_DAYS:
        raise ValueError(f"{days} days are more than a TimeSpan holds")
    return days


def format_timespan(span: timedelta) -> str:
    """A duration as .NET prints it: `[d.]hh:mm:ss[.fffffff]`."""
    sign, span = ("-", -span) if span < timedelta() else ("", span)
    hours, rest = divmod(span.seconds, 3600)
    days = f"{span.days}." if span.days else ""
    part = f".{span.microseconds * 10:07d}" if span.microseconds else ""
    return f"{sign}{days}{hours:02d}:{rest // 60:02d}:{rest % 60:02d}{part}"
