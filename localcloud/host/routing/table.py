"""Which function answers a request: functions by name, the first route that matches wins."""

from collections.abc import Iterable
from dataclasses import dataclass

from localcloud.host.model import FunctionMetadata, HostError
from localcloud.host.routing.parameters import TemplateError
from localcloud.host.routing.template import Template, parse_template

_RESERVED = ("admin", "runtime")
RESERVED_TEXT = "The specified route conflicts with one or more built in routes."


@dataclass(frozen=True)
class Route:
    """A function's HTTP route."""

    function: FunctionMetadata
    template: Template
    methods: frozenset[str] | None
    """Upper-case methods; None means all."""


def route_text(function: FunctionMetadata) -> str:
    """The function's route as written; without one (or an empty one) its name."""
    return str(function.trigger.get("route") or function.name)


def full_route(prefix: str, function: FunctionMetadata) -> str:
    """Prefix and route joined as the host joins them (a leading slash of the route makes two)."""
    return f"{prefix}/{route_text(function)}" if prefix else route_text(function)


def methods_of(function: FunctionMetadata) -> frozenset[str] | None:
    """The allowed methods, upper-case; None means all, an empty set none."""
    methods = function.trigger.get("methods")
    return None if methods is None else frozenset(str(method).upper() for method in methods)


def is_reserved(function: FunctionMetadata) -> bool:
    """Whether the host keeps such routes to itself, whatever the prefix."""
    return route_text(function).lower().startswith(_RESERVED)


def conflict(function: FunctionMetadata, earlier: Iterable[FunctionMetadata]) -> FunctionMetadata | None:
    """The earlier function with the same route text and a common method, if any."""
    mine = methods_of(function)
    for other in earlier:
        theirs = methods_of(other)
        overlap = mine is None or theirs is None or bool(mine & theirs)
        if overlap and route_text(other).lower() == route_text(function).lower():
            return other
    return None


class RouteTable:
    """The routes of all healthy HTTP functions."""

    def __init__(self, prefix: str, functions: Iterable[FunctionMetadata]) -> None:
        """Compiles the templates. Raises HostError with the host's text when one of them is not valid."""
        ordered = sorted(functions, key=lambda function: function.name.upper())
        self._routes = [Route(f, _compile(prefix, f), methods_of(f)) for f in ordered]

    def find(self, method: str, path: str) -> tuple[FunctionMetadata, dict[str, str]] | None:
        """The function for an upper-case method and a decoded path, with its route values; None means 404."""
        for route in self._routes:
            if route.methods is not None and method not in route.methods:
                continue
            values = route.template.match(path)
            if values is not None:
                return route.function, values
        return None


def _compile(prefix: str, function: FunctionMetadata) -> Template:
    text = full_route(prefix, function)
    try:
        return parse_template(text)
    except TemplateError as error:
        inner = f"Microsoft.AspNetCore.Routing: {error}"
        detail = f"{inner} (Parameter 'routeTemplate'). {inner}" if error.wrapped else inner
        raise HostError(
            "Microsoft.AspNetCore.Routing: An error occurred while creating the route with name "
            f"'{function.name}' and template '{text}'. {detail}"
        ) from error
