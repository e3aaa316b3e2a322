"""The durable part of host.json: `extensions.durableTask`."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.host.host_json import lower_keys, section
from localcloud.host.model import HostError

_HUB_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{2,44}")
_SETTING = re.compile(r"%([^%]+)%")
_HTTP_SLEEP = "defaultAsyncRequestSleepTimeMilliseconds"
DEFAULT_HUB = "TestHubName"
"""The hub's name when host.json gives none."""


def _per_core() -> int:
    return 10 * (os.cpu_count() or 1)


@dataclass(frozen=True)
class DurableOptions:
    """What the engine takes from host.json. Unknown keys never fail."""

    hub_name: str = DEFAULT_HUB
    max_concurrent_activities: int = 0
    """How many activities run at once; 0 means ten per core."""
    max_concurrent_orchestrators: int = 0
    """How many turns run at once; 0 means ten per core."""
    any_state_overridable: bool = False
    """`overridableExistingInstanceStates` is AnyState: a start ends the live instance of that id first."""
    store_inputs: bool = False
    """Whether the history shows the inputs of activities and children."""
    default_version: str | None = None
    """The version of orchestrations that are started without one."""
    http_sleep_ms: int = 30000
    """`httpSettings.defaultAsyncRequestSleepTimeMilliseconds`, handed on to the SDK."""

    @property
    def activity_slots(self) -> int:
        """How many activities may run at once."""
        return self.max_concurrent_activities or _per_core()

    @property
    def orchestrator_slots(self) -> int:
        """How many turns may run at once."""
        return self.max_concurrent_orchestrators or _per_core()

    @classmethod
    def from_host_json(cls, host_json: Mapping[str, Any], settings: Mapping[str, str]) -> "DurableOptions":
        """Reads `extensions.durableTask`. Raises HostError naming the key for values that can't work."""
        values = lower_keys(section(host_json, "extensions", "durableTask"))
        return cls(
            hub_name=_hub_name(values.get("hubname"), settings),
            max_concurrent_activities=_count(values, "maxConcurrentActivityFunctions"),
            max_concurrent_orchestrators=_count(values, "maxConcurrentOrchestratorFunctions"),
            any_state_overridable=str(values.get("overridableexistinginstancestates", "")).lower() == "anystate",
            store_inputs=str(values.get("storeinputsinorchestrationhistory")).lower() == "true",
            default_version=None if values.get("defaultversion") is None else str(values["defaultversion"]),
            http_sleep_ms=_count(lower_keys(values.get("httpsettings")), _HTTP_SLEEP) or cls.http_sleep_ms,
        )


def _hub_name(value: Any, settings: Mapping[str, str]) -> str:
    if value is None or value == "":
        return DEFAULT_HUB
    name = _SETTING.sub(lambda match: _setting(match[1], settings), str(value))
    if _HUB_NAME.fullmatch(name) is None:
        raise HostError(
            f"Task hub name '{name}' in host.json (extensions.durableTask.hubName) should contain only alphanumeric "
            f"characters, start with a letter, and have length between 3 and 45."
        )
    return name


def _setting(name: str, settings: Mapping[str, str]) -> str:
    if name not in settings:
        raise HostError(
            f"host.json (extensions.durableTask.hubName) names the app setting '{name}', which doesn't exist. "
            f"Add it to local.settings.json or to the environment."
        )
    return settings[name]


def _count(values: Mapping[str, Any], key: str) -> int:
    value = values.get(key.lower())
    if value is None:
        return 0
    if isinstance(value, str) and value.isdecimal():  # .NET reads numbers from texts, too
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise HostError(f"host.json: extensions.durableTask.{key} must be a positive whole number, not {value!r}.")
    return value
