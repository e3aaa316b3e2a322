"""Many at once: stock is never oversold and never lost."""

import asyncio
from functools import partial
from typing import Any

from tests.integration.api.client import ADDRESS, PRODUCT, Api
from tests.integration.api.database import Database
from tests.waiting import until


async def _order_as_a_new_customer(api: Api, number: int, product: str) -> tuple[str, str]:
    email = f"customer-{number}@example.com"
    await api.register(email)
    token = await api.token(email)
    body = {"items": [{"productId": product, "quantity": 1}], "shippingAddress": ADDRESS}
    placed = await api.call("POST", "orders", body, token=token)
    assert placed.status == 201
    return token, str(placed.content["order"]["id"])


async def test_50_customers_order_the_last_10_pieces(api: Api, admin: str, product: str, database: Database) -> None:
    placed = await asyncio.gather(*(_order_as_a_new_customer(api, number, product) for number in range(50)))

    async def ended(token: str, order_id: str) -> dict[str, Any] | None:
        order: dict[str, Any] = (await api.call("GET", f"orders/{order_id}", token=token)).content["order"]
        return order if order["stage"] in {"confirmed", "cancelled"} else None

    orders = [await until(partial(ended, token, order_id), 60) for token, order_id in placed]
    outcomes = [(order["status"], order.get("cancelReason")) for order in orders]
    assert sorted(outcomes, key=str) == [("cancelled", "insufficient-stock")] * 40 + [("confirmed", None)] * 10
    assert (await api.call("GET", f"products/{product}")).content["product"]["inventory"] == 0
    held = [found["state"] for found in database.partition("products", product) if found["type"] == "reservation"]
    assert (held.count("committed"), held.count("held")) == (10, 0)


async def test_an_admins_changes_get_through_while_orders_come_in(
    api: Api, admin: str, customer: str, database: Database
) -> None:
    product = (await api.call("POST", "products", {**PRODUCT, "inventory": 100}, token=admin)).content["product"]["id"]
    body = {"items": [{"productId": product, "quantity": 2}], "shippingAddress": ADDRESS}

    async def order() -> int:
        return (await api.call("POST", "orders", body, token=customer)).status

    async def edit(number: int) -> int:
        changed = await api.call("PATCH", f"products/{product}", {"description": f"edit {number}"}, token=admin)
        added = await api.call("POST", f"products/{product}/stock", {"delta": 1, "reason": "count"}, token=admin)
        return max(changed.status, added.status)

    answers = await asyncio.gather(*(order() for _ in range(15)), *(edit(number) for number in range(5)))
    assert answers == [201] * 15 + [200] * 5

    async def settled() -> bool | None:
        shown = (await api.call("GET", "orders?limit=100", token=customer)).content["orders"]
        return True if {found["stage"] for found in shown} == {"confirmed"} else None

    await until(settled, 60)
    assert (await api.call("GET", f"products/{product}")).content["product"]["inventory"] == 100 - 15 * 2 + 5
    sequences = [found["sequence"] for found in database.partition("products", product) if found.get("sequence")]
    assert sorted(sequences) == list(range(1, 12))
