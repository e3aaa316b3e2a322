from datetime import UTC, datetime
from uuid import UUID

import pytest

from localcloud.host.model import NULL, Datum, Invocation
from localcloud.host.triggers.binding_expressions import (
    UnboundExpressionError,
    binding_values,
    parameterised,
    resolved,
    values_of,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def _values(datum: Datum) -> dict[str, object]:
    return binding_values({"trigger": datum}, NOW)


def test_a_json_object_gives_its_properties() -> None:
    values = _values(Datum("string", '{"id": "1", "n": 2.5, "o": {"p": "deep"}, "yes": true}'))
    assert resolved("{id}-{n}-{o.p}-{yes}-{ID}", values) == "1-2.5-deep-true-1"


@pytest.mark.parametrize("datum", [NULL, Datum("string", "plain"), Datum("json", "[1]"), Datum("bytes", b"\xff")])
def test_anything_else_gives_nothing(datum: Datum) -> None:
    with pytest.raises(UnboundExpressionError, match="No value for named parameter 'id'"):
        resolved("{id}", _values(datum))


def test_a_request_gives_route_before_query_before_body() -> None:
    request = {
        "params": {"id": "route"},
        "query": {"id": "query", "q": "asked"},
        "headers": {"x-own": "h"},
        "body": Datum("string", '{"id": "body", "b": "sent"}'),
    }
    values = _values(Datum("http", request))
    assert resolved("{id} {q} {b} {Query.id} {Headers.x-own}", values) == "route asked sent query h"


def test_some_values_are_always_there() -> None:
    assert resolved("{DateTime}", _values(NULL)) == "2026-01-02T03-04-05Z"
    assert UUID(resolved("{rand-guid}", _values(NULL))).version == 4


def test_times_and_ids_have_the_formats_of_dotnet() -> None:
    values = _values(NULL)
    assert resolved("{datetime:yyyy/MM/dd'T'HHmmssfff}-{sys.utcnow:d.M.yy}", values) == "2026/01/02T030405000-2.1.26"
    plain, bare, braced = resolved("{rand-guid} {rand-guid:N} {rand-guid:B}", values).split()
    assert (bare, braced) == (plain.replace("-", ""), f"{{{plain}}}")
    with pytest.raises(ValueError, match=r"'Q' is no format of an id\. Use one of N, D, B, P"):
        resolved("{rand-guid:Q}", values)


def test_a_query_gets_parameters_with_texts() -> None:
    values = _values(Datum("json", '{"n": 1, "o": {"p": "\' OR true"}}'))
    query = "SELECT {'n': c.n} AS x FROM c WHERE c.n = {n} OR c.p = {o.p} OR c.m = {n}"
    assert parameterised(query, values) == (
        "SELECT {'n': c.n} AS x FROM c WHERE c.n = @n OR c.p = @o_p OR c.m = @n",
        [{"name": "@n", "value": "1"}, {"name": "@o_p", "value": "' OR true"}],
    )


def test_metadata_can_be_named_and_its_json_looked_into() -> None:
    metadata = {"name": Datum("string", "cat"), "Properties": Datum("json", '{"Length": 8}'), "n": Datum("json", "{")}
    values = values_of(Invocation("f", {"blob": Datum("bytes", b"\xff")}, metadata), NOW)
    assert resolved("{name} {properties.length} {n}", values) == "cat 8 {"
