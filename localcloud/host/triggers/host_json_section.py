"""Values of one extension in host.json, checked: every error names the key, the value and what it may be."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from localcloud.host.host_json import lower_keys, section
from localcloud.host.model import HostError
from localcloud.host.timespan import parse_timespan


class Section:
    """`extensions.<name>` of host.json; keys count in any case, as .NET reads them. Raises HostError for no object."""

    def __init__(self, host_json: Mapping[str, Any], name: str) -> None:
        given = lower_keys(section(host_json, "extensions")).get(name.lower(), {})
        self._key = f"host.json: extensions.{name}"
        if not isinstance(given, dict):
            raise HostError(f"{self._key} must be an object.")
        self._given = lower_keys(given)

    def count(self, name: str, default: int, *, least: int = 1, most: int | None = None) -> int:
        """A whole number within the bounds. Raises HostError."""
        value = self._given.get(name.lower(), default)
        fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= (most or value)
        if not fits:
            limit = f"from {least} on" if most is None else f"from {least} to {most}"
            raise HostError(f"{self._key}.{name} must be a whole number {limit}, not {value!r}.")
        return int(value)

    def span(self, name: str, default: timedelta) -> timedelta:
        """A duration in .NET's form; null is the default. Raises HostError."""
        value = self._given.get(name.lower())
        if value is None:
            return default
        try:
            return parse_timespan(str(value))
        except ValueError as error:
            raise HostError(f"{self._key}.{name} is not a time span such as 00:00:02: {value!r}.") from error

    def flag(self, name: str, *, default: bool) -> bool:
        """A switch. Raises HostError."""
        value = self._given.get(name.lower(), default)
        if not isinstance(value, bool):
            raise HostError(f"{self._key}.{name} must be true or false, not {value!r}.")
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed words, in any case; the first is the default. Raises HostError."""
        value = str(self._given.get(name.lower(), allowed[0])).lower()
        if value not in allowed:
            raise HostError(f"{self._key}.{name} must be one of {', '.join(allowed)}, not {value!r}.")
        return value
