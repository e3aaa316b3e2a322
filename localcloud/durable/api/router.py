"""From a request to its handler: routes match in any case, anything else is an empty 404."""

from collections.abc import Iterable
from urllib.parse import unquote

from aiohttp import web

from localcloud.durable.api import control, entities, purge, start, status
from localcloud.durable.api.answers import broken, empty
from localcloud.durable.api.call import Call, Handler, Route, Surface
from localcloud.durable.api.query import Parameters

_ROUTES: list[Route] = [*start.ROUTES, *status.ROUTES, *control.ROUTES, *purge.ROUTES, *entities.ROUTES]


class DurableApi:
    """The API below one root path."""

    def __init__(self, surface: Surface, root: str, origin: str | None = None) -> None:
        """`root` is "/runtime/webhooks/durabletask" or "/durabletask"; without `origin` links show the request's."""
        self._surface, self._origin = surface, origin
        self._skip = len(root.split("/"))

    async def handle(self, request: web.Request) -> web.Response:
        """Answers one request; the key check is the caller's."""
        segments = request.rel_url.raw_path.split("/")[self._skip :]
        found = _match(request.method, segments)
        if found is None:
            return empty(404)
        handler, path = found
        parameters = Parameters(request)
        refusal = self._refusal(parameters)
        if refusal is not None:
            return refusal
        origin = self._origin or f"{request.scheme}://{request.host}"
        try:
            return await handler(Call(self._surface, request, parameters, path, origin))
        except web.HTTPException:
            raise
        except Exception as error:  # any fault becomes the 500 that the extension answers
            self._surface.log(f"The durable API failed on {request.method} {request.path}: {error!r}")
            return broken(str(error), type(error).__name__)

    def _refusal(self, parameters: Parameters) -> web.Response | None:
        """404 for another task hub, 500 for a connection that doesn't exist."""
        hub, connection = parameters.text("taskHub"), parameters.text("connection")
        if hub and hub.lower() != self._surface.hub.name.lower():
            return empty(404)
        if connection and not self._surface.knows_connection(connection):
            return broken(f"Unable to resolve the Azure Storage connection named '{connection}'.")
        return None


def _match(method: str, segments: list[str]) -> tuple[Handler, dict[str, str]] | None:
    """The handler and its variables; one trailing slash is allowed, an encoded slash in a segment never matches."""
    if len(segments) > 1 and not segments[-1]:
        segments = segments[:-1]
    decoded = [unquote(segment) for segment in segments]
    if any("/" in segment for segment in decoded):
        return None
    for verb, template, handler in _ROUTES:
        if verb == method:
            path = _variables(template.split("/"), decoded)
            if path is not None:
                return handler, path
    return None


def _variables(template: Iterable[str], segments: list[str]) -> dict[str, str] | None:
    parts = list(template)
    if len(parts) != len(segments):
        return None
    path: dict[str, str] = {}
    for part, segment in zip(parts, segments, strict=True):
        if part.startswith("{"):
            if not segment:
                return None
            path[part.strip("{}")] = segment
        elif part.lower() != segment.lower():
            return None
    return path
