"""`python -m warroom`."""

import sys

from warroom.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
