"""Starts a host for an entry of the manifest, runs its scenarios on it, stops it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance.compare import HERE, MASTER_KEY
from tests.waiting import block_until

ROOT = HERE.parent.parent
_START_SECONDS = 60
_PORTS = iter(range(20000 + os.getpid() % 100 * 100, 32000))
_PORTS_LOCK = threading.Lock()
_SECRETS = {
    "masterKey": {"name": "master", "value": MASTER_KEY, "encrypted": False},
    "functionKeys": [{"name": "default", "value": "testFunctionKey", "encrypted": False}],
    "systemKeys": [{"name": "durabletask_extension", "value": "testSystemKey", "encrypted": False}],
    "hostName": None,
    "instanceId": "0",
    "source": "runtime",
}


@dataclass(frozen=True)
class Entry:
    """One host start: an app and the recordings that are compared on it."""

    name: str
    app: str
    scenario: str
    recording: str
    fresh: bool = False
    """Work on a copy of the app: the host may write into its folder."""
    env: dict[str, str] = field(default_factory=dict)


def manifest() -> list[Entry]:
    """The entries of manifest.json; one with several scenarios becomes one entry for each."""
    entries = []
    for raw in json.loads((HERE / "manifest.json").read_text()):
        many = raw.get("scenarios")
        for scenario in many or [raw["scenario"]]:
            name = scenario if many else raw["name"]
            entries.append(Entry(name, raw["app"], scenario, name, raw.get("fresh", False), raw.get("env", {})))
    return entries


def run(entry: Entry, folder: Path) -> dict[str, list[str]]:
    """The entry's differences by note. Raises AssertionError with the host's log when the host does not start."""
    (folder / "secrets").mkdir(parents=True)
    (folder / "secrets/host.json").write_text(json.dumps(_SECRETS))
    (folder / "trace.jsonl").touch()
    app = HERE / "apps" / entry.app
    if entry.fresh:
        app = shutil.copytree(app, folder / "app")
    port = _free_port()
    env = _environment(entry, folder, app, port)
    log = folder / "console.log"
    with log.open("w") as console:
        host = subprocess.Popen(
            [sys.executable, "-m", "localcloud", "host", "--app", app, "--port", str(port), "--data", folder / "data"],
            env=env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await_start(host, port, log)
        return _compare(entry, f"http://127.0.0.1:{port}", folder, env)
    finally:
        _stop(host)


def _environment(entry: Entry, folder: Path, app: Path, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "WEBSITE_HOSTNAME": f"127.0.0.1:{port}",
        "PYTHONPATH": str(ROOT),
        "PROBE_TRACE": str(folder / "trace.jsonl"),
        "CONF_CASE": entry.name,
        "CONF_RUN": str(folder),
        "CONF_APP": str(app),
        "FUNCTIONS_SECRETS_PATH": str(folder / "secrets"),
        "AzureWebJobsSecretStorageType": "files",
        **entry.env,
    }


def _compare(entry: Entry, base: str, folder: Path, env: dict[str, str]) -> dict[str, list[str]]:
    files = [str(HERE / f"scenarios/{entry.scenario}.py"), base, str(HERE / f"recordings/{entry.recording}.jsonl")]
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "tests.conformance.compare",
        *files,
        folder / "trace.jsonl",
        folder / "console.log",
    ]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the scenario {entry.scenario} broke off:\n{done.stderr}"
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def _await_start(host: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/admin/host/status", headers={"x-functions-key": MASTER_KEY}
    )

    def started_or_ended() -> bool:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.load(answer).get("state") in ("Running", "Error")
        except (OSError, ValueError):
            return host.poll() is not None

    block_until(started_or_ended, _START_SECONDS)
    assert host.poll() is None, f"the host did not start:\n{log.read_text()[-3000:]}"


def _stop(host: "subprocess.Popen[bytes]") -> None:
    """Ends the host's process group, which holds its workers."""
    try:
        os.killpg(host.pid, signal.SIGTERM)
        host.wait(15)
    except ProcessLookupError:
        host.wait()
    except subprocess.TimeoutExpired:
        os.killpg(host.pid, signal.SIGKILL)
        host.wait()


def _free_port() -> int:
    """A port that no other host of these tests gets, below those that the system hands to outgoing connections."""
    with _PORTS_LOCK:
        for port in _PORTS:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) != 0:
                    return port
    raise AssertionError("no free port is left")
