"""How calls run: side by side or in order, with locks that live on, through the loss of the broker and a stop."""

import asyncio
import json

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient

from localcloud.host.triggers.service_bus import listener
from localcloud.servicebus.server import ServiceBusServer
from tests.integration.host_service_bus.test_queue_trigger import send
from tests.integration.hosts import NOTE, Calls, Start
from tests.waiting import until, until_true

APP = NOTE + (
    "import time\n"
    "@app.service_bus_queue_trigger('m', 'ServiceBus', '{queue}')\n"
    "def work(m: func.ServiceBusMessage):\n"
    "    {body}\n"
)


def host_json(**service_bus: object) -> dict[str, str]:
    return {"host_json": json.dumps({"version": "2.0", "extensions": {"serviceBus": service_bus}})}


async def left(client: ServiceBusClient, queue: str, sub_queue: ServiceBusSubQueue | None = None) -> int:
    async with client.get_queue_receiver(queue, sub_queue=sub_queue) as receiver:
        return len(await receiver.peek_messages(max_message_count=100))


async def test_one_call_at_a_time_keeps_the_order_and_waits_for_nothing_in_between(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    body = "note([m.get_body().decode(), time.monotonic()])"
    await start(APP.format(queue="work", body=body), settings=settings, files=host_json(maxConcurrentCalls=1))
    await send(client, "work", *(ServiceBusMessage(f"{n}") for n in range(20)))
    await until_true(lambda: len(calls.all()) >= 20)
    assert [text for text, _ in calls.all()] == [f"{n}" for n in range(20)]
    moments = [moment for _, moment in calls.all()]
    assert moments[-1] - moments[0] < 5


async def test_as_many_calls_as_allowed_run_side_by_side(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    body = "note(1); time.sleep(0.3); note(-1)"
    settings |= {"PYTHON_THREADPOOL_THREAD_COUNT": "8"}
    await start(
        APP.format(queue="work", body=body), settings=settings, files=host_json(maxConcurrentCalls=3, prefetchCount=20)
    )
    await send(client, "work", *(ServiceBusMessage(f"{n}") for n in range(12)))
    await until_true(lambda: len(calls.all()) >= 24)
    steps = calls.all()
    assert max(sum(steps[:n]) for n in range(len(steps))) == 3
    assert sum(steps) == 0


async def test_a_lock_lives_as_long_as_its_call(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    await start(APP.format(queue="brief", body="note(m.delivery_count); time.sleep(4)"), settings=settings)
    await send(client, "brief", ServiceBusMessage("long"))
    await until_true(calls.all)

    async def gone() -> bool:
        return await left(client, "brief") == 0

    await until(gone)
    assert calls.all() == [1]


async def test_a_broker_that_dies_during_a_call_costs_a_second_delivery_and_not_the_listener(
    start: Start, broker: ServiceBusServer, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    body = "note(m.get_body().decode()); time.sleep(1)"
    await start(APP.format(queue="work", body=body), settings=settings)
    await send(client, "work", ServiceBusMessage("first"))
    await until_true(calls.all)
    await broker.stop()
    await broker.start()
    async with ServiceBusClient.from_connection_string(broker.connection_string) as again:
        await send(again, "work", ServiceBusMessage("second"))
        await until_true(lambda: calls.all().count("first") >= 2 and "second" in calls.all(), seconds=30)

        async def gone() -> bool:
            return await left(again, "work") == 0

        await until(gone)
        assert await left(again, "work", ServiceBusSubQueue.DEAD_LETTER) == 0


async def test_what_a_function_has_begun_is_finished_and_settled_when_the_host_stops(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    host = await start(APP.format(queue="work", body="note('in'); time.sleep(1); note('out')"), settings=settings)
    await send(client, "work", ServiceBusMessage("x"))
    await until_true(calls.all)
    await host.host.stop()
    assert calls.all() == ["in", "out"]
    assert await left(client, "work") == 0


async def test_a_call_that_takes_too_long_does_not_hold_up_a_stop_and_its_message_stays(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "LONGEST_DRAIN", 0.1)
    host = await start(APP.format(queue="work", body="note('in'); time.sleep(30); note('out')"), settings=settings)
    await send(client, "work", ServiceBusMessage("x"))
    await until_true(calls.all)
    async with asyncio.timeout(10):
        await host.host.stop()
    assert calls.all() == ["in"]
    assert await left(client, "work") == 1


async def test_without_auto_complete_the_function_settles_nothing_and_the_lock_runs_out(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    app = APP.format(queue="brief", body="note(m.delivery_count)")
    await start(app, settings=settings, files=host_json(autoCompleteMessages=False))
    await send(client, "brief", ServiceBusMessage("x"))
    await until_true(lambda: len(calls.all()) >= 2)
    assert calls.all()[:2] == [1, 2]


async def test_the_dead_letters_of_a_queue_are_a_queue_and_say_why(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    body = "note([m.get_body().decode('utf-8', 'replace'), m.user_properties, m.delivery_count])"
    await start(APP.format(queue="work/$DeadLetterQueue", body=body), settings=settings)
    await send(client, "work", ServiceBusMessage(b"\x00\xff\xfe", application_properties={"k": 1}))
    async with client.get_queue_receiver("work") as receiver:
        [message] = await receiver.receive_messages(max_wait_time=10)
        await receiver.dead_letter_message(message, reason="Odd", error_description="Not text.")
    await until_true(calls.all)
    why = {"k": 1, "DeadLetterReason": "Odd", "DeadLetterErrorDescription": "Not text."}
    assert calls.all() == [["\x00��", why, 1]]
    assert await left(client, "work", ServiceBusSubQueue.DEAD_LETTER) == 0
