"""`python -m localcloud.azurite.install`: installs the locked Azurite with npm, next to its package.json."""

import subprocess
import sys
from pathlib import Path

from localcloud.azurite.node import NodeMissingError, npm_command

FOLDER = Path(__file__).parent
_OPTIONS = ["--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


def install() -> int:
    """Runs `npm ci`; returns 0, or 1 after an explanation on standard error."""
    try:
        command = [*npm_command(), "ci", *_OPTIONS]
    except NodeMissingError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this program talks to the person who runs it
        return 1
    print(f"Installing Azurite with {' '.join(command[:2])} (about half a minute)", flush=True)  # noqa: T201 - as above
    if subprocess.run(command, cwd=FOLDER, check=False).returncode == 0:
        return 0
    print(  # noqa: T201 - as above
        "npm could not install Azurite; its reason is above. Check the network and `npm config list`, then run "
        "`make setup` again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(install())
