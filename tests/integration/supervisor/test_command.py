"""`python -m localcloud cloud` as people run it; `--only identity` keeps it quick."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.supervisor.ports import Ports
from tests.processes import gone
from tests.waiting import block_until


def cloud(data: Path, *options: str, only: str = "identity") -> list[str]:
    return [sys.executable, "-m", "localcloud", "cloud", "--only", only, "--data", str(data), *options]


def run(command: list[str]) -> tuple[int, str]:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stderr


def until_ready(process: "subprocess.Popen[bytes]", file: Path) -> dict[str, int]:
    block_until(lambda: file.exists() or process.poll() is not None)
    pids: dict[str, int] = json.loads(file.read_text())["pids"]
    return pids


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly(tmp_path: Path, number: int) -> None:
    file = tmp_path / "ready.json"
    process = subprocess.Popen(cloud(tmp_path / "d", "--free-ports", "--quiet", "--ready-file", str(file)))
    pids = until_ready(process, file)

    process.send_signal(number)

    assert process.wait(15) == 0
    block_until(lambda: gone(pids["identity"]))


def test_a_killed_supervisor_leaves_no_process_behind(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    process = subprocess.Popen(cloud(tmp_path / "d", "--free-ports", "--quiet", "--ready-file", str(file)))
    pids = until_ready(process, file)

    process.kill()

    assert process.wait(15) == -signal.SIGKILL
    block_until(lambda: gone(pids["identity"]))


def test_a_data_folder_serves_one_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    process = subprocess.Popen(cloud(tmp_path / "d", "--free-ports", "--quiet", "--ready-file", str(file)))
    until_ready(process, file)
    try:
        code, error = run(cloud(tmp_path / "d", "--free-ports"))
    finally:
        process.terminate()
        process.wait(15)

    assert code == 1
    assert f"is in use by another localcloud (process {process.pid})" in error


def test_a_port_in_use_is_named_with_the_remedy(tmp_path: Path) -> None:
    try:
        taken = socket.create_server(("127.0.0.1", Ports.vault))
    except OSError:
        taken = None  # something else holds it already, which serves as well
    code, error = run(cloud(tmp_path / "d"))
    if taken is not None:
        taken.close()

    assert code == 1
    assert f"Port {Ports.vault} (vault) can't be used: Address already in use." in error
    assert "--free-ports" in error


def test_a_damaged_store_is_named_and_left_alone(tmp_path: Path) -> None:
    store = tmp_path / "d" / "identity" / "vault.db"
    store.parent.mkdir(parents=True)
    store.write_bytes(b"this is no database, and it is long enough to be taken for one" * 20)
    before = store.read_bytes()

    code, error = run(cloud(tmp_path / "d", "--free-ports"))

    assert code == 1
    assert f"The file {store} can't be used: file is not a database" in error
    assert store.read_bytes() == before


def test_fresh_empties_its_own_folder_only(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")

    code, error = run(cloud(tmp_path / "mine", "--free-ports", "--fresh"))

    assert code == 1
    assert "was not made by localcloud, so --fresh leaves it alone" in error
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "is wrong at the file: Invalid JSON"),
        ('{"keyVault": {"secrets": "x"}}', "is wrong at keyVault.secrets: Input should be a valid array"),
        ('{"databases": []}', "is wrong at databases: Extra inputs are not permitted"),
    ],
)
def test_a_broken_resources_file_is_explained(tmp_path: Path, content: str, expected: str) -> None:
    (tmp_path / "r.json").write_text(content)
    code, error = run(cloud(tmp_path / "d", "--free-ports", "--resources", str(tmp_path / "r.json")))
    assert code == 1
    assert expected in error
    assert not (tmp_path / "d").exists()


def test_an_unknown_part_and_an_unknown_verb_are_refused(tmp_path: Path) -> None:
    assert run(cloud(tmp_path / "d", only="cosmic"))[0] == 2
    assert run([sys.executable, "-m", "localcloud", "fly"])[0] == 2
    code, error = run([sys.executable, "-m", "localcloud", "lint", "."])
    assert (code, "not built yet" in error) == (2, True)


@pytest.mark.parametrize("verb", ["up", "cloud", "host", "cosmos", "identity", "faults", "lint"])
def test_every_verb_explains_itself(verb: str) -> None:
    command = [sys.executable, "-m", "localcloud", verb, "--help"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"localcloud {verb}" in done.stdout


def test_a_ready_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    code, error = run(cloud(tmp_path / "d", "--free-ports", "--ready-file", str(tmp_path / "taken" / "ready.json")))
    assert code == 1
    assert error == f"localcloud: The ready file {tmp_path / 'taken' / 'ready.json'} can't be written: File exists.\n"


@pytest.mark.parametrize("in_the_way", [True, False])
def test_cloud_names_what_the_environment_has_in_the_way_of_local_settings(tmp_path: Path, in_the_way: bool) -> None:
    clean = {name: value for name, value in os.environ.items() if name not in {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}}
    environment = clean | ({"SSL_CERT_FILE": "/elsewhere.pem"} if in_the_way else {})
    command = cloud(tmp_path / "d", "--free-ports")
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    shown = ""
    while "FUNCTIONS_WORKER_RUNTIME" not in shown:
        shown += process.stdout.readline()
    process.terminate()
    shown += process.stdout.read()
    process.wait(15)

    assert ("`unset SSL_CERT_FILE` before `func start`" in shown) is in_the_way
