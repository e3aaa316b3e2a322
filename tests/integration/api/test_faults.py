"""When Cosmos DB falters: the caller gets a 503 to try again after, and nothing happens twice or gets lost."""

from localcloud.testing.cloud import Cloud
from tests.integration.api.client import ADDRESS, PASSWORD, PRODUCT, Api
from tests.integration.api.database import Database


async def test_an_account_that_fails_to_answer_is_a_503(cloud: Cloud, api: Api, customer: str) -> None:
    with cloud.faults.cosmos(status=503):
        failed = await api.call("GET", "users/me", token=customer)
    assert (failed.status, failed.problem) == (503, "unavailable")
    assert failed.headers["retry-after"] == "1"
    assert (await api.call("GET", "users/me", token=customer)).status == 200


async def test_stock_is_added_once_though_its_answer_is_lost(
    cloud: Cloud, api: Api, admin: str, product: str, database: Database
) -> None:
    with cloud.faults.cosmos(operation="batch", drop="after", count=1):
        answer = await api.call("POST", f"products/{product}/stock", {"delta": 5, "reason": "x"}, token=admin)
    assert answer.status == 200
    assert (await api.call("GET", f"products/{product}")).content["product"]["inventory"] == 15
    changes = [found for found in database.partition("products", product) if found["type"] == "product.stock-changed"]
    assert len(changes) == 1


async def test_a_product_is_created_once_though_its_answer_is_lost(
    cloud: Cloud, api: Api, admin: str, database: Database
) -> None:
    with cloud.faults.cosmos(operation="batch", drop="after", count=1):
        answer = await api.call("POST", "products", PRODUCT, token=admin)
    assert answer.status == 201
    assert len([found for found in database.everything("products") if found["type"] == "product"]) == 1


async def test_an_account_is_whole_or_not_there(cloud: Cloud, api: Api) -> None:
    with cloud.faults.cosmos(operation="create", container="users", drop="after", count=2):
        await api.register("ada@example.com")
    await api.register("ada@example.com")
    assert (await api.log_in("ada@example.com", PASSWORD)).status == 200


async def test_an_order_whose_answer_is_lost_is_one_order_for_its_key(
    cloud: Cloud, api: Api, customer: str, product: str, database: Database
) -> None:
    body = {"items": [{"productId": product, "quantity": 1}], "shippingAddress": ADDRESS}
    with cloud.faults.cosmos(container="requests", operation="replace", status=503):
        failed = await api.call("POST", "orders", body, token=customer, headers={"Idempotency-Key": "k1"})
    assert (failed.status, failed.problem) == (503, "unavailable")
    again = await api.call("POST", "orders", body, token=customer, headers={"Idempotency-Key": "k1"})
    assert (again.status, again.problem) == (409, "request-in-flight")
    assert len([found for found in database.everything("orders") if found["type"] == "order"]) == 1


async def test_the_try_after_a_crash_answers_with_the_same_order(
    *, cloud: Cloud, api: Api, admin: str, customer: str, product: str, database: Database
) -> None:
    """Even at another price: the order stands as it was placed."""
    body = {"items": [{"productId": product, "quantity": 1, "price": 12.5}], "shippingAddress": ADDRESS}
    key = {"Idempotency-Key": "k1"}
    with cloud.faults.cosmos(container="requests", operation="replace", status=503):
        assert (await api.call("POST", "orders", body, token=customer, headers=key)).status == 503
    assert (await api.call("PATCH", f"products/{product}", {"price": 99}, token=admin)).status == 200
    [record] = database.everything("requests")
    database.replace("requests", {**record, "lockedUntil": "2026-01-01T00:00:00.000000Z"})
    again = await api.call("POST", "orders", body, token=customer, headers=key)
    assert (again.status, again.content["order"]["id"]) == (201, record["resourceId"])
    assert again.content["order"]["totalAmount"] == 12.5
    assert len([found for found in database.everything("orders") if found["type"] == "order"]) == 1


async def test_not_ready_while_cosmos_is_away(cloud: Cloud, api: Api) -> None:
    with cloud.faults.cosmos(status=503):
        ready = await api.call("GET", "health/ready")
    assert (ready.status, ready.problem, ready.pointers) == (503, "not-ready", ["cosmosDb"])
    assert (await api.call("GET", "health")).status == 200
