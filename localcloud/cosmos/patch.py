"""Partial document update: add, set, replace, remove, incr, move, all or nothing.

Rules: learn.microsoft.com/azure/cosmos-db/partial-document-update.
"""

import copy
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from localcloud.cosmos.errors import bad_request, precondition_failed
from localcloud.cosmos.sql import CompiledCondition, SqlError, compile_condition

MAX_OPERATIONS = 10
_PROTECTED = frozenset({"id", "_rid", "_self", "_etag", "_attachments", "_ts"})
_MISSING = object()

Json = Any


class _Target:
    """Where a path leads: the parent that holds it and the key or index in there."""

    def __init__(self, document: dict[str, Json], path: Any) -> None:
        if not isinstance(path, str) or not path.startswith("/") or path == "/":
            raise bad_request(f"The patch path {path!r} is not valid: it starts with / and names a property.")
        parts = [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]
        if len(parts) == 1 and parts[0] in _PROTECTED:
            raise bad_request(f"The property {path} can't be patched.")
        self.path, self.key = path, parts[-1]
        self.parent = _descend(document, parts[:-1], path)

    @property
    def value(self) -> Json:
        """The value there, or _MISSING."""
        if isinstance(self.parent, dict):
            return self.parent.get(self.key, _MISSING)
        index = self.index(len(self.parent) - 1)
        return _MISSING if index is None else self.parent[index]

    def index(self, most: int) -> int | None:
        """The array index, "-" and the length being the end; None when it is beyond `most`."""
        if self.key == "-":
            return len(self.parent) if most >= len(self.parent) else None
        if not _is_index(self.key):
            raise bad_request(f"The patch path {self.path} names no array element.")
        return int(self.key) if int(self.key) <= most else None

    def put(self, value: Json, *, insert: bool) -> None:
        """Writes a property; inserts or replaces an array element, or appends it at the end."""
        if isinstance(self.parent, dict):
            self.parent[self.key] = value
            return
        index = self.index(len(self.parent))
        if index is None:
            raise bad_request(f"The patch path {self.path} is beyond the end of the array.")
        if insert or index == len(self.parent):
            self.parent.insert(index, value)
        else:
            self.parent[index] = value

    def take(self) -> Json:
        """Removes and returns the value. Raises a 400 when there is none."""
        if self.value is _MISSING:
            raise bad_request(f"The patch path {self.path} does not exist in the document.")
        if isinstance(self.parent, dict):
            return self.parent.pop(self.key)
        return self.parent.pop(int(self.key))


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _descend(document: Json, parts: list[str], path: str) -> Json:
    for part in parts:
        if isinstance(document, list) and _is_index(part) and int(part) < len(document):
            document = document[int(part)]
        elif isinstance(document, dict) and part in document:
            document = document[part]
        else:
            raise bad_request(f"The parent of the patch path {path} does not exist in the document.")
    if not isinstance(document, dict | list):
        raise bad_request(f"The parent of the patch path {path} is neither an object nor an array.")
    return document


def _value(operation: dict[str, Json]) -> Json:
    if "value" not in operation:
        raise bad_request(f"The patch operation {operation.get('op')} needs a value.")
    return _copied(operation["value"])


def _add(document: dict[str, Json], operation: dict[str, Json]) -> None:
    _Target(document, operation.get("path")).put(_value(operation), insert=True)


def _set(document: dict[str, Json], operation: dict[str, Json]) -> None:
    _Target(document, operation.get("path")).put(_value(operation), insert=False)


def _replace(document: dict[str, Json], operation: dict[str, Json]) -> None:
    target = _Target(document, operation.get("path"))
    if target.value is _MISSING:
        raise bad_request(f"The patch path {target.path} does not exist in the document: nothing to replace.")
    target.put(_value(operation), insert=False)


def _remove(document: dict[str, Json], operation: dict[str, Json]) -> None:
    _Target(document, operation.get("path")).take()


def _incr(document: dict[str, Json], operation: dict[str, Json]) -> None:
    target, by = _Target(document, operation.get("path")), _value(operation)
    present = 0 if target.value is _MISSING else target.value
    if not _is_number(present) or not _is_number(by):
        raise bad_request(f"The patch path {target.path} can't be incremented: both values must be numbers.")
    total = present + by
    if not math.isfinite(total):
        raise bad_request(f"The patch path {target.path} can't be incremented: the result is not a number.")
    target.put(total, insert=False)


def _move(document: dict[str, Json], operation: dict[str, Json]) -> None:
    source, path = operation.get("from"), operation.get("path")
    if isinstance(source, str) and isinstance(path, str) and f"{path}/".startswith(f"{source}/"):
        raise bad_request(f"The patch path {path} can't be a child of {source}, from which it is moved.")
    value = _Target(document, source).take()
    _Target(document, path).put(value, insert=True)


_OPERATIONS: dict[str, Callable[[dict[str, Json], dict[str, Json]], None]] = {
    "add": _add,
    "set": _set,
    "replace": _replace,
    "remove": _remove,
    "incr": _incr,
    "increment": _incr,
    "move": _move,
}


def _copied(value: Json) -> Json:
    try:
        return copy.deepcopy(value)
    except RecursionError:
        raise bad_request("The document or the value of a patch is nested too deeply.") from None


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def patched(document: dict[str, Json], operations: Any) -> dict[str, Json]:
    """A changed copy of the document. Raises a 400 for what can't be done; the original stays as it is."""
    if not isinstance(operations, list) or not operations:
        raise bad_request("A patch needs a list of operations.")
    if len(operations) > MAX_OPERATIONS:
        raise bad_request(f"The number of patch operations can't exceed {MAX_OPERATIONS}.")
    changed: dict[str, Json] = _copied(document)
    for operation in operations:
        apply = _OPERATIONS.get(str(operation.get("op")).lower()) if isinstance(operation, dict) else None
        if apply is None:
            raise bad_request(f"The patch operation {operation!r} is unknown: add, set, replace, remove, incr, move.")
        apply(changed, operation)
    return changed


def condition_of(body: dict[str, Json]) -> CompiledCondition | None:
    """The condition of a patch (`FROM c WHERE …`), or None. Raises a 400 for a text that isn't one."""
    text = body.get("condition")
    if text is None:
        return None
    if not isinstance(text, str):
        raise bad_request("The condition of a patch must be a text.")
    try:
        return compile_condition(text)
    except SqlError as error:
        raise bad_request(error.as_service_message()) from error


def check_condition(condition: CompiledCondition | None, document: dict[str, Json], now: datetime) -> None:
    """Raises a 412 with substatus 1110 when the condition doesn't hold, a 400 when it can't be evaluated."""
    try:
        holds = condition is None or condition.matches(document, now=now)
    except SqlError as error:
        raise bad_request(error.as_service_message()) from error
    if not holds:
        raise precondition_failed(1110)
