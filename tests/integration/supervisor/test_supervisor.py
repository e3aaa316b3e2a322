"""The host with an app and a stand-in, as processes under the supervisor."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from localcloud.supervisor.part import PartFailedError
from tests.integration.supervisor.conftest import Start
from tests.processes import gone
from tests.waiting import until_true


def read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text())
    return content


async def changed(file: Path, part: str, before: object) -> dict[str, Any]:
    await until_true(lambda: read(file)["pids"][part] != before)
    return read(file)


async def test_the_ready_file_tells_everything_and_the_app_has_its_settings(start: Start, tmp_path: Path) -> None:
    await start()

    ready = read(tmp_path / "ready.json")
    assert ready.keys() == {"host", "keyVault", "masterKey", "durableKey", "settings", "pids"}
    assert ready["pids"].keys() == {"host", "worker", "identity"}
    assert len(ready["pids"]["worker"]) == 1
    assert ready["settings"]["CosmosDB"] == ""
    assert (tmp_path / "ready.json").stat().st_mode & 0o077 == 0
    async with aiohttp.ClientSession(ready["host"], headers={"x-functions-key": ready["masterKey"]}) as http:
        for name, value in ready["settings"].items():
            async with http.get(f"/api/settings/{name}") as answer:
                assert (name, await answer.text()) == (name, value)


async def test_keys_are_checked_as_on_azure(start: Start, tmp_path: Path) -> None:
    await start()
    host = read(tmp_path / "ready.json")["host"]
    async with aiohttp.ClientSession(host) as http, http.get("/api/settings/X") as answer:
        assert answer.status == 401


@pytest.mark.parametrize("part", ["host", "identity"])
async def test_a_killed_part_comes_back_on_its_port_with_its_data(start: Start, tmp_path: Path, part: str) -> None:
    await start()
    before = read(tmp_path / "ready.json")
    os.kill(before["pids"][part], signal.SIGKILL)

    after = await changed(tmp_path / "ready.json", part, before["pids"][part])

    for name in ("host", "keyVault", "masterKey", "settings"):
        assert after[name] == before[name]
    keys = {"x-functions-key": after["masterKey"]}
    async with (
        aiohttp.ClientSession(after["host"], headers=keys) as http,
        http.get("/api/settings/FUNCTIONS_WORKER_RUNTIME") as answer,
    ):
        assert await answer.text() == "python"


async def test_a_killed_worker_is_replaced_and_the_ready_file_follows(start: Start, tmp_path: Path) -> None:
    await start()
    before = read(tmp_path / "ready.json")["pids"]
    os.kill(before["worker"][0], signal.SIGKILL)

    after = (await changed(tmp_path / "ready.json", "worker", before["worker"]))["pids"]

    assert after["host"] == before["host"]
    assert len(after["worker"]) == 1
    assert not gone(after["worker"][0])


async def test_stopping_ends_every_process_and_removes_the_ready_file(start: Start, tmp_path: Path) -> None:
    supervisor = await start()
    pids = read(tmp_path / "ready.json")["pids"]

    await supervisor.stop()

    assert all(gone(pid) for pid in (pids["host"], pids["identity"], *pids["worker"]))
    assert not (tmp_path / "ready.json").exists()


async def test_an_app_that_cannot_be_imported_fails_with_its_cause(
    start: Start, app_folder: Path, tmp_path: Path
) -> None:
    (app_folder / "function_app.py").write_text("import a_module_that_is_not_there\n")

    with pytest.raises(PartFailedError, match="No module named 'a_module_that_is_not_there'"):
        await start()

    assert not (tmp_path / "ready.json").exists()


@pytest.mark.parametrize("content", ["[]", '{"masterKey": ', "7"])
async def test_a_damaged_key_file_is_named_and_left_alone(start: Start, tmp_path: Path, content: str) -> None:
    keys = tmp_path / "data" / "secrets" / "host.json"
    keys.parent.mkdir(parents=True)
    keys.write_text(content)

    with pytest.raises(PartFailedError) as raised:
        await start()

    assert f"The key file {keys} " in str(raised.value)
    assert "remove it for new keys" in str(raised.value)
    assert keys.read_text() == content


async def test_a_damaged_history_is_named_in_one_line(start: Start, app_folder: Path, tmp_path: Path) -> None:
    durable = "import azure.durable_functions as d\napp = d.DFApp()\n\n\n"
    orchestrator = '@app.orchestration_trigger(context_name="context")\ndef o(context):\n    yield\n'
    (app_folder / "function_app.py").write_text(durable + orchestrator)
    history = tmp_path / "data" / "durable.sqlite"
    history.parent.mkdir(parents=True)
    history.write_bytes(b"this is no database, and it is long enough to be taken for one" * 20)
    before = history.read_bytes()

    with pytest.raises(PartFailedError) as raised:
        await start()

    assert f"\n  The file {history} can't be used: file is not a database" in str(raised.value)
    assert "Traceback" not in str(raised.value)
    assert history.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"version": "2.0",', "Unable to parse host configuration file"),
        ('{"version": "2.0", "functionTimeout": "soon"}', "was not recognized as a valid TimeSpan"),
    ],
)
async def test_a_broken_host_json_ends_the_start_with_its_cause(
    start: Start, app_folder: Path, content: str, expected: str
) -> None:
    (app_folder / "host.json").write_text(content)

    with pytest.raises(PartFailedError) as raised:
        await start()

    assert "The part host can't run the app: " in str(raised.value)
    assert expected in str(raised.value)
