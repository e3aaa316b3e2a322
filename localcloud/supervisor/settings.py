"""The settings that point an app at the stand-ins: the identity form for `up`, connection strings for `func start`."""

from collections.abc import Collection
from pathlib import Path

from localcloud.identity.managed_identity import PATH
from localcloud.identity.server import HEADER
from localcloud.supervisor.ports import Ports
from localcloud.wellknown import COSMOS_KEY, SERVICE_BUS_KEY, SERVICE_BUS_KEY_NAME, STORAGE_ACCOUNT, STORAGE_KEY


def storage_connection(ports: Ports) -> str:
    """Azurite's connection string, with its account key."""
    endpoints = {"Blob": ports.blob, "Queue": ports.queue, "Table": ports.table}
    return f"DefaultEndpointsProtocol=http;AccountName={STORAGE_ACCOUNT};AccountKey={STORAGE_KEY};" + "".join(
        f"{name}Endpoint=http://127.0.0.1:{port}/{STORAGE_ACCOUNT};" for name, port in endpoints.items()
    )


def cosmos_connection(ports: Ports) -> str:
    """The Cosmos stand-in's connection string."""
    return f"AccountEndpoint=http://localhost:{ports.cosmos}/;AccountKey={COSMOS_KEY};"


def service_bus_connection(ports: Ports) -> str:
    """The Service Bus stand-in's connection string, in the form that Microsoft's emulator documents."""
    return (
        f"Endpoint=sb://127.0.0.1:{ports.servicebus};SharedAccessKeyName={SERVICE_BUS_KEY_NAME};"
        f"SharedAccessKey={SERVICE_BUS_KEY};UseDevelopmentEmulator=true;"
    )


def identity_settings(ports: Ports, data: Path) -> dict[str, str]:
    """Managed identity and Key Vault, as DefaultAzureCredential and SecretClient find them."""
    bundle = str(data / "certificates" / "bundle.pem")
    return {
        "IDENTITY_ENDPOINT": f"http://127.0.0.1:{ports.identity}{PATH}",
        "IDENTITY_HEADER": HEADER,
        "KEY_VAULT_URL": f"https://127.0.0.1:{ports.vault}",
        "REQUESTS_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
    }


def of_parts(settings: dict[str, str], running: Collection[str]) -> dict[str, str]:
    """The settings without those that lead to a part which doesn't run."""
    led_to = {"CosmosDB": "cosmos", "AzureWebJobsStorage": "azurite", "Uploads": "azurite", "ServiceBus": "servicebus"}
    neutral = "FUNCTIONS_WORKER_RUNTIME"
    return {n: value for n, value in settings.items() if n == neutral or led_to.get(n, "identity") in running}


def identity_form(ports: Ports, identity: dict[str, str]) -> dict[str, str]:
    """What `up` gives the app: endpoints for DefaultAzureCredential, no keys but where nothing else is possible.

    Azurite over plain http knows no tokens. The Service Bus SDK sends tokens over TLS alone and takes no certificate
    authority from the environment: only an app that passes one could reach the stand-in by identity. The empty CosmosDB
    hides a connection string in local.settings.json.
    """
    return {
        **identity,
        "CosmosDB": "",
        "CosmosDB__accountEndpoint": f"https://localhost:{ports.cosmos_tls}/",
        "AzureWebJobsStorage": storage_connection(ports),
        "Uploads": storage_connection(ports),
        "ServiceBus": service_bus_connection(ports),
        "FUNCTIONS_WORKER_RUNTIME": "python",
    }


def connection_string_form(ports: Ports, identity: dict[str, str]) -> dict[str, str]:
    """What `cloud` prints, for `func start`. Managed identity stays: nothing else opens the vault."""
    return {
        **identity,
        "CosmosDB": cosmos_connection(ports),
        "AzureWebJobsStorage": storage_connection(ports),
        "Uploads": storage_connection(ports),
        "ServiceBus": service_bus_connection(ports),
        "FUNCTIONS_WORKER_RUNTIME": "python",
    }
