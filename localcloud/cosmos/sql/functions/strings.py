"""String functions. Positions count from 0; a negative count or start behaves like 0."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import orjson

from localcloud.cosmos.sql.errors import SqlBadRequestError
from localcloud.cosmos.sql.functions.signature import ANYTHING, ARRAY, BOOLEAN, NUMBER, STRING, Function
from localcloud.cosmos.sql.values import UNDEFINED, Value, canonical, number

MAX_REPLICATED_LENGTH: Final = 10_000
"""The longest string REPLICATE makes; a longer one is undefined."""

_REGEX_FLAGS: Final = {"m": re.MULTILINE, "s": re.DOTALL, "i": re.IGNORECASE, "x": re.VERBOSE}


def _concat(*texts: str) -> Value:
    return "".join(texts)


def _contains(text: str, part: str, ignore_case: bool = False) -> Value:
    return part.casefold() in text.casefold() if ignore_case else part in text


def _starts_with(text: str, part: str, ignore_case: bool = False) -> Value:
    return text.casefold().startswith(part.casefold()) if ignore_case else text.startswith(part)


def _ends_with(text: str, part: str, ignore_case: bool = False) -> Value:
    return text.casefold().endswith(part.casefold()) if ignore_case else text.endswith(part)


def _string_equals(text: str, other: str, ignore_case: bool = False) -> Value:
    return text.casefold() == other.casefold() if ignore_case else text == other


def _index_of(text: str, part: str, start: float = 0) -> Value:
    return text.find(part, max(int(start), 0))


def _left(text: str, count: float) -> Value:
    return text[: max(int(count), 0)]


def _right(text: str, count: float) -> Value:
    return text[-int(count) :] if count >= 1 else ""


def _substring(text: str, start: float, length: float) -> Value:
    first = max(int(start), 0)
    return text[first : first + max(int(length), 0)]


def _replace(text: str, old: str, new: str) -> Value:
    return text.replace(old, new) if old else text


def _replicate(text: str, times: float) -> Value:
    if not text:
        return ""
    if times < 0 or len(text) * int(times) > MAX_REPLICATED_LENGTH:
        return UNDEFINED
    return text * int(times)


def _join(parts: list[Value], separator: str) -> Value:
    texts = [part for part in parts if isinstance(part, str)]
    return separator.join(texts) if len(texts) == len(parts) else UNDEFINED


def _split(text: str, separator: str) -> Value:
    return list(text.split(separator)) if separator else [text]


@lru_cache(maxsize=256)
def _pattern(pattern: str, modifiers: str) -> re.Pattern[str]:
    flags = re.NOFLAG
    for modifier in modifiers:
        if modifier not in _REGEX_FLAGS:
            raise SqlBadRequestError(f"REGEXMATCH does not know the modifier '{modifier}'; use m, s, i or x.")
        flags |= _REGEX_FLAGS[modifier]
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise SqlBadRequestError(f"REGEXMATCH got an invalid regular expression '{pattern}': {error}.") from None


def _regex_match(text: str, pattern: str, modifiers: str = "") -> Value:
    return _pattern(pattern, modifiers).search(text) is not None


def _to_string(value: Value) -> Value:
    if value is UNDEFINED or isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        return orjson.dumps(value).decode()
    return canonical(value).decode()


def _parsed(text: str) -> Value:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return UNDEFINED


def _string_to(*types: type) -> Callable[[str], Value]:
    def convert(text: str) -> Value:
        value = _parsed(text.strip())
        return value if type(value) in types else UNDEFINED

    return convert


def _string_to_number(text: str) -> Value:
    value = _parsed(text.strip())
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else UNDEFINED


_TWO_AND_CASE: Final = (STRING, STRING, BOOLEAN)

FUNCTIONS: Final = (
    Function("CONCAT", (STRING, STRING), _concat, repeats=True),
    Function("CONTAINS", _TWO_AND_CASE, _contains, required=2),
    Function("STARTSWITH", _TWO_AND_CASE, _starts_with, required=2),
    Function("ENDSWITH", _TWO_AND_CASE, _ends_with, required=2),
    Function("STRINGEQUALS", _TWO_AND_CASE, _string_equals, required=2),
    Function("INDEX_OF", (STRING, STRING, NUMBER), _index_of, required=2),
    Function("LEFT", (STRING, NUMBER), _left),
    Function("RIGHT", (STRING, NUMBER), _right),
    Function("SUBSTRING", (STRING, NUMBER, NUMBER), _substring),
    Function("LENGTH", (STRING,), len),
    Function("LOWER", (STRING,), str.lower),
    Function("UPPER", (STRING,), str.upper),
    Function("TRIM", (STRING, STRING), str.strip, required=1),
    Function("LTRIM", (STRING, STRING), str.lstrip, required=1),
    Function("RTRIM", (STRING, STRING), str.rstrip, required=1),
    Function("REPLACE", (STRING, STRING, STRING), _replace),
    Function("REPLICATE", (STRING, NUMBER), _replicate),
    Function("REVERSE", (STRING,), lambda text: text[::-1]),
    Function("REGEXMATCH", (STRING, STRING, STRING), _regex_match, required=2),
    Function("STRINGJOIN", (ARRAY, STRING), _join),
    Function("STRINGSPLIT", (STRING, STRING), _split),
    Function("TOSTRING", (ANYTHING,), _to_string),
    Function("STRINGTOARRAY", (STRING,), _string_to(list)),
    Function("STRINGTOOBJECT", (STRING,), _string_to(dict)),
    Function("STRINGTOBOOLEAN", (STRING,), _string_to(bool)),
    Function("STRINGTONULL", (STRING,), _string_to(type(None))),
    Function("STRINGTONUMBER", (STRING,), _string_to_number),
)
