"""The condition given to SQLite keeps at least what the query keeps; partition keys read from WHERE."""

import sqlite3
from collections.abc import Mapping

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcloud.cosmos.sql import compile_query, fixed_partition_key, pushdown
from tests.unit.cosmos_sql.running import run

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.1, 0.30000000000000004, 1.0, -0.0, 5e-324, 1e300]),
    st.sampled_from(["", "a", "a\0b", "aa", "b", "é", "\U0001f600", "1"]),
    st.text(st.characters(codec="utf-8"), max_size=3),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.sampled_from(["y", "z"]), SCALARS))
DOCUMENTS = st.lists(st.dictionaries(st.sampled_from(["x", "y", "odd key"]), VALUES), max_size=6)
PATHS = st.sampled_from(["c.x", "c.y", "c.x.y", "c.x[0]", "c['odd key']", "c.gone"])
CONDITIONS = st.recursive(
    st.one_of(
        st.builds(
            "{} {} {}".format, PATHS, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.sampled_from(["@p", "@q"])
        ),
        st.builds("@p {} {}".format, st.sampled_from(["=", "<", ">="]), PATHS),
        st.builds("{} BETWEEN @p AND @q".format, PATHS),
        st.builds("{} NOT BETWEEN @p AND @q".format, PATHS),
        st.builds("{} IN (@p, @q, 'a', -1)".format, PATHS),
        st.builds("{} IN (@p, 'b', 'aa')".format, PATHS),
        st.builds("{} NOT IN (@p, @q)".format, PATHS),
        st.builds("STARTSWITH({}, @p)".format, PATHS),
        st.builds("IS_DEFINED({})".format, PATHS),
        st.builds("IS_NUMBER({})".format, PATHS),
    ),
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT ({})".format, inner),
    ),
    max_leaves=4,
)


def kept_by_sqlite(text: str, parameters: Mapping[str, object], documents: list[dict[str, object]]) -> list[object]:
    condition = pushdown(compile_query(text), parameters)
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE items (position INTEGER PRIMARY KEY, body TEXT)")
    rows = [(at, orjson.dumps(document).decode()) for at, document in enumerate(documents)]
    connection.executemany("INSERT INTO items VALUES (?, ?)", rows)
    # The condition is made of fixed parts; every value in it is an argument.
    found = connection.execute(f"SELECT position FROM items WHERE {condition.sql}", condition.arguments).fetchall()
    connection.close()
    return [position for (position,) in found]


@settings(deadline=None)
@given(documents=DOCUMENTS, where=CONDITIONS, low=SCALARS, high=SCALARS)
def test_sqlite_keeps_at_least_what_the_query_keeps(
    documents: list[dict[str, object]], where: str, low: object, high: object
) -> None:
    text = f"SELECT VALUE c.at FROM c WHERE {where}"
    numbered = [{**document, "at": at} for at, document in enumerate(documents)]
    kept = run(text, numbered, p=low, q=high)
    assert set(kept) <= set(kept_by_sqlite(text, {"@p": low, "@q": high}, documents))


def test_plain_filters_are_decided_by_sqlite_alone() -> None:
    documents: list[dict[str, object]] = [
        {"s": "open", "n": 1}, {"s": "open", "n": 9}, {"s": "paid", "n": 1}, {"n": 1}, {"s": None, "n": 1},
    ]  # fmt: skip
    text = "SELECT * FROM c WHERE c.s = @s AND c.n < 5"
    assert kept_by_sqlite(text, {"@s": "open"}, documents) == [0]
    assert kept_by_sqlite("SELECT * FROM c WHERE c.s = null OR c.s IN ('paid', 'sent')", {}, documents) == [2, 4]
    assert kept_by_sqlite("SELECT * FROM c WHERE STARTSWITH(c.s, 'op') AND IS_DEFINED(c.n)", {}, documents) == [0, 1]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM c",
        "SELECT * FROM c WHERE LOWER(c.s) = 'a'",
        "SELECT * FROM c WHERE c._ts > 5",
        "SELECT * FROM c WHERE c.s = c.t",
        "SELECT * FROM c WHERE c.s = 'a' OR LENGTH(c.s) = 2",
        "SELECT VALUE t FROM t IN c.tags WHERE t = 'a'",
        "SELECT * FROM c WHERE c.s IN (" + ", ".join(f"'{at}'" for at in range(1000)) + ")",
    ],
)
def test_what_cannot_be_pushed_keeps_everything(text: str) -> None:
    condition = pushdown(compile_query(text), {})
    assert (condition.sql, condition.arguments) == ("1", ())


def test_the_column_is_the_caller_s_choice() -> None:
    condition = pushdown(compile_query("SELECT * FROM c WHERE c.n = 1"), {}, column="items.doc")
    assert (condition.sql, condition.arguments) == ("json_extract(items.doc, ?) = ?", ('$."n"', 1))


@pytest.mark.parametrize(
    ("where", "key"),
    [
        ("c.pk = 'a'", ["a"]),
        ("'a' = c.pk AND c.n > 1", ["a"]),
        ("c.n > 1 AND (c.pk = @pk AND c.m = 2)", ["p"]),
        ("c['pk'] = -1.5", [-1.5]),
        ("c.pk = null", [None]),
        ("c.pk = 'a' OR c.n = 1", None),
        ("c.pk > 'a'", None),
        ("c.pk = c.other", None),
        ("c.pk = {}", None),
        ("NOT (c.pk = 'a')", None),
        ("c.pk.deeper = 'a'", None),
    ],
)
def test_where_may_fix_the_partition_key(where: str, key: list[object] | None) -> None:
    query = compile_query(f"SELECT * FROM c WHERE {where}")
    assert fixed_partition_key(query, {"@pk": "p"}, ["/pk"]) == key


def test_every_component_of_the_partition_key_must_be_fixed() -> None:
    query = compile_query("SELECT * FROM c WHERE c.a.b = 1 AND c.d = 2")
    assert fixed_partition_key(query, {}, ["/d", "/a/b"]) == [2, 1]
    assert fixed_partition_key(query, {}, ["/d", "/e"]) is None
    assert fixed_partition_key(compile_query("SELECT * FROM c"), {}, ["/d"]) is None
