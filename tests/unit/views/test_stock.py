"""What stock events count."""

from typing import Any

import pytest

from shared.events.event import Event, MalformedEventError
from shared.views.stock import stock_increments


def event(kind: str, **data: Any) -> Event:
    return Event(id="e1", type=kind, time="2026-03-01T12:00:00.000000Z", aggregate="cup", data=data)


@pytest.mark.parametrize(
    ("kind", "data", "told"),
    [
        ("product.created", {}, "the data of product.created e1 don't tell inventory"),
        ("product.stock-changed", {"change": None}, "product.stock-changed e1 can't be counted"),
        ("stock.held", {"quantity": 2}, "the data of stock.held e1 don't tell change"),
        ("stock.eaten", {"quantity": 2, "change": -2}, "stock.eaten e1 can't be counted: 'eaten'"),
    ],
)
def test_an_event_that_does_not_tell_what_it_should_is_refused_by_name(
    kind: str, data: dict[str, Any], told: str
) -> None:
    with pytest.raises(MalformedEventError, match=told):
        stock_increments(event(kind, **data))


def test_an_event_about_something_else_is_not_counted() -> None:
    assert stock_increments(event("product.updated", name="Cup")) is None
    assert stock_increments(event("stock.held", quantity=2, change=-2)) == {"available": -2, "held": 2, "committed": 0}
