import asyncio
import itertools
import json
import os
import re
from dataclasses import replace

import pytest

from localcloud.host.application import FunctionsHost
from localcloud.host.http.server import PortInUseError
from localcloud.host.settings import SettingsError
from tests.integration.hosts import Start

APP = """
import json, os

@app.route("echo/{*rest}")
def echo(req: func.HttpRequest) -> func.HttpResponse:
    seen = {"method": req.method, "url": req.url, "route": dict(req.route_params), "query": dict(req.params)}
    return func.HttpResponse(json.dumps({**seen, "body": req.get_body().decode()}), mimetype="application/json")

@app.route("only-get", methods=["GET"])
def only_get(req: func.HttpRequest) -> str: return "got"

@app.route("boom")
def boom(req: func.HttpRequest) -> str: raise ValueError("boom text")

@app.route("pid")
async def pid(req: func.HttpRequest) -> str: return str(os.getpid())

@app.route("die")
async def die(req: func.HttpRequest) -> str: os._exit(3)

@app.route("setting")
def setting(req: func.HttpRequest) -> str: return os.environ.get("GREETING", "none")

@app.route("keyed", auth_level=func.AuthLevel.FUNCTION)
def keyed(req: func.HttpRequest) -> str: return "keyed"
"""


async def test_a_request_reaches_its_function_and_comes_back(start: Start) -> None:
    host = await start(APP)
    async with host.session.post(f"{host.base}/api/echo/a%2Fb/c?x=1&x=2", data="hello") as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
        assert await answer.json() == {
            "method": "POST",
            "url": f"{host.base}/api/echo/a%2Fb/c?x=1&x=2",
            "route": {"rest": "a%2Fb/c"},
            "query": {"x": "1,2"},
            "body": "hello",
        }


async def test_a_streaming_clients_body_arrives(start: Start) -> None:
    host = await start(APP)

    async def pieces() -> object:
        for piece in (b"ab", b"cd"):
            yield piece

    async with host.session.post(f"{host.base}/api/echo/x", data=pieces()) as answer:
        assert (await answer.json())["body"] == "abcd"


async def test_wrong_methods_and_unknown_routes_are_404(start: Start) -> None:
    host = await start(APP)
    assert await host.get("/api/only-get") == (200, "got")
    assert await host.ask("POST", "/api/only-get") == (404, "")
    assert await host.get("/api/nope") == (404, "")


async def test_an_exception_is_500_empty_and_in_the_log(start: Start) -> None:
    host = await start(APP)
    assert await host.get("/api/boom") == (500, "")
    text = "\n".join(host.log)
    assert "Executed 'Functions.boom' (Failed, Id=" in text
    assert "Result: Failure\nException: ValueError: boom text" in text


async def test_the_home_page(start: Start) -> None:
    host = await start(APP)
    status, page = await host.get("/")
    assert status == 200
    assert "<title>Your Azure Function App is up and running.</title>" in page


async def test_the_apps_code_runs_in_another_process_that_is_replaced_when_it_dies(start: Start) -> None:
    host = await start(APP)
    _, first = await host.get("/api/pid")
    assert [int(first)] == host.host.worker_pids
    assert int(first) != os.getpid()
    assert await host.get("/api/die") == (500, "")
    status, second = await host.get("/api/pid")
    assert status == 200
    assert second != first


async def test_several_workers_take_turns(start: Start) -> None:
    host = await start(APP, settings={"FUNCTIONS_WORKER_PROCESS_COUNT": "2"})
    pids = [(await host.get("/api/pid"))[1] for _ in range(6)]
    assert len(set(pids)) == 2
    assert all(earlier != later for earlier, later in itertools.pairwise(pids))


async def test_the_app_can_run_in_the_hosts_process(start: Start) -> None:
    host = await start(APP, in_process=True)
    assert await host.get("/api/pid") == (200, str(os.getpid()))
    assert host.host.worker_pids == []


async def test_settings_reach_the_app_and_the_environment_wins(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"local_settings_json": '{"Values": {"GREETING": "from file"}}'}
    host = await start(APP, files=files)
    assert await host.get("/api/setting") == (200, "from file")
    monkeypatch.setenv("GREETING", "from environment")
    other = await start(APP, files=files)
    assert await other.get("/api/setting") == (200, "from environment")


async def test_keys_are_checked_only_when_asked_for(start: Start) -> None:
    host = await start(APP)
    assert await host.get("/api/keyed") == (200, "keyed")
    strict = await start(APP, enable_auth=True)
    assert await strict.get("/api/keyed") == (401, "")
    key = {"x-functions-key": strict.host.master_key}
    assert await strict.get("/api/keyed", headers=key) == (200, "keyed")
    assert await strict.get("/admin/functions") == (401, "")


async def test_cors_is_answered_before_routing(start: Start) -> None:
    host = await start(APP, files={"local_settings_json": '{"Host": {"CORS": "http://shop.example"}}'})
    asked = {"Origin": "http://shop.example", "Access-Control-Request-Method": "PUT"}
    async with host.session.options(f"{host.base}/api/nope", headers=asked) as answer:
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "http://shop.example"
        assert answer.headers["Access-Control-Allow-Methods"] == "PUT"
    async with host.session.get(f"{host.base}/api/only-get", headers={"Origin": "http://shop.example"}) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "http://shop.example"
    async with host.session.get(f"{host.base}/api/only-get", headers={"Origin": "http://evil.example"}) as answer:
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_taken_port_is_said_and_disturbs_nobody(start: Start) -> None:
    host = await start(APP)
    with pytest.raises(PortInUseError, match=f"^Port {host.host.port} is unavailable"):
        await start(APP, port=host.host.port)
    assert await host.get("/api/only-get") == (200, "got")


async def test_a_broken_settings_file_is_named(start: Start) -> None:
    with pytest.raises(SettingsError, match=r"local\.settings\.json is not valid JSON"):
        await start(APP, files={"local_settings_json": '{"Values": '})


async def test_a_missing_app_folder_is_named(start: Start) -> None:
    host = await start(APP)
    options = host.host.options
    with pytest.raises(SettingsError, match="There is no app folder"):
        await FunctionsHost(replace(options, app_dir=options.app_dir / "nope")).start()


async def test_too_large_a_body_is_413(start: Start) -> None:
    host = await start(APP, settings={"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "10"})
    assert await host.ask("POST", "/api/echo/x", data="x" * 11) == (413, "")
    assert (await host.ask("POST", "/api/echo/x", data="x" * 10))[0] == 200


async def raw(port: int, request: bytes) -> bytes:
    """The first line of the answer to bytes on the wire."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    line = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    return line


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /api/echo/x HTTP/1.1\r\nHost: h\r\n\r\n", b"200"),
        (b"FOO /api/echo/x HTTP/1.1\r\nHost: h\r\n\r\n", b"200"),
        (b"get /api/only-get HTTP/1.1\r\nHost: h\r\n\r\n", b"200"),
        (b"GET /api/echo/x HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /api/echo/x HTTP/1.0\r\n\r\n", b"200"),
        (b"GET /api/echo/x HTTP/1.1\r\nHost: a b\r\n\r\n", b"400"),
        (b"GET /api/echo/x HTTP/1.1\r\nHost:\r\n\r\n", b"500"),
        (b"GET /api/echo/%00 HTTP/1.1\r\nHost: h\r\n\r\n", b"400"),
        (b"GET /api/echo/x HTTP/1.1\r\nHost: h\r\nX: \xe4\r\n\r\n", b"400"),
        (b"GET /api/echo/" + b"p" * 9000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", b"414"),
        (b"GET /api/echo/x HTTP/1.1\r\nHost: h\r\nX: " + b"v" * 33000 + b"\r\n\r\n", b"431"),
        (
            b"GET /api/echo/x HTTP/1.1\r\nHost: h\r\n" + b"".join(b"X%d: v\r\n" % n for n in range(101)) + b"\r\n",
            b"431",
        ),
        (b"nonsense nonsense\r\n\r\n", b"400"),
    ],
)
async def test_odd_requests_on_the_wire(start: Start, request_bytes: bytes, status: bytes) -> None:
    host = await start(APP, in_process=True)
    assert (await raw(host.host.port, request_bytes)).split(b" ")[1] == status


async def test_any_method_on_a_kept_connection(start: Start) -> None:
    host = await start(APP, in_process=True)
    reader, writer = await asyncio.open_connection("127.0.0.1", host.host.port)
    for method in (b"GET", b"FOO", b"BAR", b"GET"):
        writer.write(method + b" /api/echo/x HTTP/1.1\r\nHost: h\r\n\r\n")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        assert head.startswith(b"HTTP/1.1 200 ")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        assert length is not None
        body = await reader.readexactly(int(length.group(1)))
        assert json.loads(body)["method"] == method.decode()
    writer.close()


async def test_a_head_may_come_in_pieces(start: Start) -> None:
    host = await start(APP, in_process=True)
    reader, writer = await asyncio.open_connection("127.0.0.1", host.host.port)
    for piece in (b"GET /api/only-get HT", b"TP/1.1\r\nHost: h\r\n", b"X-Later: yes indeed\r\n\r\n"):
        writer.write(piece)
        await writer.drain()
        await host.get("/admin/host/ping")  # the host has taken the piece by then
    assert await asyncio.wait_for(reader.readline(), 5) == b"HTTP/1.1 200 OK\r\n"
    writer.close()


async def test_a_length_over_the_limit_is_refused_before_the_body(start: Start) -> None:
    host = await start(APP, in_process=True)
    request = b"POST /api/echo/x HTTP/1.1\r\nHost: h\r\nContent-Length: 104857601\r\n\r\n"
    assert (await raw(host.host.port, request)).startswith(b"HTTP/1.1 413 ")


async def test_what_is_no_request_is_answered_in_http_1_1(start: Start) -> None:
    host = await start(APP, in_process=True)
    assert (await raw(host.host.port, b"nonsense nonsense\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


async def test_a_number_that_is_no_port_is_named(start: Start) -> None:
    with pytest.raises(PortInUseError, match="99999 is no port"):
        await start(APP, port=99999)


async def test_the_functions_are_listed_at_the_start(start: Start) -> None:
    host = await start(APP)
    base = f"http://localhost:{host.host.port}"
    text = next(line for line in host.log if line.startswith("Functions:"))
    assert f"  only_get: [GET] {base}/api/only-get" in text.splitlines()
    assert f"  pid: {base}/api/pid" in text.splitlines()
    assert host.log[-1] == f"Host running: {base}"


async def test_an_unknown_webhook_asks_for_a_key_before_it_is_404(start: Start) -> None:
    host = await start(APP, enable_auth=True)
    async with host.session.get(f"{host.base}/runtime/webhooks/x") as answer:
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    key = {"x-functions-key": host.host.master_key}
    assert await host.get("/runtime/webhooks/x", headers=key) == (404, "")


async def test_a_function_runs_by_hand_through_the_admin_api(start: Start) -> None:
    timer = (
        '\n@app.timer_trigger(arg_name="t", schedule="0 0 0 1 1 *")\ndef yearly(t: func.TimerRequest) -> None: pass\n'
    )
    host = await start(APP + timer)
    assert await host.ask("POST", "/admin/functions/YEARLY", json={"input": ""}) == (202, "")
    async with asyncio.timeout(5):
        while not any(line.startswith("Executed 'Functions.yearly' (Succeeded") for line in host.log):
            await host.get("/admin/host/ping")
    assert await host.ask("POST", "/admin/functions/nope", json={"input": ""}) == (404, "")


async def test_the_place_of_a_new_key_is_escaped(start: Start) -> None:
    host = await start(APP, in_process=True)
    async with host.session.put(f"{host.base}/admin/host/keys/%C3%A4%20b", json={"value": "v"}) as answer:
        assert (answer.status, answer.headers["Location"]) == (201, f"{host.base}/admin/host/keys/%C3%A4%20b")
    async with host.session.get(answer.headers["Location"]) as answer:
        assert (await answer.json())["value"] == "v"
