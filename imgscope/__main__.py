"""The command ``imgscope`` and ``python -m imgscope``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from imgscope.cli.run import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
