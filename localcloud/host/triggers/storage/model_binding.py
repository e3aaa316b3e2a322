"""What an SDK-type binding gets: where the blob is, from which the worker makes a client. Nothing is read."""

import json
from collections.abc import Mapping
from typing import Any

from localcloud.host.model import Datum
from localcloud.host.triggers.storage.connection import connection_of


def is_deferred(binding: Mapping[str, Any]) -> bool:
    """Whether the worker asked for this form."""
    properties = binding.get("properties")
    return isinstance(properties, Mapping) and properties.get("SupportsDeferredBinding") is True


def model_binding_data(binding: Mapping[str, Any], container: str, blob: str) -> Datum:
    """The place of a blob; of the connection only its name goes to the worker, which has the settings."""
    content = {"Connection": connection_of(binding), "ContainerName": container, "BlobName": blob}
    value = {
        "version": "1.0",
        "source": "AzureStorageBlobs",
        "content_type": "application/json",
        "content": json.dumps(content, ensure_ascii=False),
    }
    return Datum("model_binding_data", value)
