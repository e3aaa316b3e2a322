"""Activity validate_order: whether the order can go on at all, and whether somebody has to approve it."""

import azure.durable_functions as df

from activities.requests import ValidationRequest, ValidationResult
from activities.stages import reason_to_cancel
from shared.orders.document import Order
from shared.orders.status import CancelReason, Stage, has_reached
from shared.services import shop
from shared.shop import Shop

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request")
async def validate_order(request: ValidationRequest) -> ValidationResult:
    """Checks the order's products and its total."""
    return await validate(shop(), request)


async def validate(shop: Shop, request: ValidationRequest) -> ValidationResult:
    """`cancel` is product-unavailable when a product has been deleted, or what the order itself says."""
    order = await shop.orders.get(request["orderId"])
    begun = f"order.{Stage.RESERVING}" in order.milestones
    cancel = reason_to_cancel(order)
    if cancel is None and not begun and not await _all_available(shop, order):
        cancel = str(CancelReason.PRODUCT_UNAVAILABLE)
    needs_approval = order.total_minor > request["approvalLimitMinor"] and not has_reached(order.stage, Stage.RESERVING)
    return ValidationResult(cancel=cancel, needsApproval=needs_approval, begun=begun)


async def _all_available(shop: Shop, order: Order) -> bool:
    for line in order.items:
        if not await shop.inventory.is_available(line.product_id):
            return False
    return True
