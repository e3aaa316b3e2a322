"""What `make run` runs, as people use it: an order is placed and confirmed, the addresses work, nothing is left."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import gone
from tests.waiting import block_until

Demo = subprocess.Popen[str]


@pytest.fixture
def start() -> Iterator[Callable[[Path], Demo]]:
    """Starts demos; those that still run after the test are killed."""
    started: list[Demo] = []

    def run(data: Path) -> Demo:
        command = [sys.executable, "-m", "ops.demo", "--data", str(data), "--free-ports"]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield run
    for demo in started:
        demo.kill()
        demo.wait()


def lines_until_serving(demo: Demo) -> Iterator[str]:
    assert demo.stdout is not None
    for line in demo.stdout:
        yield line.rstrip()
        if line.startswith("Serving"):
            return


def pids(data: Path) -> list[int]:
    found: dict[str, Any] = json.loads((data / "ready.json").read_text())["pids"]
    workers = found.pop("worker")
    return [*found.values(), *workers]


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def test_an_order_goes_through_and_the_second_time_keeps_the_data(
    start: Callable[[Path], Demo], tmp_path: Path
) -> None:
    demo = start(tmp_path)
    lines = list(lines_until_serving(demo))
    running = pids(tmp_path)
    assert lines[-6].endswith("confirmed")
    block_until(lambda: get(lines[-4].split()[1])["runtimeStatus"] == "Completed")
    status = get(lines[-4].split()[1])
    activities = [event["FunctionName"] for event in status["historyEvents"] if event["EventType"] == "TaskCompleted"]
    assert (status["runtimeStatus"], status["customStatus"]) == ("Completed", "confirmed")
    assert activities == [
        "validate_order",
        "reserve_stock",
        "authorise_payment",
        "commit_stock",
        "capture_payment",
        "confirm_order",
    ]
    assert len(get(lines[-5].split()[1])["products"]) == 12
    block_until(lambda: len(list(Path(lines[-3].split()[1]).glob("*.eml"))) == 1)

    demo.send_signal(signal.SIGINT)
    assert demo.wait(30) == 0
    block_until(lambda: all(gone(pid) for pid in running))

    demo = start(tmp_path)
    lines = list(lines_until_serving(demo))
    running = pids(tmp_path)
    assert "Found customer@example.com (user)." in lines
    demo.kill()
    demo.wait()
    block_until(lambda: all(gone(pid) for pid in running))
