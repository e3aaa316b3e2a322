"""What people decide about orders: first the conditional write, then the wake-up."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from shared.orders.document import Order
from shared.orders.repository import OrderRepository
from shared.orders.status import Decision, OrderStatus, Stage
from shared.orders.transitions import Happening, decide, move_status, request_cancel, unpark
from shared.orders.workflow import OrderWorkflows

logger = logging.getLogger(__name__)


class OrderService:
    """The commands of customers and admins. `owner_id` None means: an admin, any order."""

    def __init__(self, orders: OrderRepository, workflows: OrderWorkflows, now: Callable[[], datetime]) -> None:
        self._orders = orders
        self._workflows = workflows
        self._now = now

    async def place(self, order: Order) -> Order:
        """Writes the order with its event and starts its workflow; again with the same id: the order as it is.

        Once the order is written it stands: a workflow that can't be started now is started by the watchdog.
        """
        happening = Happening("order.created", order.user_id, {"totalMinor": order.total_minor})
        stored = order if await self._orders.create(order, happening) else await self._orders.get(order.id)
        await self._start_or_leave(self._workflows.start(stored), order.id)
        return stored

    async def cancel(self, order_id: str, *, actor: str, owner_id: str | None) -> Order:
        """Asks for the cancellation. Raises OrderNotFoundError, OrderConflictError once it is shipped."""
        order = await self._orders.update(
            order_id, lambda order, now: request_cancel(order, owner_id is None, actor, now), owner_id
        )
        if order.status == OrderStatus.CANCELLED:
            return order
        if order.status == OrderStatus.CONFIRMED or order.stage == Stage.CONFIRMING:
            await self._start_or_leave(self._workflows.start_cancellation(order), order.id)
        else:
            await self._workflows.wake(order)
        return order

    async def decide(self, order_id: str, decision: Decision, *, actor: str) -> tuple[Order, bool]:
        """Approves or rejects; the flag tells whether it was new. Raises OrderNotFoundError, OrderConflictError."""
        before = await self._orders.get(order_id)
        order = await self._orders.update(order_id, lambda order, now: decide(order, decision, actor, now))
        await self._workflows.wake(order)
        return order, before.decision is None

    async def resume(self, order_id: str, *, actor: str) -> Order:
        """Lets a parked order go on. Raises OrderNotFoundError, OrderConflictError when it isn't parked."""
        parked = await self._orders.get(order_id)
        alive = await self._workflows.is_alive(parked.instance_in_charge)

        def change(order: Order, now: datetime) -> list[Happening]:
            happened = unpark(order, actor, now)
            if not alive:  # a finished instance is never started again: a new one takes over
                order.workflow_id = f"{order.instance_in_charge}:{order.event_sequence + 1}"
            return happened

        order = await self._orders.update(order_id, change)
        if alive:
            await self._workflows.wake(order)
        else:
            await self._start_or_leave(self._workflows.start(order), order.id)
        return order

    async def move(self, order_id: str, status: OrderStatus, *, actor: str) -> Order:
        """Marks an order as shipped or delivered. Raises OrderNotFoundError, OrderConflictError."""
        return await self._orders.update(order_id, lambda order, now: move_status(order, status, actor, now))

    async def _start_or_leave(self, start: Awaitable[None], order_id: str) -> None:
        """What is written stands, and the watchdog finds it: the caller isn't told of a start that failed."""
        try:
            await start
        except Exception:  # the order is written; a start that failed is the watchdog's work
            logger.warning("Could not start the workflow of order %s; the watchdog will.", order_id, exc_info=True)
