"""The host's log: lines on the console."""

import sys


def console_log(line: str) -> None:
    """Writes one line (or a few) to standard output at once; a closed console is nobody's problem."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        return
