"""Indexing policies: defaults, and which properties are in the index."""

from typing import Any

import pytest

from localcloud.cosmos.errors import CosmosError
from localcloud.cosmos.indexing import check_sortable, completed_policy, is_indexed
from localcloud.cosmos.sql import SqlBadRequestError, compile_query


def policy(included: list[str], excluded: list[str], **further: Any) -> dict[str, Any]:
    return completed_policy(
        {
            "includedPaths": [{"path": path} for path in included],
            "excludedPaths": [{"path": path} for path in excluded],
            **further,
        }
    )


def test_the_defaults() -> None:
    assert completed_policy({}) == {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": "/*"}],
        "excludedPaths": [{"path": '/"_etag"/?'}],
    }
    assert completed_policy(completed_policy({})) == completed_policy({})


@pytest.mark.parametrize(
    ("included", "excluded", "path", "indexed"),
    [
        (["/*"], [], "a", True),
        (["/*"], [], "_etag", False),
        (["/*"], ["/a/*"], "a", False),
        (["/*"], ["/a/*"], "a/b", False),
        (["/*"], ["/a/*"], "ab", True),
        (["/*"], ["/a/?"], "a", False),
        (["/*"], ["/a/?"], "a/b", True),
        (["/type/?"], ["/*"], "type", True),
        (["/type/?"], ["/*"], "type/x", False),
        (["/type/?"], ["/*"], "other", False),
        (["/*", "/a/b/*"], ["/a/*"], "a/b/c", True),
        (["/*", "/a/b/*"], ["/a/*"], "a/c", False),
        (["/*"], ['/"odd name"/*'], "odd name", False),
        (["/*"], ["/l/[]/x/?"], "l/[]/x", False),
    ],
)
def test_the_more_precise_path_counts(included: list[str], excluded: list[str], path: str, indexed: bool) -> None:
    assert is_indexed(policy(included, excluded), path.split("/")) is indexed


def test_nothing_is_indexed_in_mode_none() -> None:
    assert not is_indexed(completed_policy({"indexingMode": "None"}), ["a"])


def test_what_is_excluded_cannot_be_sorted_by() -> None:
    chosen = policy(["/*"], ["/big/*"])
    check_sortable(compile_query("SELECT * FROM c ORDER BY c.small"), chosen)
    check_sortable(compile_query("SELECT * FROM c WHERE c.big.x = 1"), chosen)
    check_sortable(compile_query("SELECT * FROM c ORDER BY c.big.x, c.small"), chosen)
    with pytest.raises(SqlBadRequestError, match="order-by item is excluded"):
        check_sortable(compile_query("SELECT * FROM c ORDER BY c.big.x DESC"), chosen)


@pytest.mark.parametrize(
    "given",
    [
        {"includedPaths": "/*"},
        {"includedPaths": ["/*"]},
        {"excludedPaths": [{}]},
        {"excludedPaths": [{"path": "a"}]},
        {"compositeIndexes": {"path": "/a"}},
        {"compositeIndexes": [{"path": "/a"}]},
        {"compositeIndexes": [[{"order": "ascending"}]]},
        {"compositeIndexes": [[{"path": "/a", "order": "up"}]]},
    ],
)
def test_policies_that_are_none(given: dict[str, Any]) -> None:
    with pytest.raises(CosmosError) as refused:
        completed_policy(given)
    assert refused.value.status == 400
