"""Values of received messages: the SDK gives texts as bytes, and AMQP has types that JSON lacks."""

from collections.abc import Mapping
from typing import Any


def text(value: Any) -> Any:
    """The value with its texts as texts; bytes that aren't text stay bytes."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    if isinstance(value, Mapping):
        return {text(name): text(part) for name, part in value.items()}
    return [text(part) for part in value] if isinstance(value, list | tuple) else value


def plain(value: Any) -> Any:
    """The same as JSON can hold it; what it can't, as a text."""
    if isinstance(value, Mapping):
        return {str(shown(name)): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value if value is None or isinstance(value, str | bool | int | float) else shown(value)


def shown(value: Any) -> str | None:
    """One value as a text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)
