"""Formats in binding expressions, as .NET has them: `{DateTime:yyyy-MM-dd}`, `{rand-guid:N}`."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

MOMENT = "yyyy-MM-ddTHH-mm-ssZ"
"""How a time without format is written."""
_PARTS = re.compile(r"y{4}|y{2}|M{1,4}|d{1,4}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|f{1,6}|tt|K|'[^']*'|\\.")
_DATES: dict[str, Callable[[datetime], str]] = {
    "yyyy": lambda moment: f"{moment.year:04}",
    "yy": lambda moment: f"{moment:%y}",
    "MMMM": lambda moment: f"{moment:%B}",
    "MMM": lambda moment: f"{moment:%b}",
    "MM": lambda moment: f"{moment:%m}",
    "M": lambda moment: str(moment.month),
    "dddd": lambda moment: f"{moment:%A}",
    "ddd": lambda moment: f"{moment:%a}",
    "dd": lambda moment: f"{moment:%d}",
    "d": lambda moment: str(moment.day),
    "HH": lambda moment: f"{moment:%H}",
    "H": lambda moment: str(moment.hour),
    "hh": lambda moment: f"{moment:%I}",
    "h": lambda moment: str(int(f"{moment:%I}")),
    "mm": lambda moment: f"{moment:%M}",
    "m": lambda moment: str(moment.minute),
    "ss": lambda moment: f"{moment:%S}",
    "s": lambda moment: str(moment.second),
    "tt": lambda moment: f"{moment:%p}",
    "K": lambda _: "Z",
}
_GUIDS = {"N": "{0.hex}", "D": "{0}", "B": "{{{0}}}", "P": "({0})"}


def formatted(value: datetime | UUID, form: str | None) -> str:
    """A UTC time or an id as text; `form` None for the usual one. Raises ValueError for an id's unknown format."""
    if isinstance(value, datetime):
        return _PARTS.sub(lambda found: _date_part(found.group(), value), form or MOMENT)
    name = (form or "D").upper()
    if name not in _GUIDS:
        raise ValueError(f"'{form}' is no format of an id. Use one of {', '.join(_GUIDS)}.")
    return _GUIDS[name].format(value)


def _date_part(part: str, moment: datetime) -> str:
    if part[0] == "f":
        return f"{moment:%f}"[: len(part)]
    if part[0] in "'\\":
        return part.strip("'").removeprefix("\\")
    return _DATES[part](moment)
