import asyncio
import json
from pathlib import Path

import pytest

from localcloud.host import application
from localcloud.host.application import FunctionsHost
from localcloud.host.options import HostOptions
from tests.integration.hosts import RunningHost, Start

GOOD = '@app.route("good")\ndef good(req: func.HttpRequest) -> str: return "good"\n'


async def state(host: RunningHost) -> dict[str, object]:
    status, body = await host.get("/admin/host/status")
    assert status == 200
    answer = json.loads(body)
    return {"state": answer["state"], "errors": answer.get("errors")}


async def test_an_app_that_cant_be_imported_leaves_a_running_host_without_functions(start: Start) -> None:
    host = await start("import nothing_like_this\n" + GOOD)
    assert await state(host) == {"state": "Running", "errors": None}
    assert await host.get("/api/good") == (404, "")
    assert await host.get("/admin/functions") == (200, "[]")
    text = "\n".join(host.log)
    assert (
        "Worker failed to index functions\nException: ModuleNotFoundError: No module named 'nothing_like_this'" in text
    )
    assert "No job functions found" in text


async def test_one_function_in_error_leaves_the_others(start: Start) -> None:
    host = await start(
        GOOD + '@app.timer_trigger(arg_name="t", schedule="nope")\ndef bad(t: func.TimerRequest): pass\n'
    )
    assert await host.get("/api/good") == (200, "good")
    status, body = await host.get("/admin/functions/bad/status")
    (error,) = json.loads(body)["errors"]
    assert status == 200
    assert "The schedule expression 'nope' was not recognized" in error
    assert f"The 'bad' function is in error: {error}" in host.log


async def test_a_bad_route_template_stops_everything_but_the_status(start: Start) -> None:
    host = await start(GOOD + '@app.route("b/{x")\ndef b(req: func.HttpRequest) -> str: return "b"\n')
    answer = await state(host)
    assert answer["state"] == "Error"
    assert "There is an incomplete parameter in the route template." in str(answer["errors"])
    for path in ("/api/good", "/", "/admin/host/ping"):
        assert await host.get(path) == (503, "Function host is not running.")


async def test_a_broken_host_json_puts_the_host_in_error(start: Start) -> None:
    host = await start(GOOD, files={"host_json": '{"version": "1.0"}'})
    answer = await state(host)
    assert answer["state"] == "Error"
    assert "'1.0' is an invalid value for host.json 'version' property." in str(answer["errors"])
    assert await host.get("/admin/functions") == (500, "")


async def test_a_host_in_error_recovers_when_its_cause_is_mended(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "RETRY_FIRST", 0.01)
    host = await start(GOOD, files={"host_json": "{"})
    assert (await state(host))["state"] == "Error"
    (host.host.app_dir / "host.json").write_text("{}")
    async with asyncio.timeout(10):
        while (await state(host))["state"] != "Running":
            pass
    assert await host.get("/api/good") == (200, "good")


async def test_a_disabled_function_is_404(start: Start) -> None:
    files = {"local_settings_json": '{"Values": {"AzureWebJobs.good.Disabled": true}}'}
    host = await start(GOOD, files=files)
    assert await host.get("/api/good") == (404, "")
    assert "Function 'Functions.good' is disabled" in host.log


def test_a_host_that_never_started_can_be_stopped(tmp_path: Path) -> None:
    asyncio.run(FunctionsHost(HostOptions(tmp_path)).stop())
    assert list(tmp_path.iterdir()) == []
