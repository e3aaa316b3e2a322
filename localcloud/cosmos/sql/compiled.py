"""Queries ready to run: the part of the package that a server talks to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice

from localcloud.cosmos.sql import continuation as tokens
from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.errors import SqlBadRequestError
from localcloud.cosmos.sql.grouping import Position
from localcloud.cosmos.sql.limits import window_of
from localcloud.cosmos.sql.ordering import CompositeIndex, check_composite_index
from localcloud.cosmos.sql.parser import parse_condition, parse_query
from localcloud.cosmos.sql.pipeline import Pipeline, Row
from localcloud.cosmos.sql.scope import Scope
from localcloud.cosmos.sql.values import Document, Value


@dataclass(frozen=True, slots=True)
class Page:
    """Some results, and the token that continues after them (None after the last one)."""

    results: list[Value]
    continuation: str | None


class CompiledQuery:
    """A query text compiled once; every method may be called any number of times, by several runs at once."""

    def __init__(self, query: nodes.Query) -> None:
        self.query = query
        self._pipeline = Pipeline(query)
        self._descending = [item.descending for item in query.order_by]
        self._parameters = {node.name: node for node in nodes.walk(query) if isinstance(node, nodes.Parameter)}

    @property
    def is_streaming(self) -> bool:
        """True when results come in the order of the documents, so that a scan may stop and go on in between."""
        return not (self._pipeline.is_grouped or self.query.order_by or self.query.select.distinct)

    def resume_position(self, continuation: str | None) -> Position | None:
        """The first document that a continued scan has to see again; None when it must see all of them."""
        if continuation is None or not self.is_streaming:
            return None
        return tokens.decode(continuation, self.query.text).position

    def check(self, parameters: Mapping[str, Value], composite_indexes: Sequence[CompositeIndex] | None) -> None:
        """Raises SqlBadRequestError when a parameter or (unless None) a composite index is missing."""
        for name, node in self._parameters.items():
            if name not in parameters:
                raise SqlBadRequestError(
                    f"The query uses the parameter '{name}', but the request gives it no value.",
                    code="SC2016",
                    position=node.span,
                )
        window_of(self.query, parameters)
        if composite_indexes is not None:
            check_composite_index(self.query, composite_indexes)

    def page(
        self,
        documents: Iterable[tuple[Position, Document]],
        parameters: Mapping[str, Value],
        *,
        now: datetime,
        max_items: int | None = None,
        continuation: str | None = None,
        composite_indexes: Sequence[CompositeIndex] | None = None,
    ) -> Page:
        """At most `max_items` results after `continuation`.

        `documents` come in rising position: all in scope, or from `resume_position` on. They are read lazily when
        the query is streaming. Raises SqlBadRequestError as `check` does, and for a token of another query.
        """
        self.check(parameters, composite_indexes)
        start = tokens.decode(continuation, self.query.text) if continuation is not None else None
        emitted = start.emitted if start else 0
        rows = self._rows(documents, parameters, now)
        if start is not None:
            rows = (row for row in rows if start.is_before(row, self._descending))
        wanted = window_of(self.query, parameters).after(emitted).cut(rows)
        page = list(wanted if max_items is None else islice(wanted, max_items))
        following = next(wanted, None) if page else None
        if following is None:
            return Page([row.value for row in page], None)
        last = page[-1]
        place = tokens.Continuation(last.order, last.position, last.ordinal, emitted + len(page))
        return Page([row.value for row in page], place.encode(self.query.text))

    def _rows(
        self, documents: Iterable[tuple[Position, Document]], parameters: Mapping[str, Value], now: datetime
    ) -> Iterator[Row]:
        return self._pipeline.rows(self._matched(documents, parameters, now), Scope(None, parameters, now))

    def _matched(
        self, documents: Iterable[tuple[Position, Document]], parameters: Mapping[str, Value], now: datetime
    ) -> Iterator[tuple[Position, int, Scope]]:
        if not self.query.sources:
            yield 0, 0, Scope(None, parameters, now)
            return
        document_scope = self._pipeline.document_scope
        for position, document in documents:
            for ordinal, scope in enumerate(document_scope(Scope(document, parameters, now))):
                yield position, ordinal, scope


class CompiledCondition:
    """A patch condition (`FROM c WHERE …`) compiled once."""

    def __init__(self, query: nodes.Query) -> None:
        self.query = query
        self._pipeline = Pipeline(query)

    def matches(self, document: Document, *, now: datetime) -> bool:
        """Whether the document fulfils the condition."""
        return any(True for _ in self._pipeline.document_scope(Scope(document, {}, now)))


@lru_cache(maxsize=512)
def compile_query(text: str) -> CompiledQuery:
    """The query ready to run. Raises SqlSyntaxError, SqlNotSupportedError or SqlBadRequestError."""
    with _depth_limit():
        return CompiledQuery(parse_query(text))


@lru_cache(maxsize=512)
def compile_condition(text: str) -> CompiledCondition:
    """The patch condition ready to run; raises as compile_query does."""
    with _depth_limit():
        compiled = CompiledCondition(parse_condition(text))
    for node in nodes.walk(compiled.query):
        if isinstance(node, nodes.Parameter):
            raise SqlBadRequestError(
                f"A patch condition has no parameters, but uses '{node.name}'.", position=node.span
            )
    return compiled


@contextmanager
def _depth_limit() -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise SqlBadRequestError("The query is nested too deeply.", code="SC3009") from None


def parameters_of(body: Sequence[Mapping[str, Value]] | None) -> dict[str, Value]:
    """The `parameters` of a query body, `[{"name": "@x", "value": …}]`, by name. Raises SqlBadRequestError."""
    parameters: dict[str, Value] = {}
    if not isinstance(body, list | tuple | None):
        raise SqlBadRequestError("The query parameters must be an array.")
    for entry in body or ():
        name = entry.get("name") if isinstance(entry, Mapping) else None
        if not isinstance(name, str) or not name.startswith("@") or "value" not in entry:
            raise SqlBadRequestError('Each query parameter needs a "name" that starts with @ and a "value".')
        parameters[name] = entry["value"]
    return parameters


def execute(
    text: str,
    parameters: Mapping[str, Value],
    documents: Iterable[Document],
    *,
    now: datetime,
    composite_indexes: Sequence[CompositeIndex] | None = None,
) -> list[Value]:
    """All results of a query over the documents, which count as stored in the given order."""
    page = compile_query(text).page(enumerate(documents), parameters, now=now, composite_indexes=composite_indexes)
    return page.results
