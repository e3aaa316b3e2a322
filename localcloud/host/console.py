"""The host's log: lines on the console."""

import sys


def console_log(line: str) -> None:
    """Writes one line (or a few) to standard output at once.

    Characters that the console can't show are written as escapes; a console that is gone is nobody's problem.
    """
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except UnicodeEncodeError:
        sys.stdout.write(line.encode("ascii", "backslashreplace").decode() + "\n")
    except (BrokenPipeError, ValueError):
        return
