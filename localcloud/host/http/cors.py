"""CORS as `func start` does it from local.settings.json; without it the host adds nothing."""

from aiohttp import web

from localcloud.host.http.response import empty


class Cors:
    """The allowed origins (`*` for all) and whether credentials may be sent."""

    def __init__(self, origins: tuple[str, ...], *, credentials: bool) -> None:
        self._all = "*" in origins
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)
        self._credentials = credentials
        self.enabled = bool(origins)

    def preflight(self, request: web.Request) -> web.Response | None:
        """The answer to a preflight request, given before routing; None for other requests."""
        if not self.enabled or request.method != "OPTIONS":
            return None
        if "Origin" not in request.headers or "Access-Control-Request-Method" not in request.headers:
            return None
        answer = empty(204)
        self.add_headers(request, answer)
        if "Access-Control-Allow-Origin" in answer.headers:
            answer.headers["Access-Control-Allow-Methods"] = request.headers["Access-Control-Request-Method"]
            if asked := request.headers.get("Access-Control-Request-Headers"):
                answer.headers["Access-Control-Allow-Headers"] = asked
        return answer

    def add_headers(self, request: web.Request, answer: web.StreamResponse) -> None:
        """Adds the headers for an allowed origin; the function's own ones win."""
        origin = request.headers.get("Origin")
        if not self.enabled or origin is None or "Access-Control-Allow-Origin" in answer.headers:
            return
        if self._all and not self._credentials:
            answer.headers["Access-Control-Allow-Origin"] = "*"
        elif self._all or origin.lower() in self._origins:
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers.add("Vary", "Origin")
        else:
            return
        if self._credentials:
            answer.headers["Access-Control-Allow-Credentials"] = "true"
