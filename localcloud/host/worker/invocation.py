"""One call of a function: inputs decoded, function called, result encoded, failures told in words."""

import os
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from localcloud.host.model import Datum, Failure, Invocation, InvocationResult
from localcloud.host.worker.context import OutValue, context_of
from localcloud.host.worker.converters import decode, is_trigger, sdk_metadata
from localcloud.host.worker.encoding import encode
from localcloud.host.worker.sdk_types import sdk_value
from localcloud.host.worker.signature import LoadedFunction, Slot


def function_threads() -> ThreadPoolExecutor:
    """The pool for sync functions: PYTHON_THREADPOOL_THREAD_COUNT threads, by default min(32, cpus + 4)."""
    text = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    given = int(text) if text.isdecimal() and int(text) >= 1 else None
    return ThreadPoolExecutor(given or min(32, (os.cpu_count() or 1) + 4), "function")


def not_loaded(name: str) -> InvocationResult:
    """The answer for a function that the worker hasn't got."""
    return InvocationResult(failure=Failure(f"RuntimeError: The function '{name}' is not loaded in this worker."))


def run_sync(function: LoadedFunction, invocation: Invocation) -> InvocationResult:
    """Runs a sync function on this thread. SystemExit and the like go through."""
    try:
        arguments = _arguments(function, invocation)
        return _result(function, arguments, function.body(**arguments))
    except Exception as error:  # whatever the app raises is the answer
        return failed(error)


async def run_async(function: LoadedFunction, invocation: Invocation) -> InvocationResult:
    """Runs an async function on this loop. SystemExit and the like go through."""
    try:
        arguments = _arguments(function, invocation)
        return _result(function, arguments, await function.body(**arguments))
    except Exception as error:  # whatever the app raises is the answer
        return failed(error)


def failed(error: BaseException) -> InvocationResult:
    """The result for an exception, with its stack in the form of Microsoft's worker: the frames alone."""
    stack = "".join(traceback.extract_tb(error.__traceback__).format())
    return InvocationResult(failure=Failure(f"{type(error).__name__}: {error}", stack))


def _arguments(function: LoadedFunction, invocation: Invocation) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name, datum in invocation.inputs.items():
        arguments[name] = _argument(function.inputs[name], datum, invocation)
    context = context_of(invocation, function.directory)
    context.thread_local_storage.invocation_id = invocation.id
    if function.wants_context:
        arguments["context"] = context
    for name in function.outputs:
        arguments[name] = OutValue()
    return arguments


def _argument(slot: Slot, datum: Datum, invocation: Invocation) -> Any:
    if slot.deferred:
        return sdk_value(slot.binding_type, datum, slot.pytype)
    if slot.text and datum.type == "bytes":
        return bytes(datum.value).decode("utf-8", "replace")
    metadata = sdk_metadata(invocation.metadata) if is_trigger(slot.binding_type) else {}
    return decode(slot.binding_type, datum, metadata)


def _result(function: LoadedFunction, arguments: Mapping[str, Any], returned: Any) -> InvocationResult:
    slot = function.returns
    if slot is None and returned is not None:
        # The missing blank is in the text of Microsoft's worker.
        raise RuntimeError(f"function {function.name!r} without a $return bindingreturned a non-None value")
    outputs = {}
    for name, out in function.outputs.items():
        value = arguments[name].get()
        if value is not None:
            outputs[name] = encode(out.binding_type, value, out.pytype)
    value = None if slot is None else encode(slot.binding_type, returned, slot.pytype)
    return InvocationResult(value, outputs)
