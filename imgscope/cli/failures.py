"""What went wrong → an exit code and a line for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgscope.cli.codes import INPUT, INTERNAL, USAGE, VIOLATED
from imgscope.cli.narration import narrated, say
from imgscope.errors import ImgscopeError, SettingsError, reason

if TYPE_CHECKING:
    from imgscope.filesystem.finding import NotThereError
    from imgscope.inspection import Inspection


@dataclass(frozen=True, slots=True)
class Failure:
    """How a run, or its part for one image, ended."""

    code: int
    message: str
    hint: str | None = None


def explain(error: Exception, *, debug: bool = False) -> Failure:
    """An exception, while it is handled, as its failure; of a bug the traceback is kept in a file."""
    if isinstance(error, ImgscopeError):
        return Failure(USAGE if isinstance(error, SettingsError) else INPUT, str(error), error.hint)
    if isinstance(error, OSError):
        return Failure(USAGE, f"cannot write: {reason(error)}")
    if isinstance(error, MemoryError):
        return Failure(INPUT, "out of memory", "the image asks for more than this machine has")
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return Failure(INPUT, "no thread could begin", "the system has a limit of processes and threads (ulimit -u)")
    message = f"imgscope failed ({type(error).__name__}: {error}); this is a bug"
    return Failure(INTERNAL, message, None if debug else _kept())


def in_words(message: str, hint: str | None = None) -> str:
    """The lines that tell of it: ``error: …`` and, where there is something to do, ``hint: …``."""
    return "".join(narrated(kind, text) for kind, text in told(message, hint))


def told(message: str, hint: str | None = None) -> list[tuple[str, str]]:
    """The same as pairs of what it is and what it says."""
    text = " ".join(line.strip() for line in message.splitlines() if line.strip())
    return [("error", text), *([("hint", hint)] if hint else [])]


def say_failure(message: str, hint: str | None = None) -> None:
    """Tell of it on stderr."""
    for kind, text in told(message, hint):
        say(kind, text)


def say_missing(error: NotThereError, inspection: Inspection) -> int:
    """Tell that an image has no such path, and give the exit code for that: of half an image nobody knows."""
    say_failure(str(error), error.hint)
    return VIOLATED if inspection.complete else INPUT


def _kept() -> str:
    """Keep the traceback of the exception being handled where it can be found, and say where."""
    try:
        import tempfile
        import traceback

        with tempfile.NamedTemporaryFile("w", prefix="imgscope-error-", suffix=".txt", delete=False) as report:
            traceback.print_exc(file=report)
    except OSError:
        return "run it again with --debug for the details"
    return f"the details are in {report.name}"
