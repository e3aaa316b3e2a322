"""What goes into functions and what comes out, with the texts of Microsoft's worker for what can't."""

import json
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from localcloud.host.model import NULL, Datum, Failure, Invocation, InvocationResult
from localcloud.host.worker.inprocess import InProcessWorker
from tests.unit.host_worker.conftest import call, http_request

SOURCE = '''
import asyncio, json, threading

def http(function):
    """An HTTP function named as the Python function."""
    return app.route(function.__name__)(function)

def returning(name, value):
    @app.function_name(name)
    @app.route(name)
    def returns(req: func.HttpRequest): return value

for name, value in {"none": None, "dict": {}, "list": [], "int": 1, "tuple": (), "bytes": b"", "str": "t"}.items():
    returning("returns_" + name, value)

@http
def echo(req: func.HttpRequest) -> func.HttpResponse:
    seen = [req.method, req.url, dict(req.headers), dict(req.params), dict(req.route_params), req.get_body().decode()]
    return func.HttpResponse(json.dumps(seen), status_code=201, mimetype="application/json", headers={"X-A": "1"})

@http
def cookies(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse("b")
    for line in req.get_json(): response.headers.add("Set-Cookie", line)
    return response

@http
def repeated(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse("b")
    for value in "123": response.headers.add("X-A", value)
    return response

@http
def value_error(req: func.HttpRequest) -> str: raise ValueError("value text")

@http
def leave(req: func.HttpRequest) -> str: raise SystemExit(4)

@http
async def async_error(req: func.HttpRequest) -> str: raise RuntimeError("async text")

@http
async def on_loop(req: func.HttpRequest) -> str:
    await asyncio.sleep(0)
    return threading.current_thread().name

@http
def in_thread(req: func.HttpRequest) -> str: return threading.current_thread().name

@http
def context_of(req: func.HttpRequest, context: func.Context) -> str:
    t, r = context.trace_context, context.retry_context
    return json.dumps([context.function_name, context.function_directory, context.invocation_id, t.trace_parent,
                       context.thread_local_storage.invocation_id, r.retry_count, r.max_retry_count,
                       getattr(r.rpc_exception, "message", r.rpc_exception)])

@app.route("outs")
@app.queue_output(arg_name="text", queue_name="q", connection="C")
@app.queue_output(arg_name="unset", queue_name="q", connection="C")
@app.generic_output_binding(arg_name="items", type="cosmosDB")
def outs(req: func.HttpRequest, text: func.Out[str], unset: func.Out[str], items: func.Out[func.Document]) -> str:
    text.set("first"); text.set("last"); items.set(func.Document.from_dict({"id": "1"}))
    return text.get()

@app.generic_trigger(arg_name="req", type="httpTrigger", route="alone")
def alone(req: func.HttpRequest): return req.params.get("a")

@app.generic_trigger(arg_name="x", type="activityTrigger")
def double(x): return x * 2

@app.generic_trigger(arg_name="x", type="activityTrigger")
async def a_set(x): return {1}

@app.generic_trigger(arg_name="m", type="serviceBusTrigger", queueName="q")
def message(m: func.ServiceBusMessage): raise ValueError([m.get_body().decode(), m.message_id, m.delivery_count])

@app.generic_trigger(arg_name="m", type="nopeTrigger")
def other(m: str): return {"m": m}
'''


@pytest.fixture
async def worker(app_folder: Callable[..., Path]) -> AsyncIterator[InProcessWorker]:
    started = InProcessWorker(app_folder(SOURCE))
    index = await started.start()
    assert index.error is None
    yield started
    await started.stop()


def value_of(result: InvocationResult) -> Any:
    assert result.failure is None
    assert result.return_value is not None
    return result.return_value.value


async def test_a_request_arrives_and_a_response_leaves(worker: InProcessWorker) -> None:
    request = {"method": "POST", "params": {"id": "7"}, "body": Datum("bytes", b"text")}
    result = await worker.invoke(call("echo", **request))
    assert result.return_value is not None
    response = result.return_value.value
    assert result.return_value.type == "http"
    assert response["status_code"] == "201"
    assert response["headers"] == {"X-A": "1", "content-type": "application/json"}
    assert response["cookies"] == []
    assert response["body"].type == "bytes"
    assert json.loads(response["body"].value) == [
        "POST", "http://localhost/api/x?a=1", {"x-a": "1"}, {"a": "1"}, {"id": "7"}, "text",
    ]  # fmt: skip


async def test_text_is_a_string(worker: InProcessWorker) -> None:
    assert (await worker.invoke(call("returns_str"))).return_value == Datum("string", "t")


@pytest.mark.parametrize(
    ("kind", "shown"), [("none", "NoneType"), *((kind, kind) for kind in ("dict", "list", "int", "tuple", "bytes"))]
)
async def test_other_values_are_no_response(worker: InProcessWorker, kind: str, shown: str) -> None:
    result = await worker.invoke(call(f"returns_{kind}"))
    assert result.return_value is None
    assert result.failure is not None
    assert result.failure.text == (
        "TypeError: unable to encode outgoing TypedData: unsupported type "
        f'"<class \'azure.functions.http.HttpResponseConverter\'>" for Python type "{shown}"'
    )


async def test_the_last_of_a_repeated_header_wins(worker: InProcessWorker) -> None:
    response = value_of(await worker.invoke(call("repeated")))
    assert response["headers"]["X-A"] == "3"


async def cookies(worker: InProcessWorker, *lines: str) -> InvocationResult:
    return await worker.invoke(call("cookies", body=Datum("bytes", json.dumps(lines).encode())))


async def test_cookies_are_taken_apart(worker: InProcessWorker) -> None:
    line = "a=1; Path=/; Max-Age=60; Expires=Wed, 01 Jan 2031 10:00:00 GMT; HttpOnly; Secure; SameSite=Strict"
    response = value_of(await cookies(worker, line, "b=2; Unknown=5"))
    plain = {
        "expires": None, "max_age": None, "domain": "", "path": "", "secure": False, "same_site": None,
        "http_only": False,
    }  # fmt: skip
    assert response["cookies"] == [
        {
            "name": "a", "value": "1", "expires": datetime(2031, 1, 1, 10, tzinfo=UTC), "max_age": 60.0, "domain": "",
            "path": "/", "secure": True, "same_site": "strict", "http_only": True,
        },
        {"name": "b", "value": "2", **plain},
        {"name": "Unknown", "value": "5", **plain},
    ]  # fmt: skip
    assert "Set-Cookie" not in response["headers"]


@pytest.mark.parametrize("line", ["a=1; Max-Age=x", "a=1; Expires=tomorrow"])
async def test_a_bad_cookie_fails_the_call(worker: InProcessWorker, line: str) -> None:
    assert (await cookies(worker, line)).failure is not None


async def test_a_failure_has_text_and_stack(worker: InProcessWorker) -> None:
    failure = (await worker.invoke(call("value_error"))).failure
    assert failure is not None
    assert failure.text == "ValueError: value text"
    assert 'raise ValueError("value text")' in failure.stack
    assert str(failure).startswith("Result: Failure\nException: ValueError: value text\nStack:   File ")
    assert not failure.worker_exit


async def test_async_functions_fail_alike(worker: InProcessWorker) -> None:
    failure = (await worker.invoke(call("async_error"))).failure
    assert failure is not None
    assert failure.text == "RuntimeError: async text"


async def test_async_functions_run_on_the_loop_and_others_in_threads(worker: InProcessWorker) -> None:
    assert value_of(await worker.invoke(call("on_loop"))) == threading.main_thread().name
    assert value_of(await worker.invoke(call("in_thread"))).startswith("function_")


async def test_the_context_tells_about_call_and_tries(worker: InProcessWorker) -> None:
    first = Invocation("context_of", {"req": http_request()}, id="i1", trace_parent="00-1")
    again = Invocation(
        "context_of", {"req": http_request()}, id="i2", retry_count=1, max_retry_count=3, retry_exception="bad"
    )
    app_dir = str(Path.cwd())
    seen = json.loads(value_of(await worker.invoke(first)))
    assert seen == ["context_of", app_dir, "i1", "00-1", "i1", 0, 0, ""]
    assert json.loads(value_of(await worker.invoke(again)))[4:] == ["i2", 1, 3, "bad"]


async def test_out_parameters_that_were_set(worker: InProcessWorker) -> None:
    result = await worker.invoke(call("outs"))
    assert result.return_value == result.outputs["text"] == Datum("string", "last")
    assert sorted(result.outputs) == ["items", "text"]
    assert result.outputs["items"].type == "json"
    assert json.loads(result.outputs["items"].value) == [{"id": "1"}]


async def test_a_value_needs_a_return_binding(worker: InProcessWorker) -> None:
    nothing = await worker.invoke(call("alone", query={}))
    assert nothing == InvocationResult()
    failure = (await worker.invoke(call("alone"))).failure
    assert failure is not None
    assert failure.text == "RuntimeError: function 'alone' without a $return bindingreturned a non-None value"


async def test_activities_take_and_return_json(worker: InProcessWorker) -> None:
    result = await worker.invoke(Invocation("double", {"x": Datum("string", "[1]")}))
    assert result.return_value == Datum("json", "[1, 1]")
    failure = (await worker.invoke(Invocation("a_set", {"x": Datum("string", "1")}))).failure
    assert failure is not None
    assert failure.text == "ValueError: activity trigger output must be json serializable ({1})"


async def test_trigger_metadata_reaches_the_message(worker: InProcessWorker) -> None:
    metadata = {
        "MessageId": Datum("string", "m1"),
        "DeliveryCount": Datum("int", 2),
        "UserProperties": Datum("json", "{}"),
    }
    failure = (await worker.invoke(Invocation("message", {"m": Datum("string", "body")}, metadata))).failure
    assert failure is not None
    assert failure.text == "ValueError: ['body', 'm1', 2]"


async def test_unknown_trigger_types_get_text_and_return_json(worker: InProcessWorker) -> None:
    result = await worker.invoke(Invocation("other", {"m": Datum("string", "text")}))
    assert result.return_value == Datum("json", '{"m": "text"}')
    assert (await worker.invoke(Invocation("other", {"m": NULL}))).return_value == Datum("json", '{"m": null}')


async def test_an_unknown_function_is_a_failure(worker: InProcessWorker) -> None:
    result = await worker.invoke(Invocation("nothing", {}))
    assert result.failure == Failure("RuntimeError: The function 'nothing' is not loaded in this worker.")


async def test_an_exit_is_a_failure_where_there_is_no_process_to_end(worker: InProcessWorker) -> None:
    failure = (await worker.invoke(call("leave"))).failure
    assert failure is not None
    assert failure.text == "SystemExit: 4"
