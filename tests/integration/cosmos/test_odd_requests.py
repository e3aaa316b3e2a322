"""Whatever a client sends, the answer says what is wrong with it: no failure of the server, and nothing is stored."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.cosmos.raw import DOCS, RawClient

MALFORMED = [b"", b"{", b"[]", b"5", b"null", b'"x"', b"\xff\xfe", b"[" * 5000, b'{"id":NaN}', b'{"id":"\\ud800"}']
POSTED_DOCS: dict[str, dict[str, str]] = {
    "create": {},
    "upsert": {"x_ms_documentdb_is_upsert": "True"},
    "batch": {"x_ms_cosmos_is_batch_request": "True"},
    "query": {"x_ms_documentdb_isquery": "True"},
    "plan": {"x_ms_cosmos_is_query_plan_request": "True"},
}


async def _count(raw: RawClient) -> int:
    return int((await raw.send("GET", DOCS)).json["_count"])


@pytest.mark.parametrize("operation", POSTED_DOCS)
async def test_malformed_bodies_posted_to_items(raw: RawClient, operation: str) -> None:
    for body in MALFORMED:
        answer = await raw.send("POST", DOCS, body, pk='["p"]', **POSTED_DOCS[operation])
        assert (answer.status, answer.json["code"]) == (400, "BadRequest"), body
    assert await _count(raw) == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/dbs"),
        ("POST", "/dbs/shop/colls"),
        ("PUT", "/dbs/shop/colls/items"),
        ("PUT", f"{DOCS}/1"),
        ("PATCH", f"{DOCS}/1"),
    ],
)
async def test_malformed_bodies_elsewhere(raw: RawClient, method: str, path: str) -> None:
    await raw.send("POST", DOCS, {"id": "1", "pk": "p", "n": 1}, pk='["p"]')
    for body in MALFORMED:
        answer = await raw.send(method, path, body, pk='["p"]')
        assert (answer.status, answer.json["code"]) == (400, "BadRequest"), body
    assert (await raw.send("GET", f"{DOCS}/1", pk='["p"]')).json["n"] == 1


@pytest.mark.parametrize("header", ["x", '"a"', "[]", '["a","b"]', "[[]]", '[{"a":1}]', "[1e999", '["\\ud800"]'])
async def test_partition_key_headers_that_are_none(raw: RawClient, header: str) -> None:
    assert (await raw.send("POST", DOCS, {"id": "1", "pk": "p"}, pk=header)).status == 400
    assert (await raw.send("GET", f"{DOCS}/1", pk=header)).status == 400
    assert await _count(raw) == 0


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/x", "GET", 404),
        ("/dbs/%FF", "GET", 404),
        (f"{DOCS}/%00", "GET", 404),
        ("/dbs/shop/colls/items/sprocs", "GET", 400),
        ("/dbs/shop/users", "GET", 400),
        ("/dbs", "DELETE", 405),
        ("/dbs/shop/colls/items", "PATCH", 405),
        (f"{DOCS}/1", "POST", 405),
    ],
)
async def test_paths_and_methods_that_are_none(raw: RawClient, path: str, method: str, status: int) -> None:
    assert (await raw.send(method, path, b"{}", pk='["p"]')).status == status


@pytest.mark.parametrize("token", ["abc", "item:", "item:-1", "item:²", "item:99999999999999999999999"])
async def test_continuation_tokens_that_are_none(raw: RawClient, token: str) -> None:
    assert (await raw.send("GET", DOCS, x_ms_continuation=token)).status == 400


@pytest.mark.parametrize("throughput", ["1e5", "399", "-1", "1000000000000000000000"])
async def test_throughputs_that_are_none(raw: RawClient, throughput: str) -> None:
    body = {"id": "other", "partitionKey": {"paths": ["/pk"]}}
    assert (await raw.send("POST", "/dbs/shop/colls", body, x_ms_offer_throughput=throughput)).status == 400
    assert (await raw.send("GET", "/dbs/shop/colls/other")).status == 404


SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
JSON = st.recursive(
    SCALARS | TEXTS | st.sampled_from(["/pk", "Hash", "@a", "SELECT * FROM c WHERE c.a = @a", "FROM c WHERE c.n > 0"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["paths", "op", "name", "value"]), inner)
    ),
    max_leaves=4,
)


def _objects(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON))


REQUESTS = st.one_of(
    st.tuples(
        st.just("/dbs/shop/colls"), _objects("id", "partitionKey", "indexingPolicy", "defaultTtl", "uniqueKeyPolicy")
    ),
    st.tuples(st.just("/offers"), _objects("query", "parameters")),
    st.tuples(st.just(DOCS), _objects("id", "pk", "ttl", "_etag", "query", "parameters", "operations")),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=REQUESTS, operation=st.sampled_from(sorted(POSTED_DOCS)))
async def test_any_json_is_taken_or_refused(raw: RawClient, request: tuple[str, Any], operation: str) -> None:
    path, body = request
    answer = await raw.send("POST", path, [body] if operation == "batch" else body, **POSTED_DOCS[operation])
    assert answer.status in (200, 201, 207, 400, 409)
