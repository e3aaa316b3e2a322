"""Cancelling at each stage: the order ends cancelled, its stock is back and its money undone."""

from typing import Any

import pytest

import activities
from localcloud.testing.functions import durable_functions
from shared.orders.errors import OrderConflictError
from shared.orders.status import OrderStatus
from tests.workflow.order_world import OrderWorld

REAL = durable_functions(activities.blueprints)


def around(world: OrderWorld, name: str, *, before: Any = None, after: Any = None) -> None:
    """Does something once, just before or after an activity's first run."""
    pending = {"before": before, "after": after}

    async def wrapped(request: Any) -> Any:
        if (act := pending.pop("before", None)) is not None:
            await act()
        result = await REAL[name].body(request=request)
        if (act := pending.pop("after", None)) is not None:
            await act()
        return result

    world.workflow.replace(name, wrapped)


async def lose_the_answer() -> None:
    raise ConnectionError("the answer was lost")


async def undone(world: OrderWorld, reason: str = "customer") -> None:
    """The order is cancelled and nothing is held, in the shop or at the provider."""
    assert await world.summary("o1") == ("cancelled", "cancelled", reason)
    assert await world.inventory("lamp") == 5
    assert set((await world.reservations("lamp")).values()) <= {"released"}
    payment = await world.payment("o1")
    assert payment.captured_minor == payment.refunded_minor
    assert str(payment.state) in {"new", "voided", "refunded"}
    assert await world.shop.tokens.get("o1") is None or payment.entries == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "activity", ["validate_order", "reserve_stock", "authorise_payment", "commit_stock", "capture_payment"]
)
async def test_a_cancel_at_any_moment_undoes_everything(world: OrderWorld, activity: str, when: str) -> None:
    await world.product("lamp", 5)

    async def cancel() -> None:
        await world.service.cancel("o1", actor="u1", owner_id="u1")

    around(world, activity, **{when: cancel})
    await (await world.place("o1", ("lamp", 2))).end()
    if await world.workflow.engine.get("o1:cancel") is not None:
        await world.workflow.run("o1:cancel").result()
    await undone(world)
    assert (await world.events("o1")).count("order.cancel-requested") == 1


async def test_a_confirmed_order_is_cancelled_by_an_orchestration_of_its_own(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    await (await world.place("o1", ("lamp", 2))).result()
    history = await world.workflow.run("o1").history()
    await world.service.cancel("o1", actor="admin", owner_id=None)
    assert await world.workflow.run("o1:cancel").result() == {"orderId": "o1", "status": "cancelled"}
    await undone(world, "admin")
    assert await world.money("o1") == ("refunded", 2000, 2000, 2000)
    assert await world.workflow.run("o1").history() == history


async def test_cancelling_twice_is_cancelling_once(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    await (await world.place("o1", ("lamp", 2))).result()
    for _ in range(2):
        await world.service.cancel("o1", actor="u1", owner_id="u1")
    await world.workflow.run("o1:cancel").result()
    await world.service.cancel("o1", actor="u1", owner_id="u1")
    await undone(world)


async def test_a_shipped_order_is_not_cancelled(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    await (await world.place("o1", ("lamp", 2))).result()
    await world.service.move("o1", OrderStatus.SHIPPED, actor="admin")
    before = await world.order("o1")
    with pytest.raises(OrderConflictError):
        await world.service.cancel("o1", actor="u1", owner_id="u1")
    assert await world.order("o1") == before
    assert await world.workflow.engine.get("o1:cancel") is None


@pytest.mark.parametrize(
    "activity", ["reserve_stock", "authorise_payment", "commit_stock", "capture_payment", "confirm_order"]
)
async def test_a_step_whose_answer_was_lost_is_repeated_without_a_second_effect(
    world: OrderWorld, activity: str
) -> None:
    await world.product("lamp", 5)
    around(world, activity, after=lose_the_answer)
    await (await world.place("o1", ("lamp", 2))).result()
    assert await world.summary("o1") == ("confirmed", "confirmed", None)
    assert await world.inventory("lamp") == 3
    assert await world.money("o1") == ("captured", 2000, 2000, 0)
    events = await world.events("o1")
    assert len(events) == len(set(events))


@pytest.mark.parametrize("activity", ["begin_cancelling", "release_stock", "undo_payment", "complete_cancelling"])
async def test_a_compensation_whose_answer_was_lost_is_repeated_without_a_second_effect(
    world: OrderWorld, activity: str
) -> None:
    await world.product("lamp", 5)
    around(world, activity, after=lose_the_answer)
    await (await world.place("o1", ("lamp", 2), token="tok_decline")).result()
    await undone(world, "payment-declined")
