"""Creates the databases and containers of the resources file that are missing, over Cosmos DB's REST API."""

import asyncio
import base64
import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

import aiohttp

from localcloud.resources import CosmosResources
from localcloud.wellknown import COSMOS_KEY


class ProvisioningError(Exception):
    """A resource could not be created; the text names it and carries the server's answer."""


async def provision_cosmos(endpoint: str, wanted: CosmosResources) -> None:
    """Creates what is missing at `endpoint` (no trailing slash). Raises ProvisioningError."""
    async with aiohttp.ClientSession(endpoint) as session:
        for database in wanted.databases:
            await _create(session, "/dbs", "dbs", "", {"id": database.id})
            link = f"dbs/{database.id}"
            containers = (_create(session, f"/{link}/colls", "colls", link, dict(c)) for c in database.containers)
            await asyncio.gather(*containers)


async def _create(session: aiohttp.ClientSession, path: str, kind: str, link: str, body: dict[str, Any]) -> None:
    headers = _signed(kind, link)
    try:
        async with session.post(path, json=body, headers=headers) as answer:
            if answer.status not in {201, 409}:
                raise ProvisioningError(f"{kind} {body.get('id')} was refused ({answer.status}): {await answer.text()}")
    except aiohttp.ClientError as error:
        raise ProvisioningError(f"{kind} {body.get('id')} could not be created: {error}") from error


def _signed(kind: str, link: str) -> dict[str, str]:
    """A POST signed with the master key: https://learn.microsoft.com/rest/api/cosmos-db/access-control."""
    date = format_datetime(datetime.now(UTC), usegmt=True)
    text = f"post\n{kind}\n{link}\n{date.lower()}\n\n"
    digest = hmac.new(base64.b64decode(COSMOS_KEY), text.encode(), hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    return {
        "Authorization": quote(f"type=master&ver=1.0&sig={signature}", safe=""),
        "x-ms-date": date,
        "x-ms-version": "2020-07-15",
    }
