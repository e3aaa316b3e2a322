"""From the Authorization header to the caller, as the user document knows it at this moment."""

from dataclasses import dataclass

from shared.accounts.repository import UserRepository
from shared.accounts.user import Role
from shared.auth.tokens import Tokens, refused
from shared.errors import UnauthenticatedError


@dataclass(frozen=True)
class Principal:
    """The caller."""

    user_id: str
    role: Role

    @property
    def is_admin(self) -> bool:
        """Whether the caller may do what admins may."""
        return self.role is Role.ADMIN


class Authenticator:
    """Checks tokens against the user document, so that a disabled account or a new password acts at once."""

    def __init__(self, tokens: Tokens, users: UserRepository) -> None:
        self._tokens = tokens
        self._users = users

    async def authenticate(self, authorization: str | None) -> Principal:
        """The caller of a request with this header. Raises UnauthenticatedError."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise UnauthenticatedError(
                "Send the access token in the header `Authorization: Bearer <token>`.",
                headers={"WWW-Authenticate": 'Bearer realm="durable-shop"'},
            )
        claims = await self._tokens.verify(token.strip())
        user = await self._users.find(claims.user_id)
        if user is None or not user.is_active or user.session_version != claims.session_version:
            raise refused("its session has ended")
        return Principal(user.id, user.role)
