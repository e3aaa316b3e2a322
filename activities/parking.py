"""Activities of a parked order: park_order, still_parked."""

from datetime import datetime

import azure.durable_functions as df

from activities.requests import ApprovalRequest, ParkedResult, ParkRequest
from shared.orders.document import Order
from shared.orders.status import Stage
from shared.orders.transitions import Happening, await_event, park
from shared.services import shop

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request")
async def park_order(request: ParkRequest) -> ParkedResult:
    """Sets the order aside; the workflow waits for the named event."""
    order = await shop().orders.update(
        request["orderId"], lambda order, _now: park(order, request["event"], request["cause"])
    )
    return ParkedResult(parked=order.stage == Stage.PARKED)


@blueprint.activity_trigger(input_name="request")
async def still_parked(request: ApprovalRequest) -> ParkedResult:
    """After a wake-up: whether the document agrees. If it is parked still, the next wait has the named event."""

    def change(order: Order, _now: datetime) -> list[Happening]:
        return await_event(order, request["event"]) if order.stage == Stage.PARKED else []

    order = await shop().orders.update(request["orderId"], change)
    return ParkedResult(parked=order.stage == Stage.PARKED)
