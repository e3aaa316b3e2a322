"""The vault as a web application: the 401 challenge first, then the secrets API.

The SDK demands that the request's host ends with "." + the host of the challenge's resource, so a vault at
`https://127.0.0.1:P` names the resource `https://0.0.1:P`. `https://localhost:P` can't satisfy it.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from localcloud.clock import Clock
from localcloud.identity.tokens import TENANT, InvalidTokenError, verify
from localcloud.identity.vault.errors import VaultError, bad_parameter
from localcloud.identity.vault.routes import SecretRoutes
from localcloud.identity.vault.store import SecretStore

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
AUDIENCE = "https://vault.azure.net"
"""What a token for the real Key Vault names; accepted here too."""


def vault_application(store: SecretStore, clock: Clock) -> web.Application:
    """The application to serve over TLS."""

    @web.middleware
    async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            _authorize(request, clock)
            if "api-version" not in request.query:
                raise bad_parameter("api-version must be specified")
            return await handler(request)
        except VaultError as error:
            response = error.response()
            if error.status == 401:
                response.headers["WWW-Authenticate"] = _challenge(request)
            return response
        except web.HTTPException as error:
            return _unserved(request, error).response()

    application = web.Application(middlewares=[guard])
    application.add_routes(SecretRoutes(store, clock).routes())
    return application


def resource_of(host: str) -> str:
    """The resource that a vault at `host` (with port) names: everything after the first dot."""
    return f"https://{host.partition('.')[2] or host}"


def _authorize(request: web.Request, clock: Clock) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise VaultError(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")
    try:
        verify(token.strip(), {AUDIENCE, resource_of(request.host)}, clock.now())
    except InvalidTokenError as error:
        raise VaultError(401, "Unauthorized", f"AKV10022: Invalid token. {error}") from error


def _challenge(request: web.Request) -> str:
    authority = f"https://login.microsoftonline.com/{TENANT}"
    return f'Bearer authorization="{authority}", resource="{resource_of(request.host)}"'


def _unserved(request: web.Request, error: web.HTTPException) -> VaultError:
    """Keys, certificates, backup and restore are not built: say so instead of a bare 404."""
    if error.status in {404, 405}:
        what = f"{request.method} {request.path}"
        return VaultError(error.status, "NotImplemented", f"localcloud's Key Vault serves secrets only; not {what}.")
    return VaultError(error.status, "BadParameter", error.reason)
