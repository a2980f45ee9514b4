"""`python -m longhaul` is the command `longhaul`."""

import sys

from longhaul.command import main

if __name__ == "__main__":
    sys.exit(main())
