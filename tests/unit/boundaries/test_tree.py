"""What holds for every file of the project: locked dependencies, no registry, no machine, modules of one subject."""

import ast
import json
import re
from pathlib import Path

import pytest

from tests.unit.boundaries.tree import ROOT, sources, texts

_REQUIREMENT = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*(?:\[[a-z0-9,._-]+\])?)==(?P<version>[^\s;]+)(?: ; [^\\]+)?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_REGISTRY_OPTIONS = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|^registry\s*=", re.MULTILINE)
_HOME = re.compile(r"(?<![\w.\]\\])/(?:home|root|Users)/\w")
_PATH = re.compile(r"`((?:api|shared|localcloud|triggers|tests|docs|ops|infra|activities|orchestrations)/[\w./]*)`")
_RECORDED = "tests/conformance/"
"""Recordings of another machine, compared as they are."""


def _entries(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_dependency_is_pinned_and_hashed(name: str) -> None:
    entries = _entries(name)
    assert entries
    for entry in entries:
        requirement, *hashes = re.split(r"\s+(?=--hash)", entry.strip())
        assert _REQUIREMENT.fullmatch(requirement.strip()), entry
        assert hashes, entry
        assert all(_HASH.fullmatch(found.strip()) for found in hashes), entry


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_is_asked_for_is_what_is_locked(name: str) -> None:
    locked = {found["name"].split("[")[0] for found in map(_REQUIREMENT.match, _entries(f"{name}.txt")) if found}
    asked = {re.split(r"[\[=<>~! ;]", line)[0].lower() for line in _entries(f"{name}.in") if not line.startswith("-")}
    assert asked <= locked


@pytest.mark.parametrize("folder", ["localcloud/azurite", "tests/integration/servicebus/second_client"])
def test_node_packages_are_locked_with_hashes(folder: str) -> None:
    content = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in content["packages"].items() if name}
    assert packages
    assert not [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")]


def test_no_file_names_a_registry_or_a_machine() -> None:
    for name, text in texts():
        assert not _REGISTRY_OPTIONS.search(text) or name in {"Makefile", "tests/unit/boundaries/test_tree.py"}, name
        if not name.startswith(_RECORDED):
            assert not _HOME.search(text), name
            assert len(ROOT.parts) < 3 or f"{ROOT}/" not in text, name


def test_modules_and_functions_stay_small() -> None:
    for source in sources():
        text = source.read_text(encoding="utf-8")
        assert text.count("\n") <= 300, source
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 60, f"{source}: {node.name}"


def test_the_readme_and_the_decisions_link_to_what_exists() -> None:
    documents = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for document in documents:
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (document.parent / target).exists(), f"{document}: {target}"
        for target in _PATH.findall(text):
            assert (ROOT / target).exists(), f"{document}: {target}"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
    for number, path in enumerate(sorted((ROOT / "docs/decisions").glob("*.md")), 1):
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. "), path


def test_the_lists_of_files_are_not_empty() -> None:
    assert Path(__file__) in list(sources())
