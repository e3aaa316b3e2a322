"""/_localcloud/ of the Cosmos DB stand-in."""

from aiohttp import web

from localcloud import admin_api
from localcloud.admin_api import RefusedError, body_of, json_answer
from localcloud.cosmos.errors import CosmosError
from localcloud.cosmos.faults import FaultRules
from localcloud.cosmos.provision import provision
from localcloud.cosmos.reset import reset
from localcloud.cosmos.store import CosmosStore


class AdminApi(admin_api.AdminApi):
    """The admin endpoint of one server."""

    def __init__(self, store: CosmosStore, faults: FaultRules) -> None:
        super().__init__(store, faults)
        self._store = store

    async def health(self, request: web.Request) -> web.Response:
        """How many databases and containers there are."""
        containers = sum(len(database.containers) for database in self._store.databases.values())
        return json_answer({"status": "ok", "databases": len(self._store.databases), "containers": containers})

    async def reset(self, request: web.Request) -> web.Response:
        """Deletes all items, or those of one database; the containers stay."""
        database = (await body_of(request)).get("database")
        if database is not None and not isinstance(database, str):
            raise RefusedError('"database" must be the id of a database.')
        try:
            return json_answer({"reset": await reset(self._store, database)})
        except CosmosError as error:
            raise RefusedError(error.message, error.status) from error

    async def provision(self, request: web.Request) -> web.Response:
        """Creates the databases and containers of a resources description that are missing."""
        try:
            return json_answer({"created": await provision(self._store, await body_of(request))})
        except CosmosError as error:
            raise RefusedError(error.message, error.status) from error
