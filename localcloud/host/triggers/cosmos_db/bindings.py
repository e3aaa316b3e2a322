"""`cosmosDB` inputs (one document, a query, everything) and outputs (upserts). Forms recorded on the real host."""

import json
from collections.abc import Mapping
from typing import Any

from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError
from azure.cosmos.partition_key import NonePartitionKeyValue

from localcloud.host.model import NULL, Datum
from localcloud.host.triggers.binding_expressions import parameterised, resolved
from localcloud.host.triggers.cosmos_db.connection import Connections
from localcloud.host.triggers.cosmos_db.options import BindingReader

_CONTAINER_MISSING = 1003


async def read_input(read: BindingReader, connections: Connections, values: Mapping[str, Any]) -> Datum:
    """What an input binding gives; `values` are those that expressions can name.

    With an id: one object as text, null when there is none. Otherwise a JSON array. Raises UnboundExpressionError,
    CosmosHttpResponseError.
    """
    place = read.place()
    container = connections.container(
        place.connection, resolved(place.database, values), resolved(place.container, values)
    )
    item_id, key, query = read.text("id"), read.text("partitionKey"), read.text("sqlQuery")
    partition = None if key is None else resolved(key, values)
    if item_id:
        return await _one(container, resolved(item_id, values), partition)
    options: dict[str, Any] = {} if partition is None else {"partition_key": partition}
    text, parameters = parameterised(query, values) if query else ("SELECT * FROM c", [])
    found = [document async for document in container.query_items(text, parameters=parameters, **options)]
    return Datum("json", _text(found))


async def write_output(read: BindingReader, connections: Connections, value: Datum) -> None:
    """Upserts the document or list of documents that a function returned. Raises what the service refuses."""
    place = read.place()
    container = connections.container(place.connection, place.database, place.container)
    documents = _documents(value)
    if documents and read.flag("createIfNotExists"):
        await _create(read, connections)
    for document in documents:
        await container.upsert_item(document)


async def _one(container: ContainerProxy, item_id: str, partition: str | None) -> Datum:
    try:
        key: Any = NonePartitionKeyValue if partition is None else partition
        return Datum("string", _text(dict(await container.read_item(item_id, key))))
    except CosmosResourceNotFoundError as error:
        if error.sub_status == _CONTAINER_MISSING:
            raise
        return NULL


async def _create(read: BindingReader, connections: Connections) -> None:
    place = read.place()
    database = await connections.client(place.connection).create_database_if_not_exists(place.database)
    await database.create_container_if_not_exists(
        place.container,
        PartitionKey(read.text("partitionKey") or "/id"),
        offer_throughput=read.number("containerThroughput"),
    )


def _documents(value: Datum) -> list[dict[str, Any]]:
    if value.type is None:
        return []
    try:
        content = json.loads(value.value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"A cosmosDB output must be a JSON document or a list of them: {error}") from error
    documents = content if isinstance(content, list) else [content]
    if not all(isinstance(document, dict) for document in documents):
        raise ValueError("A cosmosDB output must be a JSON document or a list of them.")
    return documents


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
