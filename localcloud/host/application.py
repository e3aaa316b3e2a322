"""The Functions host put together: settings, keys, worker, functions, extensions, HTTP."""

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from localcloud.host.admin.router import AdminRouter
from localcloud.host.authorization import Authorization
from localcloud.host.catalog import Catalog, build_catalog
from localcloud.host.dispatcher import Dispatcher
from localcloud.host.extension import HostExtension, HostServices
from localcloud.host.extensions import host_extensions
from localcloud.host.host_json import load_host_json
from localcloud.host.http.cors import Cors
from localcloud.host.http.frontend import Frontend
from localcloud.host.http.server import HttpServer
from localcloud.host.keys import KeyStore
from localcloud.host.listing import listing
from localcloud.host.model import AppIndex, HostError
from localcloud.host.options import DEFAULT_PORT, HostOptions
from localcloud.host.settings import LocalSettings, SettingsError, app_settings, is_true, load_local_settings
from localcloud.host.state import HostState
from localcloud.host.worker.pool import WorkerPool

if TYPE_CHECKING:
    from localcloud.host.worker.inprocess import InProcessWorker

_MAX_BODY = 104_857_600
RETRY_FIRST, RETRY_LONGEST = 10.0, 120.0
"""Seconds between the starts of a host in error."""


class FunctionsHost:
    """A running host for one app.

    `start` raises SettingsError, KeyFileError or PortInUseError; what is wrong with the app or host.json puts the host
    in error instead (503 for every request, `/admin/host/status` tells why) and the start is tried again.
    """

    def __init__(self, options: HostOptions) -> None:
        self.options = options
        self.app_dir = options.app_dir.resolve()
        self.data_dir = (options.data_dir or self.app_dir / ".localcloud").resolve()
        self.state = HostState(self.data_dir)
        self.settings: dict[str, str] = {}
        self._worker: WorkerPool | InProcessWorker | None = None
        self._extensions: list[HostExtension] = []
        self._retrying: asyncio.Task[None] | None = None
        self._server: HttpServer | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.port if self._server else 0

    @property
    def worker_pids(self) -> list[int]:
        """The worker processes' ids; none when the app runs in this process."""
        return list(self._worker.pids) if isinstance(self._worker, WorkerPool) else []

    @property
    def master_key(self) -> str:
        """The master key."""
        return self._store.master

    def system_key(self, name: str) -> str:
        """A system key, e.g. `durabletask_extension`; made when it doesn't exist yet."""
        return self._store.system_key(name)

    async def start(self) -> None:
        """Listens, loads the app, starts its triggers; returns when requests are served (or the host is in error)."""
        local = self._prepare()
        assert self._server is not None  # noqa: S101 - made by _prepare
        wanted = self.options.port if self.options.port is not None else local.port
        await self._server.start(self.options.address, DEFAULT_PORT if wanted is None else wanted)
        self.settings.setdefault("WEBSITE_HOSTNAME", f"localhost:{self.port}")
        self.state.hostname = self.settings["WEBSITE_HOSTNAME"]
        own_id = uuid5(NAMESPACE_URL, str(self.app_dir)).hex
        self.state.host_id = self.settings.get("AzureFunctionsWebHost__hostid") or own_id
        await self._launch()
        self._frontend.ready.set()
        if not self.state.running:
            self._retrying = asyncio.create_task(self._retry())
        base = f"http://localhost:{self.port}"
        if self.state.catalog and self.state.catalog.active:
            self.options.log(listing(self.state.catalog, base, self.state.config.route_prefix))
        self.options.log(f"Host {self.state.name.lower()}: {base}")

    async def stop(self) -> None:
        """Stops listening, the triggers and the workers, in this order. Harmless when not started."""
        if self._retrying:
            self._retrying.cancel()
        if self._server:
            await self._server.stop()
        await self._stop_app()

    def _prepare(self) -> LocalSettings:
        """Reads settings and keys and builds what doesn't depend on the app."""
        options = self.options
        if not self.app_dir.is_dir():
            raise SettingsError(
                f"There is no app folder {self.app_dir}. Give the folder of function_app.py with --app."
            )
        local = load_local_settings(self.app_dir)
        own = {
            "AzureWebJobsScriptRoot": str(self.app_dir),
            "AZURE_FUNCTIONS_ENVIRONMENT": os.environ.get("AZURE_FUNCTIONS_ENVIRONMENT", "Development"),
            "FUNCTIONS_WORKER_RUNTIME": "python",
        }
        self.settings = app_settings(local, os.environ, {**own, **options.settings})
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"The data folder {self.data_dir} can't be made: {error}. Give another --data."
            ) from error
        secrets = self.settings.get("FUNCTIONS_SECRETS_PATH")
        self._store = KeyStore(Path(secrets) if secrets else self.data_dir / "secrets")
        self._authorization = Authorization(self._store, enabled=options.enable_auth or bool(secrets))
        self._frontend = Frontend(
            self.state,
            AdminRouter(self.state, self._store, self._authorization),
            self._authorization,
            Cors(local.cors, credentials=local.cors_credentials),
            options.log,
            home_disabled=is_true(self.settings.get("AzureWebJobsDisableHomepage")),
        )
        self._server = HttpServer(
            self._frontend.handle, max_body=_number(self.settings, "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", _MAX_BODY)
        )
        return local

    async def _launch(self) -> None:
        """Loads host.json and the app and starts everything; a HostError puts the host in error."""
        try:
            self.state.config = load_host_json(self.app_dir)
            index = await self._start_worker()
            http, self._extensions = host_extensions(self.state.config, self._authorization)
            catalog = build_catalog(index, self.state.config, self.settings, self._extensions)
            self.state.catalog = catalog
            self._report(index, catalog)
            await self._start_extensions(catalog)
        except HostError as error:
            if self.state.errors != [str(error)]:
                self.options.log(f"A host error has occurred during startup operation: {error}")
            self.state.fail(str(error))
            return
        webhooks = {name: hook for extension in self._extensions for name, hook in extension.webhooks().items()}
        self._frontend.serve(http, webhooks)
        self.state.name, self.state.errors = "Running", []

    async def _start_worker(self) -> AppIndex:
        options = self.options
        if options.in_process:
            # the SDKs that it imports make the host's start slower
            from localcloud.host.worker.inprocess import InProcessWorker  # noqa: PLC0415 - see above

            self._worker = InProcessWorker(self.app_dir, self.settings, options.log)
        else:
            count = options.workers or _number(self.settings, "FUNCTIONS_WORKER_PROCESS_COUNT", 1)
            self._worker = WorkerPool(self.app_dir, self.settings, count, options.log)
        return await self._worker.start()

    async def _start_extensions(self, catalog: Catalog) -> None:
        assert self._worker is not None  # noqa: S101 - started before
        dispatcher = Dispatcher(
            self._worker, catalog.runnable, self._extensions, self.state.config.function_timeout, self.options.log
        )
        self.state.invoker = dispatcher
        services = HostServices(
            app_dir=self.app_dir,
            data_dir=self.data_dir,
            settings=self.settings,
            host_json=self.state.config.raw,
            clock=self.options.clock,
            invoker=dispatcher,
            functions=catalog.active,
            system_key=self._store.system_key,
            public_url=f"http://{self.state.hostname}",
            log=self.options.log,
            host_id=self.state.host_id,
            report=partial(self._listener_state, catalog),
            authorize=self._authorization.refuse_webhook,
        )
        for extension in self._extensions:
            await extension.start(services)

    def _listener_state(self, catalog: Catalog, function: str, error: str | None) -> None:
        """Notes why a function's listener doesn't run, or that it does now."""
        if error is None:
            catalog.errors.pop(function, None)
        elif catalog.errors.get(function) != error:
            catalog.errors[function] = error
            self.options.log(f"The listener for function 'Functions.{function}' was unable to start. {error}")

    def _report(self, index: AppIndex, catalog: Catalog) -> None:
        log = self.options.log
        if index.error:
            log(f"Worker failed to index functions\nException: {index.error}")
        for name, error in catalog.errors.items():
            log(f"The '{name}' function is in error: {error}")
        for name in sorted(catalog.disabled):
            log(f"Function 'Functions.{name}' is disabled")
        if not catalog.listed:
            log("No job functions found. Does the app folder have a function_app.py with a FunctionApp and functions?")

    async def _retry(self) -> None:
        pause = RETRY_FIRST
        while not self.state.running:
            await asyncio.sleep(pause)
            pause = min(pause * 2, RETRY_LONGEST)
            try:
                await self._stop_app()
                await self._launch()
            except Exception as error:  # the next try may find it mended
                self.options.log(f"The host could not be started: {type(error).__name__}: {error}")
        self.options.log("The host is running now.")

    async def _stop_app(self) -> None:
        for extension in reversed(self._extensions):
            await extension.stop()
        self._extensions = []
        if self._worker:
            worker, self._worker = self._worker, None
            await worker.stop()


def _number(settings: Mapping[str, Any], name: str, default: int) -> int:
    """A setting that must be a positive whole number. Raises SettingsError."""
    text = settings.get(name)
    if text is None or text == "":
        return default
    if not str(text).isdecimal() or int(text) < 1:
        raise SettingsError(f"The setting {name} must be a whole number above 0, not {text!r}.")
    return int(text)
