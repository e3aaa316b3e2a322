"""The listener for the SDK's client: the same API on loopback, without keys, on a port that a data folder keeps."""

from pathlib import Path

from aiohttp import web

from localcloud.durable.api.call import Surface
from localcloud.durable.api.router import DurableApi

_ROOT = "/durabletask"
_HOST = "127.0.0.1"
_PORT_FILE = "durable-rpc-port"


class RpcListener:
    """Serves the client calls of the app's worker processes."""

    def __init__(self, surface: Surface, data_dir: Path, public_origin: str) -> None:
        """`public_origin` is what links in answers begin with: this listener's own address is nobody's business."""
        self._api = DurableApi(surface, _ROOT, public_origin)
        self._port_file = data_dir / _PORT_FILE
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listens, and returns the URL for the binding (with a slash at the end)."""
        app = web.Application(client_max_size=0)
        app.router.add_route("*", _ROOT + "/{rest:.*}", self._api.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        port = await self._listen(self._runner)
        return f"http://{_HOST}:{port}{_ROOT}/"

    async def stop(self) -> None:
        """Stops listening. Harmless when it never started."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _listen(self, runner: web.AppRunner) -> int:
        """The port of the last run, so that a restarted host is where clients look for it; else any free one."""
        site = web.TCPSite(runner, _HOST, self._last_port())
        try:
            await site.start()
        except OSError:
            await web.TCPSite(runner, _HOST, 0).start()
        port: int = runner.addresses[0][1]
        self._port_file.parent.mkdir(parents=True, exist_ok=True)
        self._port_file.write_text(str(port))
        return port

    def _last_port(self) -> int:
        try:
            return int(self._port_file.read_text())
        except (OSError, ValueError):
            return 0
