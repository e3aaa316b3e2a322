"""`python -m localcloud VERB …`."""

import sys

from localcloud.cli.parser import main

if __name__ == "__main__":
    sys.exit(main())
