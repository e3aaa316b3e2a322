"""Whether the app is alive, and whether it can work."""

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any

from azure.cosmos.exceptions import CosmosResourceNotFoundError

from api.web.call import Call, Reply
from api.web.route import Access
from api.web.table import RouteTable
from shared.errors import ShopError, UnavailableError, Violation
from shared.images.storage import UPLOADS
from shared.services import Services
from shared.time import rfc3339, utc_now
from shared.version import VERSION

routes = RouteTable()
blueprint = routes.blueprint

BUDGET_SECONDS = 2.0
"""How long one dependency may take to answer."""


class NotReadyError(UnavailableError):
    """Something the app depends on is down."""

    slug = "not-ready"
    title = "Not ready"


@routes.route("GET", "health", access=Access.ANYONE)
async def health(call: Call) -> Reply:
    """Alive: the process answers. Nothing else is looked at."""
    return Reply(_report("healthy"))


@routes.route("GET", "health/ready", access=Access.ANYONE)
async def health_ready(call: Call) -> Reply:
    """Ready: every dependency answers within its budget; else 503 with the ones that don't.

    Service Bus isn't one of them: while it is away, orders are placed all the same and their events wait in the outbox.
    """
    checks = {"cosmosDb": _check_cosmos(call.services), "keyVault": _check_vault(call.services)}
    if call.services.settings.takes_uploads:
        checks["storage"] = _check_storage(call.services)
    outcomes = await asyncio.gather(*(_within_budget(check) for check in checks.values()))
    failed = [Violation(name, cause) for name, cause in zip(checks, outcomes, strict=True) if cause is not None]
    if failed:
        names = ", ".join(found.pointer for found in failed)
        raise NotReadyError(f"These dependencies don't answer: {names}.", errors=failed)
    return Reply({**_report("ready"), "checks": dict.fromkeys(checks, "ok")}, HTTPStatus.OK)


def _report(status: str) -> dict[str, Any]:
    return {"status": status, "timestamp": rfc3339(utc_now()), "version": VERSION}


async def _within_budget(check: Awaitable[None]) -> str | None:
    """The cause when the check fails, without details that only operators should see."""
    try:
        await asyncio.wait_for(check, BUDGET_SECONDS)
    except TimeoutError:
        return f"no answer within {BUDGET_SECONDS:g} s"
    except ShopError as error:
        return error.detail
    except Exception as error:  # whatever a client raises means: not ready
        return type(error).__name__
    return None


async def _check_cosmos(services: Services) -> None:
    """One point read of a document that isn't there: a request unit."""
    try:
        await services.azure.container("requests").read_item("health", partition_key="health")
    except CosmosResourceNotFoundError as error:
        if "Owner resource" in str(error):  # the container itself is missing
            raise


async def _check_storage(services: Services) -> None:
    await services.azure.blobs().get_container_client(UPLOADS).get_container_properties()


async def _check_vault(services: Services) -> None:
    await services.signing_keys.current()
