"""Print the digest of every spec that stands on standard input, one a line; another process of the determinism eval."""

from __future__ import annotations

import sys

from harness.run import execute
from harness.spec import parse


def main() -> None:
    """Read specs, print digests."""
    for line in sys.stdin:
        print(execute(parse(line)).digest)


if __name__ == "__main__":
    main()
