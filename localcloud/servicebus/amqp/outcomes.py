"""Delivery states (specification, part 3.4)."""

from dataclasses import dataclass
from typing import Any, Literal

from localcloud.servicebus.amqp.errors import AmqpError, error_of
from localcloud.servicebus.amqp.types import Described, Ulong

Kind = Literal["accepted", "rejected", "released", "modified"]
_KINDS: dict[Any, Kind] = {
    0x24: "accepted",
    0x25: "rejected",
    0x26: "released",
    0x27: "modified",
    "amqp:accepted:list": "accepted",
    "amqp:rejected:list": "rejected",
    "amqp:released:list": "released",
    "amqp:modified:list": "modified",
}

ACCEPTED = Described(Ulong(0x24), [])
PLAIN_REJECTED = Described(Ulong(0x25), [])
RELEASED = Described(Ulong(0x26), [])
MODIFIED = Described(Ulong(0x27), [])


def rejected(error: AmqpError) -> Described:
    """Rejected for this reason."""
    return Described(Ulong(0x25), [error.wire()])


@dataclass(frozen=True, slots=True)
class Outcome:
    """A received outcome; `info` is that of a rejection's error, `annotations` those of a modification."""

    kind: Kind
    undeliverable_here: bool
    info: dict[Any, Any]
    annotations: dict[Any, Any]


def outcome_of(state: Any) -> Outcome | None:
    """The outcome; None for states that are none."""
    if not isinstance(state, Described) or not isinstance(state.value, list):
        return None
    kind = _KINDS.get(state.descriptor) if isinstance(state.descriptor, int | str) else None
    if kind is None:
        return None
    given = state.value
    info = error_of(given[0])[1] if kind == "rejected" and given else {}
    undeliverable = kind == "modified" and len(given) > 1 and given[1] is True
    annotations = given[2] if kind == "modified" and len(given) > 2 and isinstance(given[2], dict) else {}
    return Outcome(kind, undeliverable, info, annotations)


def is_transactional(state: Any) -> bool:
    """Whether a state belongs to a transaction (specification, part 4.5.8)."""
    return isinstance(state, Described) and state.descriptor in (0x34, "amqp:transactional-state:list")


def is_coordinator(target: Any) -> bool:
    """Whether a link's target is a transaction coordinator (specification, part 4.5.1)."""
    return isinstance(target, Described) and target.descriptor in (0x30, "amqp:coordinator:list")
