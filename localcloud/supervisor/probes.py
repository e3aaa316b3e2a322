"""How to tell that a part is ready."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from localcloud.supervisor.part import PartFailedError

_ATTEMPT = aiohttp.ClientTimeout(total=5)


def listening(*ports: int) -> Callable[[], Awaitable[bool]]:
    """Ready once every port takes connections."""

    async def probe() -> bool:
        for port in ports:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                return False
            writer.close()
        return True

    return probe


def host_running(port: int, secrets: Path) -> Callable[[], Awaitable[bool]]:
    """Ready once the Functions host runs with functions. Raises PartFailedError when it can't load the app.

    As on Azure, a host whose app can't be imported says Running, has no functions and logs the reason.
    """

    async def probe() -> bool:
        try:
            headers = {"x-functions-key": read_keys(secrets)["masterKey"]}
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", timeout=_ATTEMPT, headers=headers) as session:
                status = await _json(session, "/admin/host/status")
                # Before the list of functions, which a host in error doesn't answer.
                if status.get("errors"):
                    raise PartFailedError("can't run the app: " + " ".join(status["errors"]))
                functions = await _json(session, "/admin/functions")
        except (aiohttp.ClientError, TimeoutError, OSError, KeyError, ValueError):
            return False
        if status.get("state") != "Running":
            return False
        if not functions:
            raise PartFailedError("found no functions in the app")
        return True

    return probe


async def _json(session: aiohttp.ClientSession, path: str) -> Any:
    async with session.get(path, raise_for_status=True) as answer:
        return await answer.json()


def read_keys(secrets: Path) -> dict[str, str]:
    """`masterKey` and `durableKey` from the host's key file. Raises OSError, ValueError or KeyError without it."""
    content = json.loads((secrets / "host.json").read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - one error for all that isn't a key file
    system = {entry["name"]: entry["value"] for entry in content.get("systemKeys", [])}
    return {"masterKey": content["masterKey"]["value"], "durableKey": system.get("durabletask_extension", "")}
