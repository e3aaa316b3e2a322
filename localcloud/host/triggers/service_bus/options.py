"""host.json `extensions.serviceBus`, as generation 5 of the extension reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from localcloud.host.triggers.host_json_section import Section

FOR_EVER = timedelta(days=3650)


@dataclass(frozen=True)
class ServiceBusOptions:
    """How messages are taken. Counts are per function and host."""

    prefetch_count: int = 0
    auto_complete: bool = True
    lock_renewal: timedelta = timedelta(minutes=5)
    """How long a lock is renewed while its message is worked on; 0: never, negative in host.json: FOR_EVER."""
    max_concurrent_calls: int = 16 * (os.cpu_count() or 1)
    max_concurrent_sessions: int = 8
    max_message_batch_size: int = 1000
    session_idle_timeout: timedelta = timedelta(seconds=1)
    """How long an empty session is kept before it is given back."""

    @classmethod
    def from_host_json(cls, host_json: Mapping[str, Any]) -> "ServiceBusOptions":
        """The options; unknown keys are ignored. Raises HostError for a value that can't be."""
        read, default = Section(host_json, "serviceBus"), cls()
        return cls(
            prefetch_count=read.count("prefetchCount", default.prefetch_count, least=0),
            auto_complete=read.flag("autoCompleteMessages", default=default.auto_complete),
            lock_renewal=_unlimited(read.span("maxAutoLockRenewalDuration", default.lock_renewal)),
            max_concurrent_calls=read.count("maxConcurrentCalls", default.max_concurrent_calls),
            max_concurrent_sessions=read.count("maxConcurrentSessions", default.max_concurrent_sessions),
            max_message_batch_size=read.count("maxMessageBatchSize", default.max_message_batch_size),
            session_idle_timeout=read.span("sessionIdleTimeout", default.session_idle_timeout),
        )


def _unlimited(span: timedelta) -> timedelta:
    """.NET's infinite time span is a negative one."""
    return FOR_EVER if span < timedelta() else span
