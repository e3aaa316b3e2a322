"""Azurite's own files: what it can't read makes it end without saying which file it was."""

import json
from pathlib import Path


class AzuriteDamagedError(Exception):
    """A file of Azurite is damaged; the text names the file, the cause and the remedy."""


def check_databases(folder: Path) -> None:
    """Raises AzuriteDamagedError for a database in `folder` that Azurite won't be able to read."""
    for path in sorted(folder.glob("__azurite_db_*__.json")):
        try:
            json.loads(path.read_bytes() or b"null")
        except (OSError, ValueError) as error:
            raise AzuriteDamagedError(
                f"The file {path} can't be used: {error}. Restore it from a copy, or start afresh by removing "
                f"{folder} (or the whole data folder: `--fresh`)."
            ) from error
