"""Access tokens of the local identity: JWTs with a published signing key, good for loopback servers only."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import jwt

LIFETIME = timedelta(hours=24)
"""How long App Service's managed-identity tokens live."""
PUBLIC_SIGNING_KEY = "localcloud-public-development-signing-key-0000"
TENANT = "00000000-0000-0000-0000-00000000c10d"
OBJECT_ID = "00000000-0000-0000-0000-0000000a9911"
CLIENT_ID = "00000000-0000-0000-0000-00000000c11e"
ISSUER = f"https://sts.windows.net/{TENANT}/"


class InvalidTokenError(Exception):
    """The token was not issued here, is for another audience, or is out of date; the text says which."""


def issue(resource: str, now: datetime, lifetime: timedelta = LIFETIME) -> str:
    """A bearer token for `resource` (its audience, as asked for), valid from `now` on."""
    claims = {
        "aud": resource,
        "iss": ISSUER,
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "appid": CLIENT_ID,
        "oid": OBJECT_ID,
        "sub": OBJECT_ID,
        "tid": TENANT,
        "idtyp": "app",
        "ver": "1.0",
    }
    return jwt.encode(claims, PUBLIC_SIGNING_KEY, algorithm="HS256")


def verify(token: str, audience: str | Collection[str], now: datetime | None = None) -> dict[str, object]:
    """The claims of a token issued here for `audience` (or one of several; a trailing slash doesn't matter).

    Raises InvalidTokenError.
    """
    wanted = {name.rstrip("/") for name in ([audience] if isinstance(audience, str) else audience)}
    try:
        claims: dict[str, object] = jwt.decode(
            token,
            PUBLIC_SIGNING_KEY,
            algorithms=["HS256"],
            issuer=ISSUER,
            options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.PyJWTError as error:
        raise InvalidTokenError(f"The token was not issued by localcloud's managed identity: {error}.") from error
    if str(claims.get("aud", "")).rstrip("/") not in wanted:
        raise InvalidTokenError(f"The token is for {claims.get('aud')!r}, not for {' or '.join(sorted(wanted))}.")
    moment = (now or datetime.now(UTC)).timestamp()
    if not int(str(claims["nbf"])) <= moment < int(str(claims["exp"])):
        raise InvalidTokenError("The token is not valid at this time.")
    return claims
