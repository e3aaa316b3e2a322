"""Messages of queue `orders`: both actions, once, with the rules of the API; what is wrong is refused by name."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from api.order_messages import OrderMessages
from ops.accounts import Account, ensure_account
from shared.accounts.user import Role
from shared.clients import container
from shared.messaging.consuming import Incoming, RefusedMessageError, consume
from shared.messaging.entities import QUEUE
from shared.messaging.patience import NotVisibleYetError, Patience
from shared.orders.document import OrderLine
from shared.orders.transitions import Happening
from shared.services import services
from tests.unit.orders.orders import order
from tests.workflow.order_world import EngineClient, OrderWorld

ADDRESS = {"street": "1 Main St", "city": "Springfield", "state": "IL", "zipCode": "62701", "country": "US"}


class Queue:
    """Hands messages to the consumer as the trigger does."""

    def __init__(self, world: OrderWorld, user_id: str) -> None:
        self.user_id = user_id
        self._messages = OrderMessages(services(), EngineClient(world.workflow))

    def order(self, **changed: Any) -> dict[str, Any]:
        """A create_order message; None removes a field."""
        message = {
            "action": "create_order",
            "idempotencyKey": "k1",
            "userId": self.user_id,
            "items": [{"productId": "cup", "quantity": 2}],
            "shippingAddress": ADDRESS,
            **changed,
        }
        return {name: value for name, value in message.items() if value is not None}

    async def send(self, content: Any, message_id: str = "m1", delivery_count: int = 1) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        message = Incoming(QUEUE, body, message_id, delivery_count)
        patience = Patience(total=timedelta(seconds=5), for_visibility=timedelta(milliseconds=50))
        await consume(message, lambda: self._messages.take(message), services().message_records, patience)

    async def errors(self, message_id: str = "m1") -> list[dict[str, Any]]:
        record = await services().message_records.of(QUEUE, message_id)
        return list(record["errors"])


@pytest.fixture
async def queue(world: OrderWorld) -> Queue:
    """The consumer; one product with 10 pieces, one user."""
    await world.product("cup", 10)
    wanted = Account("other-system@example.com", "Other System", "correct horse", Role.USER)
    user, _ = await ensure_account(services(), wanted)
    return Queue(world, user.id)


async def _orders() -> list[dict[str, Any]]:
    query = "SELECT * FROM c WHERE c.type = 'order'"
    return [dict(order) async for order in container("orders").query_items(query)]


async def test_a_whole_order_is_placed_and_goes_through(world: OrderWorld, queue: Queue) -> None:
    await queue.send(queue.order(paymentToken="tok_approve"))
    [placed] = await _orders()
    assert (placed["userId"], placed["totalMinor"], placed["correlationId"]) == (queue.user_id, 2000, "m1")
    assert (await world.workflow.run(placed["id"]).result())["status"] == "confirmed"
    assert await world.inventory("cup") == 8


async def test_the_same_order_again_is_one_order(world: OrderWorld, queue: Queue) -> None:
    await asyncio.gather(*(queue.send(queue.order(), message_id=f"m{number}") for number in range(4)))
    await queue.send(queue.order(), message_id="later")
    assert len(await _orders()) == 1
    assert await queue.errors("later") == []


async def test_another_order_under_the_same_key_is_refused(world: OrderWorld, queue: Queue) -> None:
    await queue.send(queue.order())
    with pytest.raises(RefusedMessageError, match="Idempotency-Key"):
        await queue.send(queue.order(items=[{"productId": "cup", "quantity": 3}]), message_id="m2")
    assert len(await _orders()) == 1


async def test_processing_starts_what_was_never_started(world: OrderWorld, queue: Queue) -> None:
    lines = [OrderLine(product_id="cup", name="Cup", quantity=1, price_minor=1000)]
    await world.shop.tokens.keep("o1", None)
    await world.shop.orders.create(order("o1", lines=lines), Happening("order.created"))
    for _ in range(2):
        await queue.send({"action": "process_order", "orderId": "o1", "timestamp": "2026-03-01T12:00:00Z"})
        await world.workflow.run("o1").end()
    assert await world.summary("o1") == ("confirmed", "confirmed", None)
    assert await world.inventory("cup") == 9


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The body is empty"),
        (b"{", "The body isn't JSON"),
        (b"[]", "`action` is None"),
        ({"action": "destroy_order", "orderId": "o1"}, "`action` is 'destroy_order'"),
        ({"action": ["process_order"]}, "`action` is \\['process_order'\\]"),
        ({"action": "process_order"}, "/orderId: this field is required"),
        ({"action": "process_order", "orderId": "../x"}, "/orderId"),
        ({"action": "process_order", "orderId": "o1", "timestamp": "yesterday"}, "/timestamp"),
        ({"action": "process_order", "orderId": "o1", "priority": 1}, "/priority: there is no such field"),
    ],
)
async def test_malformed_messages_are_refused_by_name(world: OrderWorld, queue: Queue, content: Any, told: str) -> None:
    with pytest.raises(RefusedMessageError, match=told):
        await queue.send(content)
    assert await _orders() == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"idempotencyKey": None}, "/idempotencyKey: this field is required"),
        ({"items": []}, "/items"),
        ({"items": [{"productId": "cup", "quantity": 0}]}, "/items/0/quantity"),
        ({"items": [{"productId": "nope", "quantity": 1}]}, "/items/0/productId: there is no such product"),
        ({"items": [{"productId": "cup", "quantity": 1, "price": 9.99}]}, "/items/0/price: the price is 10.00 now"),
        ({"shippingAddress": None}, "/shippingAddress: this field is required"),
        ({"paymentToken": "4111111111111111"}, "/paymentToken"),
    ],
)
async def test_the_rules_of_the_api_hold(world: OrderWorld, queue: Queue, changed: dict[str, Any], told: str) -> None:
    with pytest.raises(RefusedMessageError, match=told):
        await queue.send(queue.order(**changed))
    assert await _orders() == []
    assert await world.inventory("cup") == 10


async def test_what_is_not_there_is_given_up_after_a_while(world: OrderWorld, queue: Queue) -> None:
    with pytest.raises(NotVisibleYetError, match="There is no order nope"):
        await queue.send({"action": "process_order", "orderId": "nope"})
    with pytest.raises(NotVisibleYetError, match="There is no user nobody"):
        await queue.send(queue.order(userId="nobody"))


async def test_a_disabled_account_orders_nothing(world: OrderWorld, queue: Queue) -> None:
    await services().users.update(queue.user_id, lambda user: setattr(user, "is_active", False))
    with pytest.raises(RefusedMessageError, match="is disabled"):
        await queue.send(queue.order())
    assert await _orders() == []


async def test_each_failed_try_leaves_its_error(world: OrderWorld, queue: Queue) -> None:
    for delivery in (1, 2):
        with pytest.raises(RefusedMessageError):
            await queue.send({"action": "nope"}, delivery_count=delivery)
    errors = await queue.errors()
    assert [error["deliveryCount"] for error in errors] == [1, 2]
    assert errors[0]["error"].startswith("RefusedMessageError: The field `action` is 'nope'")
    assert await queue.errors("m2") == []
