"""The rules of ordering: merged lines, the catalogue's prices, a pointer to everything that is wrong."""

from datetime import UTC, datetime

import pytest

from shared.checkout.basket import PriceChangedError, WantedLine, priced_lines
from shared.errors import ValidationError, Violation
from shared.products.product import Product

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def product(product_id: str, price_minor: int) -> Product:
    return Product(
        id=product_id,
        product_id=product_id,
        name=f"The {product_id}",
        description="",
        price_minor=price_minor,
        currency="USD",
        category="kitchen",
        inventory=0,
        created_at=NOW,
        updated_at=NOW,
    )


CATALOGUE = {"cup": product("cup", 1250), "pot": product("pot", 3490)}


def test_lines_get_the_catalogues_names_and_prices_whatever_the_stock() -> None:
    lines = priced_lines([WantedLine("pot", 1), WantedLine("cup", 2, 1250)], CATALOGUE)
    assert [(line.product_id, line.name, line.quantity, line.price_minor) for line in lines] == [
        ("pot", "The pot", 1, 3490),
        ("cup", "The cup", 2, 1250),
    ]


def test_the_same_product_twice_is_one_line() -> None:
    lines = priced_lines([WantedLine("cup", 2), WantedLine("pot", 1), WantedLine("cup", 3, 1250)], CATALOGUE)
    assert [(line.product_id, line.quantity) for line in lines] == [("cup", 5), ("pot", 1)]


def test_unknown_products_and_contradictions_are_named_together() -> None:
    wanted = [WantedLine("gone", 1), WantedLine("cup", 600, 1250), WantedLine("cup", 600, 1300)]
    with pytest.raises(ValidationError) as caught:
        priced_lines(wanted, CATALOGUE)
    assert caught.value.errors == (
        Violation("/items/0/productId", "there is no such product"),
        Violation("/items/2/quantity", "at most 1000 pieces of one product can be ordered at once"),
        Violation("/items/2/price", "another line of this product has another price"),
    )


def test_an_old_price_is_a_conflict_that_tells_the_new_one() -> None:
    with pytest.raises(PriceChangedError) as caught:
        priced_lines([WantedLine("pot", 1), WantedLine("cup", 1, 1200)], CATALOGUE)
    assert (caught.value.urn, int(caught.value.status)) == ("urn:durable-shop:price-changed", 409)
    assert caught.value.errors == (Violation("/items/1/price", "the price is 12.50 now"),)
