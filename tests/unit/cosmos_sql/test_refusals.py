# ruff: noqa: E501 - a case a line reads as a table
"""What is refused, with the message and the place in the text."""

import pytest

from localcloud.cosmos.sql import (
    SqlBadRequestError,
    SqlError,
    SqlNotSupportedError,
    SqlSyntaxError,
    compile_condition,
    compile_query,
    parameters_of,
)
from tests.unit.cosmos_sql.running import NOW, run


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("SELECT * FROM c WHERE c.x IS NULL", "IS"),
        ("SELECT c.x FROM c GROUP BY c.x HAVING COUNT(1) > 1", "HAVING"),
        ("SELECT * FROM c LIMIT 5", "LIMIT"),
        ("SELECT * FROM c OFFSET 5", None),
        ("SELECT CASE WHEN c.x THEN 1 END FROM c", "c"),
        ("SELECT CAST(c.x AS int) FROM c", "AS"),
        ("WITH t AS (SELECT 1) SELECT * FROM t", "WITH"),
        ("SELECT * FROM c UNION SELECT * FROM d", "SELECT"),
        ("UPDATE c SET x = 1", "UPDATE"),
        ("DELETE FROM c", "DELETE"),
        ("SELECT * FROM c LEFT JOIN d IN c.d", "LEFT"),
        ("SELECT c.value FROM c", "value"),
        ("SELECT c.order FROM c", "order"),
        ("SELECT * FROM c WHERE c.x == 1", "="),
        ("SELECT * FROM c WHERE c.x = 1;", ";"),
        ("SELECT COUNT(*) FROM c", "*"),
        ("SELECT FROM c", "FROM"),
        ("SELECT VALUE LENGTH(SELECT VALUE c.x) FROM c", "SELECT"),
        ("SELECT * FROM c WHERE", None),
        ("", None),
    ],
)
def test_text_outside_the_language_is_a_syntax_error_at_its_first_wrong_word(text: str, near: str | None) -> None:
    with pytest.raises(SqlSyntaxError) as caught:
        compile_query(text)
    error = caught.value
    assert error.code == "SC1001"
    assert error.position is not None
    start, end = error.position
    if near is None:
        assert error.message == "Syntax error, unexpected end of query."
        assert start == len(text)
    else:
        assert error.message == f"Syntax error, incorrect syntax near '{near}'."
        assert text[start:end] == near


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT FOO(c.x) FROM c", "'FOO' is not a recognized built-in function name."),
        ("SELECT LOWER(c.x, 1) FROM c", "The LOWER function requires 1 argument(s)."),
        ("SELECT ROUND() FROM c", "The ROUND function requires 1 to 2 argument(s)."),
        ("SELECT CONCAT('a') FROM c", "The CONCAT function requires at least 2 argument(s)."),
        ("SELECT COUNT(1, 2) FROM c", "The COUNT function requires 1 argument(s)."),
        ("SELECT d.x FROM c", "Identifier 'd' could not be resolved."),
        ("SELECT VALUE t FROM c JOIN t IN d.tags", "Identifier 'd' could not be resolved."),
        ("SELECT *", "'SELECT *' is not valid if FROM clause is omitted."),
        ("SELECT * FROM c JOIN t IN c.tags", "'SELECT *' is only valid with a single input set."),
        ("SELECT c.x, c.a.x FROM c", "Conflicting definition for property 'x'; give one of them another name with AS."),
        ("SELECT TOP 1 * FROM c OFFSET 1 LIMIT 1", "'TOP' and 'OFFSET LIMIT' cannot be used in the same query."),
        ("SELECT c.x FROM c GROUP BY c.x ORDER BY c.x", "'ORDER BY' is not supported with 'GROUP BY'."),
        ("SELECT * FROM c ORDER BY LOWER(c.x)", "Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path."),
        ("SELECT TOP 1.5 * FROM c", "The TOP clause needs a non-negative integer, not 1.5."),
        ("SELECT * FROM c JOIN c IN c.tags", "The alias 'c' is used more than once in the FROM clause."),
        ("SELECT VALUE REGEXMATCH('a', '(')", "REGEXMATCH got an invalid regular expression '(': missing ), unterminated subpattern at position 0."),
        ("SELECT VALUE (SELECT VALUE t FROM t IN c.tags) FROM c", "The cardinality of a scalar subquery result set cannot be greater than 1."),
        ("SELECT * FROM c WHERE c.x = @x", "The query uses the parameter '@x', but the request gives it no value."),
        ("SELECT VALUE " + "(" * 3000 + "1" + ")" * 3000, "The query is nested too deeply."),
    ],
)  # fmt: skip
def test_what_the_service_refuses(text: str, message: str) -> None:
    with pytest.raises(SqlBadRequestError) as caught:
        run(text)
    assert caught.value.message == message


def test_a_property_outside_group_by_and_aggregates_is_named() -> None:
    with pytest.raises(SqlBadRequestError, match=r"Property reference 'c\.b' is invalid in the select list"):
        compile_query("SELECT c.a, c.b, COUNT(1) FROM c GROUP BY c.a")
    with pytest.raises(SqlBadRequestError, match="Aggregate function 'COUNT' is not allowed here"):
        compile_query("SELECT * FROM c WHERE COUNT(1) > 1")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SELECT TOP 3 * FROM c ORDER BY RANK FullTextScore(c.text, 'a')", "ORDER BY RANK"),
        ("SELECT VALUE ALL(SELECT VALUE t > 1 FROM t IN c.tags) FROM c", "ALL(SELECT …)"),
        ("SELECT udf.tax(c.total) FROM c", "udf.tax"),
        ("SELECT VALUE ST_DISTANCE(c.a, c.b) FROM c", "spatial function 'ST_DISTANCE'"),
        ("SELECT VALUE VectorDistance(c.a, c.b) FROM c", "vector function 'VECTORDISTANCE'"),
    ],
)
def test_what_only_the_service_has_is_named(text: str, named: str) -> None:
    with pytest.raises(SqlNotSupportedError, match="not supported by the local Cosmos DB") as caught:
        compile_query(text)
    assert named in caught.value.message


def test_the_message_of_the_service_is_a_list_of_errors() -> None:
    with pytest.raises(SqlError) as caught:
        compile_query('SELECT c."a" FROM c')
    assert caught.value.as_service_message() == (
        'Message: {"errors":[{"severity":"Error","location":{"start":9,"end":12},"code":"SC1001",'
        '"message":"Syntax error, incorrect syntax near \'\\"a\\"\'."}]}'
    )


def test_sorting_by_two_properties_needs_a_composite_index() -> None:
    query = compile_query("SELECT * FROM c ORDER BY c.a, c.b.x DESC")
    index = [{"path": "/a", "order": "ascending"}, {"path": "/b/x", "order": "descending"}]
    mirrored = [{"path": "/a", "order": "descending"}, {"path": "/b/x", "order": "ascending"}]
    for enough in ([index], [mirrored], [[{"path": "/z"}], index]):
        query.check({}, enough)
    for lacking in ([], [index[:1]], [index[::-1]], [[{"path": "/a"}, {"path": "/b/x"}]]):
        with pytest.raises(SqlBadRequestError, match="does not have a corresponding composite index"):
            query.check({}, lacking)


def test_parameters_without_a_name_or_value_are_refused() -> None:
    assert parameters_of(None) == {}
    assert parameters_of([{"name": "@x", "value": None}]) == {"@x": None}
    for wrong in ({"name": "x", "value": 1}, {"name": "@x"}, {"value": 1}):
        with pytest.raises(SqlBadRequestError, match="Each query parameter needs"):
            parameters_of([wrong])


def test_patch_conditions_are_queries_without_select() -> None:
    condition = compile_condition("FROM c WHERE c.stock >= 2 AND c.open")
    assert condition.matches({"stock": 2, "open": True}, now=NOW) is True
    assert condition.matches({"stock": 2}, now=NOW) is False
    with pytest.raises(SqlSyntaxError):
        compile_condition("SELECT * FROM c")
    with pytest.raises(SqlBadRequestError, match="has no parameters"):
        compile_condition("FROM c WHERE c.x = @x")
