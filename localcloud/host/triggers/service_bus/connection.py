"""The connections of Service Bus bindings: a connection string, or the namespace in `X__fullyQualifiedNamespace`."""

from collections.abc import Mapping
from typing import Any

from azure.servicebus.aio import ServiceBusClient

from localcloud.host.model import FunctionError
from localcloud.host.triggers.connection_settings import connection_string, identity, member

DEFAULT_NAME = "ServiceBus"
"""The connection of a binding that names none."""


def check_connection(settings: Mapping[str, str], name: str) -> None:
    """Raises FunctionError when the connection is defined in none of the ways."""
    if connection_string(settings, name) is None and _namespace(settings, name) is None:
        raise FunctionError(
            f"Microsoft.Azure.WebJobs.ServiceBus: Service Bus account connection string with name '{name}' does not "
            f"exist in the settings. Make sure that it is a defined App Setting, or that "
            f"'{name}__fullyQualifiedNamespace' is."
        )


def open_client(settings: Mapping[str, str], name: str) -> ServiceBusClient:
    """A new client; the caller closes it. Raises FunctionError for a connection that can't be."""
    check_connection(settings, name)
    text, namespace = connection_string(settings, name), _namespace(settings, name)
    options: dict[str, Any] = {"retry_total": 0}
    try:
        if text is not None:
            return ServiceBusClient.from_connection_string(text, **options)
        return ServiceBusClient(str(namespace), identity(settings, name), **options)
    except ValueError as error:
        raise FunctionError(f"The Service Bus connection '{name}' can't be used: {error}") from error


def _namespace(settings: Mapping[str, str], name: str) -> str | None:
    return member(settings, name, "fullyQualifiedNamespace")
