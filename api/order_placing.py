"""Placing an order once, however often the client or another system has to ask for it."""

from dataclasses import dataclass
from http import HTTPStatus

from api.models.orders import NewOrder, OrderView
from api.web.call import Call, Reply
from shared.checkout.basket import priced_lines
from shared.errors import ShopError
from shared.idempotency import Claim, StoredAnswer, fingerprint
from shared.ids import new_id
from shared.orders.document import Order
from shared.orders.errors import OrderNotFoundError
from shared.orders.service import OrderService
from shared.orders.workflow import DurableClient, OrderWorkflows
from shared.services import Services


def order_service(call: Call) -> OrderService:
    """The commands about orders, with this call's durable client."""
    return _service(call.services, call.durable)


async def place_once(call: Call, new: NewOrder) -> Reply:
    """Places the order, or answers what was answered to the first request with the same Idempotency-Key."""
    placing = Placing(call.services, call.durable, call.caller.user_id, call.request_id)
    return await placing.once(call.headers.get("idempotency-key"), new)


@dataclass(frozen=True)
class Placing:
    """The right to place orders for one user, over HTTP or by message."""

    services: Services
    durable: DurableClient
    user_id: str
    correlation_id: str

    async def once(self, key: str | None, new: NewOrder) -> Reply:
        """The order as the API answers it; what was answered first when the key was used before (None: no key)."""
        if key is None:
            return _reply(await self._place(new, new_id()))
        records = self.services.idempotency
        body = fingerprint(new.model_dump(mode="json", by_alias=True))
        claim = await records.claim(scope=f"{self.user_id} POST /orders", key=key, body=body)
        if isinstance(claim, StoredAnswer):
            return Reply(claim.content, HTTPStatus.CREATED, {**claim.headers, "Idempotent-Replayed": "true"})
        try:
            reply = await self._claimed(claim, new)
        except ShopError as error:
            if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                await records.release(claim)
            raise
        await records.complete(claim, reply.content or {}, reply.headers)
        return reply

    async def _claimed(self, claim: Claim, new: NewOrder) -> Reply:
        placed = await self._existing(claim.resource_id) if claim.taken_over else None
        return _reply(placed or await self._place(new, claim.resource_id))

    async def _existing(self, order_id: str) -> Order | None:
        """The order, if an earlier try got as far as creating it; prices may have changed since, the order stands."""
        try:
            found = await self.services.orders.get(order_id)
        except OrderNotFoundError:
            return None
        return await _service(self.services, self.durable).place(found)

    async def _place(self, new: NewOrder, order_id: str) -> Order:
        """Token, order with its event, orchestration: in this order, so that each can be repeated after a crash."""
        services, wanted = self.services, new.wanted()
        catalogue = await services.products.active(line.product_id for line in wanted)
        lines = priced_lines(wanted, catalogue)
        subtotal = sum(line.quantity * line.price_minor for line in lines)
        now = services.now()
        order = Order(
            id=order_id,
            order_id=order_id,
            workflow_id=order_id,
            user_id=self.user_id,
            items=lines,
            subtotal_minor=subtotal,
            total_minor=subtotal,
            currency=services.settings.currency,
            shipping_address=new.address(),
            correlation_id=self.correlation_id,
            created_at=now,
            updated_at=now,
        )
        await services.payment_tokens.keep(order_id, new.payment_token)
        placed = await _service(self.services, self.durable).place(order)
        await services.order_list.show(order_id)
        return placed


def _service(services: Services, durable: DurableClient) -> OrderService:
    return OrderService(services.orders, OrderWorkflows(durable, services.settings), services.now)


def _reply(order: Order) -> Reply:
    content = {"order": OrderView.of(order).to_wire(), "statusUrl": f"/api/orders/{order.id}/status"}
    return Reply(content, HTTPStatus.CREATED, {"Location": f"/api/orders/{order.id}"})
