"""Addresses of links."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from localcloud.servicebus.amqp.types import Described, Symbol

CBS = "$cbs"
MANAGEMENT_SUFFIX = "/$management"
SESSION_FILTER = Symbol("com.microsoft:session-filter")


def address_of(terminus: Any) -> str | None:
    """The address of a source or target; None when it has none."""
    if not isinstance(terminus, Described) or not isinstance(terminus.value, list) or not terminus.value:
        return None
    return terminus.value[0] if isinstance(terminus.value[0], str) else None


def entity_path(address: str) -> str:
    """The address without scheme, host and outer slashes."""
    path = urlsplit(address).path if "://" in address else address
    return path.strip("/")


@dataclass(frozen=True, slots=True)
class SessionWish:
    """A receiver wants a session: this one, or the next available (None)."""

    session_id: str | None


def session_wish(source: Any) -> SessionWish | None:
    """What a source's filter says about sessions; None when it says nothing."""
    filters = source.value[7] if isinstance(source, Described) and len(source.value) > 7 else None
    if not isinstance(filters, dict) or SESSION_FILTER not in filters:
        return None
    value = filters[SESSION_FILTER]
    given = value.value if isinstance(value, Described) else value
    return SessionWish(given if isinstance(given, str) else None)


def with_session(source: Described, session_id: str) -> Described:
    """The source with the session that was granted."""
    fields = [*source.value]
    fields[7] = {**fields[7], SESSION_FILTER: session_id}
    return Described(source.descriptor, fields)
