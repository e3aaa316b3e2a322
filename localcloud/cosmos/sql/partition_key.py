"""Whether a query names the one logical partition it reads."""

from collections.abc import Mapping, Sequence

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.compiled import CompiledQuery
from localcloud.cosmos.sql.constants import conjuncts, constant_value, document_path
from localcloud.cosmos.sql.sources import root_alias
from localcloud.cosmos.sql.values import Value


def fixed_partition_key(
    query: CompiledQuery, parameters: Mapping[str, Value], partition_key_paths: Sequence[str]
) -> list[Value] | None:
    """The partition key that WHERE fixes (`c.pk = constant` joined by AND), a value per path; None when it does not.

    Paths are written as in the container's definition: `/pk`, `/address/city`.
    """
    fixed = dict(_equalities(query.query, parameters))
    keys = [tuple(path.strip("/").split("/")) for path in partition_key_paths]
    return [fixed[key] for key in keys] if all(key in fixed for key in keys) else None


def _equalities(query: nodes.Query, parameters: Mapping[str, Value]) -> list[tuple[tuple[str | int, ...], Value]]:
    alias = root_alias(query)
    found: list[tuple[tuple[str | int, ...], Value]] = []
    for node in conjuncts(query.where):
        if not isinstance(node, nodes.Binary) or node.operator != "=":
            continue
        for path_side, value_side in ((node.left, node.right), (node.right, node.left)):
            path, value = document_path(path_side, alias), constant_value(value_side, parameters)
            if path is not None and (value is None or isinstance(value, bool | int | float | str)):
                found.append((path, value))
    return found
