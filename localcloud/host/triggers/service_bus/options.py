"""host.json `extensions.serviceBus`, as generation 5 of the extension reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from localcloud.host.model import HostError
from localcloud.host.timespan import parse_timespan

_KEY = "host.json: extensions.serviceBus"


@dataclass(frozen=True)
class ServiceBusOptions:
    """How messages are taken. Counts are per function and host."""

    prefetch_count: int = 0
    auto_complete: bool = True
    lock_renewal: timedelta = timedelta(minutes=5)
    """How long a lock is renewed while its message is worked on."""
    max_concurrent_calls: int = 16 * (os.cpu_count() or 1)
    max_concurrent_sessions: int = 8
    max_message_batch_size: int = 1000
    session_idle_timeout: timedelta = timedelta(seconds=1)
    """How long an empty session is kept before it is given back."""

    @classmethod
    def from_host_json(cls, host_json: Mapping[str, Any]) -> "ServiceBusOptions":
        """The options; unknown keys are ignored. Raises HostError for a value that can't be."""
        given = host_json.get("extensions", {}).get("serviceBus", {})
        if not isinstance(given, dict):
            raise HostError(f"{_KEY} must be an object.")
        default = cls()
        return cls(
            prefetch_count=_count(given, "prefetchCount", default.prefetch_count, least=0),
            auto_complete=_flag(given, default.auto_complete),
            lock_renewal=_span(given, "maxAutoLockRenewalDuration", default.lock_renewal),
            max_concurrent_calls=_count(given, "maxConcurrentCalls", default.max_concurrent_calls),
            max_concurrent_sessions=_count(given, "maxConcurrentSessions", default.max_concurrent_sessions),
            max_message_batch_size=_count(given, "maxMessageBatchSize", default.max_message_batch_size),
            session_idle_timeout=_span(given, "sessionIdleTimeout", default.session_idle_timeout),
        )


def _count(given: Mapping[str, Any], name: str, default: int, least: int = 1) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise HostError(f"{_KEY}.{name} must be a whole number from {least} on, not {value!r}.")
    return value


def _flag(given: Mapping[str, Any], default: bool) -> bool:
    value = given.get("autoCompleteMessages", default)
    if not isinstance(value, bool):
        raise HostError(f"{_KEY}.autoCompleteMessages must be true or false, not {value!r}.")
    return value


def _span(given: Mapping[str, Any], name: str, default: timedelta) -> timedelta:
    value = given.get(name)
    if value is None:
        return default
    try:
        return parse_timespan(str(value))
    except ValueError as error:
        raise HostError(f"{_KEY}.{name} is not a time span such as 00:05:00: {value!r}.") from error
