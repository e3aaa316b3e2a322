"""Query strings as ASP.NET Core reads them and as the host hands them to a function."""

from localcloud.host.routing.path import unescape


def query_values(query: str) -> dict[str, list[str]]:
    """Every value by name. Names differ in more than case; the key is the last spelling's lower case."""
    values: dict[str, list[str]] = {}
    for name, value in _pairs(query):
        values.setdefault(name.lower(), []).append(value)
    return values


def query_parameters(query: str) -> dict[str, str]:
    """What a function gets: repeats joined with "," (empty ones dropped), names without a value absent.

    Names that differ in case only are one; the last spelling counts.
    """
    if not query:
        return {}
    spelling: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for name, value in _pairs(query):
        spelling[name.lower()] = name
        values.setdefault(name.lower(), []).append(value)
    joined = {spelling[key]: ",".join(filter(None, parts)) for key, parts in values.items()}
    return {name: value for name, value in joined.items() if value}


def _pairs(query: str) -> list[tuple[str, str]]:
    pairs = []
    for part in query.split("&"):
        if part:
            name, _, value = part.replace("+", " ").partition("=")
            pairs.append((unescape(name), unescape(value)))
    return pairs
