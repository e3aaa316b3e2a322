"""The inline constraints of ASP.NET route templates, as .NET's invariant culture reads values."""

import math
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation

Constraint = Callable[[str], bool]
"""Tells whether a captured value (decoded text) is acceptable."""


class UnknownConstraintError(Exception):
    """The template names a constraint that doesn't exist, or gives it arguments it can't take."""


_INTEGER = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-9]+[ \t\n\v\f\r]*")
_DECIMAL = re.compile(r"\s*[+-]?[0-9,]*(?:[0-9]|\.[0-9]+|[0-9]\.)[0-9]*[+-]?\s*")
_DOUBLE = re.compile(r"\s*[+-]?(?:[0-9][0-9,]*\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?\s*", re.IGNORECASE)
_DOUBLE_WORDS = frozenset({"nan", "+nan", "-nan", "infinity", "+infinity", "-infinity"})
_GUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER_DATES = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%Y/%m/%d", "%Y-%m-%d", "%Y-%m")
_NAME_DATES = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%b %d, %Y", "%B %d, %Y")
_DATES = (*_NUMBER_DATES, *_NAME_DATES)
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_BARE_TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
_NAMED_GROUP = re.compile(r"\(\?<(?![=!])")
"""How .NET begins a named group; Python wants a P."""
_MOST_DIGITS = 20
_LARGEST_DECIMAL = Decimal(79228162514264337593543950335)


def _integer(value: str) -> int | None:
    if not _INTEGER.fullmatch(value):
        return None
    bare = value.strip()
    digits = bare.lstrip("+-").lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS:  # out of every range; Python refuses to read thousands of digits
        return None
    return -int(digits) if bare.startswith("-") else int(digits)


def _between(low: int, high: int) -> Constraint:
    return lambda value: (number := _integer(value)) is not None and low <= number <= high


def _is_decimal(value: str) -> bool:
    if not _DECIMAL.fullmatch(value):
        return False
    try:
        return abs(Decimal(value.strip().strip("+-").replace(",", ""))) <= _LARGEST_DECIMAL
    except InvalidOperation:
        return False


def _is_double(value: str) -> bool:
    if value.strip().lower() in _DOUBLE_WORDS:
        return True
    return bool(_DOUBLE.fullmatch(value)) and not math.isnan(float(value.strip().replace(",", "")))


def _is_guid(value: str) -> bool:
    bare = value.strip()
    if bare[:1] + bare[-1:] in ("{}", "()"):
        bare = bare[1:-1]
        return len(bare) == 36 and bool(_GUID.fullmatch(bare))
    return bool(_GUID.fullmatch(bare))


def _is_datetime(value: str) -> bool:
    text = value.strip()
    try:
        datetime.fromisoformat(text)
    except ValueError:
        layouts = (*_BARE_TIMES, *(date + time for date in _DATES for time in _TIMES))
        return any(_parses(text, layout) for layout in layouts)
    return "-" in text


def _parses(text: str, layout: str) -> bool:
    try:
        datetime.strptime(text, layout)  # noqa: DTZ007 - only the shape matters
    except ValueError:
        return False
    return True


def _length(low: int, high: int) -> Constraint:
    # .NET counts UTF-16 units
    return lambda value: low <= len(value.encode("utf-16-le", "surrogatepass")) // 2 <= high


def _regex(pattern: str) -> Constraint:
    try:
        compiled = re.compile(_NAMED_GROUP.sub("(?P<", pattern), re.IGNORECASE)
    except re.error as error:
        raise UnknownConstraintError(f"regex({pattern}): {error}") from error
    return lambda value: compiled.search(value) is not None


def _has_extension(value: str) -> bool:
    name = value.rpartition("/")[2]
    return "." in name and not name.endswith(".")


_PLAIN: dict[str, Constraint] = {
    "int": _between(-(2**31), 2**31 - 1),
    "long": _between(-(2**63), 2**63 - 1),
    "bool": lambda value: value.strip().lower() in ("true", "false"),
    "datetime": _is_datetime,
    "decimal": _is_decimal,
    "double": _is_double,
    "float": _is_double,
    "guid": _is_guid,
    "alpha": lambda value: re.fullmatch("[a-z]*", value, re.IGNORECASE | re.ASCII) is not None,
    "required": lambda value: value != "",
    "file": _has_extension,
    "nonfile": lambda value: not _has_extension(value),
}

_LONG_MAX, _LONG_MIN, _INT_MAX = 2**63 - 1, -(2**63), 2**31 - 1
_WITH_NUMBERS: dict[tuple[str, int], Callable[..., Constraint]] = {
    ("minlength", 1): lambda low: _length(low, _INT_MAX),
    ("maxlength", 1): lambda high: _length(0, high),
    ("length", 1): lambda exact: _length(exact, exact),
    ("length", 2): _length,
    ("min", 1): lambda low: _between(low, _LONG_MAX),
    ("max", 1): lambda high: _between(_LONG_MIN, high),
    ("range", 2): _between,
}


def constraint(text: str) -> Constraint:
    """The check for a constraint as written in a template, e.g. `int`, `range(3,7)`, `regex(^a)`.

    Raises UnknownConstraintError when no such constraint exists.
    """
    name, bracket, rest = text.partition("(")
    name = name.lower()
    if not bracket:
        if name in _PLAIN:
            return _PLAIN[name]
        raise UnknownConstraintError(text)
    arguments = rest.removesuffix(")")
    if name == "regex":
        return _regex(arguments)
    numbers = [_integer(part) for part in arguments.split(",")]
    make = _WITH_NUMBERS.get((name, len(numbers)))
    if make is None or None in numbers:
        raise UnknownConstraintError(text)
    return make(*numbers)
