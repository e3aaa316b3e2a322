"""The stand-in as a server: AMQP plain and over TLS, and an admin port."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

from aiohttp import web

from localcloud.clock import Clock, SystemClock
from localcloud.servicebus.admin import AdminApi
from localcloud.servicebus.amqp.errors import CONNECTION_FORCED, AmqpError
from localcloud.servicebus.atom.api import AtomApi
from localcloud.servicebus.broker.broker import Broker
from localcloud.servicebus.faults import FaultRules
from localcloud.servicebus.links.acceptor import ClientLinks, Namespace
from localcloud.servicebus.listener import EitherListener
from localcloud.servicebus.transport import AmqpProtocol
from localcloud.wellknown import SERVICE_BUS_KEY, SERVICE_BUS_KEY_NAME


class ServiceBusServer:
    """Serves one data folder. Port 0 picks a free one; `tls_port` counts only together with `ssl_context`.

    `resources` is provisioned at start: the section `serviceBus`, a whole resources description, or the official
    emulator's Config.json. `checks_sas`: refuse SAS tokens that the well-known key did not sign. The admin port serves
    `/_localcloud/` and the administration API of Service Bus, over HTTP and, with `admin_ssl_context` or `ssl_context`,
    over HTTPS too.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        tls_port: int | None = None,
        admin_port: int = 0,
        ssl_context: ssl.SSLContext | None = None,
        admin_ssl_context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        resources: dict[str, Any] | None = None,
        checks_sas: bool = False,
    ) -> None:
        self._path, self._clock = data_dir / "servicebus.db", clock or SystemClock()
        self.port, self.tls_port, self.admin_port = port, tls_port, admin_port
        self.faults = FaultRules()
        self._broker: Broker | None = None
        self._host, self._ssl, self._resources, self._checks_sas = host, ssl_context, resources, checks_sas
        self._admin_ssl = admin_ssl_context or ssl_context
        self._servers: list[asyncio.Server] = []
        self._clients: set[AmqpProtocol] = set()
        self._runner: web.AppRunner | None = None
        self._listener: EitherListener | None = None

    @property
    def broker(self) -> Broker:
        """The broker of a started server."""
        if self._broker is None:
            raise RuntimeError("The server has not been started.")
        return self._broker

    @property
    def connection_string(self) -> str:
        """What a client uses for the plain port."""
        return (
            f"Endpoint=sb://{self._host}:{self.port};SharedAccessKeyName={SERVICE_BUS_KEY_NAME};"
            f"SharedAccessKey={SERVICE_BUS_KEY};UseDevelopmentEmulator=true;"
        )

    @property
    def admin_connection_string(self) -> str:
        """What ServiceBusAdministrationClient uses: it always speaks HTTPS, so the server needs a certificate."""
        return (
            f"Endpoint=sb://{self._host}:{self.admin_port};SharedAccessKeyName={SERVICE_BUS_KEY_NAME};"
            f"SharedAccessKey={SERVICE_BUS_KEY};UseDevelopmentEmulator=true;"
        )

    async def start(self) -> None:
        """Opens the store and listens. Raises StoreUnusableError, DefinitionError, OSError when a port is in use."""
        broker = self._broker = Broker(self._path, self._clock, self.drop_clients)
        broker.open()
        try:
            if self._resources is not None:
                broker.definitions.provision(self._resources)
                broker.journal.flush()
            self.port = await self._listen(self.port, None)
            if self._ssl is not None:
                self.tls_port = await self._listen(self.tls_port or 0, self._ssl)
            self.admin_port = await self._serve_admin(broker)
        except BaseException:  # cancelled, too: nothing stays half started
            await self.stop()
            raise

    async def stop(self) -> None:
        """Tells the clients, stops listening, then closes the store. Harmless when not started."""
        for server in self._servers:
            server.close()
        self._servers = []
        for client in list(self._clients):
            client.connection.close(AmqpError(CONNECTION_FORCED, "The broker is shutting down."))
        await asyncio.sleep(0)
        for client in list(self._clients):
            client.abort()
        if self._listener is not None:
            await self._listener.close()
            self._listener = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._broker is not None:
            await self._broker.close()
            self._broker = None

    async def _listen(self, port: int, context: ssl.SSLContext | None) -> int:
        namespace = Namespace(self.broker, self.faults, self._checks_sas)

        def protocol() -> AmqpProtocol:
            return AmqpProtocol(ClientLinks(namespace), "localcloud", self._clients.add, self._clients.discard)

        server = await asyncio.get_running_loop().create_server(protocol, self._host, port, ssl=context)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _serve_admin(self, broker: Broker) -> int:
        app = web.Application()
        app.add_routes(AdminApi(broker, self.faults).routes())
        app.add_routes(AtomApi(broker, checks_sas=self._checks_sas).routes())
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)
        await self._runner.setup()
        if self._admin_ssl is not None and self._runner.server is not None:
            self._listener = EitherListener(self._runner.server, self._admin_ssl)
            return self._listener.start(self._host, self.admin_port)
        site = web.TCPSite(self._runner, self._host, self.admin_port)
        await site.start()
        return int(self._runner.addresses[0][1])

    def drop_clients(self) -> None:
        """Breaks every connection off, without a word to its client."""
        for client in list(self._clients):
            client.abort()
