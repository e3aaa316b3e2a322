"""What no other route answers: the host would send an empty 404, this sends problem documents.

The host takes the first matching route by function name, so this function's name has to sort last.
"""

import re

from api.web.call import Call, Reply
from api.web.route import DECLARED, Access, Route
from api.web.table import RouteTable
from shared.errors import MethodNotAllowedError, NotFoundError

routes = RouteTable()
blueprint = routes.blueprint

_PARAMETER = re.compile(r"\\{[^}]+\\}")


class RouteNotFoundError(NotFoundError):
    """The API has no such path."""

    slug = "route-not-found"
    title = "No such path"


@routes.route("*", "{*path}", access=Access.ANYONE)
async def zz_fallback(call: Call) -> Reply:
    """405 with Allow where the path exists, else 404."""
    allowed = allowed_methods(call.route_params.get("path", ""))
    if not allowed:
        raise RouteNotFoundError(f"This API has no path {call.path}.")
    allow = ", ".join(allowed)
    detail = f"{call.path} doesn't know the method {call.method}; it knows {allow}."
    raise MethodNotAllowedError(detail, headers={"Allow": allow})


def allowed_methods(path: str) -> list[str]:
    """The methods of every declared route that the path (below the prefix) fits; sorted, empty when there is none."""
    return sorted({method for route in DECLARED.values() if _fits(route, path) for method in route.methods})


def _fits(route: Route, path: str) -> bool:
    pattern = _PARAMETER.sub("[^/]+", re.escape(route.path))
    return re.fullmatch(pattern, path.rstrip("/"), re.IGNORECASE) is not None
