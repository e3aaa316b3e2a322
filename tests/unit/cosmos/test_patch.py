"""Every operation on a missing target, an existing one, and an array element."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.cosmos.errors import CosmosError
from localcloud.cosmos.patch import check_condition, condition_of, patched

DOCUMENT: dict[str, Any] = {
    "id": "1",
    "n": 1,
    "s": "x",
    "o": {"a": 1},
    "l": [1, 2, 3],
    "a/b": 1,
    "a~b": 1,
    "nothing": None,
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def changed(*operations: dict[str, Any]) -> dict[str, Any]:
    """The properties that a patch adds or changes; a removed one as ..."""
    after = patched(DOCUMENT, list(operations))
    names = DOCUMENT.keys() | after.keys()
    return {name: after.get(name, ...) for name in names if after.get(name, ...) != DOCUMENT.get(name, ...)}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/new", "value": {"x": 1}}, {"new": {"x": 1}}),
        ({"op": "add", "path": "/n", "value": 5}, {"n": 5}),
        ({"op": "add", "path": "/l/0", "value": 9}, {"l": [9, 1, 2, 3]}),
        ({"op": "add", "path": "/l/3", "value": 9}, {"l": [1, 2, 3, 9]}),
        ({"op": "add", "path": "/l/-", "value": 9}, {"l": [1, 2, 3, 9]}),
        ({"op": "set", "path": "/new", "value": None}, {"new": None}),
        ({"op": "set", "path": "/o/b", "value": 2}, {"o": {"a": 1, "b": 2}}),
        ({"op": "set", "path": "/l/0", "value": 9}, {"l": [9, 2, 3]}),
        ({"op": "set", "path": "/l/3", "value": 9}, {"l": [1, 2, 3, 9]}),
        ({"op": "set", "path": "/l/-", "value": 9}, {"l": [1, 2, 3, 9]}),
        ({"op": "replace", "path": "/n", "value": "y"}, {"n": "y"}),
        ({"op": "replace", "path": "/nothing", "value": 1}, {"nothing": 1}),
        ({"op": "replace", "path": "/l/1", "value": 9}, {"l": [1, 9, 3]}),
        ({"op": "remove", "path": "/n"}, {"n": ...}),
        ({"op": "remove", "path": "/l/0"}, {"l": [2, 3]}),
        ({"op": "remove", "path": "/o/a"}, {"o": {}}),
        ({"op": "incr", "path": "/new", "value": 2}, {"new": 2}),
        ({"op": "incr", "path": "/n", "value": -3}, {"n": -2}),
        ({"op": "incr", "path": "/n", "value": 0.5}, {"n": 1.5}),
        ({"op": "incr", "path": "/l/1", "value": 1}, {"l": [1, 3, 3]}),
        ({"op": "move", "from": "/n", "path": "/m"}, {"n": ..., "m": 1}),
        ({"op": "move", "from": "/n", "path": "/s"}, {"n": ..., "s": 1}),
        ({"op": "move", "from": "/n", "path": "/l/0"}, {"n": ..., "l": [1, 1, 2, 3]}),
        ({"op": "move", "from": "/l/0", "path": "/l/2"}, {"l": [2, 3, 1]}),
        ({"op": "set", "path": "/a~1b", "value": 2}, {"a/b": 2}),
        ({"op": "set", "path": "/a~0b", "value": 2}, {"a~b": 2}),
    ],
)
def test_what_operations_do(operation: dict[str, Any], expected: dict[str, Any]) -> None:
    assert changed(operation) == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "/l/4", "value": 9},
        {"op": "set", "path": "/l/4", "value": 9},
        {"op": "set", "path": "/l/x", "value": 9},
        {"op": "set", "path": "/l/²", "value": 9},
        {"op": "set", "path": "/l/-1", "value": 9},
        {"op": "set", "path": "/missing/a", "value": 9},
        {"op": "set", "path": "/n/a", "value": 9},
        {"op": "set", "path": "/nothing/a", "value": 9},
        {"op": "set", "path": "/l/²/a", "value": 9},
        {"op": "set", "path": "/", "value": 9},
        {"op": "set", "path": "", "value": 9},
        {"op": "set", "path": None, "value": 9},
        {"op": "set", "value": 9},
        {"op": "replace", "path": "/missing", "value": 9},
        {"op": "replace", "path": "/l/3", "value": 9},
        {"op": "remove", "path": "/missing"},
        {"op": "remove", "path": "/l/3"},
        {"op": "remove", "path": "/l/-"},
        {"op": "incr", "path": "/s", "value": 1},
        {"op": "incr", "path": "/nothing", "value": 1},
        {"op": "incr", "path": "/n", "value": "1"},
        {"op": "incr", "path": "/n", "value": True},
        {"op": "incr", "path": "/n"},
        {"op": "move", "from": "/missing", "path": "/n"},
        {"op": "move", "from": "/o", "path": "/o/a"},
        {"op": "move", "from": "/id", "path": "/n"},
        {"op": "move", "path": "/n"},
        *(
            {"op": "set", "path": f"/{name}", "value": 1}
            for name in ("id", "_rid", "_self", "_etag", "_ts", "_attachments")
        ),
    ],
)
def test_what_is_not_possible_is_a_400_and_changes_nothing(operation: dict[str, Any]) -> None:
    before = copy.deepcopy(DOCUMENT)
    with pytest.raises(CosmosError) as refused:
        patched(DOCUMENT, [{"op": "set", "path": "/o/a", "value": 7}, operation])
    assert refused.value.status == 400
    assert before == DOCUMENT


def test_a_sum_that_is_no_number_is_refused() -> None:
    with pytest.raises(CosmosError) as refused:
        patched({"n": 1e308}, [{"op": "incr", "path": "/n", "value": 1e308}])
    assert refused.value.status == 400


def test_operations_see_what_earlier_ones_did() -> None:
    assert changed(
        {"op": "set", "path": "/new", "value": []},
        {"op": "add", "path": "/new/-", "value": 1},
        {"op": "move", "from": "/new", "path": "/o/a"},
    ) == {"o": {"a": [1]}}


def test_at_most_ten_operations() -> None:
    operation = {"op": "incr", "path": "/n", "value": 1}
    assert changed(*[operation] * 10) == {"n": 11}
    with pytest.raises(CosmosError, match="can't exceed 10"):
        changed(*[operation] * 11)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.text(min_size=1))
def test_values_given_stay_the_callers(value: Any, name: str) -> None:
    path = "/o/" + name.replace("~", "~0").replace("/", "~1")
    document: dict[str, Any] = {"o": {}}
    after = patched(document, [{"op": "set", "path": path, "value": value}])
    assert after == {"o": {name: value}}
    assert document == {"o": {}}
    if isinstance(value, dict | list):
        assert after["o"][name] is not value


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (None, None),
        ("FROM c WHERE c.n = 1", None),
        ("from c where c.n = 1 AND IS_DEFINED(c.s)", None),
        ("FROM c WHERE c.n = 2", 412),
        ("FROM c WHERE c.missing > 0", 412),
        ("FROM c WHERE c.n = '1'", 412),
        ("FROM c WHERE (SELECT VALUE x FROM x IN c.l) = 1", 400),
    ],
)
def test_conditions(condition: str | None, status: int | None) -> None:
    compiled = condition_of({} if condition is None else {"condition": condition})
    if status is None:
        check_condition(compiled, DOCUMENT, NOW)
        return
    with pytest.raises(CosmosError) as refused:
        check_condition(compiled, DOCUMENT, NOW)
    assert (refused.value.status, refused.value.substatus) == (status, 1110 if status == 412 else 0)
