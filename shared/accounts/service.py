"""Registering, logging in, and changing one's own profile."""

import uuid
from collections.abc import Callable
from datetime import datetime

from shared.accounts.errors import WrongCredentialsError, WrongPasswordError
from shared.accounts.repository import UserRepository
from shared.accounts.user import Role, User
from shared.auth.passwords import Decoy, hash_password, verify_password


class Accounts:
    """What can be done with accounts; `bcrypt_cost` is that of new passwords."""

    def __init__(self, users: UserRepository, bcrypt_cost: int, now: Callable[[], datetime]) -> None:
        self._users = users
        self._cost = bcrypt_cost
        self._now = now
        self._decoy = Decoy(bcrypt_cost)

    async def register(self, *, email: str, name: str, password: str, role: Role = Role.USER) -> User:
        """Creates an account. The caller has checked who may give which role. Raises EmailTakenError."""
        now = self._now()
        user = User(
            id=uuid.uuid4().hex,
            email=email,
            name=name,
            password_hash=await hash_password(password, self._cost),
            role=role,
            created_at=now,
            updated_at=now,
        )
        await self._users.create(user)
        return user

    async def log_in(self, *, email: str, password: str) -> User:
        """The user, if the password is right. Raises WrongCredentialsError, after the same time whatever was wrong."""
        user = await self._users.find_by_email(email)
        if user is None:
            await self._decoy.spend_time(password)
            raise WrongCredentialsError
        if not await verify_password(password, user.password_hash) or not user.is_active:
            raise WrongCredentialsError
        return user

    async def change_name(self, user_id: str, name: str) -> User:
        """Gives the user another name."""

        def rename(user: User) -> None:
            user.name = name

        return await self._users.update(user_id, rename)

    async def change_password(self, user_id: str, *, current: str, new: str, name: str | None = None) -> User:
        """Sets a new password (and name) and ends every session. Raises WrongPasswordError; nothing changes then."""
        user = await self._users.find(user_id)
        if user is None or not await verify_password(current, user.password_hash):
            raise WrongPasswordError
        verified, new_hash = user.password_hash, await hash_password(new, self._cost)

        def replace(latest: User) -> None:
            if latest.password_hash == new_hash:  # the write succeeded and was repeated by the SDK
                return
            if latest.password_hash != verified:  # changed meanwhile: `current` is the present one no more
                raise WrongPasswordError
            latest.password_hash = new_hash
            latest.session_version += 1
            latest.name = name or latest.name

        return await self._users.update(user_id, replace)
