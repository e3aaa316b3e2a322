"""What `up` and `cloud` tell when everything runs: the ready file for programs, a table for people."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.atomic_file import write_atomically
from localcloud.supervisor.ports import Ports
from localcloud.supervisor.settings import service_bus_connection
from localcloud.wellknown import STORAGE_ACCOUNT


@dataclass(frozen=True)
class Ready:
    """Where everything is."""

    ports: Ports
    settings: Mapping[str, str]
    pids: Mapping[str, int | list[int]]
    keys: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The content of the ready file."""
        addresses = {
            "host": f"http://127.0.0.1:{self.ports.host}",
            "cosmos": f"http://127.0.0.1:{self.ports.cosmos}",
            "serviceBus": service_bus_connection(self.ports),
            "serviceBusAdmin": f"http://127.0.0.1:{self.ports.servicebus_admin}",
            "blob": f"http://127.0.0.1:{self.ports.blob}/{STORAGE_ACCOUNT}",
            "keyVault": f"https://127.0.0.1:{self.ports.vault}",
        }
        parts = {
            "host": "host",
            "cosmos": "cosmos",
            "serviceBus": "servicebus",
            "serviceBusAdmin": "servicebus",
            "blob": "azurite",
            "keyVault": "identity",
        }
        shown = {name: url for name, url in addresses.items() if parts[name] in self.pids}
        return {**shown, **self.keys, "settings": dict(self.settings), "pids": dict(self.pids)}

    def write(self, path: Path) -> None:
        """Writes the ready file atomically, readable by its owner alone."""
        write_atomically(path, json.dumps(self.document(), indent=2).encode())

    def table(self) -> str:
        """One line for each address."""
        rows = [
            ("host", "Functions host", f"http://localhost:{self.ports.host}"),
            ("cosmos", "Cosmos DB", f"http://localhost:{self.ports.cosmos}/ and https, port {self.ports.cosmos_tls}"),
            ("servicebus", "Service Bus", f"port {self.ports.servicebus}, TLS {self.ports.servicebus_tls}"),
            ("servicebus", "its administration", f"port {self.ports.servicebus_admin}, http and https"),
            ("identity", "Key Vault", f"https://127.0.0.1:{self.ports.vault}"),
            ("identity", "Managed identity", f"http://127.0.0.1:{self.ports.identity}"),
            ("azurite", "Blob, Queue, Table", f"ports {self.ports.blob}, {self.ports.queue}, {self.ports.table}"),
        ]
        return "\n".join(f"  {title:<19} {address}" for part, title, address in rows if part in self.pids)


def children_of(pid: int) -> list[int]:
    """The process ids of a process's children: the host's workers. Empty where the system has no /proc."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
