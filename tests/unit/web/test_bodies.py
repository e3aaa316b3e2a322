"""Bodies of the wire: unknown fields, wrong types and broken rules are named by pointer."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from api.models.accounts import Login, ProfileChange, Registration
from api.models.orders import NewOrder, OrderQuery, StatusChange
from api.models.products import NewProduct, ProductChange, ProductQuery, StockChange
from api.web.validation import validated_body, validated_query
from shared.errors import ValidationError

ADDRESS = {"street": "1 Main St", "city": "Springfield", "state": "IL", "zipCode": "62701", "country": "US"}
PRODUCT = {"name": "Cup", "description": "", "price": Decimal("12.50"), "category": "kitchen", "inventory": 3}
ORDER: dict[str, Any] = {"items": [{"productId": "p1", "quantity": 2}], "shippingAddress": ADDRESS}
USER = {"email": "ada@example.com", "name": "Ada", "password": "correct horse"}
NO_VALUE = "a text, a number, true or false is expected"
TWO_DECIMALS = "an amount has at most two decimals"
AT_LEAST_1 = "input should be greater than or equal to 1"
AT_MOST_50 = "list should have at most 50 items after validation, not 51"
TOKEN = "^tok_[A-Za-z0-9_]{1,60}$"


def _order(line: dict[str, Any]) -> dict[str, Any]:
    return {**ORDER, "items": [{"productId": "p1", **line}]}


def _errors(model: type[BaseModel], body: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        validated_body(model, body)
    return {found.pointer: found.detail for found in caught.value.errors}


def test_good_bodies_pass() -> None:
    assert validated_body(NewProduct, PRODUCT).price == 1250
    assert validated_body(NewOrder, ORDER).items[0].quantity == 2
    assert validated_body(Registration, USER).role == "user"
    assert validated_body(Login, {"email": "x", "password": " x "}).password == " x "


@pytest.mark.parametrize(
    ("model", "body", "pointer", "detail"),
    [
        (NewProduct, [], "", "a JSON object is expected"),
        (NewProduct, {**PRODUCT, "colour": "red"}, "/colour", "there is no such field"),
        (NewProduct, {**PRODUCT, "a/b~c": 1}, "/a~1b~0c", "there is no such field"),
        (NewProduct, {**PRODUCT, "price": "12.50"}, "/price", "an amount is a JSON number such as 19.99"),
        (NewProduct, {**PRODUCT, "price": Decimal("12.505")}, "/price", TWO_DECIMALS),
        (NewProduct, {**PRODUCT, "price": -1}, "/price", "an amount is zero or more"),
        (NewProduct, {**PRODUCT, "price": 0}, "/price", "a price is more than zero"),
        (NewProduct, {**PRODUCT, "inventory": Decimal("1.5")}, "/inventory", "a whole number is expected"),
        (NewProduct, {**PRODUCT, "inventory": "3"}, "/inventory", "a whole number is expected"),
        (NewProduct, {**PRODUCT, "inventory": True}, "/inventory", "a whole number is expected"),
        (NewProduct, {**PRODUCT, "inventory": -1}, "/inventory", "input should be greater than or equal to 0"),
        (NewProduct, {**PRODUCT, "name": "   "}, "/name", "string should have at least 1 character"),
        (NewProduct, {**PRODUCT, "name": None}, "/name", "a string is expected"),
        (NewProduct, {**PRODUCT, "metadata": {"n": {}}}, "/metadata/n", NO_VALUE),
        (NewProduct, {**PRODUCT, "metadata": {"n": None}}, "/metadata/n", NO_VALUE),
        (NewProduct, {**PRODUCT, "metadata": []}, "/metadata", "a JSON object is expected"),
        (NewProduct, {**PRODUCT, "metadata": {"": 1}}, "/metadata", "a name has 1 to 64 characters"),
        (NewProduct, {**PRODUCT, "metadata": {"n": 10**400}}, "/metadata", "the number of n is out of range"),
        (NewProduct, {**PRODUCT, "metadata": {"n": Decimal("1e400")}}, "/metadata", "the number of n is out of range"),
        (NewProduct, {**PRODUCT, "imageUrls": ["javascript:x"]}, "/imageUrls/0", "string should match pattern '^https?://\\S+$'"),
        (ProductChange, {}, "", "at least one field is required"),
        (ProductChange, {"inventory": 5}, "/inventory", "there is no such field"),
        (StockChange, {"delta": 0, "reason": "x"}, "", "delta is any whole number but zero"),
        (NewOrder, {**ORDER, "items": []}, "/items", "list should have at least 1 item after validation, not 0"),
        (NewOrder, {**ORDER, "items": ORDER["items"] * 51}, "/items", AT_MOST_50),
        (NewOrder, _order({"quantity": 0}), "/items/0/quantity", AT_LEAST_1),
        (NewOrder, _order({"quantity": -2}), "/items/0/quantity", AT_LEAST_1),
        (NewOrder, _order({"quantity": 1001}), "/items/0/quantity", "input should be less than or equal to 1000"),
        (NewOrder, _order({"quantity": Decimal("1.5")}), "/items/0/quantity", "a whole number is expected"),
        (NewOrder, _order({"quantity": 1, "price": Decimal("1.001")}), "/items/0/price", TWO_DECIMALS),
        (NewOrder, {**ORDER, "items": [{"productId": 7, "quantity": 1}]}, "/items/0/productId", "a string is expected"),
        (NewOrder, {"items": ORDER["items"]}, "/shippingAddress", "this field is required"),
        (NewOrder, {**ORDER, "paymentToken": "4111111111"}, "/paymentToken", f"string should match pattern '{TOKEN}'"),
        (StatusChange, {"status": "confirmed"}, "/status", "input should be 'shipped' or 'delivered'"),
        (Registration, {**USER, "password": "short"}, "/password", "string should have at least 8 characters"),
        (Registration, {**USER, "role": "root"}, "/role", "input should be 'user' or 'admin'"),
        (ProfileChange, {}, "", "name or password is required"),
        (ProfileChange, {"password": "correct horse"}, "", "a new password and currentPassword go together"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named_by_pointer(model: type[BaseModel], body: Any, pointer: str, detail: str) -> None:
    assert _errors(model, body) == {pointer: detail}


def test_every_broken_rule_is_listed() -> None:
    assert set(_errors(Registration, {"email": "nobody", "password": "x", "admin": True})) == {
        "/email",
        "/name",
        "/password",
        "/admin",
    }


def test_a_password_keeps_its_blanks_and_a_name_doesnt() -> None:
    user = validated_body(Registration, {**USER, "password": "  8 chars  ", "name": "  Ada  "})
    assert (user.password, user.name) == ("  8 chars  ", "Ada")


def test_a_change_names_only_what_was_given_as_it_is_stored() -> None:
    change = validated_body(
        ProductChange, {"price": Decimal("1.20"), "imageUrls": [], "metadata": {"n": Decimal("1.5")}}
    )
    assert change.stored_fields() == {"priceMinor": 120, "imageUrls": [], "metadata": {"n": 1.5}}


def test_query_parameters_are_converted() -> None:
    query = validated_query(ProductQuery, {"minPrice": "1.20", "limit": "5", "sort": "-price", "utm_source": "x"})
    assert (query.min_price, query.limit, query.sort) == (120, 5, "-price")


@pytest.mark.parametrize(
    ("model", "name", "value"),
    [
        (ProductQuery, "limit", "0"),
        (ProductQuery, "limit", "101"),
        (ProductQuery, "limit", "many"),
        (ProductQuery, "minPrice", "1.234"),
        (ProductQuery, "maxPrice", "cheap"),
        (ProductQuery, "sort", "colour"),
        (OrderQuery, "status", "parked"),
    ],
)
def test_a_wrong_query_parameter_is_named(model: type[BaseModel], name: str, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validated_query(model, {name: value})
    assert [found.pointer for found in caught.value.errors] == [f"?{name}"]
