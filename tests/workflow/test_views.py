"""The views after orders of every kind: each event counts once, in whatever order and however often it comes."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest

from shared.clients import container
from shared.events.event import Event
from shared.messaging.patience import NotVisibleYetError
from shared.orders.status import OrderStatus
from shared.time import utc_now
from shared.views.generations import RebuildTakenOverError, View
from shared.views.order_list import OrderList
from tests.workflow.order_world import OrderWorld
from tests.workflow.view_world import ViewWorld


@pytest.fixture
async def lived(world: OrderWorld) -> OrderWorld:
    """A shop in which orders were confirmed, cancelled at several points, shipped, and one expired."""
    await world.product("cup", 10, 1250)
    await world.product("pot", 3, 3000)
    for order_id, wanted, token in (
        ("confirmed", [("cup", 2), ("pot", 1)], None),
        ("declined", [("cup", 1)], "tok_decline"),
        ("too-many", [("pot", 9)], None),
        ("undone", [("cup", 3)], None),
        ("shipped", [("cup", 1)], None),
    ):
        await (await world.place(order_id, *wanted, token=token, price=1250)).end()
    await world.service.cancel("undone", actor="user-1", owner_id=None)
    await world.workflow.run("undone:cancel").end()
    await world.service.move("shipped", OrderStatus.SHIPPED, actor="admin")
    await world.shop.inventory.hold("cup", "abandoned", 1, timedelta(seconds=-1))
    [overdue] = await world.shop.inventory.overdue()
    await world.shop.inventory.expire(overdue)
    return world


_ORDERS = ("confirmed", "declined", "too-many", "undone", "shipped")


async def _totals(views: ViewWorld, product: str) -> tuple[dict[str, int], dict[str, int]]:
    return await views.projector.sales.totals(product, "1"), await views.projector.stock.totals(product, "1")


async def _assert_right(world: OrderWorld, views: ViewWorld) -> None:
    ignored = {"milestones", "workflow_id", "awaited_event", "wake_ups", "decision", "cancel_request", "etag"}
    for order_id in _ORDERS:
        order = await world.order(order_id)
        shown = await views.shown(order)
        assert shown.model_dump(exclude=ignored) == order.model_dump(exclude=ignored)
    cup_sales, cup_stock = await _totals(views, "cup")
    assert cup_sales == {
        "orders": 3,
        "units": 6,
        "revenueMinor": 7500,
        "cancelledOrders": 1,
        "cancelledUnits": 3,
        "refundedMinor": 3750,
    }
    assert cup_stock == {"available": 7, "held": 0, "committed": 3}
    pot_sales, pot_stock = await _totals(views, "pot")
    assert (pot_sales["orders"], pot_sales["units"], pot_sales["cancelledOrders"]) == (1, 1, 0)
    assert pot_stock == {"available": 2, "held": 0, "committed": 1}
    for product in ("cup", "pot"):
        assert (await _totals(views, product))[1]["available"] == await world.inventory(product)


async def test_the_views_say_what_the_documents_say(lived: OrderWorld) -> None:
    views = ViewWorld()
    await views.apply(await views.events())
    await _assert_right(lived, views)


async def test_duplicates_and_another_order_change_nothing(lived: OrderWorld) -> None:
    views, events = ViewWorld(), []
    events = await views.events() * 3
    random.Random(7).shuffle(events)
    await views.apply(events)
    await _assert_right(lived, views)


async def test_at_the_same_time_each_event_still_counts_once(lived: OrderWorld) -> None:
    views = ViewWorld()
    events = await views.events()
    await asyncio.gather(*(views.projector.apply(event) for event in events * 2))
    await _assert_right(lived, views)


async def test_lost_events_of_an_order_are_read_when_a_later_one_comes(lived: OrderWorld) -> None:
    views = ViewWorld()
    events = await views.events()
    await views.apply([event for event in events if event.type in ("order.shipped", "order.cancelled")])
    for order_id in ("shipped", "undone"):
        order = await lived.order(order_id)
        shown = await views.shown(order)
        assert (shown.status, shown.event_sequence) == (order.status, order.event_sequence)


async def test_a_rebuild_says_what_the_live_views_say(lived: OrderWorld) -> None:
    views = ViewWorld()
    await views.apply(await views.events())
    live = await views.content()
    for view in View:
        rebuilt = await views.rebuild(view, "2")
        assert rebuilt.removed > 0
        assert (await views.projector.pointers.of(view)).written == ("2",)
    assert await views.content() == live
    old = container("views").query_items("SELECT * FROM c WHERE c.generation = '1'")
    assert [document async for document in old] == []
    await views.apply(await views.events())  # applied before, by the rebuild
    assert await views.content() == live


async def test_what_happens_during_a_rebuild_is_in_both_generations(lived: OrderWorld) -> None:
    views = ViewWorld()
    await views.projector.pointers.begin(View.STOCK, "2")
    await views.apply(await views.events())
    active, building = [await views.projector.stock.totals("cup", generation) for generation in ("1", "2")]
    assert active == building == {"available": 7, "held": 0, "committed": 3}


async def test_a_rebuild_that_was_overtaken_does_not_switch(world: OrderWorld) -> None:
    pointers = ViewWorld().projector.pointers
    await pointers.begin(View.STOCK, "2")
    await pointers.begin(View.STOCK, "3")
    with pytest.raises(RebuildTakenOverError):
        await pointers.switch(View.STOCK, "2")
    assert (await pointers.of(View.STOCK)).written == ("1", "3")
    assert await pointers.switch(View.STOCK, "3") == "1"


async def test_an_event_of_an_order_that_is_not_there_is_not_visible_yet(world: OrderWorld) -> None:
    views = ViewWorld()
    event = Event(id="nope:1", type="order.created", time="2026-01-01T00:00:00Z", aggregate="nope", sequence=1)
    with pytest.raises(NotVisibleYetError):
        await views.projector.apply(event)
    assert await views.content() == []


async def _listed(orders: OrderList, user_id: str, **query: Any) -> list[str]:
    wanted = {"status": None, "limit": 10, "before": None, **query}
    return [order.id for order in await orders.page(user_id, **wanted)]


async def test_a_customers_list_comes_from_the_view(lived: OrderWorld) -> None:
    views = ViewWorld()
    orders = OrderList(container("views"), views.projector)
    user_id = (await lived.order("shipped")).user_id
    assert await _listed(orders, user_id) == []  # no event has come along yet
    await views.apply(await views.events())
    newest_first = await _listed(orders, user_id)
    assert set(newest_first) == set(_ORDERS)
    assert await _listed(orders, user_id, status=OrderStatus.SHIPPED) == ["shipped"]
    [first, *_] = await orders.page(user_id, status=None, limit=1, before=None)
    position = (first.to_document()["createdAt"], first.id)
    assert await _listed(orders, user_id, before=position) == newest_first[1:]
    assert await _listed(orders, "somebody-else") == []


async def test_an_order_in_progress_is_shown_as_it_is_now(world: OrderWorld) -> None:
    await world.product("cup", 10)
    run = await world.place("o1", ("cup", 1))
    views = ViewWorld()
    orders = OrderList(container("views"), views.projector)
    user_id = (await world.order("o1")).user_id
    await orders.show("o1")
    await run.end()
    [shown] = await orders.page(user_id, status=OrderStatus.CONFIRMED, limit=10, before=None)
    assert (shown.id, shown.stage) == ("o1", "confirmed")
    assert utc_now() - shown.updated_at < timedelta(days=2)
