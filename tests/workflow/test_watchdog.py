"""Orders whose workflow was never started, was ended from outside, or missed its wake-up."""

from datetime import timedelta
from typing import Any

from shared.clients import settings
from shared.orders.document import OrderLine
from shared.orders.service import OrderService
from shared.orders.status import Decision, Stage
from shared.orders.transitions import Happening, decide
from shared.orders.workflow import OrderWorkflows
from shared.time import utc_now
from tests.unit.orders.orders import order as new_order
from tests.workflow.order_world import EngineClient, OrderWorld
from tests.workflow.test_order_parking import Breakable
from triggers.watchdog import MOST_WAKE_UPS, wake_stuck_orders


async def watch(world: OrderWorld) -> list[str]:
    """One round of the watchdog, for which every order has been quiet for long enough."""
    touched = await wake_stuck_orders(world.shop.orders, world.workflows, utc_now() + timedelta(seconds=1))
    await world.workflow.settle()
    return touched


async def test_an_order_that_was_written_but_never_started_is_started(world: OrderWorld) -> None:
    await world.product("p1", 5)
    await world.shop.tokens.keep("o1", None)
    await world.shop.orders.create(new_order("o1"), Happening("order.created"))
    assert await watch(world) == ["o1"]
    await world.workflow.run("o1").result()
    assert await world.summary("o1") == ("confirmed", "confirmed", None)
    assert await watch(world) == []


async def test_a_decision_whose_wake_up_was_lost_is_picked_up(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    run = await world.place("o1", ("lamp", 1), price=100_001)
    await world.workflow.settle()
    assert await watch(world) == []
    await world.shop.orders.update("o1", lambda order, now: decide(order, Decision.APPROVED, "admin", now))
    assert await watch(world) == ["o1"]
    await run.result()
    assert await world.summary("o1") == ("confirmed", "confirmed", None)


async def test_an_order_that_does_not_move_is_parked_after_five_wake_ups(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    await world.place("o1", ("lamp", 1), price=100_001)
    await world.workflow.settle()
    await world.workflow.run("o1").suspend("an operator looks into it")
    await world.shop.orders.update("o1", lambda order, now: decide(order, Decision.APPROVED, "admin", now))
    for _ in range(MOST_WAKE_UPS):
        assert await watch(world) == ["o1"]
    await watch(world)
    assert (await world.order("o1")).stage == Stage.PARKED
    assert await watch(world) == []


async def test_a_terminated_instance_parks_the_order_and_resume_starts_a_new_one(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    step = Breakable(world, "authorise_payment")
    run = await world.place("o1", ("lamp", 2))
    await world.workflow.settle()
    await run.terminate("operator")
    history = await run.history()
    await watch(world)
    assert (await world.order("o1")).stage == Stage.PARKED
    step.broken = False
    order = await world.service.resume("o1", actor="admin")
    assert order.workflow_id != "o1"
    await world.workflow.run(order.workflow_id).result()
    assert await world.summary("o1") == ("confirmed", "confirmed", None)
    assert await world.inventory("lamp") == 3
    assert await run.history() == history


class Unreachable(EngineClient):
    """A durable client whose backend is away."""

    async def start_new(self, name: str, instance_id: str, client_input: Any) -> str:
        raise ConnectionError("the backend is away")


async def test_an_order_whose_workflow_could_not_be_started_stands_and_is_started_later(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    order = new_order("o1", lines=[OrderLine(product_id="lamp", name="Lamp", quantity=2, price_minor=1000)])
    await world.shop.tokens.keep("o1", None)
    away = OrderService(world.shop.orders, OrderWorkflows(Unreachable(world.workflow), settings()), utc_now)
    assert (await away.place(order)).id == "o1"
    assert await world.summary("o1") == ("pending", "validating", None)
    assert await watch(world) == ["o1"]
    await world.workflow.run("o1").result()
    assert await world.summary("o1") == ("confirmed", "confirmed", None)


async def test_a_cancellation_that_could_not_be_started_is_started_later(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    await (await world.place("o1", ("lamp", 2))).result()
    away = OrderService(world.shop.orders, OrderWorkflows(Unreachable(world.workflow), settings()), utc_now)
    assert (await away.cancel("o1", actor="u1", owner_id="u1")).status == "confirmed"
    assert await watch(world) == ["o1"]
    await world.workflow.run("o1:cancel").result()
    assert await world.summary("o1") == ("cancelled", "cancelled", "customer")
    assert (await world.inventory("lamp"), await world.money("o1")) == (5, ("refunded", 2000, 2000, 2000))
