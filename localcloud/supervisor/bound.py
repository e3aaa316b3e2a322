"""`python bound.py PID COMMAND…`: runs the command so that it ends when process PID dies.

Linux signals the process itself (PR_SET_PDEATHSIG survives exec). Elsewhere the command just runs: there an
`up` that is killed with -9 leaves its parts behind.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def bind_to_parent(parent: int) -> None:
    """Has this process receive SIGTERM when `parent` dies; ends it at once if that has happened already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    bind_to_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - that is its task: becoming the command
