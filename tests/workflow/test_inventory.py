"""Stock on the Cosmos DB stand-in: it can't be oversold and can't be lost, whoever repeats what in which order."""

import asyncio
from datetime import timedelta

from shared.clients import clients
from shared.inventory.repository import HoldResult
from shared.services import Services
from shared.time import utc_now
from tests.workflow.order_world import OrderWorld

HALF_AN_HOUR = timedelta(minutes=30)


async def test_fifty_at_once_take_exactly_what_is_there(world: OrderWorld) -> None:
    await world.product("lamp", 10)
    tries = [world.shop.inventory.hold("lamp", f"o{n}", 1, HALF_AN_HOUR) for n in range(50)]
    results = await asyncio.gather(*tries)
    assert results.count(HoldResult.TAKEN) == 10
    assert results.count(HoldResult.INSUFFICIENT) == 40
    assert await world.inventory("lamp") == 0
    assert len(await world.reservations("lamp")) == 10


async def test_the_same_hold_at_the_same_time_takes_once(world: OrderWorld) -> None:
    await world.product("lamp", 10)
    results = await asyncio.gather(*(world.shop.inventory.hold("lamp", "o1", 4, HALF_AN_HOUR) for _ in range(8)))
    assert set(results) == {HoldResult.TAKEN}
    assert await world.inventory("lamp") == 6


async def test_a_release_before_the_hold_refuses_the_hold(world: OrderWorld) -> None:
    await world.product("lamp", 10)
    await world.shop.inventory.release("lamp", "o1", 4)
    assert await world.shop.inventory.hold("lamp", "o1", 4, HALF_AN_HOUR) == HoldResult.ENDED
    assert await world.inventory("lamp") == 10
    assert await world.reservations("lamp") == {"o1": "released"}


async def test_releasing_at_the_same_time_gives_back_once(world: OrderWorld) -> None:
    await world.product("lamp", 10)
    await world.shop.inventory.hold("lamp", "o1", 4, HALF_AN_HOUR)
    await world.shop.inventory.commit("lamp", "o1")
    await asyncio.gather(*(world.shop.inventory.release("lamp", "o1", 4) for _ in range(8)))
    assert await world.inventory("lamp") == 10
    assert await world.reservations("lamp") == {"o1": "released"}
    assert await world.shop.inventory.commit("lamp", "o1") == HoldResult.ENDED


async def test_an_overdue_hold_gives_back_once_and_is_taken_anew_when_it_is_committed(world: OrderWorld) -> None:
    await world.product("lamp", 10)
    await world.shop.inventory.hold("lamp", "o1", 4, HALF_AN_HOUR)
    later = Services(clients(), lambda: utc_now() + timedelta(hours=1)).inventory
    assert await world.shop.inventory.overdue() == []
    (overdue,) = await later.overdue()
    assert sorted(await asyncio.gather(*(later.expire(overdue) for _ in range(8)))) == [False] * 7 + [True]
    assert await world.inventory("lamp") == 10
    assert await later.commit("lamp", "o1") == HoldResult.TAKEN
    assert await later.commit("lamp", "o1") == HoldResult.TAKEN
    assert await world.inventory("lamp") == 6


async def test_an_expired_hold_is_refused_when_others_have_taken_the_stock(world: OrderWorld) -> None:
    await world.product("lamp", 4)
    await world.shop.inventory.hold("lamp", "o1", 4, HALF_AN_HOUR)
    later = Services(clients(), lambda: utc_now() + timedelta(hours=1)).inventory
    await later.expire((await later.overdue())[0])
    await later.hold("lamp", "o2", 1, HALF_AN_HOUR)
    assert await later.commit("lamp", "o1") == HoldResult.INSUFFICIENT
    assert await world.inventory("lamp") == 3
    assert await world.reservations("lamp") == {"o1": "expired", "o2": "held"}
