"""The functions as the host lists them on the console when it has started."""

from localcloud.host.catalog import Catalog
from localcloud.host.routing.table import full_route, methods_of


def listing(catalog: Catalog, base: str, prefix: str) -> str:
    """One line for each active function: its methods and URL below `base`, or its trigger's type."""
    lines = ["Functions:"]
    for function in catalog.active.values():
        trigger = str(function.trigger["type"])
        shown = trigger
        if trigger.lower() == "httptrigger":
            methods = methods_of(function)
            allowed = f"[{','.join(sorted(methods))}] " if methods is not None else ""
            shown = f"{allowed}{base}/{full_route(prefix, function)}"
        lines.append(f"  {function.name}: {shown}")
    return "\n".join(lines)
