"""Inputs and results of the activities: ids and amounts only, a few hundred bytes at most.

TypedDicts, because the Functions worker refuses `dict[str, X]` annotations on bound parameters.
"""

from typing import TypedDict


class OrderRequest(TypedDict):
    """Names the order to work on."""

    orderId: str


class ValidationRequest(OrderRequest):
    """`approvalLimitMinor`: totals strictly above it need an approval."""

    approvalLimitMinor: int


class ApprovalRequest(OrderRequest):
    """`event`: the external event that the orchestrator waits for next."""

    event: str


class ReservationRequest(OrderRequest):
    """`reservationTtlSeconds`: how long the stock is held."""

    reservationTtlSeconds: float


class CancellingRequest(OrderRequest):
    """`reason`: why; None takes it from the cancellation that was asked for."""

    reason: str | None


class ParkRequest(ApprovalRequest):
    """`cause`: what an operator should look at."""

    cause: str


class StepResult(TypedDict):
    """`cancel`: the reason why the order has to be cancelled, or None to go on."""

    cancel: str | None


class ValidationResult(StepResult):
    """`begun`: an earlier instance has taken stock or money already."""

    needsApproval: bool
    begun: bool


class DecisionResult(StepResult):
    """`decision`: approved, rejected, timed-out, or None while nobody has decided."""

    decision: str | None


class ParkedResult(TypedDict):
    """Whether the order is (still) parked."""

    parked: bool
