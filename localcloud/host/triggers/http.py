"""The HTTP trigger and output: which function answers a request, and with what."""

from collections.abc import Callable, Mapping

from aiohttp import web

from localcloud.host.authorization import Authorization
from localcloud.host.extension import HostExtension, HostServices
from localcloud.host.http.request import request_datum
from localcloud.host.http.response import BadResponseError, empty, function_response
from localcloud.host.model import FunctionError, FunctionMetadata, Invocation, InvocationResult
from localcloud.host.routing.path import Target
from localcloud.host.routing.table import RESERVED_TEXT, RouteTable, conflict, is_reserved

_REASON = "This function was programmatically called via the host APIs."


class HttpTrigger(HostExtension):
    """Serves `httpTrigger` and `http` bindings."""

    binding_types = frozenset({"httptrigger", "http"})

    def __init__(self, prefix: str, authorization: Authorization) -> None:
        """`prefix` is host.json's routePrefix."""
        self._prefix = prefix
        self._authorization = authorization
        self._admitted: list[FunctionMetadata] = []
        self._services: HostServices | None = None
        self._table = RouteTable(prefix, [])
        self._outputs: dict[str, str | None] = {}

    def validate(self, function: FunctionMetadata, settings: Mapping[str, str]) -> None:
        """Refuses reserved routes and routes that an earlier validated function has. Functions must come by name."""
        if str(function.trigger["type"]).lower() != "httptrigger":
            return
        if is_reserved(function):
            raise FunctionError(RESERVED_TEXT)
        other = conflict(function, self._admitted)
        if other is not None:
            raise FunctionError(f"The route specified conflicts with the route defined by function '{other.name}'.")
        self._admitted.append(function)

    async def start(self, services: HostServices) -> None:
        """Compiles the routes. Raises HostError when a template is not valid."""
        functions = [f for f in services.functions.values() if str(f.trigger["type"]).lower() == "httptrigger"]
        self._table = RouteTable(self._prefix, functions)
        self._outputs = {f.name: _http_output(f) for f in functions}
        self._services = services

    async def stop(self) -> None:
        """Answers no request any more."""
        self._table = RouteTable(self._prefix, [])

    async def handle(self, request: web.Request, target: Target, path: str) -> web.Response | None:
        """The answer of the function whose route matches a decoded path; None when there is none."""
        found = self._table.find(request.method.upper(), path)
        if found is None or self._services is None:
            return None
        function, route_values = found
        if not self._authorization.may_call(request, function):
            return empty(401)
        datum = await request_datum(request, target, route_values)
        invocation = Invocation(function.name, {function.trigger["name"]: datum}, reason=_REASON)
        result = await self._services.invoker.invoke(invocation)
        return self._answer(function, result, self._services.log)

    def _answer(self, function: FunctionMetadata, result: InvocationResult, log: Callable[[str], None]) -> web.Response:
        if result.failure is not None:
            return empty(500)
        output = self._outputs[function.name]
        value = None
        if output is not None:
            value = result.return_value if output == "$return" else result.outputs.get(output)
        try:
            return function_response(value)
        except BadResponseError as error:
            log(f"The response of 'Functions.{function.name}' can't be sent: {error}")
            return empty(500)


def _http_output(function: FunctionMetadata) -> str | None:
    return next((str(b["name"]) for b in function.bindings if str(b["type"]).lower() == "http"), None)
