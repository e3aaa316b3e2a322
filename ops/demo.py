"""`python -m ops.demo`: starts everything on this machine, places an order and shows how it goes through.

It speaks to the shop over HTTP only, as a customer's client does.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp

from ops.seed_accounts import CUSTOMER_EMAIL, LOCAL_PASSWORD

_BOUND = Path(__file__).parent.parent / "localcloud" / "supervisor" / "bound.py"
_READY_FILE = "ready.json"
_MAIL_FOLDER = "mail"
_PATIENCE = 120.0
"""Seconds for the order; one takes well under ten."""
_FINAL = {"confirmed", "cancelled", "parked"}


class DemoError(Exception):
    """Something did not go as it should; the text says what."""


def main() -> int:
    """Runs until Ctrl-C. The exit code is localcloud's own, or 1 when the order doesn't get confirmed."""
    parser = argparse.ArgumentParser(prog="python -m ops.demo", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(".localcloud"), help="data folder (default: .localcloud)")
    known, options = parser.parse_known_args()
    try:
        (known.data / _READY_FILE).unlink(missing_ok=True)
        return asyncio.run(_run(known.data, options))
    except DemoError as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1


async def _run(data: Path, options: list[str]) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    _say("Starting the offline Azure and the Functions host")
    ready_file = data / _READY_FILE
    places = ("--data", str(data), "--ready-file", str(ready_file))
    os.environ["MAIL_FOLDER"] = str((data / _MAIL_FOLDER).resolve())
    cloud = await _localcloud("up", "--quiet", *places, *options)
    ended = asyncio.create_task(cloud.wait())
    asking_to_stop = asyncio.create_task(stopped.wait())
    showing = asyncio.create_task(_show(ready_file, ended))
    try:
        await asyncio.wait({ended, asking_to_stop, showing}, return_when=asyncio.FIRST_COMPLETED)
        if showing.done():
            showing.result()
            await asyncio.wait({ended, asking_to_stop}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (showing, asking_to_stop):
            task.cancel()
        if cloud.returncode is None:
            cloud.terminate()
        code = await ended
    return code


async def _show(ready_file: Path, ended: "asyncio.Task[int]") -> None:
    # Started now, so that it has loaded the app's code by the time that it is needed.
    seeding = await _python("ops", "--settings", str(ready_file), "--wait", str(_PATIENCE), "seed")
    while (ready := _read(ready_file)) is None:
        if ended.done():
            seeding.terminate()
            return
        await asyncio.sleep(0.05)
    if await seeding.wait() != 0:
        raise DemoError("seeding failed; its reason is above")
    async with aiohttp.ClientSession(ready["host"], timeout=aiohttp.ClientTimeout(total=30)) as shop:
        order_id = await _place_order(shop)
        stage = await _follow(shop, order_id)
    _say_addresses(ready, ready_file, order_id)
    if stage != "confirmed":
        raise DemoError(f"the order ended as {stage}")


def _read(ready_file: Path) -> dict[str, Any] | None:
    """The file is written in one piece, once all is ready."""
    try:
        ready: dict[str, Any] = json.loads(ready_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return ready


async def _place_order(shop: aiohttp.ClientSession) -> str:
    credentials = {"email": CUSTOMER_EMAIL, "password": LOCAL_PASSWORD}
    login = await _call(shop, "POST", "/api/auth/login", json=credentials)
    shop.headers["Authorization"] = f"Bearer {login['token']}"
    lines = [{"productId": "seed-moka-pot", "quantity": 1}, {"productId": "seed-espresso-cup", "quantity": 4}]
    address = {"street": "1 Main Street", "city": "Springfield", "state": "IL", "zipCode": "62701", "country": "US"}
    order = (await _call(shop, "POST", "/api/orders", json={"items": lines, "shippingAddress": address}))["order"]
    _say(f"Order {order['id']} over {order['totalAmount']:.2f} {order['currency']} is placed by {CUSTOMER_EMAIL}")
    return str(order["id"])


async def _follow(shop: aiohttp.ClientSession, order_id: str) -> str:
    """Shows each new stage until there is none to come."""
    since, shown = time.monotonic(), ""
    while time.monotonic() - since < _PATIENCE:
        status = (await _call(shop, "GET", f"/api/orders/{order_id}/status"))["status"]
        if status["stage"] != shown:
            shown = str(status["stage"])
            _say(f"  {time.monotonic() - since:5.2f} s  {shown}")
        if shown in _FINAL:
            return shown
        await asyncio.sleep(0.02)
    return shown


async def _call(shop: aiohttp.ClientSession, method: str, path: str, **options: Any) -> Any:
    async with shop.request(method, path, **options) as answer:
        text = await answer.text()
        if answer.status >= 400:
            raise DemoError(f"{method} {path} answered {answer.status}: {text}")
        return json.loads(text)


def _say_addresses(ready: dict[str, Any], ready_file: Path, order_id: str) -> None:
    host = ready["host"].replace("127.0.0.1", "localhost")
    instance = f"{host}/runtime/webhooks/durabletask/instances/{order_id}"
    _say(f"API     {host}/api/products")
    _say(f"Status  {instance}?code={ready['durableKey']}&showHistory=true")
    _say(f"Mails   {ready_file.parent / _MAIL_FOLDER}  (.eml files, a second after an order is confirmed)")
    _say(f"Log     {ready_file.parent / 'logs' / 'host.log'}")
    _say("Serving until Ctrl-C.")


async def _localcloud(*arguments: str) -> asyncio.subprocess.Process:
    """Bound to this process, so that nothing is left behind by a kill -9; in a session of its own, out of Ctrl-C's way.

    Run by its path: what operates the shop doesn't import localcloud.
    """
    bound = (sys.executable, "-S", "-E", str(_BOUND), str(os.getpid()))
    command = (sys.executable, "-m", "localcloud", *arguments)
    return await asyncio.create_subprocess_exec(*bound, *command, start_new_session=True)


async def _python(module: str, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", module, *arguments)


def _say(text: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
