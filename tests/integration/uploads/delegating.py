"""Azurite as it is with TLS and tokens, so that it gives out user delegation keys."""

from dataclasses import replace
from pathlib import Path

from localcloud.identity.certificates import Certificates
from localcloud.wellknown import STORAGE_ACCOUNT
from tests.integration.host_storage.azurite import Azurite


class DelegatingAzurite(Azurite):
    """The same program with `--oauth basic`; `endpoint` is its blob service."""

    def __init__(self, folder: Path, certificates: Certificates) -> None:
        super().__init__(folder)
        options = ("--cert", str(certificates.certificate), "--key", str(certificates.key), "--oauth", "basic")
        self._part = replace(self._part, command=(*self._part.command, *options))
        self.connection_string = self.connection_string.replace("http", "https")

    @property
    def endpoint(self) -> str:
        """Address of the blob service, the account in its path."""
        return f"https://127.0.0.1:{self.ports.blob}/{STORAGE_ACCOUNT}"
