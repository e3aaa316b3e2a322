"""How a host is to be started."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.clock import Clock, SystemClock
from localcloud.host.console import console_log

DEFAULT_PORT = 7071


@dataclass(frozen=True)
class HostOptions:
    """Where the app is and what differs from the defaults."""

    app_dir: Path
    port: int | None = None
    """None: `Host.LocalHttpPort` of local.settings.json, else 7071. 0: a free port."""
    data_dir: Path | None = None
    """Where keys, timer states and task hub are kept; None: `.localcloud` in the app folder."""
    enable_auth: bool = False
    """Check keys; they are also checked when FUNCTIONS_SECRETS_PATH is set."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings that win over the environment and over local.settings.json."""
    workers: int | None = None
    """Worker processes; None: FUNCTIONS_WORKER_PROCESS_COUNT, else 1."""
    in_process: bool = False
    """Run the app in this process instead of workers (tests)."""
    address: str = "127.0.0.1"
    clock: Clock = field(default_factory=SystemClock)
    log: Callable[[str], None] = console_log
