"""Partition keys hash as the SDK hashes them, and are the same key whenever Cosmos DB says so."""

from typing import Any

import pytest
from azure.cosmos.partition_key import PartitionKey
from hypothesis import given
from hypothesis import strategies as st

from localcloud.cosmos.errors import CosmosError
from localcloud.cosmos.partition_key import UNDEFINED, canonical, effective_key, key_from_header, key_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
KEYS = st.none() | st.booleans() | NUMBERS | TEXTS


def _of_sdk(value: Any) -> str:
    return str(PartitionKey("/pk", version=2)._get_effective_partition_key_string([value]))


@given(KEYS)
def test_the_hash_is_that_of_the_sdk(value: Any) -> None:
    assert effective_key(value) == _of_sdk(value)


@given(KEYS)
def test_the_hash_lies_in_the_one_range(value: Any) -> None:
    assert "" < effective_key(value) < "FF"


@given(KEYS)
def test_a_key_survives_its_way_through_header_and_store(value: Any) -> None:
    assert canonical(key_from_header(canonical(value))) == canonical(value)


def test_integers_and_equal_floats_are_one_key() -> None:
    assert canonical(1) == canonical(1.0) == "[1]"
    assert effective_key(1) == effective_key(1.0)


def test_different_types_are_different_keys() -> None:
    keys = [None, False, True, 0, 1, "", "1", "true", "null", UNDEFINED]
    assert len({canonical(key) for key in keys}) == len({effective_key(key) for key in keys}) == len(keys)


@pytest.mark.parametrize(
    ("document", "path", "key"),
    [
        ({"pk": "a"}, "/pk", "a"),
        ({"a": {"b": 5}}, "/a/b", 5),
        ({"a b": "quoted"}, '/"a b"', "quoted"),
        ({"pk": None}, "/pk", None),
        ({}, "/pk", UNDEFINED),
        ({"a": "text"}, "/a/b", UNDEFINED),
        ({"pk": {"an": "object"}}, "/pk", UNDEFINED),
        ({"pk": ["array"]}, "/pk", UNDEFINED),
    ],
)
def test_the_key_of_a_document(document: dict[str, Any], path: str, key: Any) -> None:
    assert key_of(document, path) == key


@pytest.mark.parametrize(
    ("header", "substatus"),
    [
        ("[]", 1001),
        ('["a","b"]', 1001),
        ('[["a"]]', 1001),
        ('[{"a":1}]', 1001),
        ("a", 0),
        ("[NaN]", 0),
        ('["\\ud800"]', 0),
    ],
)
def test_what_is_no_key_is_refused(header: str, substatus: int) -> None:
    with pytest.raises(CosmosError) as refused:
        key_from_header(header)
    assert (refused.value.status, refused.value.substatus) == (400, substatus)
