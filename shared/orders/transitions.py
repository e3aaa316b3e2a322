"""Every change of an order, as functions on the document alone.

Each changes the given order and returns what happened; changing nothing and returning nothing when the change has been
made before, so each may run twice. The repository writes the result under the document's ETag: races end there.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.orders.document import ApprovalDecision, CancelRequest, Order
from shared.orders.errors import OrderConflictError
from shared.orders.status import FORWARD, CancelReason, Decision, OrderStatus, Stage, has_reached, may_move

SYSTEM = "system"
"""Actor of what the workflow does by itself."""


@dataclass(frozen=True)
class Happening:
    """An event to be: its type, who did it, and amounts and ids only (no personal data, no payment token)."""

    type: str
    actor: str = SYSTEM
    fields: dict[str, Any] = field(default_factory=dict)


def record(order: Order, happening: Happening, now: datetime) -> list[Happening]:
    """Notes a milestone once; a second time nothing happens."""
    if happening.type in order.milestones:
        return []
    order.milestones[happening.type] = now
    order.wake_ups = 0
    return [happening]


def claim_stage(order: Order, stage: Stage, now: datetime) -> list[Happening]:
    """Moves forward to `stage` unless a cancellation was asked for or the order is there (or further) already."""
    if order.cancel_request is not None or order.stage not in FORWARD or has_reached(order.stage, stage):
        return []
    order.stage = stage
    order.awaited_event = None
    return record(order, Happening(f"order.{stage}"), now)


def await_event(order: Order, event_name: str) -> list[Happening]:
    """Notes which external event the orchestrator waits for from now on."""
    order.awaited_event = event_name
    return []


def decide(order: Order, value: Decision, actor: str, now: datetime) -> list[Happening]:
    """Writes the approval decision. The same again changes nothing.

    Raises OrderConflictError when it was decided otherwise or there is nothing to decide.
    """
    if order.decision is not None:
        if order.decision.value == value:
            return []
        raise OrderConflictError(f"Order {order.id} has been decided already: {order.decision.value}.")
    if order.stage != Stage.AWAITING_APPROVAL or order.cancel_request is not None:
        raise OrderConflictError(f"Order {order.id} doesn't wait for an approval: its stage is {order.stage}.")
    order.decision = ApprovalDecision(value=value, actor=actor, at=now)
    return record(order, Happening("order.approval-decided", actor, {"decision": str(value)}), now)


def time_out_approval(order: Order, now: datetime) -> list[Happening]:
    """Decides "timed out" unless somebody decided, or cancelled, first."""
    if order.decision is not None or order.cancel_request is not None:
        return []
    return decide(order, Decision.TIMED_OUT, SYSTEM, now)


def request_cancel(order: Order, by_admin: bool, actor: str, now: datetime) -> list[Happening]:
    """Asks for the cancellation; the workflow picks it up. Again, or of a cancelled order: nothing changes.

    Raises OrderConflictError once the order has been shipped.
    """
    if order.status == OrderStatus.CANCELLED or order.cancel_request is not None:
        return []
    if not may_move(order.status, OrderStatus.CANCELLED):
        raise OrderConflictError(f"Order {order.id} can't be cancelled any more: it is {order.status}.")
    order.cancel_request = CancelRequest(by="admin" if by_admin else "customer", actor=actor, at=now)
    order.open = True
    order.wake_ups = 0
    return record(order, Happening("order.cancel-requested", actor), now)


def begin_cancelling(order: Order, reason: CancelReason, now: datetime) -> list[Happening]:
    """Moves to `cancelling`, before the first compensation runs. The first reason stays."""
    if order.status == OrderStatus.CANCELLED or order.stage == Stage.CANCELLING:
        return []
    if not may_move(order.status, OrderStatus.CANCELLED):
        raise OrderConflictError(f"Order {order.id} can't be cancelled any more: it is {order.status}.")
    order.stage = Stage.CANCELLING
    order.cancel_reason = order.cancel_reason or reason
    order.open = True
    order.awaited_event = None
    return record(order, Happening("order.cancelling", fields={"reason": str(order.cancel_reason)}), now)


def complete_cancelling(order: Order, now: datetime) -> list[Happening]:
    """The end of a cancellation, after the last compensation."""
    if order.status == OrderStatus.CANCELLED:
        return []
    order.status, order.stage, order.open, order.awaited_event = OrderStatus.CANCELLED, Stage.CANCELLED, False, None
    return record(order, Happening("order.cancelled", fields={"reason": str(order.cancel_reason)}), now)


def confirm(order: Order, now: datetime) -> list[Happening]:
    """The end of a successful order, after the capture."""
    if order.status != OrderStatus.PENDING or order.stage != Stage.CONFIRMING:
        return []
    order.status, order.stage, order.awaited_event = OrderStatus.CONFIRMED, Stage.CONFIRMED, None
    order.open = order.cancel_request is not None
    return record(order, Happening("order.confirmed", fields={"totalMinor": order.total_minor}), now)


def park(order: Order, resume_event: str, cause: str) -> list[Happening]:
    """Sets the order aside until an operator resumes it; `resume_event` is what the workflow waits for then."""
    if order.final or (order.stage == Stage.PARKED and order.awaited_event == resume_event):
        return []
    order.stage, order.awaited_event = Stage.PARKED, resume_event
    return [Happening("order.parked", fields={"cause": cause})]


def unpark(order: Order, actor: str, now: datetime) -> list[Happening]:
    """Lets a parked order go on where it was. Raises OrderConflictError when it isn't parked."""
    if order.stage != Stage.PARKED:
        raise OrderConflictError(f"Order {order.id} isn't parked: its stage is {order.stage}.")
    order.stage = stage_before_parking(order)
    order.wake_ups = 0
    order.updated_at = now
    return [Happening("order.resumed", actor)]


def stage_before_parking(order: Order) -> Stage:
    """The furthest stage that the milestones tell of: where a parked order goes on."""
    if "order.cancelling" in order.milestones:
        return Stage.CANCELLING
    if order.status == OrderStatus.CONFIRMED:
        return Stage.CONFIRMED
    reached = [stage for stage in FORWARD if f"order.{stage}" in order.milestones]
    return reached[-1] if reached else Stage.VALIDATING


def move_status(order: Order, wanted: OrderStatus, actor: str, now: datetime) -> list[Happening]:
    """The admin's moves: shipped, delivered. Raises OrderConflictError for a move the status machine doesn't know."""
    if order.status == wanted:
        return []
    if order.cancel_request is not None or order.open or not may_move(order.status, wanted):
        raise OrderConflictError(f"Order {order.id} can't become {wanted}: it is {order.status}, stage {order.stage}.")
    order.status = wanted
    return record(order, Happening(f"order.{wanted}", actor), now)
