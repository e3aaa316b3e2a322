"""Activities of the last stage: commit_stock and confirm_order."""

import azure.durable_functions as df

from activities.requests import OrderRequest, StepResult
from activities.reservation import refusal
from activities.stages import claim, reason_to_cancel
from shared.inventory.repository import HoldResult
from shared.orders.status import Stage
from shared.orders.transitions import confirm
from shared.services import shop
from shared.shop import Shop

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request")
async def commit_stock(request: OrderRequest) -> StepResult:
    """Claims `confirming` and makes the holds final."""
    return await commit(shop(), request)


async def commit(shop: Shop, request: OrderRequest) -> StepResult:
    """From the claim on a cancellation comes too late for this workflow. An expired hold is taken anew, or cancels."""
    order, cancel = await claim(shop.orders, request["orderId"], Stage.CONFIRMING)
    if cancel is not None:
        return StepResult(cancel=cancel)
    for line in sorted(order.items, key=lambda line: line.product_id):
        committed = await shop.inventory.commit(line.product_id, order.id)
        if committed != HoldResult.TAKEN:
            return StepResult(cancel=refusal(committed))
    return StepResult(cancel=None)


@blueprint.activity_trigger(input_name="request")
async def confirm_order(request: OrderRequest) -> StepResult:
    """Writes that the order is confirmed, with its event."""
    return StepResult(cancel=reason_to_cancel(await shop().orders.update(request["orderId"], confirm)))
