"""Serves the managed-identity endpoint over http and the vault over TLS, both on loopback."""

import socket
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from localcloud.clock import Clock, SystemClock
from localcloud.identity.certificates import Certificates, ensure_certificates
from localcloud.identity.managed_identity import PATH, ManagedIdentityEndpoint
from localcloud.identity.vault.application import vault_application
from localcloud.identity.vault.store import SecretStore

DEFAULT_PORT = 7090
DEFAULT_VAULT_PORT = 7091
HEADER = "localcloud"
"""The default value of IDENTITY_HEADER. Public: the server listens on loopback and its tokens open nothing else."""


class IdentityServer:
    """Managed identity and Key Vault. `port` and `vault_port` 0 take free ones; read them after `start`."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        vault_port: int = 0,
        header: str = HEADER,
        secrets: Sequence[str] = (),
        clock: Clock | None = None,
    ) -> None:
        self.port = port
        self.vault_port = vault_port
        self.certificates: Certificates = ensure_certificates(data_dir / "certificates")
        self._header = header
        self._secrets = tuple(secrets)
        self._clock = clock or SystemClock()
        self._store = SecretStore(data_dir / "identity" / "vault.db")
        self._runners: list[web.AppRunner] = []

    @property
    def endpoint(self) -> str:
        """For IDENTITY_ENDPOINT."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    @property
    def vault_url(self) -> str:
        """The vault's URL for clients; only the IP form passes the SDK's check of the challenge."""
        return f"https://127.0.0.1:{self.vault_port}"

    @property
    def settings(self) -> dict[str, str]:
        """What an app needs in its environment to use both through DefaultAzureCredential."""
        bundle = str(self.certificates.bundle.resolve())
        return {
            "IDENTITY_ENDPOINT": self.endpoint,
            "IDENTITY_HEADER": self._header,
            "KEY_VAULT_URL": self.vault_url,
            "REQUESTS_CA_BUNDLE": bundle,
            "SSL_CERT_FILE": bundle,
        }

    async def start(self) -> None:
        """Opens the store, generates missing secrets, listens. Raises StoreUnusableError, and OSError for a port."""
        self._store.open()
        try:
            await self._store.generate_missing(self._secrets, self._clock.now())
            identity = web.Application()
            identity.router.add_get(PATH, ManagedIdentityEndpoint(self._header, self._clock).token)
            vault = vault_application(self._store, self._clock)
            self.port = await self._listen(identity, self.port)
            self.vault_port = await self._listen(vault, self.vault_port, tls=True)
        except BaseException:  # cancelled, too: nothing stays half started
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stops listening and closes the store. Harmless when it isn't started."""
        while self._runners:
            await self._runners.pop().cleanup()
        self._store.close()

    async def reset(self) -> None:
        """Back to the beginning: no secrets but freshly generated ones."""
        await self._store.wipe()
        await self._store.generate_missing(self._secrets, self._clock.now())

    async def _listen(self, application: web.Application, port: int, *, tls: bool = False) -> int:
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        self._runners.append(runner)
        context = self.certificates.server_context() if tls else None
        listener = socket.create_server(("127.0.0.1", port))
        await web.SockSite(runner, listener, ssl_context=context).start()
        return int(listener.getsockname()[1])
