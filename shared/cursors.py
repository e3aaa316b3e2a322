"""Positions in a listing that travel through the client: signed, so that nobody can make up queries."""

from typing import Any

import jwt

from shared.auth.signing_keys import SigningKeys
from shared.errors import ValidationError, Violation

_ALGORITHM = "HS256"


class Cursors:
    """Seals and opens cursors with the keys of the access tokens; the audience keeps the two apart."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    async def seal(self, listing: str, position: list[Any]) -> str:
        """A cursor for the position after the last row; `listing` names the listing with its filters and order."""
        key = await self._keys.current()
        payload = {"aud": _audience(listing), "at": position}
        return jwt.encode(payload, key.secret, _ALGORITHM, headers={"kid": key.kid, "typ": "cursor"})

    async def open(self, listing: str, cursor: str) -> list[Any]:
        """The position. Raises ValidationError for a cursor that isn't one of this listing."""
        try:
            kid = str(jwt.get_unverified_header(cursor).get("kid"))
            key = await self._keys.find(kid)
            if key is None:
                raise _refused()
            payload = jwt.decode(
                cursor, key.secret, [_ALGORITHM], audience=_audience(listing), options={"require": ["aud", "at"]}
            )
        except jwt.InvalidTokenError as error:
            raise _refused() from error
        return list(payload["at"])


def _audience(listing: str) -> str:
    return f"durable-shop/cursor/{listing}"


def _refused() -> ValidationError:
    cause = "it is no cursor of this listing with these filters; start without one"
    return ValidationError(f"The cursor isn't accepted: {cause}.", errors=[Violation("?cursor", cause)])
