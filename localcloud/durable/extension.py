"""Durable Functions as an extension of the host: its triggers, its client binding, its web API."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from localcloud.durable.api.call import Surface
from localcloud.durable.api.links import WEBHOOK_PATH, Links, public_origin
from localcloud.durable.api.router import DurableApi
from localcloud.durable.api.rpc import RpcListener
from localcloud.durable.connections import knows_connection, shown_connection
from localcloud.durable.engine import Engine
from localcloud.durable.options import DurableOptions
from localcloud.durable.store import SqliteHistoryStore
from localcloud.host.extension import HostExtension, HostServices
from localcloud.host.model import Datum, FunctionError, FunctionMetadata, Invocation

_SYSTEM_KEY = "durabletask_extension"
_ENTITY = "entitytrigger"
_TRIGGERS = frozenset({"orchestrationtrigger", "activitytrigger", _ENTITY})
_STORE_FILE = "durable.sqlite"


class DurableExtension(HostExtension):
    """Serves the orchestrators, activities and durable clients of one app."""

    binding_types: frozenset[str] = _TRIGGERS | {"durableclient"}

    def __init__(self) -> None:
        self._services: HostServices | None = None
        self._engine: Engine | None = None
        self._rpc: RpcListener | None = None
        self._api: DurableApi | None = None
        self._client = ""

    @property
    def engine(self) -> Engine:
        """The running engine. Raises RuntimeError before `start`."""
        if self._engine is None:
            raise RuntimeError("The durable extension has not been started.")
        return self._engine

    def validate(self, function: FunctionMetadata, settings: Mapping[str, str]) -> None:
        """Raises FunctionError for what can't work here: entities."""
        if any(str(binding["type"]).lower() == _ENTITY for binding in function.bindings):
            raise FunctionError(
                f"'{function.name}' is a durable entity, which localcloud does not support. "
                "Run the app on Azure or on Microsoft's own host for it; all other functions work here."
            )

    async def start(self, services: HostServices) -> None:
        """Opens the task hub, goes on with what was in flight, and listens for the SDK's client.

        Does nothing for an app without durable functions. Raises HostError for unusable settings in host.json.
        """
        durable = [f for f in services.functions.values() if _is_durable(f)]
        if not durable:
            return
        self._services = services
        options = DurableOptions.from_host_json(services.host_json, services.settings)
        links = Links(options.hub_name, shown_connection(services.host_json), services.system_key(_SYSTEM_KEY))
        store = SqliteHistoryStore(services.data_dir / _STORE_FILE)
        self._engine = Engine(
            options.hub_name,
            store=store,
            clock=services.clock,
            invoker=services.invoker,
            functions=services.functions,
            options=options,
            log=services.log,
        )
        host_name = urlsplit(services.public_url).netloc
        surface = Surface(
            hub=self._engine,
            links=links,
            clock=services.clock,
            knows_connection=lambda name: knows_connection(services.settings, name, links.connection),
            log=services.log,
        )
        self._api = DurableApi(surface, WEBHOOK_PATH)
        self._rpc = RpcListener(surface, services.data_dir, f"http://{host_name}")
        self._client = links.binding(public_origin(host_name), await self._rpc.start())
        await self._engine.start()

    async def stop(self) -> None:
        """Ends the listener, then the engine; what was running goes on at the next start."""
        if self._rpc is not None:
            await self._rpc.stop()
        if self._engine is not None:
            await self._engine.stop()

    async def input(self, binding: Mapping[str, Any], function: FunctionMetadata, call: Invocation) -> Datum:
        """The durable client's JSON, as plain text."""
        return Datum("string", self._client)

    async def output(
        self, binding: Mapping[str, Any], function: FunctionMetadata, value: Datum, call: Invocation
    ) -> None:
        """Never called: no durable binding sends anything. Raises FunctionError."""
        raise FunctionError(f"'{function.name}': the binding type '{binding['type']}' has no output.")

    def webhooks(self) -> Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]:
        """`/runtime/webhooks/durabletask/...` once it has started for an app with durable functions."""
        if self._services is None or self._api is None:
            return {}
        authorize, api = self._services.authorize, self._api

        async def handle(request: web.Request) -> web.StreamResponse:
            return authorize(request, _SYSTEM_KEY) or await api.handle(request)

        return {"durabletask": handle}


def _is_durable(function: FunctionMetadata) -> bool:
    return any(str(binding["type"]).lower() in DurableExtension.binding_types for binding in function.bindings)
