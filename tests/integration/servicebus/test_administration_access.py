"""How the administration API is reached: TLS and plain HTTP on one port, trust, signatures, access tokens."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.servicebus.management import ServiceBusAdministrationClient

from localcloud.identity.tokens import issue
from tests.integration.servicebus.administration import administered, aio_client, sync_client

RESOURCES: dict[str, object] = {"queues": [{"name": "work"}]}
SYNC = """
import sys
from azure.servicebus.management import ServiceBusAdministrationClient as Client
print([queue.name for queue in Client.from_connection_string(sys.argv[1], retry_total=0).list_queues()])
"""
AIO = """
import asyncio, sys
from azure.servicebus.aio.management import ServiceBusAdministrationClient as Client
async def main():
    async with Client.from_connection_string(sys.argv[1], retry_total=0) as client:
        print([queue.name async for queue in client.list_queues()])
asyncio.run(main())
"""


class Credential:
    """Gives one token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_: str, **__: object) -> AccessToken:
        return AccessToken(self._token, 4_000_000_000)


async def test_the_synchronous_client(tmp_path: Path) -> None:
    async with administered(tmp_path, resources=RESOURCES) as (server, certificates):

        def use() -> list[str]:
            with sync_client(server.admin_connection_string, certificates.authority) as admin:
                admin.create_queue("more", max_delivery_count=2)
                queue = admin.get_queue("more")
                queue.max_delivery_count = 4
                admin.update_queue(queue)
                assert admin.get_queue("more").max_delivery_count == 4
                names = [queue.name for queue in admin.list_queues(max_page_size=1)]
                admin.delete_queue("more")
                return names

        assert await asyncio.to_thread(use) == ["more", "work"]


@pytest.mark.parametrize(("program", "variable"), [(SYNC, "REQUESTS_CA_BUNDLE"), (AIO, "SSL_CERT_FILE")])
async def test_trust_comes_from_the_environment_as_up_sets_it(tmp_path: Path, program: str, variable: str) -> None:
    async with administered(tmp_path, resources=RESOURCES) as (server, certificates):

        def run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-c", program, server.admin_connection_string]
            kept = {name: value for name, value in os.environ.items() if name not in TRUST}
            return subprocess.run(
                command, env=kept | environment, capture_output=True, text=True, timeout=60, check=False
            )

        trusting = await asyncio.to_thread(run, {variable: str(certificates.bundle)})
        assert trusting.stdout == "['work']\n", trusting.stderr
        distrusting = await asyncio.to_thread(run, {})
        assert "CERTIFICATE_VERIFY_FAILED" in distrusting.stderr


TRUST = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


async def test_signatures_are_checked_on_demand(tmp_path: Path) -> None:
    async with administered(tmp_path, resources=RESOURCES, checks_sas=True) as (server, certificates):
        async with aio_client(server, certificates) as admin:
            assert (await admin.get_queue("work")).name == "work"
        wrong = server.admin_connection_string.replace("SAS_KEY_VALUE", "wrong")

        def use() -> None:
            with sync_client(wrong, certificates.authority) as admin:
                admin.create_queue("more")

        with pytest.raises(ClientAuthenticationError, match="InvalidSignature"):
            await asyncio.to_thread(use)
        assert list(server.broker.entities) == ["work", "work/$deadletterqueue"]


async def test_access_tokens_must_be_for_service_bus(tmp_path: Path) -> None:
    async with administered(tmp_path, resources=RESOURCES) as (server, certificates):

        def use(audience: str) -> str:
            credential = Credential(issue(audience, server.broker.now()))
            with ServiceBusAdministrationClient(
                f"127.0.0.1:{server.admin_port}",
                credential,
                connection_verify=str(certificates.authority),
                retry_total=0,
            ) as admin:
                return admin.get_queue("work").name

        assert await asyncio.to_thread(use, "https://servicebus.azure.net") == "work"
        with pytest.raises(ClientAuthenticationError, match="InvalidToken"):
            await asyncio.to_thread(use, "https://vault.azure.net")


async def test_one_port_serves_http_and_https_and_what_is_neither_harms_nobody(tmp_path: Path) -> None:
    async with administered(tmp_path, resources=RESOURCES) as (server, certificates):
        silent = await asyncio.open_connection("127.0.0.1", server.admin_port)
        odd = await asyncio.open_connection("127.0.0.1", server.admin_port)
        odd[1].write(b"\x16nonsense that is no handshake\r\n\r\n")
        signed = {"Authorization": "SharedAccessSignature sr=x&sig=x&se=9999999999&skn=x"}
        trust = certificates.client_context()
        async with aiohttp.ClientSession() as session:
            for scheme in ("http", "https"):
                base = f"{scheme}://127.0.0.1:{server.admin_port}"
                async with session.get(f"{base}/_localcloud/health", ssl=trust) as health:
                    assert (await health.json())["status"] == "ok"
                async with session.get(f"{base}/work", ssl=trust) as refused:
                    assert refused.status == 401
                async with session.get(f"{base}/work", ssl=trust, headers=signed) as found:
                    assert (found.status, found.content_type) == (200, "application/atom+xml")
        silent[1].close()
        odd[1].close()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("<entry", "XML"),
        ("<entry/>", "QueueDescription"),
        ("<!DOCTYPE entry [<!ENTITY a 'b'>]><entry/>", "document type"),
        (
            "<entry xmlns='http://www.w3.org/2005/Atom'><content><QueueDescription xmlns='http://schemas.microsoft.com/"
            "netservices/2010/10/servicebus/connect'><Colour>red</Colour></QueueDescription></content></entry>",
            "colour",
        ),
    ],
)
async def test_bodies_that_make_no_sense_are_refused(tmp_path: Path, body: str, named: str) -> None:
    signed = {"Authorization": "SharedAccessSignature sr=x&sig=x&se=9999999999&skn=x"}
    async with administered(tmp_path) as (server, _), aiohttp.ClientSession(headers=signed) as session:
        async with session.put(f"http://127.0.0.1:{server.admin_port}/work", data=body) as refused:
            assert refused.status == 400
            assert named in await refused.text()
        assert not server.broker.entities
