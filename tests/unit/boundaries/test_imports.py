"""The app never imports localcloud, and localcloud knows nothing of shops."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.boundaries.tree import ROOT, sources

APP = ("api", "triggers", "orchestrations", "activities", "shared", "ops")
_RENDERING = "shared.images.rendering"


def _imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def _sources(package: str) -> list[Path]:
    found = list(sources(ROOT / package))
    assert found, package
    return found


@pytest.mark.parametrize("package", APP)
def test_the_app_never_imports_localcloud(package: str) -> None:
    for source in [*_sources(package), ROOT / "function_app.py"]:
        assert not [name for name in _imported(source) if name.split(".")[0] == "localcloud"], source


def test_localcloud_never_imports_the_app() -> None:
    for source in _sources("localcloud"):
        assert not [name for name in _imported(source) if name.split(".")[0] in {*APP, "function_app"}], source


def test_localcloud_knows_nothing_of_shops() -> None:
    for source in _sources("localcloud"):
        assert "durable-shop" not in source.read_text(encoding="utf-8").lower(), source


@pytest.mark.parametrize("package", ["shared", "orchestrations", "activities"])
def test_the_core_doesnt_know_its_entry_points(package: str) -> None:
    for source in _sources(package):
        assert not [name for name in _imported(source) if name.split(".")[0] in {"api", "triggers", "ops"}], source


def test_pillow_is_loaded_only_where_images_are_processed() -> None:
    rendering = ROOT / "shared/images/rendering.py"
    for source in (source for package in APP for source in _sources(package) if source != rendering):
        assert not [name for name in _imported(source) if name.split(".")[0] == "PIL"], source
        at_once = ast.parse(source.read_text(encoding="utf-8")).body
        assert not [node for node in at_once if isinstance(node, ast.ImportFrom) and node.module == _RENDERING], source
