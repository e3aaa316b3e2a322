"""The SELECT clause: from a row to a result."""

from collections.abc import Iterator

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.errors import SqlBadRequestError
from localcloud.cosmos.sql.expressions import ExpressionCompiler, object_of
from localcloud.cosmos.sql.scope import Evaluator


def compile_projection(query: nodes.Query, compiler: ExpressionCompiler, alias: str | None) -> Evaluator:
    """The evaluator of a result; undefined means that the row gives none. `alias` is what `SELECT *` stands for."""
    select = query.select
    if select.value is not None:
        return compiler.compile(select.value)
    if select.everything:
        return compiler.compile(nodes.Name(query.span, _single_source(query, alias)))
    names = result_names(select.items)
    return object_of(
        [(name, compiler.compile(item.expression)) for name, item in zip(names, select.items, strict=True)]
    )


def _single_source(query: nodes.Query, alias: str | None) -> str:
    if not query.sources:
        raise SqlBadRequestError("'SELECT *' is not valid if FROM clause is omitted.", code="SC2040")
    if alias is None:
        raise SqlBadRequestError("'SELECT *' is only valid with a single input set.", code="SC2040")
    return alias


def result_names(items: tuple[nodes.SelectItem, ...]) -> list[str]:
    """The property names of a SELECT list: alias, last name of the path, or `$1`, `$2` … for anything else.

    Raises SqlBadRequestError for a name that comes twice.
    """
    names = list(_names(items))
    for at, name in enumerate(names):
        if name in names[:at]:
            raise SqlBadRequestError(
                f"Conflicting definition for property '{name}'; give one of them another name with AS.",
                code="SC2022",
                position=items[at].expression.span,
            )
    return names


def _names(items: tuple[nodes.SelectItem, ...]) -> Iterator[str]:
    unnamed = 0
    for item in items:
        expression = item.expression
        if item.alias is not None:
            yield item.alias
        elif isinstance(expression, nodes.Property) and isinstance(expression.key, str):
            yield expression.key
        elif isinstance(expression, nodes.Name):
            yield expression.name
        else:
            unnamed += 1
            yield f"${unnamed}"
