"""The command ``imgscope`` and ``python -m imgscope``."""

from __future__ import annotations

import gc
import signal
import sys

from imgscope import __version__


def main() -> None:
    """Run the command line and exit with its code."""
    if sys.argv[1:] == ["--version"]:  # asked by scripts and prompts: it needs nothing of all that follows
        print(f"imgscope, version {__version__}")
        return
    try:
        from imgscope.cli.run import run

        _unwind_when_asked_to_end()
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while all that is loaded: later ones are told of there
        sys.stderr.write("interrupted\n")
        code = 130
    gc.freeze()  # Python would look for garbage once more before it ends: 30 ms for nothing
    sys.exit(code)


def _unwind_when_asked_to_end() -> None:
    """As for any exit, so that no half-written output is left beside the real one."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup has it ignored
            signal.signal(number, lambda number, _frame: sys.exit(128 + number))


if __name__ == "__main__":
    main()
