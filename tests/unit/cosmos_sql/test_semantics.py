"""The rules of the language that differ from SQL, one by one."""

import pytest

from tests.unit.cosmos_sql.running import run, value_of

MIXED: list[dict[str, object]] = [
    {"id": "number", "x": 5},
    {"id": "string", "x": "5"},
    {"id": "true", "x": True},
    {"id": "null", "x": None},
    {"id": "array", "x": [5]},
    {"id": "object", "x": {"y": 5}},
    {"id": "missing"},
]


def ids(where: str) -> list[object]:
    return run(f"SELECT VALUE c.id FROM c WHERE {where}", MIXED)


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("c.x = 5", ["number"]),
        ("c.x = 5.0", ["number"]),
        ("c.x = '5'", ["string"]),
        ("c.x = true", ["true"]),
        ("c.x = null", ["null"]),
        ("c.x = [5]", ["array"]),
        ("c.x = {'y': 5}", ["object"]),
        ("c.x = undefined", []),
        ("c.x != 6", ["number"]),
        ("c.x != 5", []),
        ("c.x <> 'a'", ["string"]),
        ("c.x != [6]", []),
        ("c.x != null", []),
        ("c.x > 4", ["number"]),
        ("c.x < '6'", ["string"]),
        ("c.x >= true", ["true"]),
        ("c.x <= null", ["null"]),
        ("c.x > [4]", []),
        ("c.x", ["true"]),
        ("IS_DEFINED(c.x)", ["number", "string", "true", "null", "array", "object"]),
        ("NOT IS_DEFINED(c.x)", ["missing"]),
        ("IS_NULL(c.x)", ["null"]),
        ("NOT (c.x = 6)", ["number"]),
        ("c.x IN (5, '5')", ["number", "string"]),
        ("c.x NOT IN (6, 7)", ["number"]),
        ("c.x BETWEEN 1 AND 5", ["number"]),
        ("c.x NOT BETWEEN 6 AND 7", ["number"]),
    ],
)
def test_comparison_keeps_only_rows_for_which_it_is_true(where: str, kept: list[object]) -> None:
    assert ids(where) == kept


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("true AND undefined", []),
        ("false AND undefined", [False]),
        ("undefined AND false", [False]),
        ("true OR undefined", [True]),
        ("undefined OR true", [True]),
        ("false OR undefined", []),
        ("NOT undefined", []),
        ("NOT 1", []),
        ("true AND 1", []),
        ("null AND true", []),
        ("true AND true", [True]),
        ("false OR false", [False]),
    ],
)
def test_logic_has_three_values(expression: str, value: list[object]) -> None:
    assert value_of(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", [7]),
        ("(1 + 2) * 3", [9]),
        ("7 / 2", [3.5]),
        ("6 / 2", [3]),
        ("-7 % 3", [-1]),
        ("1 / 0", []),
        ("1 + '1'", []),
        ("1 + null", []),
        ("'a' || 'b'", ["ab"]),
        ("'a' || 1", []),
        ("5 & 3", [1]),
        ("5 | 3", [7]),
        ("5 ^ 3", [6]),
        ("~5", [-6]),
        ("-c.n", [-2]),
        ("c.gone ?? c.n", [2]),
        ("null ?? 1", [None]),
        ("undefined ?? undefined ?? 3", [3]),
        ("c.n > 1 ? 'many' : 'few'", ["many"]),
        ("c.n ? 'yes' : 'no'", ["no"]),
        ("c.gone.deeper", []),
        ("c.list[1]", [8]),
        ("c.list[5]", []),
        ("c.list['1']", []),
        ("c['n']", [2]),
        ("c.list[c.n - 1]", [8]),
        ("[1, undefined, 2]", [[1, 2]]),
        ("{'a': undefined, 'b': null}", [{"b": None}]),
        ('"tab\\tquote\\"\\u00e9"', ['tab\tquote"é']),
        ("'it\\'s'", ["it's"]),
        ("1e3", [1000]),
        (".5", [0.5]),
        ("4611686018427387904 * 4", [2.0**64]),
        ("12345678901234567890", [1.2345678901234567e19]),
        ("1e308 * 10", []),
    ],
)
def test_operators(expression: str, value: list[object]) -> None:
    assert value_of(expression, {"n": 2, "list": [7, 8]}) == value


def test_a_result_that_is_undefined_gives_no_row_with_value_and_an_empty_object_in_a_list() -> None:
    documents: list[dict[str, object]] = [{"x": 1}, {}]
    assert run("SELECT VALUE c.x FROM c", documents) == [1]
    assert run("SELECT c.x FROM c", documents) == [{"x": 1}, {}]


def test_order_by_sorts_types_before_values_and_leaves_out_items_without_the_property() -> None:
    expected = ["null", "true", "number", "string", "array", "object"]
    assert run("SELECT VALUE c.id FROM c ORDER BY c.x", MIXED) == expected
    assert run("SELECT VALUE c.id FROM c ORDER BY c.x DESC", MIXED) == expected[::-1]


@pytest.mark.parametrize(
    ("aggregate", "values", "result"),
    [
        ("COUNT(c.x)", [1, None, "a"], [3]),
        ("COUNT(c.x)", [], [0]),
        ("COUNT(c.gone)", [1], [0]),
        ("COUNTIF(c.x > 1)", [1, 2, 3], [2]),
        ("SUM(c.x)", [1, 2.5], [3.5]),
        ("SUM(c.x)", [1, "2"], []),
        ("SUM(c.x)", [1, None], []),
        ("SUM(c.x)", [], [0]),
        ("AVG(c.x)", [1, 2], [1.5]),
        ("AVG(c.x)", [1, True], []),
        ("AVG(c.x)", [], []),
        ("MIN(c.x)", [3, "a", 2], [2]),
        ("MAX(c.x)", [3, "a", 2], ["a"]),
        ("MIN(c.x)", [], []),
        ("MAX(c.x)", [1, [1]], []),
    ],
)
def test_aggregates(aggregate: str, values: list[object], result: list[object]) -> None:
    documents: list[dict[str, object]] = [{"x": value} for value in values]
    assert run(f"SELECT VALUE {aggregate} FROM c", documents) == result


def test_aggregates_skip_undefined_values() -> None:
    documents: list[dict[str, object]] = [{"x": 4}, {}, {"x": 2}]
    assert run("SELECT SUM(c.x) AS s, AVG(c.x) AS a, MIN(c.x) AS low, COUNT(c.x) AS n FROM c", documents) == [
        {"s": 6, "a": 3, "low": 2, "n": 2}
    ]


def test_keywords_ignore_case_and_constants_do_not() -> None:
    assert run("select value c.x from c where c.x Between 1 and 2 order by c.x desc", [{"x": 1}, {"x": 2}]) == [2, 1]
    assert run("SELECT VALUE True FROM True", [{"x": 1}]) == [{"x": 1}]


@pytest.mark.parametrize("property_name", ["value", "order", "group", "left", "Select"])
def test_reserved_words_need_brackets(property_name: str) -> None:
    assert run(f'SELECT VALUE c["{property_name}"] FROM c', [{property_name: 1}]) == [1]


def test_comments_are_ignored() -> None:
    assert run("SELECT /* all\nof it */ VALUE 1 -- the end") == [1]
