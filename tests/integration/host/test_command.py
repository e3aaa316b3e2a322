import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.integration.hosts import write_app

ROOT = Path(__file__).resolve().parents[3]


def command(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "localcloud", "host", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def test_it_says_where_it_listens_and_ends_cleanly(tmp_path: Path) -> None:
    app = write_app(tmp_path / "app", '@app.route("a")\ndef a(req: func.HttpRequest) -> str: return "a"\n')
    with command("--app", str(app), "--port", "0", "--data", str(tmp_path / "data")) as host:
        assert host.stdout is not None
        line = next(line for line in host.stdout if line.startswith("Host running: http://localhost:"))
        assert int(line.rsplit(":", 1)[1]) > 0
        host.send_signal(signal.SIGINT)
        assert host.wait(10) == 0


def test_a_taken_port_ends_with_1_and_a_reason(tmp_path: Path) -> None:
    app = write_app(tmp_path / "app", "")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        host = command("--app", str(app), "--port", str(port), "--data", str(tmp_path / "data"))
        _, errors = host.communicate(timeout=20)
    assert host.returncode == 1
    assert errors.startswith(f"Port {port} is unavailable.")


def test_a_broken_settings_file_ends_with_1_and_a_reason(tmp_path: Path) -> None:
    app = write_app(tmp_path / "app", "", local_settings_json="{")
    host = command("--app", str(app), "--port", "0")
    _, errors = host.communicate(timeout=20)
    assert host.returncode == 1
    assert "local.settings.json is not valid JSON" in errors


def test_it_can_be_stopped_while_an_app_hangs_at_its_import(tmp_path: Path) -> None:
    app = write_app(tmp_path / "app", "import time\nprint('importing', flush=True)\nwhile True: time.sleep(1)\n")
    with command("--app", str(app), "--port", "0", "--data", str(tmp_path / "data")) as host:
        assert host.stdout is not None
        next(line for line in host.stdout if "importing" in line)
        host.send_signal(signal.SIGTERM)
        assert host.wait(10) == 0
