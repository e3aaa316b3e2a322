"""Money is exact: what has two decimals at most goes in, and comes out as it went in."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import MAX_PRICE_MINOR, amount, minor_units


@pytest.mark.parametrize(
    ("literal", "minor"),
    [
        ("19.99", 1999),
        ("19.990", 1999),
        ("19.9", 1990),
        ("20", 2000),
        ("2e1", 2000),
        ("0", 0),
        ("0.29", 29),
        ("1e6", 10**8),
    ],
)
def test_a_json_number_with_two_decimals_at_most_becomes_minor_units(literal: str, minor: int) -> None:
    assert minor_units(Decimal(literal)) == minor


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (Decimal("19.999"), "two decimals"),
        (Decimal("19." + "0" * 60 + "1"), "two decimals"),
        (Decimal("1e-999999999"), "two decimals"),
        (Decimal("-0.01"), "zero or more"),
        (Decimal("NaN"), "zero or more"),
        (Decimal("Infinity"), "zero or more"),
        (Decimal("1e999999999"), "at most 1000000"),
        (Decimal("1000000.01"), "at most 1000000"),
        ("19.99", "JSON number"),
        (True, "JSON number"),
        (19.99, "JSON number"),
        (None, "JSON number"),
    ],
)
def test_anything_else_is_refused_with_its_cause(value: object, cause: str) -> None:
    with pytest.raises(ValueError, match=cause):
        minor_units(value)


@given(st.integers(min_value=0, max_value=MAX_PRICE_MINOR))
def test_an_amount_comes_back_from_json_as_it_went(minor: int) -> None:
    assert minor_units(json.loads(json.dumps(amount(minor)), parse_float=Decimal)) == minor


@given(st.integers(min_value=0, max_value=50 * 1000 * MAX_PRICE_MINOR))
def test_even_the_largest_total_is_written_with_its_cents(minor: int) -> None:
    assert Decimal(json.dumps(amount(minor))) == Decimal(minor) / 100
