"""Bad input gets a problem document that names the cause, in the documented order of checks; nothing changes."""

import pytest

from tests.integration.api.client import ADDRESS, PRODUCT, Api
from tests.integration.api.database import Database

LARGE = b'{"name": "' + b"x" * 1024 * 1024 + b'"}'


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (b"", 400, "bad-request"),
        (b"{", 400, "bad-request"),
        (b'{"name": NaN}', 400, "bad-request"),
        (b'{"name": Infinity}', 400, "bad-request"),
        (b'{"name": "\\ud800"}', 400, "bad-request"),
        (b'{"name": 1, "name": 2}', 400, "bad-request"),
        (b"\xff\xfe{\x00}\x00", 400, "bad-request"),
        (b"[" * 100_000 + b"]" * 100_000, 400, "bad-request"),
        (b"[]", 422, "validation"),
        (b"null", 422, "validation"),
        (b'{"name": 7}', 422, "validation"),
        (LARGE, 413, "payload-too-large"),
    ],
)
async def test_a_bad_body_is_refused_and_nothing_is_stored(
    *, api: Api, admin: str, database: Database, body: bytes, status: int, problem: str
) -> None:
    refused = await api.call("POST", "products", token=admin, body=body)
    assert (refused.status, refused.problem) == (status, problem)
    assert refused.content["status"] == status
    assert refused.content["instance"] == "/api/products"
    assert refused.content["requestId"] == refused.headers["x-request-id"]
    assert (refused.content["error"], refused.content["message"]) == (True, refused.content["detail"])
    assert database.everything("products") == []


async def test_a_problem_document_in_full(api: Api, admin: str) -> None:
    body = {**PRODUCT, "price": 1.999, "inventory": -1, "colour": "red"}
    refused = await api.call("POST", "products", body, token=admin, headers={"X-Request-ID": "my-id.1"})
    timestamp = refused.content.pop("timestamp")
    assert refused.content == {
        "type": "urn:durable-shop:validation",
        "title": "The request breaks a rule",
        "status": 422,
        "detail": "The body breaks a rule at /price: an amount has at most two decimals (and 2 more).",
        "instance": "/api/products",
        "requestId": "my-id.1",
        "error": True,
        "message": "The body breaks a rule at /price: an amount has at most two decimals (and 2 more).",
        "errors": [
            {"pointer": "/price", "detail": "an amount has at most two decimals"},
            {"pointer": "/inventory", "detail": "input should be greater than or equal to 0"},
            {"pointer": "/colour", "detail": "there is no such field"},
        ],
    }
    assert timestamp.endswith("Z")


async def test_the_order_of_checks(api: Api, admin: str, customer: str) -> None:
    """Each request breaks its own rule and every later one."""
    text = {"Content-Type": "text/plain"}
    path = "products/unknown"
    assert (await api.call("PUT", path, token="bad", body=LARGE, headers=text)).status == 405
    assert (await api.call("PATCH", path, token="bad", body=LARGE, headers=text)).status == 401
    assert (await api.call("PATCH", path, token=customer, body=LARGE, headers=text)).status == 403
    assert (await api.call("PATCH", path, token=admin, body=LARGE, headers=text)).status == 413
    assert (await api.call("PATCH", path, token=admin, body=b"{", headers=text)).status == 415
    assert (await api.call("PATCH", path, token=admin, body=b"{")).status == 400
    assert (await api.call("PATCH", path, {"colour": "red"}, token=admin)).status == 422
    assert (await api.call("PATCH", path, {"price": 1}, token=admin)).status == 404


async def test_unknown_paths_and_methods(api: Api) -> None:
    unknown = await api.call("GET", "nowhere/at/all")
    assert (unknown.status, unknown.problem) == (404, "route-not-found")
    assert unknown.content["detail"] == "This API has no path /api/nowhere/at/all."
    wrong = await api.call("DELETE", "orders")
    assert (wrong.status, wrong.problem) == (405, "method-not-allowed")
    assert wrong.headers["allow"] == "GET, HEAD, POST"


async def test_every_answer_has_an_id_and_security_headers(api: Api) -> None:
    for path in ("health", "nowhere"):
        answer = await api.call("GET", path, headers={"X-Request-ID": "not sane <script>"})
        assert len(answer.headers["x-request-id"]) == 32
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["cache-control"] == "no-store"


async def test_a_head_request_answers_as_a_get_without_the_body(api: Api) -> None:
    head = await api.call("HEAD", "health")
    assert (head.status, head.content) == (200, None)


@pytest.mark.parametrize(
    ("item", "pointer"),
    [
        ({"quantity": -1}, "/items/0/quantity"),
        ({"quantity": 1.5}, "/items/0/quantity"),
        ({"quantity": "2"}, "/items/0/quantity"),
        ({"price": 1.999}, "/items/0/price"),
        ({"productId": "unknown"}, "/items/0/productId"),
        ({"productId": "a/b?c#d"}, "/items/0/productId"),
        ({"colour": "red"}, "/items/0/colour"),
    ],
)
async def test_a_bad_order_line_is_pointed_at_and_no_order_is_made(
    *, api: Api, customer: str, product: str, database: Database, item: dict[str, object], pointer: str
) -> None:
    line = {"productId": product, "quantity": 1, **item}
    refused = await api.call("POST", "orders", {"items": [line], "shippingAddress": ADDRESS}, token=customer)
    assert (refused.status, refused.problem, refused.pointers) == (422, "validation", [pointer])
    for container in ("orders", "payments", "requests"):
        assert database.everything(container) == []


@pytest.mark.parametrize("key", ["x" * 256, "schlüssel"])
async def test_a_bad_idempotency_key_is_400(
    api: Api, customer: str, product: str, database: Database, key: str
) -> None:
    body = {"items": [{"productId": product, "quantity": 1}], "shippingAddress": ADDRESS}
    refused = await api.call("POST", "orders", body, token=customer, headers={"Idempotency-Key": key})
    assert (refused.status, refused.problem) == (400, "bad-request")
    assert database.everything("orders") == []
