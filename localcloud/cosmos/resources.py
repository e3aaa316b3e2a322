"""Databases and containers: their definitions, checked and normalised as the service does."""

from dataclasses import dataclass, field
from typing import Any

from localcloud.cosmos.errors import bad_request, not_built
from localcloud.cosmos.identifiers import checked_id, container_rid, database_rid, new_etag
from localcloud.cosmos.indexing import completed_policy

LEAST_THROUGHPUT, MOST_THROUGHPUT = 400, 1_000_000
DEFAULT_THROUGHPUT = LEAST_THROUGHPUT
RANGE_THROUGHPUT = 10_000
"""RU/s that one physical partition serves at most: a container gets as many as its first throughput needs."""


@dataclass
class Container:
    """A container; `lsn` is the sequence number of its newest commit."""

    key: int
    id: str
    database_id: str
    rid: str
    self_link: str
    etag: str
    timestamp: int
    definition: dict[str, Any]
    throughput: int = DEFAULT_THROUGHPUT
    lsn: int = 0
    ranges: int = 1
    """How many physical partitions it has; fixed when it is created."""

    @property
    def partition_key_path(self) -> str:
        """The one path that items are partitioned by."""
        return str(self.definition["partitionKey"]["paths"][0])

    @property
    def default_ttl(self) -> int | None:
        """Seconds, -1 for "on without a default", None for off."""
        value = self.definition.get("defaultTtl")
        return None if value is None else int(value)

    def document(self) -> dict[str, Any]:
        """The resource as clients see it."""
        return {
            **self.definition,
            "_rid": self.rid,
            "_self": self.self_link,
            "_etag": self.etag,
            "_ts": self.timestamp,
            "_docs": "docs/",
            "_sprocs": "sprocs/",
            "_triggers": "triggers/",
            "_udfs": "udfs/",
            "_conflicts": "conflicts/",
        }


@dataclass
class Database:
    """A database and its containers by id."""

    key: int
    id: str
    rid: str
    etag: str
    timestamp: int
    containers: dict[str, Container] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The resource as clients see it."""
        return {
            "id": self.id,
            "_rid": self.rid,
            "_self": f"dbs/{self.rid}/",
            "_etag": self.etag,
            "_ts": self.timestamp,
            "_colls": "colls/",
            "_users": "users/",
        }


def new_database(key: int, body: dict[str, Any], timestamp: int) -> Database:
    """A database from its request body. Raises a 400."""
    return Database(key, checked_id(body.get("id"), "database"), database_rid(), new_etag(), timestamp)


def new_container(key: int, database: Database, body: dict[str, Any], timestamp: int) -> Container:
    """A container from its request body. Raises a 400."""
    rid = container_rid(database.rid)
    return Container(
        key=key,
        id=checked_id(body.get("id"), "container"),
        database_id=database.id,
        rid=rid,
        self_link=f"dbs/{database.rid}/colls/{rid}/",
        etag=new_etag(),
        timestamp=timestamp,
        definition=normalised(body),
    )


def normalised(body: dict[str, Any]) -> dict[str, Any]:
    """A container's definition, completed with the defaults. Raises a 400 that names what is wrong or not built."""
    if _object(body, "uniqueKeyPolicy").get("uniqueKeys"):
        raise not_built("A unique key policy")
    definition = {
        "id": body["id"],
        "partitionKey": _partition_key(body.get("partitionKey")),
        "indexingPolicy": completed_policy(_object(body, "indexingPolicy")),
        "conflictResolutionPolicy": body.get("conflictResolutionPolicy")
        or {"mode": "LastWriterWins", "conflictResolutionPath": "/_ts", "conflictResolutionProcedure": ""},
    }
    if body.get("defaultTtl") is not None:
        definition["defaultTtl"] = checked_ttl(body["defaultTtl"], "defaultTtl")
    if "computedProperties" in body:
        definition["computedProperties"] = body["computedProperties"]
    return definition


def checked_ttl(value: Any, what: str) -> int:
    """A time to live: a positive integer or -1. Raises a 400."""
    if isinstance(value, bool) or not isinstance(value, int) or (value != -1 and not 0 < value < 2**31):
        raise bad_request(f"The {what} must be a positive integer or -1, not {value!r}.")
    return value


def checked_throughput(value: Any) -> int:
    """Request units per second. Raises a 400."""
    if isinstance(value, bool) or not isinstance(value, int) or not LEAST_THROUGHPUT <= value <= MOST_THROUGHPUT:
        raise bad_request(f"The throughput must be from {LEAST_THROUGHPUT} to {MOST_THROUGHPUT} RU/s, not {value!r}.")
    return value


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    """An optional property that is an object. Raises a 400."""
    value = body.get(name)
    if not isinstance(value, dict | None):
        raise bad_request(f"The {name} must be a JSON object.")
    return value or {}


def _partition_key(given: Any) -> dict[str, Any]:
    paths = given.get("paths") if isinstance(given, dict) else None
    if not isinstance(paths, list) or not paths or not all(isinstance(p, str) and p.startswith("/") for p in paths):
        raise bad_request("The partition key definition must have paths, e.g. {'paths': ['/id'], 'kind': 'Hash'}.")
    if given.get("kind", "Hash") == "MultiHash" or len(paths) > 1:
        raise not_built("A hierarchical partition key")
    version = given.get("version", 1)
    if version not in (1, 2):
        raise bad_request(f"The version of a partition key is 1 or 2, not {version!r}.")
    return {"paths": paths, "kind": "Hash", "version": version}
