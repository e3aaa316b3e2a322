"""How triggers, bindings and webhooks plug into the host: one module per binding type, nothing in the host's core."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from localcloud.clock import Clock
from localcloud.host.model import NULL, Datum, FunctionMetadata, Invocation, Invoker


@dataclass(frozen=True)
class HostServices:
    """What the host lends to its extensions. Everything is ready when `HostExtension.start` is called."""

    app_dir: Path
    data_dir: Path
    settings: Mapping[str, str]
    """The app's settings: environment over local.settings.json."""
    host_json: Mapping[str, Any]
    """The parsed host.json, `{}` for what is missing."""
    clock: Clock
    invoker: Invoker
    functions: Mapping[str, FunctionMetadata]
    """All healthy and enabled functions, by name as written."""
    system_key: Callable[[str], str]
    """`system_key("durabletask_extension")`: the key's value, made and kept when it doesn't exist yet."""
    public_url: str
    """Base URL as WEBSITE_HOSTNAME gives it, without trailing slash, e.g. "http://localhost:7071"."""
    log: Callable[[str], None]
    """Writes a line to the host's log (console)."""
    host_id: str = "localcloud"
    """Names what the host keeps in storage."""
    report: Callable[[str, str | None], None] = lambda function, error: None
    """`report("name", "text")`: the function's listener can't start or has lost its source; `report("name", None)`: it
    listens (again). The text is logged and shown by `/admin/functions/{name}/status`; other functions go on."""
    authorize: Callable[[web.Request, str], web.Response | None] = lambda request, system_key: None
    """`authorize(request, "durabletask_extension")`: None when the request shows the master key or that system key, or
    when keys are not checked; otherwise the refusal to answer with (401, or 403 for a lesser key)."""


class HostExtension(Protocol):
    """A set of binding types with a common life: timers, durable, Service Bus, ...

    Extensions derive from it, so that those without input bindings, output bindings or webhooks needn't say so.
    """

    binding_types: frozenset[str]
    """Lower-case binding types this extension serves, triggers and others alike."""

    def validate(self, function: FunctionMetadata, settings: Mapping[str, str]) -> None:
        """Raises FunctionError when one of the function's bindings of these types can't work."""
        ...

    async def start(self, services: HostServices) -> None:
        """Starts listening for every function of `services.functions` that has one of these types."""
        ...

    async def stop(self) -> None:
        """Stops listening; returns when nothing runs any more. Harmless when never started."""
        ...

    async def input(self, binding: Mapping[str, Any], function: FunctionMetadata, call: Invocation) -> Datum:
        """The data for an input binding of an invocation, e.g. the durableClient JSON; nothing unless overridden.

        `call` holds the trigger's input and metadata, which binding expressions may name.
        """
        return NULL

    async def output(
        self, binding: Mapping[str, Any], function: FunctionMetadata, value: Datum, call: Invocation
    ) -> None:
        """Sends what a function returned for an output binding; drops it unless overridden."""
        del value  # a body that says more than `...` keeps the method from being abstract

    def webhooks(self) -> Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]:
        """Handlers below `/runtime/webhooks/`, by first segment (e.g. "durabletask"). Authorised by the extension."""
        return {}
