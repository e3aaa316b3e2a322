"""The order workflow from its start to each of its ends, with stock and money as they must be there."""

import json
from datetime import timedelta

import pytest

from shared.orders.errors import OrderConflictError
from shared.orders.status import Decision
from tests.unit.orders.orders import order as new_order
from tests.workflow.order_world import OrderWorld

CONFIRMED = ("confirmed", "confirmed", None)
STAGES = ["order.reserving", "order.reserved", "order.paying", "order.payment-authorised", "order.confirming"]


async def test_an_order_is_confirmed_with_its_stock_committed_and_its_money_captured(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    run = await world.place("o1", ("lamp", 2))
    assert await run.result() == {"orderId": "o1", "status": "confirmed", "reason": None}
    assert await run.custom_status() == "confirmed"
    assert await world.summary("o1") == CONFIRMED
    assert await world.inventory("lamp") == 3
    assert await world.reservations("lamp") == {"o1": "committed"}
    assert await world.money("o1") == ("captured", 2000, 2000, 0)
    assert await world.shop.tokens.get("o1") is None
    assert await world.events("o1") == ["order.created", *STAGES, "order.payment-captured", "order.confirmed"]


async def test_too_little_stock_cancels_and_gives_back_what_was_held(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    await world.product("vase", 1)
    run = await world.place("o1", ("vase", 2), ("lamp", 2))
    assert (await run.result())["reason"] == "insufficient-stock"
    assert await world.summary("o1") == ("cancelled", "cancelled", "insufficient-stock")
    assert (await world.inventory("lamp"), await world.inventory("vase")) == (5, 1)
    assert await world.reservations("lamp") == {"o1": "released"}
    assert (await world.payment("o1")).entries == []


async def test_a_product_that_is_gone_cancels(world: OrderWorld) -> None:
    run = await world.place("o1", ("nothing", 1))
    assert (await run.result())["reason"] == "product-unavailable"
    assert await world.events("o1") == ["order.created", "order.cancelling", "order.cancelled"]


@pytest.mark.parametrize(
    ("token", "reason", "state"),
    [("tok_decline", "payment-declined", "voided"), ("tok_timeout", "payment-timeout", "voided")],
)
async def test_a_refused_payment_cancels_and_blocks_a_later_one(
    world: OrderWorld, token: str, reason: str, state: str
) -> None:
    await world.product("lamp", 5)
    run = await world.place("o1", ("lamp", 2), token=token)
    assert (await run.result())["reason"] == reason
    assert await world.summary("o1") == ("cancelled", "cancelled", reason)
    assert await world.inventory("lamp") == 5
    assert await world.money("o1") == (state, 0, 0, 0)
    late = await world.shop.gateway.authorise("late", "o1", 2000, "USD", "tok_approve")
    assert late.outcome == "voided"
    assert await world.money("o1") == (state, 0, 0, 0)


async def test_a_payment_that_fails_three_times_is_repeated_with_growing_delays(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    start = world.workflow.clock.now()
    run = await world.place("o1", ("lamp", 1), token="tok_fail_3")
    await run.result()
    assert await world.summary("o1") == CONFIRMED
    assert world.workflow.clock.now() - start == timedelta(seconds=1 + 2 + 4)
    assert await world.money("o1") == ("captured", 1000, 1000, 0)
    assert [name for name, _ in world.workflow.calls].count("authorise_payment") == 4
    assert "tok_" not in json.dumps(await run.history())  # a token is nothing for histories and logs, errors included


async def test_a_provider_that_stays_away_is_a_payment_time_out(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    start = world.workflow.clock.now()
    run = await world.place("o1", ("lamp", 1), token="tok_fail_9999")
    assert (await run.result())["reason"] == "payment-timeout"
    assert timedelta(minutes=14) < world.workflow.clock.now() - start <= timedelta(minutes=15)
    assert await world.inventory("lamp") == 5
    assert await world.money("o1") == ("voided", 0, 0, 0)


async def test_exactly_the_limit_needs_no_approval(world: OrderWorld) -> None:
    await world.product("lamp", 5)
    await (await world.place("o1", ("lamp", 1), price=100_000)).result()
    assert await world.summary("o1") == CONFIRMED


async def waiting(world: OrderWorld) -> None:
    """An order over the limit that waits for its approval."""
    await world.product("lamp", 5)
    run = await world.place("o1", ("lamp", 1), price=100_001)
    await world.workflow.settle()
    assert await world.summary("o1") == ("pending", "awaiting-approval", None)
    assert await run.custom_status() == "awaiting-approval"


async def test_an_approved_order_goes_on(world: OrderWorld) -> None:
    await waiting(world)
    assert (await world.service.decide("o1", Decision.APPROVED, actor="admin"))[1] is True
    await world.workflow.run("o1").result()
    assert await world.summary("o1") == CONFIRMED
    assert world.workflow.clock.next_wake is None


async def test_a_rejected_order_is_cancelled(world: OrderWorld) -> None:
    await waiting(world)
    await world.service.decide("o1", Decision.REJECTED, actor="admin")
    await world.workflow.run("o1").result()
    assert await world.summary("o1") == ("cancelled", "cancelled", "approval-rejected")
    assert await world.inventory("lamp") == 5


async def test_without_a_decision_the_order_ends_after_a_day(world: OrderWorld) -> None:
    await waiting(world)
    start = world.workflow.clock.now()
    await world.workflow.run("o1").result()
    assert await world.summary("o1") == ("cancelled", "cancelled", "approval-timeout")
    assert world.workflow.clock.now() - start == timedelta(hours=24)
    with pytest.raises(OrderConflictError):
        await world.service.decide("o1", Decision.APPROVED, actor="admin")


async def test_an_event_without_a_decision_wakes_nobody_for_good(world: OrderWorld) -> None:
    await waiting(world)
    await world.workflow.run("o1").raise_event("decision-1")
    assert await world.summary("o1") == ("pending", "awaiting-approval", None)
    await world.service.decide("o1", Decision.APPROVED, actor="admin")
    await world.workflow.run("o1").result()
    assert await world.summary("o1") == CONFIRMED


async def test_a_cancel_while_waiting_for_the_approval_ends_the_order(world: OrderWorld) -> None:
    await waiting(world)
    await world.service.cancel("o1", actor="u1", owner_id="u1")
    await world.workflow.run("o1").result()
    assert await world.summary("o1") == ("cancelled", "cancelled", "customer")


async def test_placing_a_confirmed_order_again_starts_nothing(world: OrderWorld) -> None:
    await world.product("p1", 5)
    await world.shop.tokens.keep("o1", None)
    order = new_order("o1")
    await world.service.place(order)
    await world.workflow.run("o1").result()
    assert (await world.service.place(order)).status == "confirmed"
    await world.workflow.settle()
    assert await world.workflow.engine.get("o1:cancel") is None
    assert await world.summary("o1") == CONFIRMED
