"""`blob` inputs and outputs."""

from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient

from localcloud.host.model import NULL, Datum
from localcloud.host.triggers.binding_expressions import resolved
from localcloud.host.triggers.storage.connection import Connections, connection_of
from localcloud.host.triggers.storage.model_binding import is_deferred, model_binding_data

TEXT_INPUTS = "LOCALCLOUD_BLOB_INPUT_TEXT"
"""A setting: "true" decodes inputs to text as the real host does, which damages whatever is not UTF-8."""


async def read_input(
    binding: Mapping[str, Any], path: str, values: Mapping[str, Any], connections: Connections, *, text: bool
) -> Datum:
    """The content of the blob at `path`, null when there is none; its place for an SDK-type parameter.

    `values` are those that the path's expressions may name; `text` decodes. Raises UnboundExpressionError, AzureError.
    """
    container, name = _place(path, values)
    if is_deferred(binding):
        return model_binding_data(binding, container, name)
    blob = connections.blobs(connection_of(binding)).get_blob_client(container, name)
    try:
        download = await blob.download_blob()
        content = await download.readall()
    except ResourceNotFoundError:
        return NULL
    if text or str(binding.get("dataType", "")).lower() == "string":
        return Datum("string", content.decode("utf-8", "replace"))
    return Datum("bytes", content)


async def write_output(
    binding: Mapping[str, Any], path: str, values: Mapping[str, Any], connections: Connections, value: Datum
) -> None:
    """Writes a blob over what may be there, in a new container if there is none of that name."""
    if value.type is None:
        return
    container, name = _place(path, values)
    service = connections.blobs(connection_of(binding))
    content = bytes(value.value) if value.type == "bytes" else str(value.value).encode()
    try:
        await service.get_blob_client(container, name).upload_blob(content, overwrite=True)
    except ResourceNotFoundError:
        await _create(service, container)
        await service.get_blob_client(container, name).upload_blob(content, overwrite=True)


async def _create(service: BlobServiceClient, container: str) -> None:
    try:
        await service.create_container(container)
    except ResourceExistsError:
        return


def _place(path: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Container and name. Raises ValueError for a path that has only one of them."""
    container, _, name = resolved(path, values).lstrip("/").partition("/")
    if not container or not name:
        raise ValueError(f"Invalid blob path '{path}'. Paths must be in the format 'container/blob'.")
    return container, name
