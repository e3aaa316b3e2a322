"""Orders: placing, following and deciding about them. What is decided here is carried out by the orchestration."""

from http import HTTPStatus
from typing import Any

from api.models.orders import NewOrder, OrderQuery, OrderStatusView, OrderView, StatusChange
from api.order_placing import order_service, place_once
from api.web.call import Call, Reply
from api.web.paging import read_page
from api.web.route import Access
from api.web.table import RouteTable
from shared.ids import is_id
from shared.orders.document import Order
from shared.orders.errors import OrderNotFoundError
from shared.orders.repository import position
from shared.orders.status import Decision, OrderStatus

routes = RouteTable()
blueprint = routes.blueprint


@routes.route("POST", "orders", access=Access.USER, body=NewOrder, durable=True, idempotent=True)
async def orders_create(call: Call) -> Reply:
    """Places an order; its orchestration runs when the answer arrives."""
    return await place_once(call, call.body_as(NewOrder))


@routes.route("GET", "orders", access=Access.OWNER, query=OrderQuery)
async def orders_list(call: Call) -> Reply:
    """The caller's orders, newest first; an admin sees everybody's."""
    query, services, owner = call.query_as(OrderQuery), call.services, call.owner_scope

    async def read(limit: int, after: list[Any] | None) -> list[Order]:
        before = (after[0], after[1]) if after else None
        if owner is None:
            return await services.orders.page(status=query.status, limit=limit, before=before)
        return await services.order_list.page(owner, status=query.status, limit=limit, before=before)

    listing = f"orders/{owner}?status={query.status}"
    page = await read_page(services.cursors, listing, query, read, position)
    return Reply({"orders": [OrderView.of(order).to_wire() for order in page.rows], "nextCursor": page.next_cursor})


@routes.route("GET", "orders/{orderId}", access=Access.OWNER)
async def orders_get(call: Call) -> Reply:
    """One order."""
    return _reply(await _order(call))


@routes.route("GET", "orders/{orderId}/status", access=Access.OWNER)
async def orders_status(call: Call) -> Reply:
    """Where the order is, from its document."""
    order = await _order(call)
    view = OrderStatusView(order_id=order.id, status=order.status, stage=order.stage, updated_at=order.updated_at)
    return Reply({"status": view.to_wire()})


@routes.route("GET", "orders/{orderId}/timeline", access=Access.OWNER)
async def orders_timeline(call: Call) -> Reply:
    """What has happened to the order, oldest first."""
    order = await _order(call)
    return Reply({"events": await call.services.timeline.of(order.id)})


@routes.route("POST", "orders/{orderId}/cancel", access=Access.OWNER, durable=True)
async def orders_cancel(call: Call) -> Reply:
    """Asks for the cancellation: 202 while the order is undone, 200 when it is cancelled already."""
    order = await order_service(call).cancel(_order_id(call), actor=call.caller.user_id, owner_id=call.owner_scope)
    return await _changed(call, order, HTTPStatus.OK if order.status == OrderStatus.CANCELLED else HTTPStatus.ACCEPTED)


@routes.route("POST", "orders/{orderId}/approve", access=Access.ADMIN, durable=True)
async def orders_approve(call: Call) -> Reply:
    """Approves an order that waits for it: 202, and 200 when it has been approved before."""
    return await _decide(call, Decision.APPROVED)


@routes.route("POST", "orders/{orderId}/reject", access=Access.ADMIN, durable=True)
async def orders_reject(call: Call) -> Reply:
    """Rejects an order that waits for an approval: 202, and 200 when it has been rejected before."""
    return await _decide(call, Decision.REJECTED)


@routes.route("POST", "orders/{orderId}/resume", access=Access.ADMIN, durable=True)
async def orders_resume(call: Call) -> Reply:
    """Lets a parked order go on."""
    order = await order_service(call).resume(_order_id(call), actor=call.caller.user_id)
    return await _changed(call, order, HTTPStatus.ACCEPTED)


@routes.route("PATCH", "orders/{orderId}", access=Access.ADMIN, body=StatusChange, durable=True)
async def orders_move(call: Call) -> Reply:
    """Marks an order as shipped or delivered."""
    status = OrderStatus(call.body_as(StatusChange).status)
    return await _changed(call, await order_service(call).move(_order_id(call), status, actor=call.caller.user_id))


async def _decide(call: Call, decision: Decision) -> Reply:
    order, new = await order_service(call).decide(_order_id(call), decision, actor=call.caller.user_id)
    return await _changed(call, order, HTTPStatus.ACCEPTED if new else HTTPStatus.OK)


async def _changed(call: Call, order: Order, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    """The reply to a command: the customer's list shows the change at once."""
    await call.services.order_list.show(order.id)
    return _reply(order, status)


async def _order(call: Call) -> Order:
    return await call.services.orders.get(_order_id(call), call.owner_scope)


def _order_id(call: Call) -> str:
    order_id = call.route_params["orderId"]
    if not is_id(order_id):
        raise OrderNotFoundError(order_id)
    return order_id


def _reply(order: Order, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    return Reply({"order": OrderView.of(order).to_wire()}, status)
