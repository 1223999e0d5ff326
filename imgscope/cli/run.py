"""Run a command and turn whatever happens into one line and an exit code. The codes are an API.

0    analysed completely; of a gate, all rules pass
1    a rule of the gate is violated
2    wrong usage or configuration, or an output that could not be written
3    the input is not fully analysable: missing, truncated, corrupt, unsupported, a layer missing, a limit hit
4    an error in imgscope itself
130  interrupted
141  whoever read the output went away
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

import click

from imgscope.cli.app import cli
from imgscope.cli.codes import CLOSED_PIPE, INTERRUPTED, OK, USAGE, ClosedPipe
from imgscope.cli.failures import explain, in_words
from imgscope.progress import Cancelled


def run(arguments: Sequence[str]) -> int:
    """Run the command line with ``arguments``; return the exit code."""
    debug = "--debug" in arguments
    # A command makes a million objects that all stay, hardly any cycle, and ends: a fifth of it would go into looking
    # for garbage. The interface, which stays, turns this on again.
    gc.disable()
    _reconfigure_streams()
    try:
        code = cli.main(args=list(arguments), prog_name="imgscope", standalone_mode=False)
        if sys.stdout:
            sys.stdout.flush()
        return int(code or OK)
    except click.exceptions.NoArgsIsHelpError as error:
        _silence(sys.stderr.write, f"{error.format_message()}\n")
        return USAGE
    except click.UsageError as error:
        return _say(error.format_message(), USAGE, hint=_usage_hint(error), debug=debug)
    except click.ClickException as error:
        return _say(error.format_message(), USAGE, debug=debug)
    except (KeyboardInterrupt, click.Abort, Cancelled):
        _silence(sys.stderr.write, "interrupted\n")
        return INTERRUPTED
    except (BrokenPipeError, ClosedPipe):
        _leave_pipe()
        return CLOSED_PIPE
    except Exception as error:  # noqa: BLE001 - the last resort: a bug must not end in a bare traceback
        failure = explain(error, debug=debug)
        return _say(failure.message, failure.code, hint=failure.hint, debug=debug)


def _say(message: str, code: int, *, hint: str | None = None, debug: bool = False) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    _silence(sys.stderr.write, in_words(message, hint))
    return code


def _usage_hint(error: click.UsageError) -> str | None:
    context = error.ctx
    return f"see {context.command_path} --help" if context else None


def _reconfigure_streams() -> None:
    """A character that the terminal's encoding lacks is shown as an escape; what is closed swallows what is said."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for as long as the process lives
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _leave_pipe() -> None:
    """Keep Python from complaining again when it flushes standard output at exit."""
    _silence(lambda _: os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()), "")


def _silence(action: Callable[[str], object], text: str) -> None:
    """Do something that must not fail: where even stderr is closed there is nobody left to tell."""
    with suppress(OSError, ValueError):
        action(text)
