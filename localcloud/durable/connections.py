"""Which storage connections the settings know, for requests that name one."""

from collections.abc import Mapping

DEFAULT_CONNECTION = "Storage"
"""The host's own storage, setting `AzureWebJobsStorage`; links show it under this name."""


def knows_connection(settings: Mapping[str, str], name: str) -> bool:
    """Whether a connection is configured: `X`, `AzureWebJobsX`, `X__...` or `ConnectionStrings:X`, in any case."""
    wanted = name.lower()
    if wanted in (DEFAULT_CONNECTION.lower(), f"azurewebjobs{DEFAULT_CONNECTION.lower()}"):
        return True
    names = {wanted, f"azurewebjobs{wanted}"}
    return any(
        setting.lower().removeprefix("connectionstrings:") in names or setting.lower().split("__")[0] in names
        for setting in settings
    )
