"""Subscription and session triggers on the real host beside the stand-in."""

import json

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from localcloud.servicebus.server import ServiceBusServer
from tests.integration.hosts import NOTE, Calls, Start
from tests.waiting import until, until_true


async def test_a_subscription_gets_what_is_sent_to_its_topic(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    code = NOTE + (
        "@app.service_bus_topic_trigger('m', 'ServiceBus', 'news', 'all')\n"
        "def read(m: func.ServiceBusMessage): note(m.get_body().decode())\n"
    )
    await start(code, settings=settings)
    async with client.get_topic_sender("news") as sender:
        await sender.send_messages(ServiceBusMessage("hello"))
    await until_true(calls.all)
    assert calls.all() == ["hello"]


async def test_the_order_within_each_session_is_kept_and_survives_a_restart_of_the_broker(
    start: Start, broker: ServiceBusServer, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    code = NOTE + (
        "@app.service_bus_queue_trigger('m', 'ServiceBus', 'ordered', is_sessions_enabled=True)\n"
        "def read(m: func.ServiceBusMessage): note(json.loads(m.get_body()))\n"
    )
    host = await start(code, settings=settings)
    headers = {"x-functions-key": host.host.master_key}

    async def is_well() -> bool:
        return (await host.get("/admin/functions/read/status", headers=headers))[1] == "{}"

    async def is_in_error() -> bool:
        return not await is_well()

    async def send(numbers: range) -> None:
        async with client.get_queue_sender("ordered") as sender:
            for n in numbers:
                for session in ("a", "b", "c"):
                    await sender.send_messages(ServiceBusMessage(json.dumps([session, n]), session_id=session))

    await send(range(5))
    await until_true(lambda: len(calls.all()) >= 15, seconds=30)
    await broker.stop()
    await until(is_in_error)
    await broker.start()
    await until(is_well, seconds=30)
    broker.faults.add({"operation": "settle", "lockLost": True, "count": 1})
    await send(range(5, 8))
    await until_true(lambda: len({tuple(call) for call in calls.all()}) >= 24, seconds=60)
    assert await is_well()
    for session in ("a", "b", "c"):
        first_seen = list(dict.fromkeys(n for name, n in calls.all() if name == session))
        assert first_seen == list(range(8))
