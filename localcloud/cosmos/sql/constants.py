"""What can be known of a query's WHERE before any document is read."""

from collections.abc import Iterator, Mapping

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.paths import path_of
from localcloud.cosmos.sql.values import UNDEFINED, Value, is_number


def conjuncts(node: nodes.Expression | None) -> Iterator[nodes.Expression]:
    """The expressions that must all be true for a row to be kept."""
    if isinstance(node, nodes.Logical) and node.operator == "AND":
        for operand in node.operands:
            yield from conjuncts(operand)
    elif node is not None:
        yield node


def constant_value(node: nodes.Expression, parameters: Mapping[str, Value]) -> Value:
    """The value of a literal, a parameter or a negative number; UNDEFINED for anything else."""
    if isinstance(node, nodes.Literal):
        return node.value
    if isinstance(node, nodes.Parameter):
        return parameters.get(node.name, UNDEFINED)
    if isinstance(node, nodes.Unary) and node.operator == "-":
        value = constant_value(node.operand, parameters)
        if isinstance(value, int | float) and is_number(value):
            return -value
    return UNDEFINED


def document_path(node: nodes.Expression, alias: str | None) -> tuple[str | int, ...] | None:
    """The keys of a path below the document, None for anything else. `alias` is the document's."""
    base, keys = path_of(node)
    return keys if alias is not None and keys and isinstance(base, nodes.Name) and base.name == alias else None
