"""Partial document update, operation by operation (learn.microsoft.com/azure/cosmos-db/partial-document-update)."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.cosmos.errors import CosmosError
from localcloud.cosmos.patch import patched

DOCUMENT: dict[str, Any] = {"id": "1", "n": 5, "tags": ["a", "b"], "o": {"x": 1}, "a/b": 1, "m~n": 2}


def _changed(**operation: Any) -> dict[str, Any]:
    """What the one operation changed: properties by name, None for those that are gone."""
    operation = {"from" if name == "source" else name: value for name, value in operation.items()}
    after = patched(DOCUMENT, [operation])
    names = sorted(DOCUMENT.keys() | after.keys())
    return {name: after.get(name) for name in names if after.get(name) != DOCUMENT.get(name)}


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ({"op": "add", "path": "/new", "value": {"k": [1]}}, {"new": {"k": [1]}}),
        ({"op": "add", "path": "/n", "value": "x"}, {"n": "x"}),
        ({"op": "add", "path": "/o/y", "value": 2}, {"o": {"x": 1, "y": 2}}),
        ({"op": "add", "path": "/tags/0", "value": "c"}, {"tags": ["c", "a", "b"]}),
        ({"op": "add", "path": "/tags/2", "value": "c"}, {"tags": ["a", "b", "c"]}),
        ({"op": "add", "path": "/tags/-", "value": "c"}, {"tags": ["a", "b", "c"]}),
        ({"op": "set", "path": "/new", "value": 1}, {"new": 1}),
        ({"op": "set", "path": "/tags/0", "value": "c"}, {"tags": ["c", "b"]}),
        ({"op": "set", "path": "/tags/-", "value": "c"}, {"tags": ["a", "b", "c"]}),
        ({"op": "set", "path": "/tags/2", "value": "c"}, {"tags": ["a", "b", "c"]}),
        ({"op": "replace", "path": "/tags/1", "value": "c"}, {"tags": ["a", "c"]}),
        ({"op": "replace", "path": "/o", "value": None}, {"o": None}),
        ({"op": "remove", "path": "/o/x"}, {"o": {}}),
        ({"op": "remove", "path": "/n"}, {"n": None}),
        ({"op": "remove", "path": "/tags/0"}, {"tags": ["b"]}),
        ({"op": "incr", "path": "/n", "value": -7}, {"n": -2}),
        ({"op": "incr", "path": "/n", "value": 0.5}, {"n": 5.5}),
        ({"op": "incr", "path": "/new", "value": 3}, {"new": 3}),
        ({"op": "move", "source": "/n", "path": "/o/x"}, {"n": None, "o": {"x": 5}}),
        ({"op": "move", "source": "/tags/1", "path": "/tags/0"}, {"tags": ["b", "a"]}),
        ({"op": "set", "path": "/a~1b", "value": 9}, {"a/b": 9}),
        ({"op": "set", "path": "/m~0n", "value": 9}, {"m~n": 9}),
    ],
)
def test_what_an_operation_does(operation: dict[str, Any], changed: dict[str, Any]) -> None:
    assert _changed(**operation) == changed


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        ({"op": "add", "path": "/tags/3", "value": "c"}, "/tags/3"),
        ({"op": "add", "path": "/tags/x", "value": "c"}, "/tags/x"),
        ({"op": "add", "path": "/tags/²", "value": "c"}, "/tags/²"),
        ({"op": "set", "path": "/missing/x", "value": 1}, "/missing/x"),
        ({"op": "set", "path": "/n/x", "value": 1}, "/n/x"),
        ({"op": "replace", "path": "/missing", "value": 1}, "/missing"),
        ({"op": "replace", "path": "/tags/2", "value": 1}, "/tags/2"),
        ({"op": "remove", "path": "/missing"}, "/missing"),
        ({"op": "remove", "path": "/tags/2"}, "/tags/2"),
        ({"op": "remove", "path": "/tags/-"}, "/tags/-"),
        ({"op": "incr", "path": "/o", "value": 1}, "/o"),
        ({"op": "incr", "path": "/n", "value": "1"}, "/n"),
        ({"op": "incr", "path": "/n", "value": True}, "/n"),
        ({"op": "move", "from": "/missing", "path": "/n"}, "/missing"),
        ({"op": "move", "from": "/o", "path": "/o/x"}, "/o/x"),
        ({"op": "set", "path": "/id", "value": "2"}, "/id"),
        ({"op": "set", "path": "/_etag", "value": "2"}, "/_etag"),
        ({"op": "remove", "path": "/_ts"}, "/_ts"),
        ({"op": "set", "path": "n", "value": 1}, "'n'"),
        ({"op": "set", "path": 7, "value": 1}, "7"),
        ({"op": "set", "path": "/n"}, "value"),
        ({"op": "test", "path": "/n", "value": 5}, "test"),
        ({"path": "/n", "value": 5}, "unknown"),
        ("set", "unknown"),
    ],
)
def test_what_is_refused_and_changes_nothing(operation: Any, named: str) -> None:
    before = copy.deepcopy(DOCUMENT)
    with pytest.raises(CosmosError) as refused:
        patched(DOCUMENT, [{"op": "set", "path": "/n", "value": 0}, operation])
    assert refused.value.status == 400
    assert named in refused.value.message
    assert before == DOCUMENT


@pytest.mark.parametrize("operations", [None, [], {}, "set", [{"op": "incr", "path": "/n", "value": 1}] * 11])
def test_one_to_ten_operations(operations: Any) -> None:
    with pytest.raises(CosmosError) as refused:
        patched(DOCUMENT, operations)
    assert refused.value.status == 400


def test_later_operations_see_what_earlier_ones_did() -> None:
    operations = [
        {"op": "set", "path": "/list", "value": []},
        *[{"op": "add", "path": "/list/-", "value": n} for n in (1, 2)],
    ]
    assert patched(DOCUMENT, operations)["list"] == [1, 2]


PARTS = st.sampled_from(["n", "tags", "o", "x", "0", "1", "-", "", "~1", "~"])
PATHS = st.lists(PARTS, max_size=3).map(lambda parts: "/" + "/".join(parts))
VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just({"x": 1}) | st.just([1])
)
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "set", "replace", "remove", "incr", "move", "other"]), "path": PATHS},
    optional={"value": VALUES, "from": PATHS},
)


@given(st.lists(OPERATIONS, max_size=4))
def test_any_patch_is_done_or_refused_and_spares_the_original(operations: list[dict[str, Any]]) -> None:
    before = copy.deepcopy(DOCUMENT)
    try:
        after = patched(DOCUMENT, operations)
    except CosmosError as refused:
        assert refused.status == 400
    else:
        assert after["id"] == "1"
    assert before == DOCUMENT
