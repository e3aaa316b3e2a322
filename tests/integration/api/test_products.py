"""The catalogue over HTTP: entity tags, conditions, listings, and the events beside each change."""

import asyncio

from tests.integration.api.client import PRODUCT, Api
from tests.integration.api.database import Database


async def _create(api: Api, admin: str, **changes: object) -> str:
    created = await api.call("POST", "products", {**PRODUCT, **changes}, token=admin)
    assert created.status == 201, created
    return str(created.content["product"]["id"])


async def test_a_new_product_is_there_with_its_event(api: Api, admin: str, database: Database) -> None:
    created = await api.call("POST", "products", PRODUCT, token=admin, headers={"X-Request-ID": "req-1"})
    product = created.content["product"]
    assert created.headers["location"] == f"/api/products/{product['id']}"
    assert {name: product[name] for name in PRODUCT} == PRODUCT
    assert (product["currency"], product["isActive"], product["imageUrls"]) == ("USD", True, [])
    read = await api.call("GET", f"products/{product['id']}")
    assert (read.status, read.content, read.headers["etag"]) == (200, created.content, created.headers["etag"])
    stored = database.partition("products", product["id"])
    assert [(found["type"], found["id"]) for found in stored] == [
        ("product", product["id"]),
        ("product.created", f"{product['id']}:1"),
    ]
    assert (stored[0]["priceMinor"], stored[1]["correlationId"]) == (1250, "req-1")


async def test_a_copy_that_is_still_right_is_304(api: Api, admin: str) -> None:
    product_id = await _create(api, admin)
    tag = (await api.call("GET", f"products/{product_id}")).headers["etag"]
    same = await api.call("GET", f"products/{product_id}", headers={"If-None-Match": tag})
    assert (same.status, same.content, same.headers["etag"]) == (304, None, tag)
    other = await api.call("GET", f"products/{product_id}", headers={"If-None-Match": '"1.0"'})
    assert other.status == 200


async def test_a_change_sets_what_is_given_and_raises_the_revision(api: Api, admin: str, database: Database) -> None:
    product_id = await _create(api, admin)
    changed = await api.call("PATCH", f"products/{product_id}", {"price": 13, "metadata": {}}, token=admin)
    assert (changed.status, changed.headers["etag"][:3]) == (200, '"2.')
    product = changed.content["product"]
    assert (product["price"], product["metadata"], product["name"]) == (13.0, {}, PRODUCT["name"])
    stored = database.partition("products", product_id)
    assert stored[-1]["type"] == "product.updated"
    assert stored[-1]["data"] == {"fields": ["metadata", "priceMinor"], "priceMinor": 1300}
    again = await api.call("PATCH", f"products/{product_id}", {"price": 13}, token=admin)
    assert (again.status, again.headers["etag"]) == (200, changed.headers["etag"])


async def test_a_stale_if_match_is_412_and_changes_nothing(api: Api, admin: str, database: Database) -> None:
    product_id = await _create(api, admin)
    tag = (await api.call("GET", f"products/{product_id}")).headers["etag"]
    first = await api.call("PATCH", f"products/{product_id}", {"price": 13}, token=admin, headers={"If-Match": tag})
    assert first.status == 200
    before = database.partition("products", product_id)
    for verb, body in (("PATCH", {"price": 14}), ("DELETE", None)):
        stale = await api.call(verb, f"products/{product_id}", body, token=admin, headers={"If-Match": tag})
        assert (stale.status, stale.problem) == (412, "stale-revision")
    assert database.partition("products", product_id) == before


async def test_of_many_admins_at_once_with_one_tag_exactly_one_gets_through(api: Api, admin: str) -> None:
    product_id = await _create(api, admin)
    tag = (await api.call("GET", f"products/{product_id}")).headers["etag"]
    calls = [
        api.call("PATCH", f"products/{product_id}", {"price": price}, token=admin, headers={"If-Match": tag})
        for price in range(20, 30)
    ]
    statuses = [answer.status for answer in await asyncio.gather(*calls)]
    assert sorted(statuses) == [200, *[412] * 9]


async def test_stock_adds_up_and_never_goes_below_nothing(api: Api, admin: str, database: Database) -> None:
    product_id = await _create(api, admin, inventory=20)
    path = f"products/{product_id}/stock"
    calls = [api.call("POST", path, {"delta": delta, "reason": "count"}, token=admin) for delta in (1, 2, -3, 4, -5)]
    assert [answer.status for answer in await asyncio.gather(*calls)] == [200] * 5
    refused = await api.call("POST", path, {"delta": -20, "reason": "count"}, token=admin)
    assert (refused.status, refused.problem) == (409, "stock-held")
    assert (await api.call("GET", f"products/{product_id}")).content["product"]["inventory"] == 19
    events = [found for found in database.partition("products", product_id) if found["id"] != product_id]
    assert sorted(found["sequence"] for found in events) == [1, 2, 3, 4, 5, 6]


async def test_a_deleted_product_is_gone_for_everybody(api: Api, admin: str) -> None:
    product_id = await _create(api, admin)
    assert (await api.call("DELETE", f"products/{product_id}", token=admin)).status == 204
    for verb, path, body in (
        ("GET", f"products/{product_id}", None),
        ("PATCH", f"products/{product_id}", {"price": 1}),
        ("DELETE", f"products/{product_id}", None),
        ("POST", f"products/{product_id}/stock", {"delta": 1, "reason": "x"}),
        ("GET", "products/unknown", None),
        ("GET", "products/not%20an%20id", None),
    ):
        gone = await api.call(verb, path, body, token=admin)
        assert (gone.status, gone.problem) == (404, "product-not-found"), path
    assert (await api.call("GET", "products")).content["products"] == []


async def test_the_catalogue_is_for_admins_to_change(api: Api, admin: str, customer: str) -> None:
    product_id = await _create(api, admin)
    for verb, path in (("POST", "products"), ("PATCH", f"products/{product_id}"), ("DELETE", f"products/{product_id}")):
        assert (await api.call(verb, path)).status == 401
        refused = await api.call(verb, path, token=customer)
        assert (refused.status, refused.problem) == (403, "forbidden")
    assert len((await api.call("GET", "products")).content["products"]) == 1


async def test_a_listing_filters_sorts_and_goes_on_where_it_ended(api: Api, admin: str) -> None:
    for number in range(7):
        await _create(api, admin, name=f"Cup {number}", price=10 + number % 3, category="kitchen")
    await _create(api, admin, name="Lamp", price=11, category="office")
    path, seen = "products?category=kitchen&sort=-price&limit=3&minPrice=10.00&maxPrice=12", []
    cursor: str | None = ""
    while cursor is not None:
        page = await api.call("GET", f"{path}&cursor={cursor}" if cursor else path)
        assert page.status == 200, page
        assert len(page.content["products"]) <= 3
        seen += [(product["price"], product["name"]) for product in page.content["products"]]
        cursor = page.content["nextCursor"]
    assert [price for price, _ in seen] == [12.0, 12.0, 11.0, 11.0, 10.0, 10.0, 10.0]
    assert sorted(name for _, name in seen) == [f"Cup {number}" for number in range(7)]
    found = await api.call("GET", "products?q=LAM")
    assert [product["name"] for product in found.content["products"]] == ["Lamp"]


async def test_a_cursor_of_another_listing_is_refused(api: Api, admin: str) -> None:
    for _ in range(2):
        await _create(api, admin)
    cursor = (await api.call("GET", "products?limit=1")).content["nextCursor"]
    for path in (f"products?sort=name&cursor={cursor}", f"products?cursor={cursor}x", "products?cursor=nonsense"):
        refused = await api.call("GET", path)
        assert (refused.status, refused.problem, refused.pointers) == (422, "validation", ["?cursor"])
