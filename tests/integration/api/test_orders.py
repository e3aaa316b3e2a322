"""Orders over HTTP: placing, following, deciding; what belongs to somebody else doesn't exist."""

import asyncio
from typing import Any

from tests.integration.api.client import ADDRESS, Answer, Api
from tests.integration.api.database import Database
from tests.waiting import until


def _body(product: str, quantity: int = 1, **line: Any) -> dict[str, Any]:
    return {"items": [{"productId": product, "quantity": quantity, **line}], "shippingAddress": ADDRESS}


async def _stage(api: Api, token: str, order_id: str, stage: str) -> dict[str, Any]:
    async def reached() -> dict[str, Any] | None:
        order: dict[str, Any] = (await api.call("GET", f"orders/{order_id}", token=token)).content["order"]
        return order if order["stage"] == stage else None

    return await until(reached)


async def _place(api: Api, token: str, body: dict[str, Any], **headers: str) -> Answer:
    return await api.call("POST", "orders", body, token=token, headers=headers)


async def test_an_order_goes_through(api: Api, customer: str, product: str) -> None:
    placed = await _place(api, customer, {**_body(product, 2, price=12.5), "paymentToken": "tok_approve"})
    assert placed.status == 201
    order = placed.content["order"]
    assert placed.headers["location"] == f"/api/orders/{order['id']}"
    assert placed.content["statusUrl"] == f"/api/orders/{order['id']}/status"
    assert order["items"] == [{"productId": product, "name": "Espresso cup", "quantity": 2, "price": 12.5}]
    assert (order["subtotal"], order["tax"], order["shipping"], order["totalAmount"]) == (25.0, 0.0, 0.0, 25.0)
    assert (order["status"], order["shippingAddress"]) == ("pending", ADDRESS)
    done = await _stage(api, customer, order["id"], "confirmed")
    assert (done["status"], "paymentId" in done, "paymentToken" in done) == ("confirmed", True, False)
    status = (await api.call("GET", f"orders/{order['id']}/status", token=customer)).content["status"]
    assert (status["orderId"], status["status"], status["stage"]) == (order["id"], "confirmed", "confirmed")
    assert (await api.call("GET", f"products/{product}")).content["product"]["inventory"] == 8
    events = (await api.call("GET", f"orders/{order['id']}/timeline", token=customer)).content["events"]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["type"], events[0]["actor"]) == ("order.created", order["userId"])
    assert events[0]["data"] == {"totalMinor": 2500}
    assert set(events[0]) == {"id", "sequence", "type", "time", "actor", "data"}
    assert events[-1]["type"] == "order.confirmed"


async def test_an_order_over_the_stock_is_cancelled(api: Api, customer: str, product: str) -> None:
    order = (await _place(api, customer, _body(product, 11))).content["order"]
    done = await _stage(api, customer, order["id"], "cancelled")
    assert (done["status"], done["cancelReason"]) == ("cancelled", "insufficient-stock")
    assert (await api.call("GET", f"products/{product}")).content["product"]["inventory"] == 10


async def test_another_price_than_expected_is_a_conflict(
    api: Api, customer: str, product: str, database: Database
) -> None:
    refused = await _place(api, customer, _body(product, price=12.49))
    assert (refused.status, refused.problem, refused.pointers) == (409, "price-changed", ["/items/0/price"])
    assert database.everything("orders") == []


async def test_an_order_is_seen_by_its_owner_and_by_admins(api: Api, admin: str, customer: str, product: str) -> None:
    await api.register("other@example.com")
    other = await api.token("other@example.com")
    order_id = (await _place(api, customer, _body(product))).content["order"]["id"]
    for verb, path in (("GET", ""), ("GET", "/status"), ("GET", "/timeline"), ("POST", "/cancel")):
        hidden = await api.call(verb, f"orders/{order_id}{path}", token=other)
        assert (hidden.status, hidden.problem) == (404, "order-not-found")
    assert (await api.call("GET", "orders", token=other)).content["orders"] == []
    assert (await api.call("GET", f"orders/{order_id}", token=admin)).status == 200
    for token in (customer, admin):
        listed = (await api.call("GET", "orders", token=token)).content["orders"]
        assert [order["id"] for order in listed] == [order_id]
    for decision in ("approve", "reject", "resume"):
        assert (await api.call("POST", f"orders/{order_id}/{decision}", token=customer)).status == 403


async def test_the_own_orders_newest_first_page_by_page(api: Api, customer: str, product: str) -> None:
    placed = [(await _place(api, customer, _body(product))).content["order"]["id"] for _ in range(3)]
    first = (await api.call("GET", "orders?limit=2", token=customer)).content
    second = (await api.call("GET", f"orders?limit=2&cursor={first['nextCursor']}", token=customer)).content
    assert [order["id"] for order in first["orders"] + second["orders"]] == placed[::-1]
    assert second["nextCursor"] is None


async def test_a_large_order_waits_for_an_admin(api: Api, admin: str, customer: str, dear_product: str) -> None:
    order_id = (await _place(api, customer, _body(dear_product))).content["order"]["id"]
    await _stage(api, customer, order_id, "awaiting-approval")
    assert (await api.call("POST", f"orders/{order_id}/approve", token=admin)).status == 202
    assert (await api.call("POST", f"orders/{order_id}/approve", token=admin)).status == 200
    other = await api.call("POST", f"orders/{order_id}/reject", token=admin)
    assert (other.status, other.problem) == (409, "order-state")
    await _stage(api, customer, order_id, "confirmed")


async def test_a_rejected_order_is_cancelled(api: Api, admin: str, customer: str, dear_product: str) -> None:
    order_id = (await _place(api, customer, _body(dear_product))).content["order"]["id"]
    await _stage(api, customer, order_id, "awaiting-approval")
    assert (await api.call("POST", f"orders/{order_id}/reject", token=admin)).status == 202
    assert (await _stage(api, customer, order_id, "cancelled"))["cancelReason"] == "approval-rejected"


async def test_a_confirmed_order_is_undone_or_shipped(api: Api, admin: str, customer: str, product: str) -> None:
    order_id = (await _place(api, customer, _body(product, 4))).content["order"]["id"]
    await _stage(api, customer, order_id, "confirmed")
    assert (await api.call("POST", f"orders/{order_id}/cancel", token=customer)).status == 202
    assert (await _stage(api, customer, order_id, "cancelled"))["cancelReason"] == "customer"
    assert (await api.call("POST", f"orders/{order_id}/cancel", token=customer)).status == 200
    assert (await api.call("GET", f"products/{product}")).content["product"]["inventory"] == 10
    shipped_id = (await _place(api, customer, _body(product))).content["order"]["id"]
    await _stage(api, customer, shipped_id, "confirmed")
    shipped = await api.call("PATCH", f"orders/{shipped_id}", {"status": "shipped"}, token=admin)
    assert (shipped.status, shipped.content["order"]["status"]) == (200, "shipped")
    late = await api.call("POST", f"orders/{shipped_id}/cancel", token=customer)
    assert (late.status, late.problem) == (409, "order-state")


async def test_the_same_key_and_body_is_one_order(api: Api, customer: str, product: str, database: Database) -> None:
    first = await _place(api, customer, _body(product), **{"Idempotency-Key": "k1"})
    again = await _place(api, customer, _body(product), **{"Idempotency-Key": "k1"})
    assert (first.status, "idempotent-replayed" in first.headers) == (201, False)
    assert (again.status, again.headers["idempotent-replayed"], again.content) == (201, "true", first.content)
    assert again.headers["location"] == first.headers["location"]
    other = await _place(api, customer, _body(product, 2), **{"Idempotency-Key": "k1"})
    assert (other.status, other.problem) == (422, "idempotency-key-reused")
    orders = [found for found in database.everything("orders") if found["type"] == "order"]
    assert len(orders) == 1


async def test_many_at_once_with_one_key_are_one_order(
    api: Api, customer: str, product: str, database: Database
) -> None:
    calls = [_place(api, customer, _body(product), **{"Idempotency-Key": "k1"}) for _ in range(8)]
    answers = await asyncio.gather(*calls)
    assert {answer.status for answer in answers} <= {201, 409}
    assert {answer.problem for answer in answers if answer.status == 409} <= {"request-in-flight"}
    orders = [found for found in database.everything("orders") if found["type"] == "order"]
    assert len(orders) == 1


async def test_a_refused_request_frees_its_key(api: Api, customer: str, product: str) -> None:
    refused = await _place(api, customer, _body(product, price=1), **{"Idempotency-Key": "k1"})
    assert refused.status == 409
    placed = await _place(api, customer, _body(product, price=12.5), **{"Idempotency-Key": "k1"})
    assert (placed.status, "idempotent-replayed" in placed.headers) == (201, False)
