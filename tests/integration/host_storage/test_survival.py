"""Queue and blob triggers through kills of the host."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from azure.storage.blob.aio import ContainerClient
from azure.storage.queue.aio import QueueServiceClient

from tests.integration.host_cosmos.host_process import HostProcess
from tests.integration.hosts import NOTE, Calls, write_app
from tests.waiting import until, until_true

Launch = Callable[[str], HostProcess]
SLOW_ONCE = """
    import pathlib, time
    marker = pathlib.Path(os.environ["CALLS"] + ".once")
    if not marker.exists():
        marker.touch()
        time.sleep(3600)
"""


@pytest.fixture
async def launch(tmp_path: Path, settings: dict[str, str]) -> AsyncIterator[Launch]:
    """Starts a host process for an app's code, always on the same data folder."""
    hosts: list[HostProcess] = []

    def launcher(code: str) -> HostProcess:
        hosts.append(HostProcess(write_app(tmp_path / "app", code), tmp_path / "data", settings))
        return hosts[-1]

    yield launcher
    await asyncio.gather(*(host.stop() for host in hosts))


async def test_a_message_in_work_when_the_host_is_killed_runs_again_at_once_after_its_restart(
    launch: Launch, queues: QueueServiceClient, calls: Calls, settings: dict[str, str]
) -> None:
    code = NOTE + (
        "@app.queue_trigger('m', '%NAME%', 'AzureWebJobsStorage')\n"
        "def work(m: func.QueueMessage):\n"
        "    note(['began', m.get_body().decode(), m.dequeue_count])\n"
        f"{SLOW_ONCE}"
        "    note(['done', m.get_body().decode(), m.dequeue_count])\n"
    )
    queue = await queues.create_queue(settings["NAME"])
    await queue.send_message(base64.b64encode(b"precious").decode())
    host = launch(code)
    await until_true(calls.all)
    await host.kill()
    launch(code)
    await until_true(lambda: ["done", "precious", 2] in calls.all())
    assert calls.all() == [["began", "precious", 1], ["began", "precious", 2], ["done", "precious", 2]]

    async def empty() -> bool:
        return not (await queue.get_queue_properties()).approximate_message_count

    assert await until(empty)


async def test_blobs_in_work_or_uploaded_meanwhile_run_when_a_killed_host_is_back_and_done_ones_do_not(
    launch: Launch, container: ContainerClient, calls: Calls
) -> None:
    code = NOTE + (
        "@app.blob_trigger('b', '%NAME%/{name}', 'AzureWebJobsStorage')\n"
        "def work(b: func.InputStream):\n"
        "    text = b.read().decode()\n"
        "    note(['began', text])\n"
        "    if text == 'first': return\n"
        f"{SLOW_ONCE}"
        "    note(['done', text])\n"
    )
    host = launch(code)
    await container.upload_blob("first", b"first")
    await until_true(calls.all)
    await container.upload_blob("second", b"second")
    await until_true(lambda: len(calls.all()) >= 2)
    await host.kill()
    await container.upload_blob("third", b"third")
    launch(code)
    await until_true(lambda: {("done", "second"), ("done", "third")} <= {tuple(call) for call in calls.all()})
    assert calls.all()[:2] == [["began", "first"], ["began", "second"]]
    assert sorted(calls.all()[2:]) == [["began", "second"], ["began", "third"], ["done", "second"], ["done", "third"]]
