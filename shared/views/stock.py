"""View stock:<productId>: pieces that can be ordered, are held by open orders, belong to confirmed ones."""

from collections.abc import Mapping

from shared.events.event import Event, MalformedEventError
from shared.inventory.reservation import ReservationState

_COUNTED = {ReservationState.HELD: "held", ReservationState.COMMITTED: "committed"}


def stock_increments(event: Event) -> Mapping[str, int] | None:
    """What an event adds to its product's totals; None when it isn't about stock. They add up in any order.

    Raises MalformedEventError when the event doesn't tell what it should.
    """
    try:
        return _increments(event)
    except KeyError as error:
        raise MalformedEventError(f"the data of {event.type} {event.id} don't tell {error.args[0]}") from error
    except (TypeError, ValueError) as error:
        raise MalformedEventError(f"{event.type} {event.id} can't be counted: {error}") from error


def _increments(event: Event) -> Mapping[str, int] | None:
    match event.type:
        case "product.created":
            return {"available": int(event.data["inventory"])}
        case "product.stock-changed":
            return {"available": int(event.data["change"])}
    subject, _, state = event.type.partition(".")
    return _of_reservation(event, ReservationState(state)) if subject == "stock" else None


def _of_reservation(event: Event, state: ReservationState) -> Mapping[str, int]:
    quantity, change = int(event.data["quantity"]), int(event.data["change"])
    increments = {"available": change, "held": 0, "committed": 0}
    previous = event.data.get("previous") or _assumed(state, change)
    if previous in _COUNTED:
        increments[_COUNTED[ReservationState(previous)]] -= quantity
    if state in _COUNTED:
        increments[_COUNTED[state]] += quantity
    return increments


def _assumed(state: ReservationState, change: int) -> ReservationState | None:
    """The previous state, for events of version 0.1.0, which didn't tell it."""
    if state == ReservationState.HELD or (state == ReservationState.COMMITTED and change < 0):
        return None
    return ReservationState.HELD
