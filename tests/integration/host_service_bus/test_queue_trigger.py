"""Queue triggers and outputs on the real host beside the stand-in."""

import json

from azure.servicebus import ServiceBusMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient

from tests.integration.hosts import NOTE, Calls, Start
from tests.waiting import until, until_true

QUEUE = (
    NOTE
    + """
@app.service_bus_queue_trigger("m", "ServiceBus", "%QUEUE%")
def work(m: func.ServiceBusMessage):
    {body}
"""
)


async def send(client: ServiceBusClient, queue: str, *messages: ServiceBusMessage) -> None:
    async with client.get_queue_sender(queue) as sender:
        await sender.send_messages(list(messages))


async def test_a_message_reaches_the_function_with_its_properties_and_is_completed(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    body = "note([m.get_body().decode(), m.message_id, m.label, m.correlation_id, m.delivery_count, m.user_properties])"
    await start(QUEUE.format(body=body), settings=settings)
    message = ServiceBusMessage(
        '{"t": 1}', message_id="mid-1", subject="red", correlation_id="c-1", application_properties={"i": 7, "s": "x"}
    )
    await send(client, "work", message)
    await until_true(calls.all)
    assert calls.all() == [['{"t": 1}', "mid-1", "red", "c-1", 1, {"i": 7, "s": "x"}]]

    async def empty() -> bool:
        async with client.get_queue_receiver("work") as receiver:
            return await receiver.peek_messages(max_message_count=1) == []

    assert await until(empty)


async def test_a_message_that_always_fails_ends_in_the_dead_letter_queue_and_blocks_nobody(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    body = "note(m.delivery_count) if b'bad' in m.get_body() else note('good')\n    assert b'bad' not in m.get_body()"
    await start(QUEUE.format(body=body), settings=settings)
    nested = ServiceBusMessage("[" * 100_000)  # deeper than a JSON reader goes
    await send(client, "work", nested, ServiceBusMessage("bad", message_id="poison"), ServiceBusMessage("good"))
    await until_true(lambda: len(calls.all()) >= 5)
    assert sorted(calls.all(), key=str) == [1, 2, 3, "good", "good"]
    async with client.get_queue_receiver("work", sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver:
        [dead] = await receiver.receive_messages(max_wait_time=10)
        assert (dead.message_id, dead.dead_letter_reason) == ("poison", "MaxDeliveryCountExceeded")


async def test_a_batch_is_one_call(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    code = NOTE + (
        "from typing import List\n"
        "@app.service_bus_queue_trigger('ms', 'ServiceBus', 'work', cardinality='many')\n"
        "def work(ms: List[func.ServiceBusMessage]):\n"
        "    note([[json.loads(m.get_body()), m.user_properties, m.sequence_number] for m in ms])\n"
    )
    await send(
        client, "work", *(ServiceBusMessage(json.dumps({"x": n}), application_properties={"k": n}) for n in range(5))
    )
    await start(code, settings=settings)
    await until_true(lambda: sum(len(batch) for batch in calls.all()) >= 5)
    assert [one for batch in calls.all() for one in batch] == [[{"x": n}, {"k": n}, n + 1] for n in range(5)]


async def test_outputs_are_sent_a_json_array_as_one_message_per_element(
    start: Start, client: ServiceBusClient, settings: dict[str, str]
) -> None:
    code = """
    @app.route("send")
    @app.service_bus_queue_output(arg_name="out", connection="ServiceBus", queue_name="copies")
    def send(req: func.HttpRequest, out: func.Out[str]) -> str:
        out.set(req.params["value"])
        return "sent"
    """
    host = await start(code, settings=settings)
    for value in ("plain", '["a", {"j": 1}]', '{"j":1}'):
        assert await host.ask("GET", "/api/send", params={"value": value}) == (200, "sent")
    async with client.get_queue_receiver("copies") as receiver:
        found: list[str] = []
        while len(found) < 4:
            found += [
                str(message) for message in await receiver.receive_messages(max_message_count=4, max_wait_time=10)
            ]
    assert found == ["plain", "a", '{\n  "j": 1\n}', '{\n  "j": 1\n}']


async def test_a_missing_entity_is_that_functions_error_until_it_exists(
    start: Start, client: ServiceBusClient, calls: Calls, settings: dict[str, str]
) -> None:
    code = QUEUE.format(body="note('work')") + (
        "@app.service_bus_queue_trigger('m', 'ServiceBus', 'nowhere')\ndef lost(m: func.ServiceBusMessage): pass\n"
    )
    host = await start(code, settings=settings)
    headers = {"x-functions-key": host.host.master_key}

    async def error() -> str:
        return (await host.get("/admin/functions/lost/status", headers=headers))[1].replace("{}", "")

    assert "nowhere" in await until(error)
    await send(client, "work", ServiceBusMessage("x"))
    await until_true(calls.all)
    assert (await host.get("/admin/functions/work/status", headers=headers))[1] == "{}"


async def test_a_connection_that_no_setting_defines_is_named(start: Start, settings: dict[str, str]) -> None:
    host = await start(
        "@app.service_bus_queue_trigger('m', 'Nowhere', 'work')\ndef lost(m: func.ServiceBusMessage): pass\n",
        settings=settings,
    )
    status, text = await host.get("/admin/functions/lost/status", headers={"x-functions-key": host.host.master_key})
    assert status == 200
    assert "'Nowhere' does not exist" in text
