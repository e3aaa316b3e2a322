"""Pages and their continuation tokens."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcloud.cosmos.sql import SqlBadRequestError, compile_query
from tests.unit.cosmos_sql.running import NOW, ORDERS, pages, run

DOCUMENTS: list[dict[str, object]] = [
    {"id": str(at), "n": at % 3, "s": "xyz"[at % 2], "t": list(range(at % 4))} for at in range(12)
]

QUERIES = [
    "SELECT VALUE c.id FROM c",
    "SELECT VALUE c.id FROM c ORDER BY c.n DESC",
    "SELECT VALUE c.id FROM c ORDER BY c.n, c.s DESC",
    "SELECT DISTINCT VALUE c.n FROM c",
    "SELECT DISTINCT c.n, c.s FROM c ORDER BY c.s DESC",
    "SELECT TOP 5 VALUE c.id FROM c WHERE c.n > 0",
    "SELECT VALUE c.id FROM c ORDER BY c.n OFFSET 3 LIMIT 6",
    "SELECT c.n, COUNT(1) AS k FROM c GROUP BY c.n",
    "SELECT VALUE COUNT(1) FROM c",
    "SELECT c.id, t FROM c JOIN t IN c.t",
    "SELECT VALUE c.id FROM c WHERE c.n > 7",
]


@settings(deadline=None)
@given(text=st.sampled_from(QUERIES), size=st.integers(1, 13))
def test_pages_together_are_the_whole_result(text: str, size: int) -> None:
    found = pages(text, DOCUMENTS, size)
    assert [value for page in found for value in page] == run(text, DOCUMENTS)
    assert all(len(page) == size for page in found[:-1])
    assert len(found) == 1 or found[-1]


def test_writes_between_two_pages_shift_nothing() -> None:
    query = compile_query("SELECT VALUE c.id FROM c ORDER BY c.n")
    before: list[tuple[int, dict[str, object]]] = [
        (1, {"id": "a", "n": 1}),
        (2, {"id": "b", "n": 2}),
        (3, {"id": "c", "n": 3}),
    ]
    first = query.page(before, {}, now=NOW, max_items=1)
    after: list[tuple[int, dict[str, object]]] = [
        (2, {"id": "b", "n": 2}),
        (3, {"id": "c", "n": 3}),
        (4, {"id": "d", "n": 0}),
    ]
    second = query.page(after, {}, now=NOW, continuation=first.continuation)
    assert (first.results, second.results, second.continuation) == (["a"], ["b", "c"], None)


def test_a_streaming_query_reads_no_further_than_its_page_and_goes_on_where_it_stopped() -> None:
    query = compile_query("SELECT VALUE c.id FROM c")
    taken: list[int] = []

    def scan(start: int) -> "list[tuple[int, dict[str, object]]]":
        return [(at, DOCUMENTS[at]) for at in range(start, 12)]

    source = (taken.append(entry[0]) or entry for entry in scan(0))  # type: ignore[func-returns-value]  # None is meant
    page = query.page(source, {}, now=NOW, max_items=3)
    assert taken == [0, 1, 2, 3]
    start = query.resume_position(page.continuation)
    assert start == 2
    assert query.page(scan(start), {}, now=NOW, max_items=3, continuation=page.continuation).results == ["3", "4", "5"]


def test_a_sorted_query_has_no_position_to_resume_from() -> None:
    query = compile_query("SELECT VALUE c.id FROM c ORDER BY c.id")
    page = query.page(enumerate(ORDERS), {}, now=NOW, max_items=1)
    assert page.continuation is not None
    assert query.resume_position(page.continuation) is None


@pytest.mark.parametrize("token", ["", "junk", "!", "W10=", "bnVsbA==", "WzEsMiwzLDQsNV0="])
def test_a_token_that_was_not_made_for_the_query_is_refused(token: str) -> None:
    with pytest.raises(SqlBadRequestError, match="Invalid Continuation Token"):
        compile_query("SELECT * FROM c").page([], {}, now=NOW, continuation=token)


def test_a_token_of_another_query_is_refused() -> None:
    token = compile_query("SELECT VALUE c.id FROM c").page(enumerate(ORDERS), {}, now=NOW, max_items=1).continuation
    with pytest.raises(SqlBadRequestError, match="Invalid Continuation Token"):
        compile_query("SELECT * FROM c").page(enumerate(ORDERS), {}, now=NOW, continuation=token)
