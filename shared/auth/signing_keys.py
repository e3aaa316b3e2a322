"""The versions of the secret that tokens are signed with, as Key Vault has them.

Every enabled version verifies, the newest one signs: a new version is a rotation without downtime, a disabled one ends
all tokens signed with it. What has been read serves on while the vault is away.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import AzureError
from azure.keyvault.secrets import SecretProperties
from azure.keyvault.secrets.aio import SecretClient

from shared.errors import UnavailableError

LOOKUP_INTERVAL = timedelta(seconds=30)
"""An unknown version makes the vault be asked at most this often, whoever sends how many."""
PATIENCE_SECONDS = 5.0
"""How long one look at the vault may take, the SDK's own retries included."""
MIN_KEY_BYTES = 32
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SigningKey:
    """One enabled version; `kid` is the version's name in the vault."""

    kid: str
    secret: bytes


class SigningKeys:
    """All enabled versions of one secret; `max_age` is how long they are used before the vault is asked again."""

    def __init__(self, vault: SecretClient, name: str, max_age: timedelta, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._name = name
        self._max_age = max_age
        self._now = now
        self._keys: dict[str, SigningKey] = {}
        self._current: SigningKey | None = None
        self._read_at = self._asked_at = datetime.min.replace(tzinfo=UTC)
        self._turn = asyncio.Lock()

    async def current(self) -> SigningKey:
        """The newest enabled version. Raises UnavailableError while none could be read."""
        await self._refresh_when_due(unknown=False)
        if self._current is None:
            raise UnavailableError("The key that tokens are signed with can't be read at the moment. Try again later.")
        return self._current

    async def find(self, kid: str) -> SigningKey | None:
        """The enabled version of that name, or None. Raises UnavailableError while no version could be read at all."""
        await self._refresh_when_due(unknown=kid not in self._keys)
        if self._current is None:
            raise UnavailableError("The key that tokens are checked with can't be read at the moment. Try again later.")
        return self._keys.get(kid)

    async def _refresh_when_due(self, *, unknown: bool) -> None:
        if self._turn.locked() and not unknown and self._current is not None:
            return  # somebody is asking the vault already: what is known serves meanwhile
        async with self._turn:
            now = self._now()
            old = unknown or now - self._read_at >= self._max_age
            if self._current is not None and not (old and now - self._asked_at >= LOOKUP_INTERVAL):
                return
            self._asked_at = now
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._refresh()
            except (AzureError, TimeoutError) as error:
                _log.warning("Key Vault can't be asked for secret %s: %r", self._name, error)
            else:
                self._read_at = now

    async def _refresh(self) -> None:
        versions = [found async for found in self._vault.list_properties_of_secret_versions(self._name)]
        keys = {}
        for properties in sorted((v for v in versions if v.enabled), key=_age):
            if (key := await self._read(str(properties.version))) is not None:
                keys[key.kid] = key
        self._keys = keys
        self._current = next(reversed(keys.values()), None)

    async def _read(self, version: str) -> SigningKey | None:
        if version in self._keys:
            return self._keys[version]
        value = (await self._vault.get_secret(self._name, version)).value or ""
        if len(value.encode()) < MIN_KEY_BYTES:
            _log.error("Version %s of secret %s is shorter than %d bytes: not used", version, self._name, MIN_KEY_BYTES)
            return None
        return SigningKey(version, value.encode())


def _age(properties: SecretProperties) -> datetime:
    return properties.created_on or datetime.min.replace(tzinfo=UTC)
