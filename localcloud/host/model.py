"""What host, workers and extensions exchange: function metadata, data items, invocations and their results."""

import uuid
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol


class Datum(NamedTuple):
    """A typed value on its way to or from a function.

    `type` is the name the azure.functions converters know: string, bytes, json (JSON text), int, double, http,
    collection_string, collection_bytes, or None for null. A `http` value is a dict: for requests `method, url, headers,
    params, query, body` (names lower case for headers, body as a Datum), for responses `status_code, headers, body,
    cookies`.
    """

    type: str | None
    value: Any


NULL = Datum(None, None)


@dataclass(frozen=True)
class FunctionMetadata:
    """One function as the worker found it in the app."""

    name: str
    function_id: str
    """uuid5(NAMESPACE_OID, name), as Microsoft's worker computes it."""
    directory: str
    script_file: str
    entry_point: str
    bindings: list[dict[str, Any]]
    """The function.json bindings, `direction` as the SDK spells it ("IN"/"OUT")."""
    retry: dict[str, str] | None = None
    """The @app.retry settings as text, as the SDK gives them."""

    @property
    def trigger(self) -> dict[str, Any]:
        """The one binding whose type ends in "Trigger" (any case)."""
        return next(b for b in self.bindings if str(b["type"]).lower().endswith("trigger"))


@dataclass(frozen=True)
class AppIndex:
    """The outcome of indexing an app: its functions, or the reason why it has none."""

    functions: list[FunctionMetadata]
    error: str | None = None
    """`ImportError: ...` text of "Worker failed to index functions"; None when indexing went well (0 functions too)."""


@dataclass(frozen=True)
class Invocation:
    """One call of a function. `inputs` holds the trigger's and the input bindings' data by parameter name."""

    function: str
    inputs: dict[str, Datum]
    metadata: dict[str, Datum] = field(default_factory=dict)
    retry_count: int = 0
    max_retry_count: int = 0
    retry_exception: str | None = None
    """Text of the previous try's failure: `context.retry_context.rpc_exception`."""
    trace_parent: str = ""
    trace_state: str = ""
    reason: str = "(null)"
    """Why it runs, for the log: "Timer fired at ..."."""
    details: str = ""
    """The log's "Trigger Details: ..." of unscheduled runs; empty for none."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class Failure:
    """Why an invocation failed. `text` is what the real worker sends as exception message, e.g. "ValueError: bad"."""

    text: str
    stack: str = ""
    worker_exit: bool = False
    """True when the worker process died: `text` is then "<python> exited with code 137 (0x89)"."""

    def __str__(self) -> str:
        return self.text if self.worker_exit else f"Result: Failure\nException: {self.text}\nStack: {self.stack}"


@dataclass(frozen=True)
class InvocationResult:
    """What came back: a return value and out parameters, or a failure. Never raised, always returned."""

    return_value: Datum | None = None
    outputs: dict[str, Datum] = field(default_factory=dict)
    failure: Failure | None = None


class Invoker(Protocol):
    """Runs functions in a worker: the process pool, or the in-process worker of tests."""

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Runs one function and returns its result; app errors and dead workers come back as `failure`."""
        ...


class FunctionError(Exception):
    """One function alone is in error; the others go on. The text is what the host logs and `.../status` shows."""


class HostError(Exception):
    """The whole host is in error: every request is answered with 503 until the cause is mended."""
