"""Every 15 seconds: orders whose workflow was never started, has ended too early or missed its wake-up."""

import logging
from datetime import datetime, timedelta

import azure.durable_functions as df
import azure.functions as func

from shared.clients import settings
from shared.orders.document import Order
from shared.orders.repository import OrderRepository
from shared.orders.status import OrderStatus, Stage
from shared.orders.transitions import park
from shared.orders.workflow import ENDED, OrderWorkflows
from shared.services import shop
from shared.time import utc_now

logger = logging.getLogger(__name__)
blueprint = df.Blueprint()

PATIENCE = timedelta(seconds=30)
"""How long an order may stay unchanged before it is looked at."""
MOST_WAKE_UPS = 5
"""After so many wake-ups without a step forward the order is parked."""


@blueprint.timer_trigger(arg_name="timer", schedule="*/15 * * * * *", use_monitor=False)
@blueprint.durable_client_input(client_name="client")
async def watch_orders(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Starts or wakes what is stuck."""
    await wake_stuck_orders(shop().orders, OrderWorkflows(client, settings()), utc_now() - PATIENCE)


async def wake_stuck_orders(orders: OrderRepository, workflows: OrderWorkflows, unchanged_since: datetime) -> list[str]:
    """Returns the ids of the orders it did something about. One order's failure doesn't keep it from the next."""
    touched = []
    for order in await orders.stuck(unchanged_since):
        try:
            if await _look_at(order, orders, workflows):
                touched.append(order.id)
        except Exception:  # one order must not keep the others waiting
            logger.exception("Could not look after order %s; it is tried again in 15 seconds.", order.id)
    return touched


async def _look_at(order: Order, orders: OrderRepository, workflows: OrderWorkflows) -> bool:
    if order.stage == Stage.PARKED:
        return False
    state = await workflows.state(order.instance_in_charge)
    if state is None:
        return await _count(order, orders) and await _start(order, workflows)
    if state in ENDED:
        return await _park(order, orders, f"the orchestration {order.instance_in_charge} has ended: {state.value}")
    if _missed_its_wake_up(order):
        return await _count(order, orders) and await _wake(order, workflows)
    return False


def _missed_its_wake_up(order: Order) -> bool:
    if order.awaited_event is None or order.status != OrderStatus.PENDING:
        return False
    waits_for_decision = order.stage == Stage.AWAITING_APPROVAL
    decided = order.decision is not None or order.cancel_request is not None
    resumed = order.awaited_event.startswith("resume-")
    return resumed or (waits_for_decision and decided)


async def _count(order: Order, orders: OrderRepository) -> bool:
    """Counts the wake-up in the document; parks the order instead when there have been enough."""
    if order.wake_ups >= MOST_WAKE_UPS:
        await _park(order, orders, f"{MOST_WAKE_UPS} wake-ups changed nothing")
        return False
    return await orders.count_wake_up(order)


async def _start(order: Order, workflows: OrderWorkflows) -> bool:
    await workflows.start(order)
    return True


async def _wake(order: Order, workflows: OrderWorkflows) -> bool:
    await workflows.wake(order)
    return True


async def _park(order: Order, orders: OrderRepository, cause: str) -> bool:
    logger.warning("Order %s is parked: %s.", order.id, cause)
    await orders.update(order.id, lambda order, _now: park(order, order.awaited_event or "resume-0", cause))
    return True
