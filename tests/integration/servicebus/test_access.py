"""TLS, the synchronous SDK, tokens."""

import asyncio
from pathlib import Path

import pytest
from azure.core.credentials import AccessToken
from azure.servicebus import ServiceBusClient, ServiceBusMessage, TransportType
from azure.servicebus.exceptions import ServiceBusAuthenticationError, ServiceBusError

from localcloud.identity.certificates import ensure_certificates
from localcloud.identity.tokens import issue
from localcloud.servicebus.server import ServiceBusServer

QUEUE = {"queues": [{"name": "q"}]}


class Credential:
    """Gives one token to whoever asks."""

    def __init__(self, token: str, lasts_until: int) -> None:
        self._token = AccessToken(token, lasts_until)

    def get_token(self, *_: str, **__: object) -> AccessToken:
        return self._token


def send_and_receive(client: ServiceBusClient) -> list[str]:
    with client, client.get_queue_sender("q") as sender, client.get_queue_receiver("q") as receiver:
        sender.send_messages(ServiceBusMessage("a"))
        (message,) = receiver.receive_messages(1, max_wait_time=5)
        receiver.complete_message(message)
        return [str(message)]


async def test_tls_with_an_access_token_and_the_synchronous_client(tmp_path: Path) -> None:
    certificates = ensure_certificates(tmp_path / "certificates")
    server = ServiceBusServer(tmp_path, resources=QUEUE, tls_port=0, ssl_context=certificates.server_context())
    await server.start()
    try:
        clock = server.broker.now()

        def client(token: str) -> ServiceBusClient:
            return ServiceBusClient(
                "127.0.0.1",
                Credential(token, int(clock.timestamp()) + 3600),
                custom_endpoint_address=f"sb://127.0.0.1:{server.tls_port}",
                transport_type=TransportType.Amqp,
                connection_verify=str(certificates.authority),
                retry_total=0,
            )

        good = client(issue("https://servicebus.azure.net", clock))
        assert await asyncio.to_thread(send_and_receive, good) == ["a"]
        wrong = client(issue("https://vault.azure.net", clock))
        with pytest.raises(ServiceBusError):
            await asyncio.to_thread(send_and_receive, wrong)
    finally:
        await server.stop()


async def test_shared_access_signatures_are_checked_on_demand(tmp_path: Path) -> None:
    server = ServiceBusServer(tmp_path, resources=QUEUE, checks_sas=True)
    await server.start()
    try:
        text = server.connection_string
        good = ServiceBusClient.from_connection_string(text, retry_total=0)
        assert await asyncio.to_thread(send_and_receive, good) == ["a"]
        wrong = ServiceBusClient.from_connection_string(text.replace("SAS_KEY_VALUE", "wrong"), retry_total=0)
        with pytest.raises(ServiceBusAuthenticationError):
            await asyncio.to_thread(send_and_receive, wrong)
    finally:
        await server.stop()
