"""`python -m localcloud faults` against a running localcloud."""

import json
from pathlib import Path

import pytest

from localcloud.cli.parser import main
from localcloud.testing.cloud import Cloud

RULE = {"status": 429, "count": 2, "container": "orders"}


@pytest.fixture
def ready_file(cloud: Cloud, tmp_path: Path) -> str:
    path = tmp_path / "ready.json"
    path.write_text(json.dumps({"cosmos": f"http://127.0.0.1:{cloud.cosmos.port}"}))
    return str(path)


def test_faults_are_set_listed_and_cleared(ready_file: str, cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "--ready-file", ready_file, "set", json.dumps(RULE)]) == 0
    number = json.loads(capsys.readouterr().out)["id"]

    assert main(["faults", "--ready-file", ready_file, "list"]) == 0
    assert json.loads(capsys.readouterr().out) == {"faults": [{"id": number, "hits": 0, **RULE}]}

    assert main(["faults", "--ready-file", ready_file, "clear", str(number)]) == 0
    assert json.loads(capsys.readouterr().out) == {"cleared": 1}
    assert cloud.cosmos.faults.list() == []


@pytest.mark.parametrize(
    ("rule", "expected"), [("{", "JSON"), ('{"status": 200}', "status"), ('{"colour": "red"}', "colour")]
)
def test_a_wrong_rule_is_refused_and_changes_nothing(
    ready_file: str, cloud: Cloud, capsys: pytest.CaptureFixture[str], rule: str, expected: str
) -> None:
    assert main(["faults", "--ready-file", ready_file, "set", rule]) == 1
    assert expected in capsys.readouterr().err
    assert cloud.cosmos.faults.list() == []


def test_no_localcloud_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ready.json"
    path.write_text('{"cosmos": "http://127.0.0.1:9"}')
    assert main(["faults", "--ready-file", str(path), "list"]) == 1
    assert "No localcloud answers at http://127.0.0.1:9" in capsys.readouterr().err
    assert main(["faults", "--ready-file", str(tmp_path / "none.json"), "list"]) == 2
    assert "is not the ready file of a localcloud" in capsys.readouterr().err
