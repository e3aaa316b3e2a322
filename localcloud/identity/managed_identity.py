"""The managed-identity endpoint of App Service (IDENTITY_ENDPOINT, IDENTITY_HEADER; api-version 2019-08-01)."""

import hmac

from aiohttp import web

from localcloud.clock import Clock
from localcloud.identity.tokens import CLIENT_ID, LIFETIME, issue

PATH = "/msi/token"
API_VERSION = "2019-08-01"


class ManagedIdentityEndpoint:
    """Gives a token for any resource to whoever knows the header's secret, as App Service does inside its sandbox."""

    def __init__(self, header: str, clock: Clock) -> None:
        self._header = header
        self._clock = clock

    async def token(self, request: web.Request) -> web.Response:
        """GET PATH?api-version=2019-08-01&resource=R with X-IDENTITY-HEADER."""
        if not hmac.compare_digest(request.headers.get("X-IDENTITY-HEADER", "").encode(), self._header.encode()):
            return _refusal(401, "The header X-IDENTITY-HEADER is missing or isn't the value of IDENTITY_HEADER.")
        if request.query.get("api-version") != API_VERSION:
            return _refusal(400, f"api-version must be {API_VERSION}.")
        resource = request.query.get("resource", "")
        if not resource:
            return _refusal(400, "The query parameter resource is missing.")
        now = self._clock.now()
        return web.json_response(
            {
                "access_token": issue(resource, now),
                "client_id": CLIENT_ID,
                "expires_on": str(int((now + LIFETIME).timestamp())),
                "resource": resource,
                "token_type": "Bearer",
            }
        )


def _refusal(status: int, message: str) -> web.Response:
    return web.json_response({"statusCode": status, "message": message}, status=status)
