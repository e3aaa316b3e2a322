# ruff: noqa: E501 - a case a line reads as a table
"""Query plans: their shape, and that merging by them (with the SDK's own pipeline) gives the right results."""

import functools
import heapq
from collections.abc import Iterator

import pytest
from azure.cosmos._execution_context.document_producer import _OrderByHelper
from azure.cosmos._execution_context.execution_dispatcher import _PipelineExecutionContext
from azure.cosmos._execution_context.query_execution_info import _PartitionedQueryExecutionInfo

from localcloud.cosmos.sql import SqlBadRequestError, SqlError, compile_query, needs_plan, query_plan
from tests.unit.cosmos_sql.running import run

PYTHON = (
    "Aggregate, CompositeAggregate, Distinct, MultipleOrderBy, OffsetAndLimit, OrderBy, Top, NonStreamingOrderBy, "
    "HybridSearch, CountIf, WeightedRankFusion"
)
DOTNET = [*PYTHON.split(", "), "GroupBy", "NonValueAggregate", "MultipleAggregates", "DCount"]
FILTER = "{documentdb-formattableorderbyquery-filter}"

DOCUMENTS: list[dict[str, object]] = [
    {"id": str(at), "_rid": f"rid{at}", "n": (at * 7) % 5, "s": "abc"[at % 3], "deep": {"m": at / 2}}
    for at in range(30)
]
PARTITIONS = [DOCUMENTS[start::3] for start in range(3)]


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("SELECT * FROM c", ""),
        ("SELECT TOP 3 * FROM c", ""),
        ("SELECT DISTINCT c.n FROM c", ""),
        ("SELECT * FROM c ORDER BY c.n", f'SELECT c._rid, [{{"item": c.n}}] AS orderByItems, c AS payload FROM c WHERE ({FILTER}) ORDER BY c.n'),
        ("SELECT r.id, r.deep.m AS half FROM root r WHERE r.n = 1 OR r.n = 2 ORDER BY r.n DESC", f'SELECT r._rid, [{{"item": r.n}}] AS orderByItems, {{"id": r.id, "half": r.deep.m}} AS payload FROM root r WHERE (r.n = 1 OR r.n = 2) AND ({FILTER}) ORDER BY r.n DESC'),
        ("SELECT VALUE c.s FROM c ORDER BY c.n", f'SELECT c._rid, [{{"item": c.n}}] AS orderByItems, c.s AS payload FROM c WHERE ({FILTER}) AND IS_DEFINED(c.s) ORDER BY c.n'),
        ("SELECT VALUE COUNT(1) FROM c WHERE c.n > 1", 'SELECT VALUE [{"item": COUNT(1)}] FROM c WHERE c.n > 1'),
        ("SELECT VALUE AVG(c.n) FROM c", 'SELECT VALUE [{"item": {"sum": SUM(c.n), "count": COUNT(c.n)}}] FROM c'),
        ("SELECT c.id FROM c OFFSET 2 LIMIT 3", "SELECT c.id FROM c OFFSET 0 LIMIT 5"),
        ("SELECT DISTINCT TOP 2 c.n FROM c", "SELECT DISTINCT c.n FROM c"),
        ("SELECT DISTINCT VALUE c.n FROM c ORDER BY c.n OFFSET 1 LIMIT 2", f'SELECT c._rid, [{{"item": c.n}}] AS orderByItems, c.n AS payload FROM c WHERE ({FILTER}) AND IS_DEFINED(c.n) ORDER BY c.n'),
    ],
)  # fmt: skip
def test_rewritten_query(text: str, rewritten: str) -> None:
    info = query_plan(text, {}, PYTHON)["queryInfo"]
    assert isinstance(info, dict)
    assert info["rewrittenQuery"] == rewritten


def test_plan_of_a_sorted_query() -> None:
    plan = query_plan("SELECT TOP @n c.id FROM c ORDER BY c.n DESC, c.s", {"@n": 4}, PYTHON)
    assert plan == {
        "partitionedQueryExecutionInfoVersion": 2,
        "queryInfo": {
            "distinctType": "None",
            "top": 4,
            "offset": None,
            "limit": None,
            "orderBy": ["Descending", "Ascending"],
            "orderByExpressions": ["c.n", "c.s"],
            "groupByExpressions": [],
            "groupByAliases": [],
            "aggregates": [],
            "groupByAliasToAggregateType": {},
            "rewrittenQuery": 'SELECT TOP 4 c._rid, [{"item": c.n}, {"item": c.s}] AS orderByItems, {"id": c.id} AS payload '
            f"FROM c WHERE ({FILTER}) ORDER BY c.n DESC, c.s",
            "hasSelectValue": False,
            "dCountInfo": None,
            "hasNonStreamingOrderBy": False,
        },
        "queryRanges": [{"min": "", "max": "FF", "isMinInclusive": True, "isMaxInclusive": False}],
    }


def test_plan_of_a_grouped_query_for_a_client_that_can_group() -> None:
    info = query_plan("SELECT c.s, COUNT(1) AS k, AVG(c.n) FROM c WHERE c.n > 0 GROUP BY c.s", {}, DOTNET)["queryInfo"]
    assert isinstance(info, dict)
    assert info["groupByExpressions"] == ["c.s"]
    assert info["groupByAliases"] == ["s", "k", "$1"]
    assert info["groupByAliasToAggregateType"] == {"s": None, "k": "Count", "$1": "Average"}
    assert info["rewrittenQuery"] == (
        'SELECT [{"item": c.s}] AS groupByItems, {"s": c.s, "k": {"item": COUNT(1)}, '
        '"$1": {"item": {"sum": SUM(c.n), "count": COUNT(c.n)}}} AS payload FROM c WHERE c.n > 0 GROUP BY c.s'
    )
    assert run(str(info["rewrittenQuery"]), DOCUMENTS[1:3]) == [
        {
            "groupByItems": [{"item": "b"}],
            "payload": {"s": "b", "k": {"item": 1}, "$1": {"item": {"sum": 2, "count": 1}}},
        },
        {
            "groupByItems": [{"item": "c"}],
            "payload": {"s": "c", "k": {"item": 1}, "$1": {"item": {"sum": 4, "count": 1}}},
        },
    ]


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("SELECT c.s, COUNT(1) AS k FROM c GROUP BY c.s", "GroupBy"),
        ("SELECT COUNT(1) AS k FROM c", "NonValueAggregate"),
        ("SELECT COUNT(1) AS k, SUM(c.n) AS s FROM c", "MultipleAggregates"),
    ],
)
def test_a_plan_the_client_cannot_follow_is_refused(text: str, feature: str) -> None:
    with pytest.raises(
        SqlBadRequestError, match=f"Query contained {feature}, which the calling client does not support"
    ):
        query_plan(text, {}, PYTHON)


@pytest.mark.parametrize("text", ["SELECT VALUE COUNT(1) + 1 FROM c", "SELECT * FROM", "SELECT TOP @n * FROM c"])
def test_a_query_that_cannot_run_has_no_plan(text: str) -> None:
    with pytest.raises(SqlError):
        query_plan(text, {}, PYTHON)


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("SELECT * FROM c WHERE c.n = 1", False),
        ("SELECT VALUE t FROM c JOIN t IN c.tags", False),
        ("SELECT VALUE (SELECT VALUE COUNT(1) FROM t IN c.tags) FROM c", False),
        ("SELECT * FROM c ORDER BY c.n", True),
        ("SELECT TOP 1 * FROM c", True),
        ("SELECT DISTINCT c.n FROM c", True),
        ("SELECT * FROM c OFFSET 0 LIMIT 1", True),
        ("SELECT VALUE COUNT(1) FROM c", True),
        ("SELECT c.n FROM c GROUP BY c.n", True),
    ],
)
def test_which_queries_need_a_plan_across_partitions(text: str, needed: bool) -> None:
    assert needs_plan(compile_query(text)) is needed


def answers(text: str) -> Iterator[object]:
    """What the SDK's pipeline reads: the partitions' answers to the rewritten query, merged by their sort values."""
    plan = query_plan(text, {}, PYTHON)
    info = plan["queryInfo"]
    assert isinstance(info, dict)
    sent = str(info["rewrittenQuery"] or text).replace(FILTER, "true")
    directions = [-1 if direction == "Descending" else 1 for direction in info["orderBy"]]

    def order(one: object, other: object) -> int:
        assert isinstance(one, dict)
        assert isinstance(other, dict)
        for sign, mine, its in zip(directions, one["orderByItems"], other["orderByItems"], strict=True):
            result: int = _OrderByHelper.compare(mine, its)  # type: ignore[no-untyped-call]  # the SDK has no types
            if result:
                return sign * result
        return 0

    results = [run(sent, partition) for partition in PARTITIONS]
    merged = heapq.merge(*results, key=functools.cmp_to_key(order)) if directions else (v for r in results for v in r)
    execution = _PartitionedQueryExecutionInfo(plan)  # type: ignore[no-untyped-call]  # the SDK has no types
    pipeline = _PipelineExecutionContext(None, {}, merged, execution)  # type: ignore[no-untyped-call]  # same
    return iter(pipeline)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT VALUE c.deep.m FROM c ORDER BY c.deep.m",
        "SELECT c.id, c.n FROM c WHERE c.s = 'a' ORDER BY c.n DESC, c.deep.m",
        "SELECT TOP 4 VALUE c.id FROM c ORDER BY c.deep.m DESC",
        "SELECT * FROM c ORDER BY c.deep.m OFFSET 3 LIMIT 5",
        "SELECT DISTINCT VALUE c.n FROM c ORDER BY c.n",
        "SELECT DISTINCT VALUE c.n FROM c ORDER BY c.n DESC OFFSET 1 LIMIT 3",
        "SELECT VALUE COUNT(1) FROM c",
        "SELECT VALUE COUNTIF(c.n > 2) FROM c",
        "SELECT VALUE SUM(c.n) FROM c WHERE c.s != 'a'",
        "SELECT VALUE AVG(c.deep.m) FROM c",
        "SELECT VALUE MIN(c.s) FROM c",
        "SELECT VALUE MAX(c.deep.m) FROM c",
    ],
)
def test_merging_by_the_plan_gives_what_one_partition_would_give(text: str) -> None:
    assert list(answers(text)) == run(text, DOCUMENTS)


def test_limits_without_an_order_give_as_many_results_as_asked_for() -> None:
    assert len(list(answers("SELECT VALUE c.id FROM c OFFSET 2 LIMIT 13"))) == 13
    assert len(list(answers("SELECT TOP 13 VALUE c.id FROM c"))) == 13
    distinct = list(answers("SELECT DISTINCT TOP 4 VALUE c.n FROM c"))
    assert len(distinct) == len(set(map(str, distinct))) == 4
