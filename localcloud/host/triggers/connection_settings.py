"""Connections by the Functions convention: `X` is a connection string, or `X__<member>` settings name an identity.

As the host's own look-up does it, the name with the prefix `AzureWebJobs` comes first, `ConnectionStrings:X` counts as
well, and `:` separates members as `__` does. Source: "Connections" in Microsoft's developer guide of Azure Functions.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential


def prefixed(name: str) -> str:
    """The connection's name with the host's own prefix."""
    return name if name.startswith("AzureWebJobs") else f"AzureWebJobs{name}"


def connection_string(settings: Mapping[str, str], name: str) -> str | None:
    """The connection string of a connection; None when it has none."""
    places = (prefixed(name), f"ConnectionStrings:{name}", name)
    return next((settings[place] for place in places if settings.get(place)), None)


def member(settings: Mapping[str, str], name: str, *members: str) -> str | None:
    """The first of a connection's members that is set; None when none of them is."""
    places = (
        f"{prefix}{separator}{wanted}"
        for prefix in (prefixed(name), name)
        for wanted in members
        for separator in ("__", ":")
    )
    return next((settings[place] for place in places if settings.get(place)), None)


def identity(settings: Mapping[str, str], name: str) -> "AsyncTokenCredential":
    """The credential of a connection without connection string, by its members `credential` and `clientId`.

    The caller closes it.
    """
    # imported here: a host whose connections are all strings starts faster
    from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential  # noqa: PLC0415 - see above

    client_id = member(settings, name, "clientId")
    if (member(settings, name, "credential") or "").lower() == "managedidentity":
        return ManagedIdentityCredential(client_id=client_id)
    return DefaultAzureCredential(managed_identity_client_id=client_id)
