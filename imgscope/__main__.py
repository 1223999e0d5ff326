"""The command ``imgscope`` and ``python -m imgscope``."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from imgscope.cli.run import run

    # Asked to end, the process unwinds as for any exit, so that no half-written output is left beside the real one.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
