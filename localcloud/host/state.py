"""What the parts of a running host share: its state, configuration and functions."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.host.catalog import Catalog
from localcloud.host.host_json import HostConfig
from localcloud.host.model import Invoker


@dataclass
class HostState:
    """The host's present condition; replaced in place when a start succeeds or fails."""

    data_dir: Path
    host_id: str = ""
    """The same at every start of an app: the setting AzureFunctionsWebHost__hostid, or made of the app's folder."""
    name: str = "Initializing"
    """Initializing, Running or Error, as /admin/host/status shows it."""
    errors: list[str] = field(default_factory=list)
    config: HostConfig = field(default_factory=HostConfig)
    catalog: Catalog | None = None
    """None as long as the functions are not known (host.json is broken)."""
    invoker: Invoker | None = None
    hostname: str = "localhost"
    """WEBSITE_HOSTNAME: host and port without scheme."""
    started: float = field(default_factory=time.monotonic)

    @property
    def running(self) -> bool:
        """Whether functions are served."""
        return self.name == "Running"

    def fail(self, error: str) -> None:
        """Puts the host in error."""
        self.name, self.errors = "Error", [error]
