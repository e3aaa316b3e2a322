"""Money: a JSON number with at most two decimals on the wire, an integer number of minor units everywhere else."""

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

MINOR_PER_MAJOR = 100
MAX_PRICE_MINOR = 1_000_000 * MINOR_PER_MAJOR
"""Highest price of one piece. 50 lines of 1000 at this price have 13 digits: a double still shows the cents exactly."""

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def minor_units(amount: object, *, most: int = MAX_PRICE_MINOR) -> int:
    """Minor units of an amount as it was parsed from JSON (int or Decimal), exactly.

    Raises ValueError for what isn't a number, has more than two decimals, is negative or over `most` minor units.
    """
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise ValueError("an amount is a JSON number such as 19.99")  # noqa: TRY004 - pydantic collects ValueErrors
    exact = Decimal(amount)
    if not exact.is_finite() or exact < 0:
        raise ValueError("an amount is zero or more")
    if exact > Decimal(most) / MINOR_PER_MAJOR:
        raise ValueError(f"an amount is at most {Decimal(most) / MINOR_PER_MAJOR}")
    exponent = exact.normalize(_EXACT).as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -2:
        raise ValueError("an amount has at most two decimals")
    return int(exact * MINOR_PER_MAJOR)


def amount(minor: int) -> float:
    """The JSON number for minor units: the division is correctly rounded, so up to 15 digits it is written exactly."""
    return minor / MINOR_PER_MAJOR


def _price(value: Any) -> int:
    return minor_units(value)


Price = Annotated[int, BeforeValidator(_price), PlainSerializer(amount, return_type=float, when_used="json")]
"""A model field: minor units inside, a JSON number outside. For models of the wire only; documents store integers."""
