"""`python -m localcloud cosmos`: starts, says where, stops on SIGTERM, and says why it can't start."""

import asyncio
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from azure.cosmos.aio import CosmosClient

from localcloud.wellknown import COSMOS_KEY

PATIENCE = 30.0


async def cosmos(*arguments: str | Path) -> Process:
    words = [str(argument) for argument in arguments]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "localcloud", "cosmos", *words, stdout=PIPE, stderr=PIPE
    )


async def refusal(*arguments: str | Path) -> str:
    """What a start that fails says; it must end with 1 and no traceback."""
    process = await cosmos(*arguments)
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert b"Traceback" not in errors
    return errors.decode()


async def test_it_serves_http_and_https_until_sigterm(tmp_path: Path) -> None:
    process = await cosmos("--port", "0", "--tls-port", "0", "--data", tmp_path)
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
    endpoints = re.findall(r"https?://localhost:\d+/", line)
    assert [endpoint.split(":")[0] for endpoint in endpoints] == ["http", "https"]
    for endpoint in endpoints:
        async with CosmosClient(endpoint, COSMOS_KEY) as client:
            await client.create_database_if_not_exists("shop")

    process.send_signal(signal.SIGTERM)
    rest, errors = await asyncio.wait_for(process.communicate(), PATIENCE)

    assert (process.returncode, rest, errors) == (0, b"", b"")


async def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = await refusal("--port", port, "--data", tmp_path)
    assert f"Port {port} can't be used" in said
    assert "--port" in said


async def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "cosmos.db"
    file.write_bytes(b"no database at all" * 500)
    said = await refusal("--port", "0", "--data", tmp_path)
    assert str(file) in said
    assert file.read_bytes() == b"no database at all" * 500


async def test_certificates_that_are_none(tmp_path: Path) -> None:
    nothing = tmp_path / "empty.pem"
    nothing.touch()
    both = ("--cert", nothing, "--key", nothing)
    assert "The certificate can't be used" in await refusal("--port", "0", "--tls-port", "0", *both, "--data", tmp_path)
    assert "belong together" in await refusal("--port", "0", "--tls-port", "0", "--cert", nothing, "--data", tmp_path)
