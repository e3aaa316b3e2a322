import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from localcloud.host.dispatcher import Dispatcher
from localcloud.host.model import Datum, FunctionMetadata, Invocation, InvocationResult
from tests.unit.host.doubles import RecordingWorker, function
from tests.waiting import until_true

TRIGGER = {"type": "someTrigger", "name": "item", "direction": "IN"}


class Store:
    """An extension with an input and an output binding."""

    binding_types = frozenset({"sometrigger", "store"})

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.sent: list[tuple[str, Datum]] = []

    def validate(self, function: FunctionMetadata, settings: Mapping[str, str]) -> None:
        raise AssertionError("that is the host's to call")

    async def start(self, services: Any) -> None:
        raise AssertionError("that is the host's to call")

    async def stop(self) -> None:
        raise AssertionError("that is the host's to call")

    async def input(self, binding: Mapping[str, Any], function: FunctionMetadata, call: Invocation) -> Datum:
        if self.broken:
            raise ConnectionError("no store")
        return Datum("string", f"for {call.inputs['item'].value}")

    async def output(
        self, binding: Mapping[str, Any], function: FunctionMetadata, value: Datum, call: Invocation
    ) -> None:
        self.sent.append((binding["name"], value))

    def webhooks(self) -> Mapping[str, Any]:
        return {}


class Returning(RecordingWorker):
    """Returns a value and an output."""

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        result = await super().invoke(invocation)
        return InvocationResult(Datum("string", "back"), {"out": Datum("string", "out")}, result.failure)


def build(
    worker: RecordingWorker,
    log: list[str],
    store: Store,
    limit: timedelta | None = None,
    *,
    grace: timedelta = timedelta(milliseconds=10),
) -> Dispatcher:
    bound = function(
        "f",
        TRIGGER,
        {"type": "store", "name": "extra", "direction": "IN"},
        {"type": "store", "name": "out", "direction": "OUT"},
        {"type": "store", "name": "$return", "direction": "OUT"},
    )
    return Dispatcher(worker, {"f": bound}, [store], limit, log.append, grace=grace)


async def test_bindings_are_fetched_and_sent() -> None:
    worker, log, store = Returning(), list[str](), Store()
    result = await build(worker, log, store).invoke(Invocation("f", {"item": Datum("string", "x")}, reason="because"))
    assert result.failure is None
    assert (await worker.next()).inputs == {"item": Datum("string", "x"), "extra": Datum("string", "for x")}
    assert store.sent == [("out", Datum("string", "out")), ("$return", Datum("string", "back"))]
    assert log[0].startswith("Executing 'Functions.f' (Reason='because', Id=")
    assert log[1].startswith("Executed 'Functions.f' (Succeeded, Id=")


async def test_a_failure_is_logged_and_sends_nothing() -> None:
    worker, log, store = Returning(frozenset({"f"})), list[str](), Store()
    result = await build(worker, log, store).invoke(Invocation("f", {"item": Datum("string", "x")}))
    assert result.failure is not None
    assert store.sent == []
    assert log[1].startswith("Executed 'Functions.f' (Failed, Id=")
    assert log[2] == "Result: Failure\nException: ValueError: no\nStack: "


async def test_a_broken_input_binding_fails_the_run_without_the_function() -> None:
    worker, log = Returning(), list[str]()
    result = await build(worker, log, Store(broken=True)).invoke(Invocation("f", {"item": Datum("string", "x")}))
    assert str(result.failure).startswith("Result: Failure\nException: ConnectionError: no store")
    assert worker.calls.empty()


async def test_an_unknown_function_fails() -> None:
    result = await build(Returning(), [], Store()).invoke(Invocation("nope", {}))
    assert result.failure is not None
    assert "'nope' does not exist" in result.failure.text


async def test_a_function_that_outlives_its_limit_loses_its_process() -> None:
    worker, log = Returning(), list[str]()
    worker.held = asyncio.Event()
    invocation = Invocation("f", {"item": Datum("string", "x")})
    result = await build(worker, log, Store(), timedelta(milliseconds=5)).invoke(invocation)
    assert result.failure is not None
    assert worker.replaced == [invocation.id]
    assert f"exceeded by function 'Functions.f' (Id: '{invocation.id}'). Initiating cancellation." in log[1]
    assert log[2].startswith("A function timeout has occurred. Restarting worker process executing invocationId")


async def test_a_function_that_ends_within_the_grace_keeps_its_process() -> None:
    worker, log = Returning(), list[str]()
    worker.held = asyncio.Event()
    dispatcher = build(worker, log, Store(), timedelta(milliseconds=5), grace=timedelta(seconds=5))
    running = asyncio.ensure_future(dispatcher.invoke(Invocation("f", {"item": Datum("string", "x")})))
    await until_true(lambda: any("Initiating" in line for line in log))
    worker.held.set()
    assert (await running).failure is not None
    assert worker.replaced == []
