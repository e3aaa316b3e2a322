"""Decisions about orders, as functions on the document."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.orders.document import Order
from shared.orders.errors import OrderConflictError
from shared.orders.status import FORWARD, CancelReason, Decision, OrderStatus, Stage, has_reached
from shared.orders.transitions import (
    Happening,
    begin_cancelling,
    claim_stage,
    complete_cancelling,
    confirm,
    decide,
    move_status,
    park,
    request_cancel,
    time_out_approval,
    unpark,
)
from tests.unit.orders.orders import NOW, order


def at_stage(stage: Stage) -> Order:
    """An order that has come as far as `stage`."""
    made = order()
    for step in FORWARD[1 : FORWARD.index(stage) + 1]:
        confirm(made, NOW) if step == Stage.CONFIRMED else claim_stage(made, step, NOW)
    return made


def types(happenings: list[Happening]) -> list[str]:
    return [happening.type for happening in happenings]


def test_a_stage_is_claimed_once_and_never_backwards() -> None:
    made = order()
    assert types(claim_stage(made, Stage.PAYING, NOW)) == ["order.paying"]
    assert claim_stage(made, Stage.PAYING, NOW) == []
    assert claim_stage(made, Stage.RESERVING, NOW) == []
    assert made.stage == Stage.PAYING


def test_after_a_cancel_request_no_stage_can_be_claimed() -> None:
    made = at_stage(Stage.RESERVING)
    request_cancel(made, by_admin=False, actor="u1", now=NOW)
    assert claim_stage(made, Stage.CONFIRMING, NOW) == []
    assert made.stage == Stage.RESERVING


def test_the_first_decision_holds_and_the_same_again_changes_nothing() -> None:
    made = at_stage(Stage.AWAITING_APPROVAL)
    assert types(decide(made, Decision.APPROVED, "admin", NOW)) == ["order.approval-decided"]
    assert decide(made, Decision.APPROVED, "other", NOW) == []
    with pytest.raises(OrderConflictError):
        decide(made, Decision.REJECTED, "other", NOW)
    assert time_out_approval(made, NOW) == []
    assert made.decision is not None
    assert (made.decision.value, made.decision.actor) == (Decision.APPROVED, "admin")


@pytest.mark.parametrize("stage", [stage for stage in FORWARD if stage != Stage.AWAITING_APPROVAL])
def test_nothing_can_be_decided_at_another_stage(stage: Stage) -> None:
    made = at_stage(stage)
    before = made.model_dump()
    with pytest.raises(OrderConflictError):
        decide(made, Decision.APPROVED, "admin", NOW)
    assert made.model_dump() == before


def test_a_time_out_is_a_decision() -> None:
    made = at_stage(Stage.AWAITING_APPROVAL)
    assert types(time_out_approval(made, NOW)) == ["order.approval-decided"]
    with pytest.raises(OrderConflictError):
        decide(made, Decision.APPROVED, "admin", NOW)


def test_a_shipped_order_cannot_be_cancelled() -> None:
    made = at_stage(Stage.CONFIRMED)
    move_status(made, OrderStatus.SHIPPED, "admin", NOW)
    before = made.model_dump()
    with pytest.raises(OrderConflictError):
        request_cancel(made, by_admin=True, actor="admin", now=NOW)
    assert made.model_dump() == before


def test_cancelling_a_confirmed_order_opens_it_again_until_it_is_cancelled() -> None:
    made = at_stage(Stage.CONFIRMED)
    assert (made.status, made.open) == (OrderStatus.CONFIRMED, False)
    request_cancel(made, by_admin=False, actor="u1", now=NOW)
    assert (made.open, made.instance_in_charge) == (True, "o1:cancel")
    assert types(begin_cancelling(made, CancelReason.CUSTOMER, NOW)) == ["order.cancelling"]
    assert types(complete_cancelling(made, NOW)) == ["order.cancelled"]
    assert (made.status, made.stage, made.open) == (OrderStatus.CANCELLED, Stage.CANCELLED, False)
    assert complete_cancelling(made, NOW) == []


def test_the_first_reason_to_cancel_stays() -> None:
    made = at_stage(Stage.PAYING)
    begin_cancelling(made, CancelReason.PAYMENT_DECLINED, NOW)
    assert begin_cancelling(made, CancelReason.ADMIN, NOW) == []
    assert made.cancel_reason == CancelReason.PAYMENT_DECLINED


@pytest.mark.parametrize("stage", [Stage.VALIDATING, Stage.RESERVING, Stage.PAYING, Stage.CONFIRMING])
def test_a_parked_order_goes_on_where_it_was(stage: Stage) -> None:
    made = at_stage(stage)
    assert types(park(made, "resume-1", "reserve_stock kept failing")) == ["order.parked"]
    assert park(made, "resume-1", "again") == []
    assert types(unpark(made, "admin", NOW)) == ["order.resumed"]
    assert made.stage == stage
    with pytest.raises(OrderConflictError):
        unpark(made, "admin", NOW)


def test_parked_while_cancelling_goes_on_cancelling() -> None:
    made = at_stage(Stage.PAYING)
    begin_cancelling(made, CancelReason.PAYMENT_DECLINED, NOW)
    park(made, "resume-1", "undo_payment kept failing")
    unpark(made, "admin", NOW)
    assert made.stage == Stage.CANCELLING


def test_only_delivery_follows_shipping() -> None:
    made = at_stage(Stage.CONFIRMED)
    with pytest.raises(OrderConflictError):
        move_status(made, OrderStatus.DELIVERED, "admin", NOW)
    assert types(move_status(made, OrderStatus.SHIPPED, "admin", NOW)) == ["order.shipped"]
    assert types(move_status(made, OrderStatus.DELIVERED, "admin", NOW)) == ["order.delivered"]
    assert move_status(made, OrderStatus.DELIVERED, "admin", NOW) == []


MOVES: dict[str, Callable[[Order, int], list[Happening]]] = {
    "claim": lambda made, n: claim_stage(made, FORWARD[n % 5], NOW),
    "approve": lambda made, _: decide(made, Decision.APPROVED, "a", NOW),
    "reject": lambda made, _: decide(made, Decision.REJECTED, "a", NOW),
    "time out": lambda made, _: time_out_approval(made, NOW),
    "cancel": lambda made, n: request_cancel(made, bool(n % 2), "a", NOW),
    "begin": lambda made, n: begin_cancelling(made, list(CancelReason)[n % 8], NOW),
    "complete": lambda made, _: complete_cancelling(made, NOW) if made.stage == Stage.CANCELLING else [],
    "confirm": lambda made, _: confirm(made, NOW),
    "park": lambda made, n: park(made, f"resume-{n}", "cause"),
    "unpark": lambda made, _: unpark(made, "a", NOW),
    "ship": lambda made, _: move_status(made, OrderStatus.SHIPPED, "a", NOW),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 20)), max_size=30))
def test_no_sequence_of_moves_breaks_an_order(moves: list[tuple[str, int]]) -> None:
    made, seen = order(), list[str]()
    for name, n in moves:
        before = made.model_copy(deep=True)
        try:
            seen += types(MOVES[name](made, n))
        except OrderConflictError:
            assert made == before
        assert not (before.status == OrderStatus.CANCELLED and made.status != OrderStatus.CANCELLED)
        if has_reached(before.stage, Stage.CONFIRMING) and made.stage in FORWARD:
            assert has_reached(made.stage, Stage.CONFIRMING)
        assert made.decision is None or before.decision in (None, made.decision)
        assert (made.status == OrderStatus.CANCELLED) == (made.stage == Stage.CANCELLED)
    assert all(seen.count(kind) == 1 for kind in set(seen) - {"order.parked", "order.resumed"})
