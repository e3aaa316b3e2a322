"""Messaging of the running app: work by queue, poison, a database that is away, events that come twice and late."""

import asyncio
import email
import email.policy
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from localcloud.testing.app import App
from shared.events.event import Event
from shared.events.publishing import event_message
from shared.messaging.entities import QUEUE, TOPIC
from tests.integration.survival.shopfront import ADDRESS, Auditor, Shopfront
from tests.waiting import until

_AWAY_SECONDS = 8


async def _send(app: App, target: str, *messages: ServiceBusMessage) -> None:
    async with ServiceBusClient.from_connection_string(app.settings["ServiceBus"]) as bus:
        sender = bus.get_queue_sender(target) if target == QUEUE else bus.get_topic_sender(target)
        async with sender:
            for message in messages:
                await sender.send_messages(message)


async def _dead_letters(app: App) -> dict[str, dict[str, Any]]:
    command = [sys.executable, "-m", "ops", "--settings", str(app.process.ready_file), "dead-letters", "list", "--json"]
    done = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    return {letter["messageId"]: letter for letter in json.loads(done.stdout)["deadLetters"]}


async def _sequences(auditor: Auditor, order_id: str) -> tuple[int, int]:
    """How many events the order has, and how many its customer's list has seen."""
    [order] = await auditor.documents("orders", "order", id=order_id)
    rows = await auditor.documents("views", "customer-order", orderId=order_id)
    return order["eventSequence"], rows[0]["sequence"] if rows else 0


async def test_an_order_by_message_goes_through_and_is_confirmed_by_mail(app: App, mail_folder: Path) -> None:
    shop = Shopfront(app)
    product = await shop.product(await shop.admin(), inventory=5)
    customer = await shop.customer("by-message")
    user_id = (await shop.call("GET", "/api/users/me", customer))["user"]["id"]
    wanted = {
        "action": "create_order",
        "idempotencyKey": "erp-1",
        "userId": user_id,
        "items": [{"productId": product, "quantity": 2}],
        "shippingAddress": ADDRESS,
    }
    await _send(app, QUEUE, *(ServiceBusMessage(json.dumps(wanted), message_id=f"erp-{n}") for n in (1, 2)))

    async def confirmed() -> list[dict[str, Any]] | None:
        orders: list[dict[str, Any]] = (await shop.call("GET", "/api/orders?status=confirmed", customer))["orders"]
        return orders or None

    [order] = await until(confirmed)
    assert (order["items"][0]["quantity"], order["totalAmount"]) == (2, 21.0)
    files = await until(lambda: _mails(mail_folder, order["id"]), what="the mail")
    [mail] = [email.message_from_bytes(content, policy=email.policy.default) for content in files]
    assert (mail["To"], mail["Subject"]) == (
        "by-message <by-message@example.com>",
        f"Your order {order['id']} is confirmed",
    )


async def _mails(folder: Path, order_id: str) -> list[bytes]:
    return [path.read_bytes() for path in await asyncio.to_thread(lambda: list(folder.glob(f"{order_id}-*.eml")))]


async def test_poison_dies_with_its_errors_and_blocks_nobody(app: App) -> None:
    shop = Shopfront(app)
    product = await shop.product(await shop.admin(), inventory=5)
    customer = await shop.customer("patient")
    await _send(app, QUEUE, ServiceBusMessage('{"action": "explode"}', message_id="poison-work"))
    event = ServiceBusMessage("no event", message_id="poison-event", session_id="poison", subject="order.created")
    await _send(app, TOPIC, event)
    order_id = await shop.order(customer, product, "beside-poison")
    async with Auditor(app) as auditor:

        async def all_seen() -> bool:
            events, seen = await _sequences(auditor, order_id)
            return events == seen >= 8

        await until(all_seen, what="the order beside the poison")

    async def both_dead() -> dict[str, dict[str, Any]] | None:
        dead = await _dead_letters(app)
        return dead if {"poison-work", "poison-event"} <= set(dead) else None

    dead = await until(both_dead, 60)
    assert (dead["poison-work"]["source"], dead["poison-event"]["source"]) == (QUEUE, f"{TOPIC}/views")
    for letter, told in (("poison-work", "`action` is 'explode'"), ("poison-event", "The body isn't JSON")):
        assert dead[letter]["reason"] == "MaxDeliveryCountExceeded"
        assert [error["deliveryCount"] for error in dead[letter]["errors"]] == list(range(1, 11))
        assert all(told in error["error"] for error in dead[letter]["errors"])


async def test_nothing_dies_while_the_database_is_away(app: App) -> None:
    shop = Shopfront(app)
    product = await shop.product(await shop.admin(), inventory=5)
    order_id = await shop.order(await shop.customer("unlucky"), product, "before-the-outage")
    before = set(await _dead_letters(app))
    cosmos = app.process.pid("cosmos")
    os.kill(cosmos, signal.SIGSTOP)
    try:
        await _send(app, QUEUE, *(_process(order_id, number) for number in range(20)))
        await asyncio.sleep(_AWAY_SECONDS)  # the outage itself
    finally:
        os.kill(cosmos, signal.SIGCONT)
    async with Auditor(app) as auditor:

        async def all_seen() -> bool:
            events, seen = await _sequences(auditor, order_id)
            return events == seen >= 8

        await until(all_seen, 60, "the order's events after the outage")
    assert set(await _dead_letters(app)) == before


def _process(order_id: str, number: int) -> ServiceBusMessage:
    return ServiceBusMessage(
        json.dumps({"action": "process_order", "orderId": order_id}), message_id=f"during-the-outage-{number}"
    )


async def test_events_that_come_twice_and_in_reverse_change_nothing(app: App) -> None:
    shop = Shopfront(app)
    admin, customer = await shop.admin(), await shop.customer("repeated")
    product = await shop.product(admin, inventory=5)
    order_id = await shop.order(customer, product, "repeated")
    await shop.finished(customer, [order_id], 30)
    async with Auditor(app) as auditor:

        async def counted() -> list[dict[str, Any]] | None:
            sales = await auditor.documents("views", "product-sales", productId=product)
            stock = await auditor.documents("views", "stock", productId=product)
            return [*sales, *stock] if sales and stock and stock[0]["committed"] == 1 else None

        before = await until(counted)
        events = await auditor.events("orders", ("order.",)) + await auditor.events("products", ("product.", "stock."))
        mine = [Event.from_document(event) for event in events if event["aggregate"] in (order_id, product)]
        await _send(app, TOPIC, *(_again(event, copy) for event in reversed(mine) for copy in range(2)))
        last = Event(
            id=f"{product}:99",
            type="product.stock-changed",
            time="2026-03-01T12:00:00.000000Z",
            aggregate=product,
            sequence=99,
            data={"change": 100},
        )
        await _send(app, TOPIC, event_message(last))  # same session: when it is counted, so is all before it

        async def arrived() -> list[dict[str, Any]] | None:
            after = await counted()
            return after if after and after[1]["available"] == before[1]["available"] + 100 else None

        after = await until(arrived)
        assert (after[0]["units"], after[0]["orders"], after[1]["committed"]) == (1, 1, 1)
        assert (await _sequences(auditor, order_id))[0] == (await _sequences(auditor, order_id))[1]


def _again(event: Event, copy: int) -> ServiceBusMessage:
    """As if duplicate detection had forgotten it."""
    message = event_message(event)
    message.message_id = f"{event.id}-again-{copy}"
    return message
