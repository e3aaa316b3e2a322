"""Key Vault's secrets API (api-version 7.x) over a SecretStore: https://learn.microsoft.com/rest/api/keyvault/secrets."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from localcloud.clock import Clock
from localcloud.identity.vault.errors import VaultError, bad_parameter, secret_disabled
from localcloud.identity.vault.model import RECOVERABLE_DAYS, Change, SecretVersion, check_name
from localcloud.identity.vault.store import SecretStore

_MOST_PER_PAGE = 25
"""Key Vault's page size, and the most that `maxresults` may ask for."""
_DAY = 86_400


class SecretRoutes:
    """The handlers; errors leave as VaultError."""

    def __init__(self, store: SecretStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application's router."""
        one, version = "/secrets/{name}", "/secrets/{name}/{version:[0-9A-Za-z]*}"
        gone = "/deletedsecrets/{name}"
        return [
            web.get("/secrets", self.list_secrets),
            web.get("/secrets/{name}/versions", self.list_versions),
            *(web.get(path, self.get) for path in (one, version)),
            *(web.put(path, self.set) for path in (one, one + "/")),
            *(web.patch(path, self.update) for path in (one, version)),
            web.delete(one, self.delete),
            web.get("/deletedsecrets", self.list_deleted),
            web.get(gone, self.get_deleted),
            web.delete(gone, self.purge),
            web.post(gone + "/recover", self.recover),
        ]

    async def set(self, request: web.Request) -> web.Response:
        """PUT /secrets/{name}: a new version."""
        change = Change.parse(await _json(request))
        if change.value is None:
            raise bad_parameter("Property value is required.")
        added = await self._store.add_version(_name(request), change, self._clock.now())
        return web.json_response(added.bundle(_vault(request)))

    async def get(self, request: web.Request) -> web.Response:
        """GET /secrets/{name}[/{version}]."""
        found = self._store.get(_name(request), request.match_info.get("version", ""))
        if not found.enabled:
            raise secret_disabled()
        return web.json_response(found.bundle(_vault(request)))

    async def update(self, request: web.Request) -> web.Response:
        """PATCH /secrets/{name}[/{version}]: properties, not the value."""
        change = Change.parse(await _json(request))
        version = request.match_info.get("version", "")
        changed = await self._store.update(_name(request), version, change, self._clock.now())
        return web.json_response(changed.item(_vault(request)))

    async def list_secrets(self, request: web.Request) -> web.Response:
        """GET /secrets."""
        vault = _vault(request)
        return _page(request, [item for item, _ in self._store.current()], lambda s: s.item(vault, with_version=False))

    async def list_versions(self, request: web.Request) -> web.Response:
        """GET /secrets/{name}/versions."""
        vault = _vault(request)
        return _page(request, self._store.versions(_name(request)), lambda secret: secret.item(vault))

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /secrets/{name}: softly."""
        secret, at = await self._store.delete(_name(request), self._clock.now())
        return web.json_response(_deleted(_vault(request), secret, at) | {"id": secret.item(_vault(request))["id"]})

    async def list_deleted(self, request: web.Request) -> web.Response:
        """GET /deletedsecrets."""
        vault = _vault(request)
        return _page(request, self._store.current(deleted=True), lambda entry: _deleted(vault, *entry))

    async def get_deleted(self, request: web.Request) -> web.Response:
        """GET /deletedsecrets/{name}."""
        secret, at = self._store.get_deleted(_name(request))
        return web.json_response(_deleted(_vault(request), secret, at) | {"id": secret.item(_vault(request))["id"]})

    async def recover(self, request: web.Request) -> web.Response:
        """POST /deletedsecrets/{name}/recover."""
        recovered = await self._store.recover(_name(request))
        return web.json_response(recovered.item(_vault(request)))

    async def purge(self, request: web.Request) -> web.Response:
        """DELETE /deletedsecrets/{name}."""
        await self._store.purge(_name(request))
        return web.Response(status=204)


def _name(request: web.Request) -> str:
    return check_name(request.match_info["name"])


def _vault(request: web.Request) -> str:
    return f"https://{request.host}"


def _deleted(vault: str, secret: SecretVersion, at: int) -> dict[str, Any]:
    return secret.item(vault, with_version=False) | {
        "recoveryId": f"{vault}/deletedsecrets/{secret.name}",
        "deletedDate": at,
        "scheduledPurgeDate": at + RECOVERABLE_DAYS * _DAY,
    }


def _page(request: web.Request, entries: Sequence[Any], render: Callable[[Any], dict[str, Any]]) -> web.Response:
    """One page of a list; the position travels in `$skiptoken` of nextLink."""
    try:
        size = int(request.query.get("maxresults", _MOST_PER_PAGE))
        start = int(request.query.get("$skiptoken", 0))
    except ValueError:
        size = start = -1
    if not (1 <= size <= _MOST_PER_PAGE and start >= 0):
        raise bad_parameter(f"maxresults must be a number from 1 to {_MOST_PER_PAGE}, $skiptoken one from a nextLink.")
    end = start + size
    following = dict(request.query) | {"$skiptoken": str(end)}
    link = f"{_vault(request)}{request.path}?{urlencode(following)}" if end < len(entries) else None
    return web.json_response({"value": [render(entry) for entry in entries[start:end]], "nextLink": link})


async def _json(request: web.Request) -> Any:
    try:
        return await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise VaultError(400, "BadParameter", f"The request body is not JSON: {error}") from error
