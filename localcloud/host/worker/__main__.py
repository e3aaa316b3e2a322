"""`python -m localcloud.host.worker SOCKET LIFELINE APP_DIR`: started by the host, not by hand."""

import sys
from pathlib import Path

from localcloud.host.worker.process import main

if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
