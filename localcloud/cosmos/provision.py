"""Creates the databases and containers that a description names and that are missing."""

from typing import Any

from pydantic import ValidationError

from localcloud.cosmos.errors import CosmosError, bad_request
from localcloud.cosmos.resources import Database
from localcloud.cosmos.store import CosmosStore
from localcloud.resources import CosmosResources


async def provision(store: CosmosStore, description: Any) -> list[str]:
    """Creates what is missing of the `cosmos` part of a resources file; what exists stays as it is.

    Answers what was created: `database` or `database/container`. Raises a 400 that names what is wrong.
    """
    try:
        wanted = CosmosResources.model_validate(description)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the description"
        raise bad_request(f"The resources are wrong at {place}: {first['msg']}.") from error
    created: list[str] = []
    for database in wanted.databases:
        created += await _database(store, database.id)
        for container in database.containers:
            created += await _container(store, store.database(database.id), container)
    return created


async def _database(store: CosmosStore, database_id: str) -> list[str]:
    if database_id in store.databases:
        return []
    try:
        await store.create_database({"id": database_id})
    except CosmosError as error:
        return _exists(error)
    return [database_id]


async def _container(store: CosmosStore, database: Database, body: dict[str, Any]) -> list[str]:
    if body.get("id") in database.containers:
        return []
    try:
        created = await store.create_container(database, body)
    except CosmosError as error:
        return _exists(error)
    return [f"{database.id}/{created.id}"]


def _exists(error: CosmosError) -> list[str]:
    """Somebody else created it meanwhile: nothing to report. Any other error goes on."""
    if error.status == 409:
        return []
    raise error
