"""The project's own files: what is installed or made by running it is left out."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
_MADE = {"node_modules", "__pycache__", "build", "dist"}
_BINARY = {".db", ".sqlite", ".png", ".jpg", ".pyc"}
_FOREIGN = ("apps", "scenarios", "conformance.py", "run.py")
"""Of `tests/conformance`: Microsoft's host was recorded with these programs, so they stay as they are."""


def files() -> Iterator[Path]:
    """Every file outside hidden folders and those that tools make."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in _MADE and not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names))


def texts() -> Iterator[tuple[str, str]]:
    """Every text file: its path from the top and its content."""
    for path in files():
        if path.suffix not in _BINARY:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8", errors="replace")


def sources(top: Path = ROOT) -> Iterator[Path]:
    """Every Python module below a folder that is held to the project's rules."""
    foreign = [ROOT / "tests/conformance" / name for name in _FOREIGN]
    for path in files():
        if path.suffix == ".py" and path.is_relative_to(top) and not any(path.is_relative_to(one) for one in foreign):
            yield path
