"""`python -m localcloud.node.install FOLDER`: installs with npm what the folder's package-lock.json locks."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from localcloud.node.program import NodeMissingError, npm_command

_OPTIONS = ["--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


def install(folder: Path) -> int:
    """Runs `npm ci` in the folder; returns 0, or 1 after an explanation on standard error."""
    try:
        command = [*npm_command(), "ci", *_OPTIONS]
        names = ", ".join(json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"])
    except (NodeMissingError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - this program talks to the person who runs it
        return 1
    print(f"Installing {names} with {' '.join(command[:2])}", flush=True)  # noqa: T201 - as above
    if subprocess.run(command, cwd=folder, check=False).returncode == 0:
        return 0
    print(  # noqa: T201 - as above
        f"npm could not install {names}; its reason is above. Check the network and `npm config list`, then run "
        "`make setup` again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m localcloud.node.install", description=__doc__)
    parser.add_argument("folder", type=Path, help="where package.json and package-lock.json are")
    sys.exit(install(parser.parse_args().folder))
