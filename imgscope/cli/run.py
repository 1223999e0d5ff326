"""Run a command and turn whatever happens into one line and an exit code. The codes are an API.

0    analysed completely
1    a gate was violated (no command has one yet)
2    wrong usage or configuration, or an output that could not be written
3    the input is not fully analysable: missing, truncated, corrupt, unsupported, a layer missing, a limit hit
4    an error in imgscope itself
130  interrupted
141  whoever read the output went away
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress

import click

from imgscope.cells import shortened
from imgscope.cli.app import cli
from imgscope.cli.codes import CLOSED_PIPE, INPUT, INTERNAL, INTERRUPTED, OK, USAGE
from imgscope.cli.session import ClosedPipe
from imgscope.errors import ImgscopeError, SettingsError
from imgscope.escaping import printable
from imgscope.progress import Cancelled


def run(arguments: Sequence[str]) -> int:
    """Run the command line with ``arguments``; return the exit code."""
    debug = "--debug" in arguments
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
    except ImgscopeError as error:
        return _say(str(error), USAGE if isinstance(error, SettingsError) else INPUT, hint=error.hint, debug=debug)
    except OSError as error:
        return _say(f"cannot write: {(error.strerror or str(error)).lower()}", USAGE, debug=debug)
    except MemoryError:
        return _say("out of memory", INPUT, hint="the image asks for more than this machine has", debug=debug)
    except Exception as error:  # noqa: BLE001 - the last resort: a bug must not end in a bare traceback
        return _internal(error, debug=debug)


_LONGEST = 1000  # characters of a message: names in it come from the image, and may be a megabyte long


def _say(message: str, code: int, *, hint: str | None = None, debug: bool = False) -> int:
    if debug:
        traceback.print_exc()
    lines = [shortened(printable(line.strip()), _LONGEST) for line in message.splitlines() if line.strip()]
    text = f"error: {' '.join(lines)}\n" + (f"hint: {printable(hint)}\n" if hint else "")
    _silence(sys.stderr.write, text)
    return code


def _usage_hint(error: click.UsageError) -> str | None:
    context = error.ctx
    return f"see {context.command_path} --help" if context else None


def _internal(error: Exception, *, debug: bool) -> int:
    """A bug: keep the traceback where it can be found, and say so in a line."""
    if debug:
        traceback.print_exc()
        return INTERNAL
    try:
        with tempfile.NamedTemporaryFile("w", prefix="imgscope-error-", suffix=".txt", delete=False) as report:
            traceback.print_exc(file=report)
        where = f"the details are in {report.name}"
    except OSError:
        where = "run it again with --debug for the details"
    return _say(f"imgscope failed ({type(error).__name__}: {error}); this is a bug", INTERNAL, hint=where)


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
