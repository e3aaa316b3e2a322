"""Activities around the compensations: begin_cancelling before the first, complete_cancelling after the last."""

from datetime import datetime

import azure.durable_functions as df

from activities.requests import CancellingRequest, OrderRequest
from shared.orders import transitions
from shared.orders.document import Order
from shared.orders.status import CancelReason, Stage
from shared.orders.transitions import Happening
from shared.services import shop
from shared.shop import Shop

blueprint = df.Blueprint()


class StillConfirmingError(Exception):
    """The order is about to be confirmed by its own workflow: the cancellation waits for the end of that."""


@blueprint.activity_trigger(input_name="request")
async def begin_cancelling(request: CancellingRequest) -> None:
    """Writes `cancelling` and the reason."""
    await begin(shop(), request)


async def begin(shop: Shop, request: CancellingRequest) -> None:
    """Without a reason it is a cancellation that somebody asked for. Raises StillConfirmingError."""

    def change(order: Order, now: datetime) -> list[Happening]:
        reason = request["reason"]
        if reason is None and order.stage == Stage.CONFIRMING:
            raise StillConfirmingError(f"Order {order.id} is being confirmed.")
        asked_by = order.cancel_request.by if order.cancel_request else CancelReason.ADMIN
        return transitions.begin_cancelling(order, CancelReason(reason or asked_by), now)

    await shop.orders.update(request["orderId"], change)


@blueprint.activity_trigger(input_name="request")
async def complete_cancelling(request: OrderRequest) -> None:
    """Writes `cancelled`, with its event."""
    await shop().orders.update(request["orderId"], transitions.complete_cancelling)
