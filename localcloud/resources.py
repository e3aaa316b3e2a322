"""The resources file: what exists before an app starts, because an app's identity may not create it on Azure."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

DEFAULT_FILE = Path("infra", "resources.json")
"""Looked for in the app folder."""


class ResourcesError(Exception):
    """The resources file can't be used; the text names the file, the place and the remedy."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Database(_Section):
    """A database and its containers, each as the REST API takes it (`id`, `partitionKey`, `defaultTtl`, …)."""

    id: str
    containers: tuple[dict[str, Any], ...] = ()


class CosmosResources(_Section):
    """What Cosmos DB holds."""

    databases: tuple[Database, ...] = ()


class VaultResources(_Section):
    """Secrets that get a random value when they are missing."""

    secrets: tuple[str, ...] = ()


class BlobContainer(_Section):
    """A blob container, and what anyone may read of it without a key: nothing, its blobs, or its list too."""

    name: str
    public_access: Literal["none", "blob", "container"] = Field(default="none", alias="publicAccess")


class StorageQueue(_Section):
    """A storage queue."""

    name: str


class StorageResources(_Section):
    """What the storage account holds."""

    containers: tuple[BlobContainer, ...] = ()
    queues: tuple[StorageQueue, ...] = ()


class Resources(_Section):
    """The whole file."""

    cosmos: CosmosResources = CosmosResources()
    key_vault: VaultResources = Field(default=VaultResources(), alias="keyVault")
    storage: StorageResources = StorageResources()
    service_bus: dict[str, Any] = Field(default={}, alias="serviceBus")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads a file. Raises ResourcesError."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise ResourcesError(f"The resources file {path} can't be read: {error.strerror}.") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "the file"
            raise ResourcesError(f"The resources file {path} is wrong at {place}: {first['msg']}.") from error


def find_resources(given: Path | None, app_dir: Path) -> Path | None:
    """The file that was named, else the app's own if it has one."""
    own = app_dir / DEFAULT_FILE
    return given or (own if own.is_file() else None)
