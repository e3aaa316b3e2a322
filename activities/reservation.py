"""Activities on the stock: reserve_stock, and release_stock which undoes it."""

from datetime import timedelta

import azure.durable_functions as df

from activities.requests import OrderRequest, ReservationRequest, StepResult
from activities.stages import claim
from shared.inventory.repository import HoldResult
from shared.orders.status import CancelReason, Stage
from shared.services import shop
from shared.shop import Shop

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request")
async def reserve_stock(request: ReservationRequest) -> StepResult:
    """Holds the stock of every line."""
    return await reserve(shop(), request)


async def reserve(shop: Shop, request: ReservationRequest) -> StepResult:
    """One product after the other, by id, so that two orders can't wait for each other; stops at the first refusal."""
    order, cancel = await claim(shop.orders, request["orderId"], Stage.RESERVING)
    if cancel is not None:
        return StepResult(cancel=cancel)
    lifetime = timedelta(seconds=request["reservationTtlSeconds"])
    for line in sorted(order.items, key=lambda line: line.product_id):
        held = await shop.inventory.hold(line.product_id, order.id, line.quantity, lifetime)
        if held != HoldResult.TAKEN:
            return StepResult(cancel=refusal(held))
    await shop.record(order.id, "order.reserved")
    return StepResult(cancel=None)


def refusal(result: HoldResult) -> str:
    """The reason to cancel that a refused hold stands for."""
    if result == HoldResult.UNAVAILABLE:
        return str(CancelReason.PRODUCT_UNAVAILABLE)
    return str(CancelReason.INSUFFICIENT_STOCK)


@blueprint.activity_trigger(input_name="request")
async def release_stock(request: OrderRequest) -> None:
    """Gives back whatever the order holds or has committed; may run before the reservation."""
    await release(shop(), request)


async def release(shop: Shop, request: OrderRequest) -> None:
    """Every line is tried, also when one fails; the first failure is raised at the end."""
    order = await shop.orders.get(request["orderId"])
    failures: list[Exception] = []
    for line in sorted(order.items, key=lambda line: line.product_id):
        try:
            await shop.inventory.release(line.product_id, order.id, line.quantity)
        except Exception as error:  # raised at the end, when every line has been tried
            failures.append(error)
    if failures:
        raise failures[0]
    await shop.record(order.id, "order.stock-released")
