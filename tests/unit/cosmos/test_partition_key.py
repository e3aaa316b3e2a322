"""Effective partition keys equal the SDK's own; keys that Azure takes for the same are the same."""

import math
from typing import Any

import pytest
from azure.cosmos.partition_key import PartitionKey, _Undefined
from hypothesis import given
from hypothesis import strategies as st

from localcloud.cosmos.errors import CosmosError
from localcloud.cosmos.partition_key import (
    UNDEFINED,
    KeyValue,
    canonical,
    effective_key,
    key_from_header,
    key_of,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = (
    st.none() | st.booleans() | TEXTS | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
)


def sdk_hash(value: object) -> str:
    components: list[Any] = [value]
    return str(PartitionKey._get_hashed_partition_key_string(components, "Hash", 2))  # noqa: SLF001 - the SDK's own hash is the yardstick


@given(KEYS)
def test_the_hash_is_the_sdks(value: KeyValue) -> None:
    assert effective_key(value) == sdk_hash(value)


def test_the_hash_of_a_missing_key_is_the_sdks() -> None:
    assert effective_key(UNDEFINED) == sdk_hash(_Undefined())


@given(KEYS)
def test_every_hash_is_within_the_one_range(value: KeyValue) -> None:
    assert "" < effective_key(value) < "FF"
    assert len(effective_key(value)) == 32


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**64 - 1))
def test_numbers_are_the_same_key_exactly_if_they_are_the_same_double(number: float) -> None:
    assert canonical(number) == canonical(float(number))
    other = math.nextafter(float(number), math.inf)
    if math.isfinite(other):
        assert (canonical(number) == canonical(other)) is (float(number) == other)


@given(KEYS)
def test_what_a_header_says_is_what_a_document_says(value: KeyValue) -> None:
    assert canonical(key_from_header(canonical(value))) == canonical(key_of({"pk": value}, "/pk"))


@pytest.mark.parametrize(
    ("document", "path", "expected"),
    [
        ({"a": {"b": "x"}}, "/a/b", "x"),
        ({"a": {"b": None}}, "/a/b", None),
        ({"a b": 1}, '/"a b"', 1),
        ({}, "/a", UNDEFINED),
        ({"a": "x"}, "/a/b", UNDEFINED),
        ({"a": [1]}, "/a", UNDEFINED),
        ({"a": {}}, "/a", UNDEFINED),
    ],
)
def test_keys_of_documents(document: dict[str, object], path: str, expected: KeyValue) -> None:
    assert key_of(document, path) == expected


@pytest.mark.parametrize("header", ["", "[]", "[1,2]", "{}", '"a"', "[[1]]", '[{"a":1}]', "[\udcff]"])
def test_headers_that_hold_no_key(header: str) -> None:
    with pytest.raises(CosmosError) as refused:
        key_from_header(header)
    assert refused.value.status == 400
