"""A thousand events on their way while parts are killed: each counts once, none is lost, nothing dies."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import pytest

from localcloud.testing.app import App
from tests.integration.survival.shopfront import Auditor, Shopfront
from tests.waiting import until

_ORDERS = 60
_PRODUCTS = 20
_STOCK_CHANGES = 400


async def _everything_applied(auditor: Auditor) -> list[dict[str, Any]] | None:
    """The orders, once the views have every event of the outbox."""
    orders = await auditor.documents("orders", "order")
    rows = {row["orderId"]: row["sequence"] for row in await auditor.documents("views", "customer-order")}
    if any(rows.get(order["id"]) != order["eventSequence"] for order in orders):
        return None
    wanted = await auditor.events("products", ("product.created", "product.stock-changed", "stock."))
    wanted += await auditor.events("orders", ("order.confirmed",))
    applied = {document["id"] for document in await auditor.documents("views", "applied")}
    return orders if all(f"applied:{event['id']}:1" in applied for event in wanted) else None


@pytest.mark.timeout(300)
async def test_killing_broker_host_and_database_while_events_flow_loses_and_repeats_nothing(app: App) -> None:
    shop = Shopfront(app)
    admin, customer = await shop.admin(), await shop.customer("listener")
    before = await _dead_letters(app)
    products = [await shop.product(admin, inventory=50) for _ in range(_PRODUCTS)]

    async def place(number: int) -> str:
        return await shop.order(customer, products[number % _PRODUCTS], f"flow-{number}")

    async def add(number: int) -> None:
        body = {"delta": 1, "reason": "delivery"}
        await shop.call("POST", f"/api/products/{products[number % _PRODUCTS]}/stock", admin, json=body)

    for start, victim in enumerate(("servicebus", "cosmos", "servicebus", "host")):
        work: list[Coroutine[Any, Any, object]] = [add(number) for number in range(start, _STOCK_CHANGES, 4)]
        if victim != "host":  # a key that the host takes with it stays locked for 30 s
            work += [place(number) for number in range(start, _ORDERS, 3)]
        batch = asyncio.gather(*work)
        await asyncio.wait({batch}, timeout=1)
        await app.kill(victim)
        await batch
    async with Auditor(app) as auditor:
        orders = await until(lambda: _everything_applied(auditor), 100, "the views to have every event")
        await _check_totals(auditor, orders, products)
    assert await _dead_letters(app) == before


async def _check_totals(auditor: Auditor, orders: list[dict[str, Any]], products: list[str]) -> None:
    events = await auditor.events("orders", ("order.",)) + await auditor.events("products", ("product.", "stock."))
    sold: Counter[str] = Counter()
    for order in orders:
        for line in order["items"] if order["status"] == "confirmed" else []:
            sold[line["productId"]] += line["quantity"]
    assert len(events) >= 1000
    for product in products:
        [stored] = await auditor.documents("products", "product", id=product)
        [stock] = await auditor.documents("views", "stock", productId=product)
        assert (stock["available"], stock["held"], stock["committed"]) == (stored["inventory"], 0, sold[product])
        [sales] = await auditor.documents("views", "product-sales", productId=product)
        assert (sales["units"], sales["revenueMinor"]) == (sold[product], sold[product] * 1050)


async def _dead_letters(app: App) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "ops", "--settings", str(app.process.ready_file), "dead-letters", "list", "--json"]
    done = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)["deadLetters"]
    return found
