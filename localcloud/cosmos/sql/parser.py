"""Parsing query text; results are cached by text, since clients repeat a few texts with other parameters."""

from functools import cache, lru_cache
from pathlib import Path

from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from localcloud.cosmos.sql.errors import SqlError, SqlSyntaxError
from localcloud.cosmos.sql.nodes import Query
from localcloud.cosmos.sql.tree_clauses import QueryTrees

MAX_QUERY_LENGTH = 262_144
"""Characters; the service's maxSqlQueryInputLength."""


@cache
def _grammar() -> Lark:
    return Lark(
        Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8"),
        start=["query", "condition"],
        parser="lalr",
        lexer="basic",
        propagate_positions=True,
    )


@lru_cache(maxsize=512)
def parse_query(text: str) -> Query:
    """The tree of a `SELECT …` query.

    Raises SqlSyntaxError with the place of the first wrong token, SqlNotSupportedError for a construct left out.
    """
    return _parse(text, "query")


@lru_cache(maxsize=512)
def parse_condition(text: str) -> Query:
    """The tree of a patch condition, `FROM c WHERE …`; raises like parse_query."""
    return _parse(text, "condition")


def _parse(text: str, start: str) -> Query:
    if len(text) > MAX_QUERY_LENGTH:
        raise SqlSyntaxError(
            f"The SQL query text exceeded the maximum limit of {MAX_QUERY_LENGTH} characters.", code="SC3001"
        )
    try:
        tree = _grammar().parse(text, start=start)
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from None
    try:
        return QueryTrees(text).transform(tree)  # type: ignore[no-any-return]  # lark's results are untyped
    except VisitError as error:
        if isinstance(error.orig_exc, SqlError):
            raise error.orig_exc from None
        raise


def _syntax_error(text: str, error: UnexpectedInput) -> SqlSyntaxError:
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        start, near = error.pos_in_stream or 0, str(error.token)
    elif isinstance(error, UnexpectedCharacters):
        start = error.pos_in_stream or 0
        near = text[start]
    else:
        return SqlSyntaxError("Syntax error, unexpected end of query.", code="SC1001", position=(len(text), len(text)))
    return SqlSyntaxError(
        f"Syntax error, incorrect syntax near '{near}'.", code="SC1001", position=(start, start + len(near))
    )
