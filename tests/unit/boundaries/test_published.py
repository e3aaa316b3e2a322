"""What `func azure functionapp publish` uploads: the app, and nothing of what develops it."""

from fnmatch import fnmatch

from tests.unit.boundaries.tree import ROOT

_PUBLISHED = {
    "function_app.py",
    "host.json",
    "requirements.txt",
    "activities",
    "api",
    "orchestrations",
    "shared",
    "triggers",
}
_MADE_HERE = {
    ".venv",
    ".localcloud",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    "__pycache__",
    ".git",
}
"""Beside the app once it has been run and tested, even where these tests don't find them yet."""


def test_the_app_alone_is_published() -> None:
    ignored = (ROOT / ".funcignore").read_text(encoding="utf-8").split()
    present = {path.name for path in ROOT.iterdir()} | _MADE_HERE
    assert {name for name in present if not any(fnmatch(name, pattern) for pattern in ignored)} == _PUBLISHED


def test_everything_that_is_ignored_has_a_reason_to_be() -> None:
    present = {path.name for path in ROOT.iterdir()} | _MADE_HERE | {"azure.yaml", ".vscode"}
    patterns = (ROOT / ".funcignore").read_text(encoding="utf-8").split()
    assert [pattern for pattern in patterns if not any(fnmatch(name, pattern) for name in present)] == []
