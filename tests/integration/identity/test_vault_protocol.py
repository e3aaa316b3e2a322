"""What leaves the vault on the wire: challenge, refusals, error bodies."""

from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from localcloud.identity.server import IdentityServer
from localcloud.identity.tokens import issue


async def call(
    identity: IdentityServer, method: str, path: str, *, token: str | None = "default", **options: Any
) -> tuple[int, Any, dict[str, str]]:
    if token == "default":
        token = issue("https://vault.azure.net", datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connector = aiohttp.TCPConnector(ssl=identity.certificates.client_context())
    async with (
        aiohttp.ClientSession(identity.vault_url, connector=connector, headers=headers) as session,
        session.request(method, path, **options) as answer,
    ):
        return answer.status, await answer.json(), dict(answer.headers)


async def test_without_a_token_comes_the_challenge(identity: IdentityServer) -> None:
    status, body, headers = await call(identity, "GET", "/secrets/generated?api-version=7.5", token=None)

    assert status == 401
    assert body == {"error": {"code": "Unauthorized", "message": "AKV10000: Request is missing a Bearer or PoP token."}}
    assert headers["WWW-Authenticate"] == (
        'Bearer authorization="https://login.microsoftonline.com/00000000-0000-0000-0000-00000000c10d", '
        f'resource="https://0.0.1:{identity.vault_port}"'
    )


async def test_a_token_for_another_service_is_refused(identity: IdentityServer) -> None:
    token = issue("https://localhost", datetime.now(UTC))
    status, body, _ = await call(identity, "GET", "/secrets/generated?api-version=7.5", token=token)
    assert (status, body["error"]["code"]) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("method", "path", "options", "expected"),
    [
        ("GET", "/secrets/generated", {}, (400, "api-version must be specified")),
        ("PUT", "/secrets/a?api-version=7.5", {"json": {}}, (400, "Property value is required.")),
        ("PUT", "/secrets/a?api-version=7.5", {"data": "{"}, (400, "The request body is not JSON")),
        ("PUT", "/secrets/a?api-version=7.5", {"json": []}, (400, "The request body must be a JSON object.")),
        ("PUT", "/secrets/a?api-version=7.5", {"json": {"value": 1}}, (400, "Property value has an invalid value.")),
        ("PUT", "/secrets/a?api-version=7.5", {"json": {"value": "x" * 25_601}}, (400, "at most 25600 bytes")),
        ("PUT", "/secrets/a_b?api-version=7.5", {"json": {"value": "x"}}, (400, "contains an invalid name: a_b")),
        ("GET", "/secrets?maxresults=26&api-version=7.5", {}, (400, "maxresults must be a number from 1 to 25")),
        ("POST", "/secrets/a/backup?api-version=7.5", {}, (405, "serves secrets only; not POST /secrets/a/backup")),
    ],
)
async def test_refusals_name_their_cause_and_change_nothing(
    identity: IdentityServer, method: str, path: str, options: dict[str, Any], expected: tuple[int, str]
) -> None:
    status, body, _ = await call(identity, method, path, **options)

    assert status == expected[0]
    assert expected[1] in body["error"]["message"]
    _, listed, _ = await call(identity, "GET", "/secrets?api-version=7.5")
    assert [item["id"].rpartition("/")[2] for item in listed["value"]] == ["generated"]


async def test_the_token_endpoint_answers_as_app_service_does(identity: IdentityServer) -> None:
    async with aiohttp.ClientSession(headers={"X-IDENTITY-HEADER": "localcloud"}) as session:
        url = f"{identity.endpoint}?api-version=2019-08-01&resource=https://vault.azure.net"
        async with session.get(url) as answer:
            body = await answer.json()
        async with session.get(f"{identity.endpoint}?api-version=2019-08-01") as answer:
            refused = answer.status, (await answer.json())["message"]

    assert body.keys() == {"access_token", "client_id", "expires_on", "resource", "token_type"}
    assert (body["resource"], body["token_type"]) == ("https://vault.azure.net", "Bearer")
    assert body["expires_on"].isdigit()
    assert refused == (400, "The query parameter resource is missing.")
