"""URLs with which a client may create exactly one blob, once, for a short time.

Where an identity is configured they are signed with a user delegation key, which the storage account gives to it; where
a connection string is, with the account's key.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from azure.storage.blob import BlobSasPermissions, UserDelegationKey, generate_blob_sas
from azure.storage.blob.aio import BlobServiceClient

from shared.images.storage import UPLOADS
from shared.settings import SettingsError

_KEY_LIFETIME = timedelta(hours=4)
_SKEW = timedelta(minutes=5)
"""How far this machine's clock and the storage's may be apart."""


class UploadUrls:
    """Signs URLs. A user delegation key is asked for once in hours. `now` is the injected clock."""

    def __init__(self, blobs: BlobServiceClient, now: Callable[[], datetime]) -> None:
        self._blobs = blobs
        self._now = now
        self._delegated: tuple[UserDelegationKey, datetime] | None = None

    async def create_only(self, name: str, expires_at: datetime) -> str:
        """The URL with which the upload `name` can be created, never overwritten, read or listed, until `expires_at`.

        Raises SettingsError when the connection string holds no account key.
        """
        blob = self._blobs.get_blob_client(UPLOADS, name)
        signature = generate_blob_sas(
            account_name=str(blob.account_name),
            container_name=UPLOADS,
            blob_name=name,
            permission=BlobSasPermissions(create=True),
            expiry=expires_at,
            protocol="https" if blob.url.startswith("https:") else "https,http",
            **await self._key(expires_at),
        )
        return f"{blob.url}?{signature}"

    async def _key(self, needed_until: datetime) -> dict[str, Any]:
        credential = self._blobs.credential
        if hasattr(credential, "account_key"):
            return {"account_key": credential.account_key}
        if not hasattr(credential, "get_token"):
            raise SettingsError(
                "Setting Uploads: the connection string holds no AccountKey, so that no upload URL can be signed. Give "
                "one with AccountKey, or use Uploads__blobServiceUri with an identity."
            )
        if self._delegated is None or self._delegated[1] < needed_until + _SKEW:
            self._delegated = await self._delegate()
        return {"user_delegation_key": self._delegated[0]}

    async def _delegate(self) -> tuple[UserDelegationKey, datetime]:
        now = self._now()
        expiry = now + _KEY_LIFETIME
        return await self._blobs.get_user_delegation_key(now - _SKEW, expiry), expiry
