"""Which storage connections the settings know, for requests that name one."""

from collections.abc import Mapping
from typing import Any

from localcloud.host.host_json import lower_keys, section

DEFAULT_CONNECTION = "Storage"
"""The host's own storage, setting `AzureWebJobsStorage`; links show it under this name."""


def knows_connection(settings: Mapping[str, str], name: str, shown: str = DEFAULT_CONNECTION) -> bool:
    """Whether a connection is configured: `X`, `AzureWebJobsX`, `X__...` or `ConnectionStrings:X`, in any case.

    The hub's own, which the links show, always is: this engine keeps its history in a file and needs no connection.
    """
    wanted = name.lower()
    own = (DEFAULT_CONNECTION.lower(), f"azurewebjobs{DEFAULT_CONNECTION.lower()}", shown.lower())
    if wanted in own:
        return True
    names = {wanted, f"azurewebjobs{wanted}"}
    return any(
        setting.lower().removeprefix("connectionstrings:") in names or setting.lower().split("__")[0] in names
        for setting in settings
    )


def shown_connection(host_json: Mapping[str, Any]) -> str:
    """The connection's name in links: `storageProvider.connectionName` of host.json, or "Storage"."""
    provider = lower_keys(section(host_json, "extensions", "durableTask", "storageProvider"))
    name = provider.get("connectionname") or provider.get("connectionstringname")
    return str(name) if name else DEFAULT_CONNECTION
