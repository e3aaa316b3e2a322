"""Verb seed: an administrator, a customer and a dozen products, whatever of it is missing; stock topped up."""

import argparse
from urllib.parse import urlsplit

from ops.accounts import Account, ensure_account
from ops.catalogue import SEED_PRODUCTS, TARGET_STOCK, SeedProduct
from ops.outcome import Outcome, UsageError
from ops.seed_accounts import ADMIN_EMAIL, CUSTOMER_EMAIL, LOCAL_PASSWORD
from shared.accounts.user import Role
from shared.products.product import Product
from shared.products.repository import Origin
from shared.services import Services
from shared.settings import Settings
from shared.time import utc_now

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_ORIGIN = Origin("seed")


def add_seed(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    """Declares the verb's arguments."""
    parser = verbs.add_parser("seed", help="create an administrator, a customer and a dozen products if missing")
    parser.add_argument(
        "--password", help=f"of both accounts; needed unless the Cosmos DB runs locally: {LOCAL_PASSWORD}"
    )
    parser.set_defaults(run=seed)
    return parser


async def seed(services: Services, arguments: argparse.Namespace) -> Outcome:
    """Creates what is missing. Running it again changes nothing but stock that has become less."""
    password = _password(services.settings, arguments.password)
    lines, accounts = [], {}
    for role, email in ((Role.ADMIN, ADMIN_EMAIL), (Role.USER, CUSTOMER_EMAIL)):
        user, created = await ensure_account(services, Account(email, f"Seed {role}", password, role))
        accounts[user.email] = {"id": user.id, "role": str(user.role), "created": created}
        lines.append(f"{'Created' if created else 'Found'} {user.email} ({user.role}).")
    products = {wanted.id: await _ensure_product(services, wanted) for wanted in SEED_PRODUCTS}
    for done in ("created", "topped up", "unchanged", "deleted"):
        count = list(products.values()).count(done)
        lines += [f"Products {done}: {count}."] if count else []
    return Outcome(lines, {"accounts": accounts, "products": products})


async def _ensure_product(services: Services, wanted: SeedProduct) -> str:
    """Says what was done. A product that an admin has deleted stays deleted."""
    found = await services.products.find(wanted.id)
    if found is None:
        await services.products.create(_product(wanted, services.settings.currency), _ORIGIN)
        return "created"
    if not found.is_active:
        return "deleted"
    if found.inventory >= TARGET_STOCK:
        return "unchanged"
    await services.products.add_stock(wanted.id, TARGET_STOCK - found.inventory, "topped up by seed", _ORIGIN)
    return "topped up"


def _product(wanted: SeedProduct, currency: str) -> Product:
    now = utc_now()
    return Product(
        id=wanted.id,
        product_id=wanted.id,
        name=wanted.name,
        description=wanted.description,
        price_minor=wanted.price_minor,
        currency=currency,
        category=wanted.category,
        inventory=TARGET_STOCK,
        created_at=now,
        updated_at=now,
    )


def _password(settings: Settings, given: str | None) -> str:
    if given is not None:
        return given
    host = urlsplit(_endpoint(settings)).hostname
    if host not in _LOOPBACK:
        raise UsageError(f"--password is needed: the Cosmos DB at {host} isn't a local one, the default isn't secret.")
    return LOCAL_PASSWORD


def _endpoint(settings: Settings) -> str:
    parts = dict(part.partition("=")[::2] for part in (settings.cosmos_connection or "").split(";"))
    return parts.get("AccountEndpoint") or settings.cosmos_endpoint or ""
