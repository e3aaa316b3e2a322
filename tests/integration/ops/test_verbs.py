"""The operators' verbs against the real stand-ins; each may run again."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from localcloud.testing.cloud import Cloud
from ops.__main__ import main
from ops.catalogue import SEED_PRODUCTS, TARGET_STOCK
from ops.seed_accounts import ADMIN_EMAIL, CUSTOMER_EMAIL, LOCAL_PASSWORD
from shared.clients import close_clients
from shared.products.repository import Origin
from shared.services import services

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a verb with --json; gives the exit code and what was printed."""
    for name, value in {**cloud.settings, "BCRYPT_COST": "4"}.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, Any]:
        code = main([*arguments, "--json"])
        printed = capsys.readouterr()
        return code, json.loads(printed.out) if printed.out else printed.err

    return run


def _within(work: Coroutine[Any, Any, Any]) -> Any:
    async def closing() -> Any:
        try:
            return await work
        finally:
            await close_clients()

    return asyncio.run(closing())


def test_seed_creates_what_is_missing_and_then_nothing(run: Run) -> None:
    code, first = run("seed")
    assert code == 0
    assert {email: account["role"] for email, account in first["accounts"].items()} == {
        ADMIN_EMAIL: "admin",
        CUSTOMER_EMAIL: "user",
    }
    assert first["products"] == {wanted.id: "created" for wanted in SEED_PRODUCTS}
    assert len(SEED_PRODUCTS) == 12
    code, again = run("seed")
    assert code == 0
    assert not any(account["created"] for account in again["accounts"].values())
    assert set(again["products"].values()) == {"unchanged"}


def test_seed_tops_up_stock_and_leaves_deleted_products_deleted(run: Run) -> None:
    run("seed")
    sold, deleted = SEED_PRODUCTS[0].id, SEED_PRODUCTS[1].id

    async def change() -> None:
        await services().products.add_stock(sold, -30, "sold", Origin("test"))
        await services().products.delete(deleted, Origin("test"))

    async def inventory() -> int:
        return (await services().products.get(sold)).inventory

    _within(change())
    _, again = run("seed")
    assert (again["products"][sold], again["products"][deleted]) == ("topped up", "deleted")
    assert _within(inventory()) == TARGET_STOCK


def test_create_admin_says_what_is_there_already_and_changes_nothing(run: Run) -> None:
    arguments = ("create-admin", "--email", "root@example.com", "--name", "Root", "--password")
    code, first = run(*arguments, "correct horse")
    assert (code, first["created"], first["user"]["role"]) == (0, True, "admin")
    code, again = run(*arguments, "another password")
    assert (code, again) == (0, {**first, "created": False})

    async def log_in() -> str:
        return (await services().accounts.log_in(email="ROOT@example.com", password="correct horse")).id

    assert _within(log_in()) == first["user"]["id"]


def test_create_admin_fails_when_the_email_belongs_to_a_customer(run: Run) -> None:
    run("seed")
    code, found = run("create-admin", "--email", CUSTOMER_EMAIL, "--name", "X", "--password", LOCAL_PASSWORD)
    assert (code, found["created"], found["user"]["role"]) == (1, False, "user")


def test_bad_values_are_exit_code_2_and_name_the_field(run: Run) -> None:
    code, text = run("create-admin", "--email", "nobody", "--name", "X", "--password", "short")
    assert code == 2
    assert "email: value is not a valid email address" in text
    assert "password: string should have at least 8 characters" in text


def test_seed_demands_a_password_for_a_database_elsewhere(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CosmosDB__accountEndpoint", "https://shop.documents.azure.com")
    code, text = run("seed")
    assert code == 2
    assert "--password is needed: the Cosmos DB at shop.documents.azure.com isn't a local one" in text


def test_a_database_that_is_away_is_exit_code_1(run: Run, cloud: Cloud) -> None:
    with cloud.faults.cosmos(status=503):
        code, text = run("seed")
    assert code == 1
    assert text.startswith("ops: A service doesn't answer as it should: ")


def test_views_are_shown_and_rebuilt(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.services.SETTLE", timedelta(0))
    assert run("seed")[0] == 0
    product = SEED_PRODUCTS[0].id
    assert run("views", "show", "stock", product)[1]["totals"] == {"available": 0, "held": 0, "committed": 0}
    code, done = run("views", "rebuild", "stock", "product-sales")
    assert (code, [(one["view"], one["events"]) for one in done["rebuilt"]]) == (
        0,
        [("stock", 12), ("product-sales", 0)],
    )
    code, shown = run("views", "show", "stock", product)
    assert (code, shown["totals"]) == (0, {"available": TARGET_STOCK, "held": 0, "committed": 0})
    assert shown["generation"] == done["rebuilt"][0]["generation"]
    code, generations = run("views", "show")
    assert generations["views"]["stock"] == {"active": shown["generation"], "building": None}
    assert run("views", "show", "customer-orders", "nobody") == (0, {"key": "customer-orders:nobody", "orders": []})


def test_an_unknown_view_is_exit_code_2(run: Run) -> None:
    code, told = run("views", "rebuild", "nope")
    assert (code, told) == (2, "ops: There is no view nope; there are customer-orders, product-sales, stock.\n")
