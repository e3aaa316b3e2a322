"""Servers and clients for the administration API."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from azure.servicebus.aio.management import ServiceBusAdministrationClient as AioAdministrationClient
from azure.servicebus.management import ServiceBusAdministrationClient

from localcloud.identity.certificates import Certificates, ensure_certificates
from localcloud.servicebus.server import ServiceBusServer


@asynccontextmanager
async def administered(
    folder: Path, *, resources: dict[str, object] | None = None, checks_sas: bool = False
) -> AsyncIterator[tuple[ServiceBusServer, Certificates]]:
    """A running server whose admin port speaks TLS, and the certificates to trust."""
    certificates = ensure_certificates(folder / "certificates")
    context = certificates.server_context()
    server = ServiceBusServer(folder, resources=resources, admin_ssl_context=context, checks_sas=checks_sas)
    await server.start()
    try:
        yield server, certificates
    finally:
        await server.stop()


def aio_client(server: ServiceBusServer, certificates: Certificates) -> AioAdministrationClient:
    """The SDK's asynchronous client."""
    return AioAdministrationClient.from_connection_string(
        server.admin_connection_string, connection_verify=str(certificates.authority), retry_total=0
    )


@contextmanager
def sync_client(connection_string: str, authority: Path) -> Iterator[ServiceBusAdministrationClient]:
    """The SDK's synchronous client: for a thread beside the server's loop."""
    client = ServiceBusAdministrationClient.from_connection_string(
        connection_string, connection_verify=str(authority), retry_total=0
    )
    with client:
        yield client
