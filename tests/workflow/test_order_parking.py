"""What keeps failing parks the order: visible, alive, and going on when it is resumed."""

from datetime import timedelta
from typing import Any

import pytest

from shared.orders.errors import OrderConflictError
from shared.orders.status import Stage
from tests.workflow.order_world import OrderWorld
from tests.workflow.test_order_cancel import REAL, undone


class Breakable:
    """An activity that fails while it is broken."""

    def __init__(self, world: OrderWorld, name: str) -> None:
        self.broken, self.name = True, name
        world.workflow.replace(name, self)

    async def __call__(self, request: Any) -> Any:
        if self.broken:
            raise ConnectionError(f"{self.name} is broken")
        return await REAL[self.name].body(request=request)


async def test_a_step_that_keeps_failing_parks_the_order_until_it_is_resumed(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    step = Breakable(world, "reserve_stock")
    start = world.workflow.clock.now()
    run = await world.place("o1", ("lamp", 2))
    order = await world.until_stage("o1", Stage.PARKED)
    assert timedelta(minutes=14) < world.workflow.clock.now() - start <= timedelta(minutes=15)
    assert (str(order.status), await run.custom_status()) == ("pending", "parked")
    step.broken = False
    await world.service.resume("o1", actor="admin")
    await run.result()
    assert await world.summary("o1") == ("confirmed", "confirmed", None)
    assert await world.inventory("lamp") == 3
    with pytest.raises(OrderConflictError):
        await world.service.resume("o1", actor="admin")


async def test_parked_twice_goes_on_after_the_second_resume(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    step = Breakable(world, "commit_stock")
    run = await world.place("o1", ("lamp", 2))
    await world.until_stage("o1", Stage.PARKED)
    await world.service.resume("o1", actor="admin")
    await world.workflow.settle()
    assert (await world.order("o1")).stage == Stage.PAYING
    await world.until_stage("o1", Stage.PARKED)
    step.broken = False
    await world.service.resume("o1", actor="admin")
    await run.result()
    assert await world.summary("o1") == ("confirmed", "confirmed", None)


async def test_a_wake_up_without_resume_leaves_it_parked(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    step = Breakable(world, "reserve_stock")
    run = await world.place("o1", ("lamp", 2))
    parked = await world.until_stage("o1", Stage.PARKED)
    await run.raise_event(str(parked.awaited_event))
    assert (await world.order("o1")).stage == Stage.PARKED
    step.broken = False
    await world.service.resume("o1", actor="admin")
    await run.result()
    assert await world.summary("o1") == ("confirmed", "confirmed", None)


async def test_a_compensation_that_keeps_failing_keeps_no_other_from_its_work(world: OrderWorld) -> None:
    world.use_settings(compensation_patience=timedelta(minutes=10))
    await world.product("lamp", 5)
    undo = Breakable(world, "undo_payment")
    run = await world.place("o1", ("lamp", 2), token="tok_decline")
    await world.workflow.settle()
    assert await world.inventory("lamp") == 5
    assert await world.summary("o1") == ("pending", "cancelling", "payment-declined")
    await world.until_stage("o1", Stage.PARKED)
    assert await run.custom_status() == "parked"
    undo.broken = False
    await world.service.resume("o1", actor="admin")
    await run.result()
    await undone(world, "payment-declined")


async def test_a_parked_instance_ends_when_another_one_has_cancelled_the_order(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    step = Breakable(world, "capture_payment")
    run = await world.place("o1", ("lamp", 2))
    await world.workflow.settle()
    await world.workflow.skip_to_next_timer(world.workflow.clock.now() + timedelta(seconds=1))
    await world.service.cancel("o1", actor="u1", owner_id="u1")
    await world.until_stage("o1", Stage.CANCELLED, within=timedelta(hours=1))
    assert not (await run.status()).status.terminal
    step.broken = False
    assert await run.result() == {"orderId": "o1", "status": "cancelled", "reason": "customer"}
    await undone(world)
    events = await world.events("o1")
    assert len(events) == len(set(events))
