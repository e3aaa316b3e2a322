"""What tests ask about processes that are not their children."""

from pathlib import Path


def gone(pid: int) -> bool:
    """Whether a process has ended; what nobody waits for stays as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
