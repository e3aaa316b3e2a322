"""The `context` parameter of functions, and `Out` parameters."""

import threading
from dataclasses import dataclass, field
from typing import Any

import azure.functions as func

from localcloud.host.model import Invocation

_thread_local = threading.local()


class OutValue(func.Out[Any]):
    """An `azure.functions.Out` parameter; None until set."""

    def __init__(self) -> None:
        self._value: Any = None

    def set(self, val: Any) -> None:
        """Keeps the value; the last one counts."""
        self._value = val

    def get(self) -> Any:
        """The value set last."""
        return self._value


@dataclass(frozen=True)
class PreviousFailure:
    """Why the previous try of a retried function failed."""

    message: str
    source: str = ""
    stack_trace: str = ""


@dataclass(frozen=True)
class RetryContext:
    """Which try this is; `rpc_exception` is set from the second try on."""

    retry_count: int
    max_retry_count: int
    rpc_exception: PreviousFailure | str


@dataclass(frozen=True)
class TraceContext:
    """Distributed tracing; the capitalised names are the SDK's old spelling."""

    trace_parent: str = ""
    trace_state: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def Traceparent(self) -> str:  # noqa: N802 - the SDK's old name
        """The traceparent."""
        return self.trace_parent

    @property
    def Tracestate(self) -> str:  # noqa: N802 - the SDK's old name
        """The tracestate."""
        return self.trace_state

    @property
    def Attributes(self) -> dict[str, str]:  # noqa: N802 - the SDK's old name
        """The attributes."""
        return self.attributes


@dataclass(frozen=True)
class Context:
    """An invocation's context, with the attributes that functions read."""

    function_name: str
    function_directory: str
    invocation_id: str
    trace_context: TraceContext
    retry_context: RetryContext

    @property
    def thread_local_storage(self) -> threading.local:
        """Holds `invocation_id` on the thread that runs the function."""
        return _thread_local


def context_of(invocation: Invocation, directory: str) -> Context:
    """The context of a call; `directory` is the folder of the function's file."""
    previous = invocation.retry_exception
    return Context(
        invocation.function,
        directory,
        invocation.id,
        TraceContext(invocation.trace_parent, invocation.trace_state),
        RetryContext(invocation.retry_count, invocation.max_retry_count, PreviousFailure(previous) if previous else ""),
    )
