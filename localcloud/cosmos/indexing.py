"""Indexing policies: completed as the service does, and which properties may be sorted by.

Rules: learn.microsoft.com/azure/cosmos-db/index-policy. Of two paths that fit a property the more precise one counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from localcloud.cosmos.errors import bad_request
from localcloud.cosmos.sql import CompiledQuery, SqlBadRequestError
from localcloud.cosmos.sql.paths import path_of

_ETAG_PATH = {"path": '/"_etag"/?'}


def completed_policy(given: Mapping[str, Any]) -> dict[str, Any]:
    """A container's indexing policy with the service's defaults. Raises a 400."""
    excluded = _paths(given, "excludedPaths")
    if _ETAG_PATH not in excluded:
        excluded.append(_ETAG_PATH)
    composite = given.get("compositeIndexes") or []
    if not isinstance(composite, list):
        raise bad_request("The compositeIndexes of the indexing policy must be an array.")
    for index in composite:
        _checked_entries(index, "compositeIndexes")
    return {
        **given,
        "indexingMode": str(given.get("indexingMode", "consistent")).lower(),
        "automatic": given.get("automatic", True),
        "includedPaths": _paths(given, "includedPaths") or [{"path": "/*"}],
        "excludedPaths": excluded,
    }


def check_sortable(query: CompiledQuery, policy: Mapping[str, Any]) -> None:
    """Raises SqlBadRequestError when the only ORDER BY item is excluded from the index.

    Several items need a composite index instead, whatever the policy says about their paths.
    """
    items = query.query.order_by
    if len(items) != 1:
        return
    keys = ["[]" if isinstance(key, int) else key for key in path_of(items[0].expression)[1]]
    if not is_indexed(policy, keys):
        raise SqlBadRequestError(
            "The index path corresponding to the specified order-by item is excluded.",
            code="SC2208",
            position=items[0].expression.span,
        )


def is_indexed(policy: Mapping[str, Any], keys: Sequence[str]) -> bool:
    """Whether the value of a property, given by the names that lead to it, is in the index."""
    included = max(_precisions(policy["includedPaths"], keys), default=-1)
    excluded = max(_precisions(policy["excludedPaths"], keys), default=-1)
    return policy["indexingMode"] != "none" and included > excluded


def _precisions(entries: Sequence[Mapping[str, str]], keys: Sequence[str]) -> Iterator[int]:
    """How precise each path is that fits: its length, `/?` before `/*`."""
    for entry in entries:
        *parts, last = [part.strip('"') for part in entry["path"].strip("/").split("/")]
        if last == "?" and parts == list(keys):
            yield 2 * len(parts) + 1
        elif last == "*" and parts == list(keys[: len(parts)]):
            yield 2 * len(parts)


def _paths(given: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return list(_checked_entries(given.get(name) or [], name))


def _checked_entries(entries: Any, name: str) -> list[dict[str, Any]]:
    """Entries that each have a path. Raises a 400."""
    if isinstance(entries, list) and all(isinstance(one, dict) and _is_entry(one) for one in entries):
        return entries
    raise bad_request(f'The {name} of the indexing policy must be an array of objects such as {{"path": "/name/?"}}.')


def _is_entry(entry: Mapping[str, Any]) -> bool:
    path, order = entry.get("path"), entry.get("order", "ascending")
    return isinstance(path, str) and path.startswith("/") and str(order).lower() in ("ascending", "descending")
