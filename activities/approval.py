"""Activities of the approval: await_approval, read_decision, time_out_approval."""

from datetime import datetime

import azure.durable_functions as df

from activities.requests import ApprovalRequest, DecisionResult, OrderRequest
from activities.stages import reason_to_cancel
from shared.orders.document import Order
from shared.orders.status import Stage
from shared.orders.transitions import Happening, await_event, claim_stage
from shared.orders.transitions import time_out_approval as time_out
from shared.services import shop
from shared.shop import Shop

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request")
async def await_approval(request: ApprovalRequest) -> DecisionResult:
    """Moves the order to `awaiting-approval` and notes which event wakes the workflow."""
    return await begin_waiting(shop(), request)


async def begin_waiting(shop: Shop, request: ApprovalRequest) -> DecisionResult:
    """Returns the decision if there is one already."""

    def change(order: Order, now: datetime) -> list[Happening]:
        happened = claim_stage(order, Stage.AWAITING_APPROVAL, now)
        if order.stage == Stage.AWAITING_APPROVAL:
            await_event(order, request["event"])
        return happened

    return _answer(await shop.orders.update(request["orderId"], change))


@blueprint.activity_trigger(input_name="request")
async def read_decision(request: OrderRequest) -> DecisionResult:
    """What the document says after a wake-up."""
    return _answer(await shop().orders.get(request["orderId"]))


@blueprint.activity_trigger(input_name="request")
async def time_out_approval(request: OrderRequest) -> DecisionResult:
    """Writes that the time is over, unless somebody decided first; returns what holds."""
    return _answer(await shop().orders.update(request["orderId"], time_out))


def _answer(order: Order) -> DecisionResult:
    decision = None if order.decision is None else str(order.decision.value)
    return DecisionResult(cancel=reason_to_cancel(order), decision=decision)
