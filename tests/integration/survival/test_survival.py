"""The running app under load and under fire: stock and money add up, and no order is lost or done twice."""

import asyncio
from collections import Counter

from localcloud.testing.app import App
from tests.integration.survival.shopfront import Auditor, Shopfront


async def test_fifty_customers_and_the_last_ten_pieces(app: App) -> None:
    shop = Shopfront(app)
    admin = await shop.admin()
    product = await shop.product(admin, inventory=10)
    customers = [await shop.customer(f"last-{n}") for n in range(50)]
    placing = [shop.order(token, product, "last-piece") for token in customers]
    orders = await shop.finished(admin, list(await asyncio.gather(*placing)), seconds=60)
    ends = Counter((order["status"], order.get("cancelReason")) for order in orders)
    assert ends == {("confirmed", None): 10, ("cancelled", "insufficient-stock"): 40}
    shown = await shop.call("GET", f"/api/products/{product}")
    assert shown["product"]["inventory"] == 0
    async with Auditor(app) as auditor:
        held = await auditor.documents("products", "reservation", productId=product)
        assert Counter(one["state"] for one in held) == {"committed": 10, "released": 40}


async def test_killing_worker_host_and_database_in_the_middle_of_a_hundred_orders_loses_nothing(app: App) -> None:
    shop = Shopfront(app)
    admin = await shop.admin()
    product = await shop.product(admin, inventory=200)
    customer = await shop.customer("survivor")

    async def place(numbers: range) -> list[str]:
        tokens = ["tok_approve", "tok_approve", "tok_approve", "tok_decline"]
        placing = [shop.order(customer, product, f"order-{n}", tokens[n % 4]) for n in numbers]
        return list(await asyncio.gather(*placing))

    placed: list[str] = []
    for start, victim in ((0, "worker"), (25, "host"), (50, "cosmos"), (75, None)):
        batch = asyncio.create_task(place(range(start, start + 25)))
        if victim is not None:
            await asyncio.wait({batch}, timeout=0.4)
            await app.kill(victim)
        placed += await batch
    assert len(set(placed)) == 100
    orders = await shop.finished(admin, placed, seconds=120)
    confirmed = {order["id"] for order in orders if order["status"] == "confirmed"}
    assert Counter(order.get("cancelReason") for order in orders) == {None: 75, "payment-declined": 25}
    shown = await shop.call("GET", f"/api/products/{product}")
    assert shown["product"]["inventory"] == 200 - 75
    async with Auditor(app) as auditor:
        held = await auditor.documents("products", "reservation", productId=product)
        assert {one["orderId"] for one in held if one["state"] == "committed"} == confirmed
        assert {one["state"] for one in held} <= {"committed", "released"}
        payments = [one for one in await auditor.documents("payments", "payment") if one["orderId"] in set(placed)]
        assert {one["orderId"] for one in payments if one["capturedMinor"] == 1050} == confirmed
        assert all(one["refundedMinor"] == 0 for one in payments)
        assert all(len({entry["key"] for entry in one["entries"]}) == len(one["entries"]) for one in payments)
