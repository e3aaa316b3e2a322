"""Queue triggers and outputs on the real host beside a real Azurite."""

import base64
import json

import pytest
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from localcloud.host.triggers.storage import listening
from tests.integration.hosts import NOTE, Calls, Start
from tests.waiting import until, until_true

QUEUE = (
    NOTE
    + """
@app.queue_trigger("m", "%NAME%", "AzureWebJobsStorage")
def work(m: func.QueueMessage):
    {body}
"""
)


@pytest.fixture
async def queue(queues: QueueServiceClient, name: str) -> QueueClient:
    return await queues.create_queue(name)


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


async def texts(queue: QueueClient) -> list[str]:
    """What is in a queue, decoded; nothing when it does not exist."""
    if not [one async for one in QueueServiceClient.list_queues(_service(queue), queue.queue_name)]:
        return []
    return [base64.b64decode(message.content or "").decode() for message in await queue.peek_messages(32)]


def _service(queue: QueueClient) -> QueueServiceClient:
    return QueueServiceClient(queue.primary_endpoint.rsplit("/", 1)[0], queue.credential)


async def test_a_message_reaches_the_function_as_recorded_and_is_deleted(
    start: Start, queue: QueueClient, calls: Calls, settings: dict[str, str]
) -> None:
    body = (
        "note([m.get_body().decode(), m.id, m.dequeue_count, bool(m.pop_receipt), m.insertion_time.tzinfo is not None,"
        " round((m.time_next_visible - m.insertion_time).total_seconds() / 60),"
        " (m.expiration_time - m.insertion_time).days])"
    )
    sent = await queue.send_message(encoded("plain ä"))
    await start(QUEUE.format(body=body), settings=settings)
    await until_true(calls.all)
    assert calls.all() == [["plain ä", sent.id, 1, True, True, 10, 7]]

    async def empty() -> bool:
        return not (await queue.get_queue_properties()).approximate_message_count

    assert await until(empty)


async def test_a_json_object_is_indented_and_its_properties_overwrite_those_of_the_message(
    start: Start, queue: QueueClient, calls: Calls, settings: dict[str, str]
) -> None:
    await start(QUEUE.format(body="note([m.get_body().decode(), m.id])"), settings=settings)
    await queue.send_message(encoded('{"id":"i1","n":{"x":1},"l":[1]}'))
    await queue.send_message(encoded('"jsonstr"'))
    await until_true(lambda: len(calls.all()) >= 2)
    indented = '{\n  "id": "i1",\n  "n": {\n    "x": 1\n  },\n  "l": [\n    1\n  ]\n}'
    assert [indented, "i1"] in calls.all()
    assert '"jsonstr"' in [text for text, _ in calls.all()]


async def test_a_message_that_always_fails_ends_in_the_poison_queue_and_blocks_nobody(
    start: Start, queue: QueueClient, queues: QueueServiceClient, calls: Calls, settings: dict[str, str]
) -> None:
    body = "note([m.get_body().decode(), m.dequeue_count])\n    assert m.get_body() != b'bad'"
    host_json = {"version": "2.0", "extensions": {"queues": {"maxDequeueCount": 3}}}
    await start(QUEUE.format(body=body), settings=settings, files={"host_json": json.dumps(host_json)})
    await queue.send_message(encoded("bad"))
    await queue.send_message(encoded("good"))
    poison = queues.get_queue_client(f"{queue.queue_name}-poison")

    async def given_up() -> list[str]:
        return await texts(poison)

    assert await until(given_up) == ["bad"]
    assert sorted(calls.all()) == [["bad", 1], ["bad", 2], ["bad", 3], ["good", 1]]

    async def empty() -> bool:
        return (await queue.get_queue_properties()).approximate_message_count == 0

    await until(empty)


async def test_a_message_that_is_not_base64_goes_to_the_poison_queue_as_it_is(
    start: Start, queue: QueueClient, queues: QueueServiceClient, calls: Calls, settings: dict[str, str]
) -> None:
    host = await start(QUEUE.format(body="note(m.get_body().decode())"), settings=settings)
    await queue.send_message("{not base64}")
    poison = queues.get_queue_client(f"{queue.queue_name}-poison")

    async def given_up() -> list[str]:
        if not [one async for one in queues.list_queues(poison.queue_name)]:
            return []
        return [str(message.content) for message in await poison.peek_messages(32)]

    assert await until(given_up) == ["{not base64}"]
    assert calls.all() == []
    assert any("messageEncoding" in line for line in host.log)


async def test_plain_messages_where_host_json_says_so(
    start: Start, queue: QueueClient, queues: QueueServiceClient, calls: Calls, settings: dict[str, str]
) -> None:
    code = QUEUE.format(body="note(m.get_body().decode())") + (
        "@app.route('send')\n"
        "@app.queue_output('out', '%NAME%', 'AzureWebJobsStorage')\n"
        "def send(req: func.HttpRequest, out: func.Out[str]) -> str:\n"
        "    out.set('from the app')\n"
        "    return 'sent'\n"
    )
    host_json = {"version": "2.0", "extensions": {"queues": {"messageEncoding": "none"}}}
    host = await start(code, settings=settings, files={"host_json": json.dumps(host_json)})
    await queue.send_message("plain")
    assert await host.get("/api/send") == (200, "sent")
    await until_true(lambda: len(calls.all()) >= 2)
    assert sorted(calls.all()) == ["from the app", "plain"]


async def test_outputs_make_their_queue_and_may_use_what_the_trigger_brought(
    start: Start, queues: QueueServiceClient, settings: dict[str, str], name: str
) -> None:
    code = """
    import typing
    @app.route("send/{kind}")
    @app.queue_output("out", "%NAME%-{kind}", "AzureWebJobsStorage")
    def send(req: func.HttpRequest, out: func.Out[str]) -> str:
        out.set(req.params["value"])
        return "sent"

    @app.route("many")
    @app.queue_output("out", "%NAME%-x", "AzureWebJobsStorage")
    def many(req: func.HttpRequest, out: func.Out[typing.List[str]]) -> str:
        out.set(["one", "two"])
        return "sent"
    """
    host = await start(code, settings=settings)
    for value in ("plain", '["a", {"j": 1}]', '{"j":1}'):
        assert await host.get("/api/send/x", params={"value": value}) == (200, "sent")
    assert await host.get("/api/many") == (200, "sent")
    found = await texts(queues.get_queue_client(f"{name}-x"))
    assert found == ["plain", "a", '{\n  "j": 1\n}', '{\n  "j": 1\n}', "one", "two"]


async def test_a_missing_queue_is_that_functions_error_until_it_exists(
    start: Start, queues: QueueServiceClient, calls: Calls, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PATIENCE", 0.3)
    name = settings["NAME"]
    host = await start(QUEUE.format(body="note('work')"), settings=settings)
    headers = {"x-functions-key": host.host.master_key}

    async def error() -> str:
        return (await host.get("/admin/functions/work/status", headers=headers))[1].replace("{}", "")

    text = await until(error)
    assert f"The queue '{name}'" in text
    assert "does not exist" in text
    queue = await queues.create_queue(name)
    await queue.send_message(encoded("x"))
    await until_true(calls.all)

    async def well() -> bool:
        return not await error()

    assert await until(well)


async def test_a_connection_that_no_setting_defines_is_named(start: Start, settings: dict[str, str]) -> None:
    host = await start(
        "@app.queue_trigger('m', 'items', 'Nowhere')\ndef lost(m: func.QueueMessage): pass\n", settings=settings
    )
    status, text = await host.get("/admin/functions/lost/status", headers={"x-functions-key": host.host.master_key})
    assert status == 200
    assert "'AzureWebJobsNowhere' does not exist" in text
