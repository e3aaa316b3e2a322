"""The order's orchestrations as the rest of the app sees them: start input, starting and waking."""

import logging
from typing import Any, Protocol, TypedDict

from azure.durable_functions.models.OrchestrationRuntimeStatus import OrchestrationRuntimeStatus

from shared.orders.document import Order
from shared.orders.status import OrderStatus
from shared.settings import Settings

logger = logging.getLogger(__name__)

ORCHESTRATOR = "process_order"
CANCEL_ORCHESTRATOR = "cancel_order"
ENDED = frozenset(
    {
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated,
        OrchestrationRuntimeStatus.Canceled,
    }
)


class StartInput(TypedDict):
    """Input of both orchestrators. Limits and time-outs travel here: an orchestrator reads no settings."""

    orderId: str
    approvalLimitMinor: int
    approvalTimeoutSeconds: float
    reservationTtlSeconds: float
    stepRetrySeconds: float
    """How long a step is repeated before the order is parked (the payment: cancelled)."""
    undoRetrySeconds: float
    """How long a compensation is repeated before the order is parked."""


class DurableClient(Protocol):
    """The part of the SDK's DurableOrchestrationClient that is used here."""

    async def start_new(self, orchestration_function_name: str, instance_id: str, client_input: Any) -> str:
        """Starts an instance; raises when a live one has that id."""
        ...

    async def get_status(self, instance_id: str) -> Any:
        """The instance's status; `runtime_status` is None when there is none."""
        ...

    async def raise_event(self, instance_id: str, event_name: str, event_data: Any = None) -> None:
        """Raises an external event."""
        ...


def start_input(settings: Settings, order_id: str) -> StartInput:
    """The start input for an order: its id and the limits of the settings as they are now."""
    return StartInput(
        orderId=order_id,
        approvalLimitMinor=settings.approval_limit_minor,
        approvalTimeoutSeconds=settings.approval_timeout.total_seconds(),
        reservationTtlSeconds=settings.reservation_ttl.total_seconds(),
        stepRetrySeconds=settings.step_patience.total_seconds(),
        undoRetrySeconds=settings.compensation_patience.total_seconds(),
    )


class OrderWorkflows:
    """Starts and wakes orchestrations. Starting twice is harmless and a finished instance is never started again."""

    def __init__(self, client: DurableClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def state(self, instance_id: str) -> OrchestrationRuntimeStatus | None:
        """The instance's runtime status, or None when there is none."""
        status = await self._client.get_status(instance_id)
        return status.runtime_status if status else None

    async def is_alive(self, instance_id: str) -> bool:
        """Whether the instance exists and hasn't ended."""
        state = await self.state(instance_id)
        return state is not None and state not in ENDED

    async def start(self, order: Order) -> None:
        """Makes sure that the orchestration in charge of the order runs, or has run; an order at its end needs none."""
        if order.final:
            return
        if order.status == OrderStatus.CONFIRMED:
            await self._start(CANCEL_ORCHESTRATOR, order.instance_in_charge, order.id)
        else:
            await self._start(ORCHESTRATOR, order.instance_in_charge, order.id)

    async def start_cancellation(self, order: Order) -> None:
        """Makes sure that the cancellation of an order that is being confirmed, or is confirmed, runs or has run."""
        await self._start(CANCEL_ORCHESTRATOR, f"{order.id}:cancel", order.id)

    async def wake(self, order: Order) -> None:
        """Wakes an orchestrator that waits for a decision. A wake-up that gets lost is repeated by the watchdog."""
        if order.awaited_event is None:
            return
        try:
            await self._client.raise_event(order.instance_in_charge, order.awaited_event)
        except Exception:  # the decision is written; a wake-up only makes it quicker
            logger.warning("Could not wake the workflow of order %s; the watchdog will.", order.id, exc_info=True)

    async def _start(self, name: str, instance_id: str, order_id: str) -> None:
        if await self.state(instance_id) is not None:
            return
        try:
            await self._client.start_new(name, instance_id, start_input(self._settings, order_id))
        except Exception:  # somebody else may have started it a moment ago
            if await self.state(instance_id) is None:
                raise
