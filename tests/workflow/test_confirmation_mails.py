"""Confirmation mails from events: once for each confirmed order, for nothing else."""

from pathlib import Path

import pytest

from ops.accounts import Account, ensure_account
from shared.accounts.user import Role
from shared.clients import container
from shared.events.event import Event, is_event
from shared.messaging.patience import NotVisibleYetError
from shared.orders.document import OrderLine
from shared.services import services
from tests.unit.orders.orders import order
from tests.workflow.order_world import OrderWorld


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set before the world reads the settings."""
    monkeypatch.setenv("MAIL_FOLDER", str(tmp_path / "mail"))
    return tmp_path / "mail"


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


async def _placed(world: OrderWorld, order_id: str, user_id: str) -> None:
    lines = [OrderLine(product_id="cup", name="Cup", quantity=1, price_minor=1000)]
    await world.shop.tokens.keep(order_id, None)
    await world.service.place(order(order_id, lines=lines, user_id=user_id))
    await world.workflow.run(order_id).end()


async def _events(order_id: str) -> list[Event]:
    found = container("orders").query_items("SELECT * FROM c", partition_key=order_id)
    return [Event.from_document(dict(document)) async for document in found if is_event(document)]


async def test_each_confirmed_order_is_told_once(folder: Path, world: OrderWorld) -> None:
    await world.product("cup", 10)
    wanted = Account("ada@example.com", "Ada", "correct horse", Role.USER)
    user, _ = await ensure_account(services(), wanted)
    await _placed(world, "o1", user.id)
    events = await _events("o1")
    sent = [await services().confirmations.send(event) for event in [*events, *events]]
    assert sent.count(True) == 1
    [confirmed] = [event for event in events if event.type == "order.confirmed"]
    assert _names(folder) == [f"o1-{confirmed.sequence}.eml"]


async def test_a_customer_who_is_gone_gets_no_mail(folder: Path, world: OrderWorld) -> None:
    await world.product("cup", 10)
    await _placed(world, "o1", "gone")
    assert [await services().confirmations.send(event) for event in await _events("o1")].count(True) == 0
    assert _names(folder) == []


async def test_an_order_that_cant_be_seen_is_tried_again(folder: Path, world: OrderWorld) -> None:
    event = Event(id="nope:8", type="order.confirmed", time="2026-01-01T00:00:00Z", aggregate="nope", sequence=8)
    with pytest.raises(NotVisibleYetError):
        await services().confirmations.send(event)
    assert _names(folder) == []
