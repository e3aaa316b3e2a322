"""Access tokens: JWTs signed with HS256 by the current version of the signing key, whose name is their `kid`."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from shared.auth.signing_keys import SigningKeys
from shared.errors import UnauthenticatedError

_ALGORITHM = "HS256"
_KID = re.compile(r"[0-9a-f]{32}")
_REQUIRED = ["iss", "aud", "iat", "nbf", "exp", "jti", "sub", "sv"]


@dataclass(frozen=True)
class Claims:
    """What a good token says: who, and in which generation of the user's sessions."""

    user_id: str
    session_version: int


class Tokens:
    """Issues and verifies access tokens. Their time is the injected clock's."""

    def __init__(
        self, keys: SigningKeys, *, issuer: str, audience: str, lifetime: timedelta, now: Callable[[], datetime]
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._lifetime = lifetime
        self._now = now

    @property
    def expires_in(self) -> int:
        """Lifetime of a new token in seconds."""
        return int(self._lifetime.total_seconds())

    async def issue(self, claims: Claims) -> str:
        """A new token. Raises UnavailableError while the signing key can't be read."""
        key, now = await self._keys.current(), int(self._now().timestamp())
        payload = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": claims.user_id,
            "sv": claims.session_version,
            "iat": now,
            "nbf": now,
            "exp": now + self.expires_in,
            "jti": uuid.uuid4().hex,
        }
        return jwt.encode(payload, key.secret, _ALGORITHM, headers={"kid": key.kid})

    async def verify(self, token: str) -> Claims:
        """The claims of a good token. Raises UnauthenticatedError, naming what is wrong with it."""
        key = await self._keys.find(_kid(token))
        if key is None:
            raise refused("it is signed with a key that isn't in use")
        try:
            payload = jwt.decode(
                token,
                key.secret,
                algorithms=[_ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options={"require": _REQUIRED, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise refused(str(error)) from error
        return self._current_claims(payload)

    def _current_claims(self, payload: dict[str, Any]) -> Claims:
        """Checks times against the injected clock, which the library can't be given."""
        now = self._now().timestamp()
        times = [payload["nbf"], payload["iat"], payload["exp"]]
        if not all(isinstance(time, int) for time in times) or not isinstance(payload["sv"], int):
            raise refused("a claim has the wrong type")
        if now >= payload["exp"]:
            raise refused("it has expired")
        if now < payload["nbf"]:
            raise refused("it isn't valid yet")
        return Claims(str(payload["sub"]), payload["sv"])


def refused(cause: str) -> UnauthenticatedError:
    """The 401 for a token that was sent and isn't good."""
    return UnauthenticatedError(
        f"The access token isn't accepted: {cause}. Log in again.",
        headers={"WWW-Authenticate": 'Bearer realm="durable-shop", error="invalid_token"'},
    )


def _kid(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError as error:
        raise refused("it isn't a JWT") from error
    kid = header.get("kid")
    if header.get("alg") != _ALGORITHM:
        raise refused(f"its algorithm isn't {_ALGORITHM}")
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise refused("its key id isn't one of this service")
    return kid
