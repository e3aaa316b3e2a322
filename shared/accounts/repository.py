"""Container `users`: user documents, and one document per e-mail that makes it unique.

The user is created first, the e-mail document is the commit. A crash between the two leaves a user that nobody can log
in as, and the e-mail free; `orphans` finds such users.
"""

import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from azure.core import MatchConditions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from shared.accounts.errors import EmailTakenError
from shared.accounts.user import User, email_key
from shared.documents import base_fields
from shared.time import rfc3339

_TRIES = 10
_ABSENT = "no-such-user"


class UserRepository:
    """All access to user documents. `now` is the injected clock."""

    def __init__(self, container: ContainerProxy, now: Callable[[], datetime]) -> None:
        self._container = container
        self._now = now

    async def create(self, user: User) -> None:
        """Stores a new user. Raises EmailTakenError, and leaves nothing behind then."""
        with contextlib.suppress(CosmosResourceExistsError):  # ids are random: it was a repeat of this very write
            await self._container.create_item(user.to_document())
        guard = {"id": email_key(user.email), **base_fields("email", self._now()), "userId": user.id}
        try:
            await self._container.create_item(guard)
        except CosmosResourceExistsError as error:
            if await self._owner(user.email) == user.id:
                return
            with contextlib.suppress(CosmosHttpResponseError):  # an orphan is harmless, and swept
                await self.remove(user.id)
            raise EmailTakenError from error

    async def find(self, user_id: str) -> User | None:
        """The user, or None."""
        try:
            found = await self._container.read_item(user_id, partition_key=user_id)
        except CosmosResourceNotFoundError:
            return None
        return User.model_validate(dict(found)) if found.get("type") == "user" else None

    async def find_by_email(self, email: str) -> User | None:
        """The user of that e-mail, or None; two point reads in both cases."""
        return await self.find(await self._owner(email) or _ABSENT)

    async def orphans(self, since: datetime, until: datetime) -> list[str]:
        """Ids of users created in that window whose e-mail is free or another's. Cross-partition: see docs/cost.md."""
        query = "SELECT c.id, c.email FROM c WHERE c.type = 'user' AND c.createdAt >= @since AND c.createdAt < @until"
        parameters: list[dict[str, Any]] = [
            {"name": "@since", "value": rfc3339(since)},
            {"name": "@until", "value": rfc3339(until)},
        ]
        created = [dict(found) async for found in self._container.query_items(query, parameters=parameters)]
        return [found["id"] for found in created if await self._owner(found["email"]) != found["id"]]

    async def remove(self, user_id: str) -> None:
        """Deletes a user document; harmless when there is none."""
        with contextlib.suppress(CosmosResourceNotFoundError):
            await self._container.delete_item(user_id, partition_key=user_id)

    async def _owner(self, email: str) -> str | None:
        key = email_key(email)
        try:
            return str((await self._container.read_item(key, partition_key=key))["userId"])
        except CosmosResourceNotFoundError:
            return None

    async def update(self, user_id: str, change: Callable[[User], None]) -> User:
        """Applies `change` to the newest version and stores it, again until nobody was faster."""
        for _ in range(_TRIES):
            user = await self.find(user_id)
            if user is None:
                raise LookupError(f"There is no user {user_id}.")
            change(user)
            user.updated_at = self._now()
            try:
                await self._container.replace_item(
                    user.id, user.to_document(), etag=user.etag, match_condition=MatchConditions.IfNotModified
                )
            except CosmosAccessConditionFailedError:
                continue
            return user
        raise TimeoutError(f"User {user_id} was changed by others {_TRIES} times in a row.")
