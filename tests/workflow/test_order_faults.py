"""Cosmos DB falters while orders run: at the end stock, money and events add up as if it hadn't."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from activities.payment import authorise
from localcloud.testing.cloud import Cloud
from shared.clients import container
from shared.inventory.repository import HoldResult
from shared.orders.document import OrderLine
from shared.orders.status import Stage
from shared.orders.transitions import Happening
from tests.unit.orders.orders import order as new_order
from tests.workflow.order_world import OrderWorld
from tests.workflow.test_order_parking import Breakable

ORDERS = 20
TOKENS = ("tok_approve", "tok_decline", "tok_timeout", "tok_fail_2", None)
FAULTS: list[dict[str, Any]] = [{"drop": "after"}, {"status": 503}, {"status": 449}]


async def place_all(world: OrderWorld, cloud: Cloud) -> None:
    """Orders of two pieces of one lamp and one vase, by customers who pay in every way; there is enough for a half."""
    await world.product("lamp", ORDERS)
    await world.product("vase", ORDERS)
    for number in range(ORDERS):
        token = TOKENS[number % len(TOKENS)]
        await world.shop.tokens.keep(f"o{number}", token)
        order = new_order(f"o{number}", lines=[line("lamp", 2), line("vase", 1)])
        await world.shop.orders.create(order, Happening("order.created"))


def line(product_id: str, quantity: int) -> OrderLine:
    """An order line at 10.00."""
    return OrderLine(product_id=product_id, name=product_id.title(), quantity=quantity, price_minor=1000)


async def stock_events(product_id: str) -> list[int]:
    """What each event added to the inventory of a product."""
    query = "SELECT VALUE c.data.change FROM c WHERE STARTSWITH(c.type, 'stock.')"
    return [int(str(change)) async for change in container("products").query_items(query, partition_key=product_id)]


async def money_adds_up(world: OrderWorld, order_id: str, status: str) -> None:
    """Captured when confirmed; nothing kept when cancelled; every movement once."""
    payment = await world.payment(order_id)
    expected = 3000 if status == "confirmed" else 0
    assert payment.captured_minor - payment.refunded_minor == expected
    assert payment.authorised_minor >= payment.captured_minor >= payment.refunded_minor
    assert max(Counter(entry.key for entry in payment.entries).values(), default=1) == 1


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_stock_money_and_events_add_up(world: OrderWorld, cloud: Cloud, fault: dict[str, Any]) -> None:
    await place_all(world, cloud)
    orders = [await world.order(f"o{number}") for number in range(ORDERS)]
    with cloud.faults.cosmos(probability=0.05, **fault) as rule:
        await asyncio.gather(*(world.workflows.start(order) for order in orders))
        await world.workflow.settle()
        for order in orders:
            await world.workflow.run(order.id).result()
        assert cloud.faults.hits(rule) > 0
    confirmed = 0
    for order in orders:
        status, _, _ = await world.summary(order.id)
        assert status in ("confirmed", "cancelled")
        confirmed += status == "confirmed"
        await money_adds_up(world, order.id, status)
        events = await world.events(order.id)
        assert len(events) == len(set(events))
        assert await world.shop.tokens.get(order.id) is None or not (await world.payment(order.id)).entries
    assert await world.inventory("lamp") == ORDERS - 2 * confirmed == ORDERS + sum(await stock_events("lamp"))
    assert await world.inventory("vase") == ORDERS - confirmed == ORDERS + sum(await stock_events("vase"))
    assert Counter((await world.reservations("lamp")).values())["committed"] == confirmed


async def test_a_resume_whose_answer_is_lost_is_no_conflict(world: OrderWorld, cloud: Cloud) -> None:
    await world.product("lamp", 5)
    step = Breakable(world, "reserve_stock")
    run = await world.place("o1", ("lamp", 2))
    await world.until_stage("o1", Stage.PARKED)
    step.broken = False
    with cloud.faults.cosmos(container="orders", operation="batch", drop="after", count=1):
        assert (await world.service.resume("o1", actor="admin")).stage == Stage.VALIDATING
    assert (await world.events("o1")).count("order.resumed") == 1
    await run.result()
    assert await world.summary("o1") == ("confirmed", "confirmed", None)


async def test_no_other_token_takes_the_place_of_one_that_cannot_be_seen_yet(world: OrderWorld) -> None:
    await world.product("p1", 5)
    await world.shop.orders.create(new_order("o1"), Happening("order.created"))
    with pytest.raises(LookupError, match="The payment token of order o1 can't be seen"):
        await authorise(world.shop, {"orderId": "o1"})
    assert (await world.payment("o1")).entries == []
    await world.shop.tokens.keep("o1", "tok_decline")
    assert await authorise(world.shop, {"orderId": "o1"}) == {"cancel": "payment-declined"}


async def test_a_hold_that_met_its_own_unseen_write_is_not_a_refusal(world: OrderWorld, cloud: Cloud) -> None:
    """Another client's reads may not show the reservation yet: that says nothing about the stock."""
    await world.product("lamp", 2)
    assert await world.shop.inventory.hold("lamp", "o1", 2, timedelta(minutes=30)) == HoldResult.TAKEN
    with cloud.faults.cosmos(container="products", operation="read", status=404, count=2):
        assert await world.shop.inventory.hold("lamp", "o1", 2, timedelta(minutes=30)) == HoldResult.TAKEN
    assert await world.inventory("lamp") == 0
