"""Runs functions: fetches input bindings, calls the worker, sends output bindings, keeps the time limit, logs."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

from localcloud.host.catalog import extensions_by_type
from localcloud.host.extension import HostExtension
from localcloud.host.model import Failure, FunctionMetadata, Invocation, InvocationResult
from localcloud.host.timespan import format_timespan

_GRACE = timedelta(seconds=2)
"""How long a function may go on after its time limit before its process is replaced."""
Bound = tuple[Mapping[str, Any], HostExtension]


class Worker(Protocol):
    """What the dispatcher needs of the worker pool."""

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Runs one function."""
        ...

    async def replace(self, invocation_id: str) -> None:
        """Ends the process that runs this invocation and starts another one."""
        ...


class Dispatcher:
    """The host's Invoker: what triggers call."""

    def __init__(
        self,
        worker: Worker,
        functions: Mapping[str, FunctionMetadata],
        extensions: Sequence[HostExtension],
        limit: timedelta | None,
        log: Callable[[str], None],
        *,
        grace: timedelta = _GRACE,
    ) -> None:
        """`limit` is host.json's functionTimeout, None for no limit."""
        self._worker = worker
        self._functions = functions
        self._limit = limit
        self._grace = grace
        self._log = log
        by_type = extensions_by_type(extensions)
        self._inputs = {f.name: _bound(f, by_type, out=False) for f in functions.values()}
        self._outputs = {f.name: _bound(f, by_type, out=True) for f in functions.values()}

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Runs a function with its bindings. Whatever goes wrong comes back as `failure` and is logged."""
        name, started = invocation.function, time.perf_counter()
        if name not in self._functions:
            return InvocationResult(failure=Failure(f"The function '{name}' does not exist or is in error."))
        self._log(f"Executing 'Functions.{name}' (Reason='{invocation.reason}', Id={invocation.id})")
        if invocation.details:
            self._log(f"Trigger Details: {invocation.details}")
        result = await self._with_bindings(invocation)
        outcome = "Failed" if result.failure else "Succeeded"
        duration = int((time.perf_counter() - started) * 1000)
        self._log(f"Executed 'Functions.{name}' ({outcome}, Id={invocation.id}, Duration={duration}ms)")
        if result.failure:
            self._log(str(result.failure))
        return result

    async def _with_bindings(self, invocation: Invocation) -> InvocationResult:
        name = invocation.function
        try:
            if inputs := self._inputs[name]:
                function = self._functions[name]
                fetched = {b["name"]: await extension.input(b, function, invocation) for b, extension in inputs}
                called = replace(invocation, inputs={**invocation.inputs, **fetched})
            else:
                called = invocation
            result = await self._in_time(called)
            if result.failure is None:
                await self._send_outputs(invocation, result)
        except Exception as error:  # a broken binding fails this invocation, never the host
            return InvocationResult(failure=Failure(f"{type(error).__name__}: {error}"))
        return result

    async def _send_outputs(self, call: Invocation, result: InvocationResult) -> None:
        for binding, extension in self._outputs[call.function]:
            value = result.return_value if binding["name"] == "$return" else result.outputs.get(binding["name"])
            if value is not None:
                await extension.output(binding, self._functions[call.function], value, call)

    async def _in_time(self, invocation: Invocation) -> InvocationResult:
        if self._limit is None:
            return await self._worker.invoke(invocation)
        running = asyncio.ensure_future(self._worker.invoke(invocation))
        try:
            done, _ = await asyncio.wait({running}, timeout=self._limit.total_seconds())
            if done:
                return running.result()
            return await self._timed_out(invocation, running)
        finally:
            if not running.done():
                running.cancel()

    async def _timed_out(self, invocation: Invocation, running: asyncio.Future[InvocationResult]) -> InvocationResult:
        limit = format_timespan(self._limit or timedelta())
        text = (
            f"Timeout value of {limit} exceeded by function 'Functions.{invocation.function}' (Id: '{invocation.id}')."
        )
        self._log(f"{text} Initiating cancellation.")
        done, _ = await asyncio.wait({running}, timeout=self._grace.total_seconds())
        if not done:
            self._log(
                f"A function timeout has occurred. Restarting worker process executing invocationId '{invocation.id}'."
            )
            await self._worker.replace(invocation.id)
        return InvocationResult(failure=Failure(f"Microsoft.Azure.WebJobs.Host.FunctionTimeoutException: {text}"))


def _bound(function: FunctionMetadata, by_type: Mapping[str, HostExtension], *, out: bool) -> list[Bound]:
    trigger = function.trigger
    direction = "out" if out else "in"
    return [
        (binding, by_type[str(binding["type"]).lower()])
        for binding in function.bindings
        if binding is not trigger
        and str(binding.get("direction", "in")).lower() == direction
        and str(binding["type"]).lower() in by_type
    ]
