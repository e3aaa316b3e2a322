"""How the plan names aggregates and carries their partial results."""

from typing import Final

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.aggregates import ACCUMULATORS
from localcloud.cosmos.sql.errors import SqlBadRequestError

_KINDS: Final = {
    "COUNT": "Count",
    "COUNTIF": "CountIf",
    "SUM": "Sum",
    "AVG": "Average",
    "MIN": "Min",
    "MAX": "Max",
}


def aggregates_in(node: object) -> list[nodes.Call]:
    """The aggregate calls in a clause or an expression, those of subqueries apart."""
    expressions = nodes.walk(node, subqueries=False)
    return [found for found in expressions if isinstance(found, nodes.Call) and found.name in ACCUMULATORS]


def aggregate_kind(node: nodes.Expression) -> str | None:
    """The plan's name of an aggregate call; None for any other expression."""
    return _KINDS.get(node.name) if isinstance(node, nodes.Call) else None


def check_compositions(query: nodes.Query) -> None:
    """Raises SqlBadRequestError when an aggregate is only a part of an expression: partial results cannot be merged."""
    tops = [item.expression for item in query.select.items]
    if query.select.value is not None:
        tops.append(query.select.value)
    for expression in tops:
        for call in aggregates_in(expression):
            if call is not expression:
                raise SqlBadRequestError(
                    "Compositions of aggregates and other expressions are not allowed across partitions.",
                    code="SC2105",
                    position=expression.span,
                )
