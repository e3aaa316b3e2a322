"""The messages between host and worker process: msgpack arrays, one after the other on a socket.

host to worker: `[INVOKE, number, [function, inputs, metadata, retry_count, max_retry_count, retry_exception,
trace_parent, trace_state, id]]`, `[STOP]`. Worker to host: `[INDEX, [function, ...], error]` once, then
`[RESULT, number, return_value, outputs, failure]` with failure null or `[text, stack]`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import msgpack

from localcloud.host.model import AppIndex, Datum, Failure, FunctionMetadata, Invocation, InvocationResult

INVOKE, STOP, INDEX, RESULT = 1, 2, 3, 4
_LARGEST = 2**31 - 1
"""Bytes of the largest message."""


class Packer:
    """Makes messages. Values without a form raise TypeError, OverflowError or ValueError."""

    def __init__(self) -> None:
        self._pack: Callable[[Any], bytes] = msgpack.Packer(
            use_bin_type=True, datetime=True, unicode_errors="surrogatepass"
        ).pack

    def invoke(self, number: int, call: Invocation) -> bytes:
        """A call; `number` comes back with its result."""
        return self._pack(
            (
                INVOKE,
                number,
                (
                    call.function,
                    call.inputs,
                    call.metadata,
                    call.retry_count,
                    call.max_retry_count,
                    call.retry_exception,
                    call.trace_parent,
                    call.trace_state,
                    call.id,
                ),
            )
        )

    def stop(self) -> bytes:
        """The request to end."""
        return self._pack((STOP,))

    def index(self, index: AppIndex) -> bytes:
        """The app's functions."""
        return self._pack((INDEX, [astuple(function) for function in index.functions], index.error))

    def result(self, number: int, result: InvocationResult) -> bytes:
        """A call's result. One that can't be sent becomes a failure."""
        failure = result.failure
        told = None if failure is None else (failure.text, failure.stack)
        try:
            return self._pack((RESULT, number, result.return_value, result.outputs, told))
        except (TypeError, ValueError, OverflowError) as error:
            return self._pack((RESULT, number, None, {}, (f"{type(error).__name__}: {error}", "")))


def index_of(functions: list[list[Any]], error: str | None) -> AppIndex:
    """The index in a message."""
    return AppIndex([FunctionMetadata(*function) for function in functions], error)


def invocation_of(fields: list[Any]) -> Invocation:
    """The call in a message."""
    function, inputs, metadata, retry, most, exception, parent, state, invocation_id = fields
    return Invocation(
        function,
        {name: Datum(*datum) for name, datum in inputs.items()},
        {name: Datum(*datum) for name, datum in metadata.items()},
        retry,
        most,
        exception,
        parent,
        state,
        id=invocation_id,
    )


def result_of(returned: Any, outputs: dict[str, Any], failure: Any) -> InvocationResult:
    """The result in a message."""
    return InvocationResult(
        None if returned is None else _datum(returned),
        {name: _datum(datum) for name, datum in outputs.items()},
        None if failure is None else Failure(*failure),
    )


def _datum(fields: Any) -> Datum:
    kind, value = fields
    if kind == "http":
        value["body"] = Datum(*value["body"])
    return Datum(kind, value)


class Connection(asyncio.Protocol):
    """One end of the socket: cuts incoming bytes into messages and sends outgoing ones together, once a loop turn."""

    def __init__(self, received: Callable[[list[Any]], None], lost: Callable[[], None]) -> None:
        """`received` gets each message, `lost` is called once when the other end is gone."""
        self._received = received
        self._lost = lost
        self._unpacker = msgpack.Unpacker(
            raw=False,
            timestamp=3,
            strict_map_key=False,
            unicode_errors="surrogatepass",
            max_buffer_size=_LARGEST,
        )
        self._waiting: list[bytes] = []
        self._loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream protocol gets a stream transport
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Hands over the messages that are complete."""
        self._unpacker.feed(data)
        for message in self._unpacker:
            self._received(message)

    def connection_lost(self, exc: Exception | None) -> None:
        """Reports the loss."""
        self.transport = None
        self._lost()

    def send(self, message: bytes) -> None:
        """Sends a message at the end of this loop turn. Only for the loop's own thread."""
        if not self._waiting:
            self._loop.call_soon(self.flush)
        self._waiting.append(message)

    def flush(self) -> None:
        """Sends what is waiting now."""
        waiting, self._waiting = self._waiting, []
        if self.transport is not None and waiting:
            self.transport.write(b"".join(waiting) if len(waiting) > 1 else waiting[0])

    def close(self) -> None:
        """Sends what is waiting and closes."""
        self.flush()
        if self.transport is not None:
            self.transport.close()
