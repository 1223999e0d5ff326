"""Where a verdict is written: one format to standard output, and any number of reports to files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from imgscope.cli.session import Session
from imgscope.cli.writing import append, is_within, replacing
from imgscope.errors import SettingsError
from imgscope.gate.model import Verdict
from imgscope.report.printer import Printer
from imgscope.report.verdicts.registry import FORMATS

if TYPE_CHECKING:
    from imgscope.report.verdicts.options import Options

APPENDED = "github-summary"
"""The one format whose file belongs to somebody else, who wants it longer and not replaced."""


@dataclass(frozen=True, slots=True)
class Target:
    """A format, and the file that it goes to; ``-`` is standard output."""

    format: str
    file: str


def parse_report(text: str) -> Target:
    """``FORMAT=FILE``. Raises click.UsageError."""
    format_, equals, file = text.partition("=")
    if not equals or not file:
        raise click.UsageError(f"--report {text}: write FORMAT=FILE, as in --report sarif=out.sarif")
    if format_ not in FORMATS:
        raise click.UsageError(f"--report {text}: there is no format {format_!r}; there are {', '.join(FORMATS)}")
    return Target(format_, file)


def check_targets(session: Session, format_: str, targets: Sequence[Target], kept: Sequence[str]) -> None:
    """Refuse outputs that would destroy what they tell of, or one another. ``kept``: files and directories to keep.

    Raises click.UsageError.
    """
    files = [target.file for target in targets if target.file != "-"]
    if session.settings.output not in (None, "-"):
        files.append(str(session.settings.output))
    if len({os.path.realpath(file) for file in files}) < len(files):
        raise click.UsageError("two outputs go to one file")
    if format_ != "text" and any(target.file == "-" for target in targets):
        raise click.UsageError(f"--report …=- and --format {format_} both go to standard output")
    for file in files:
        for path in kept:
            if is_within(file, path):
                raise click.UsageError(f"{file} would be written over: it is read for this verdict")


def write_all(session: Session, format_: str, targets: Sequence[Target], verdict: Verdict, options: Options) -> None:
    """Write everything that can be; then raise SettingsError for the first that could not."""
    failed: list[SettingsError] = []
    files = [target for target in targets if target.file != "-"]
    for target in files:
        try:
            _write_file(session, target, verdict, options)
        except SettingsError as error:
            failed.append(error)
    with session.output() as printer:
        write(printer, format_, verdict, options)
        for target in targets:
            if target.file == "-":
                write(printer, target.format, verdict, options)
    if failed:
        raise failed[0]


def _write_file(session: Session, target: Target, verdict: Verdict, options: Options) -> None:
    if target.format == APPENDED:
        append(target.file, "".join(FORMATS[target.format].lines(verdict, options)))
        return
    with replacing(target.file) as stream:
        write(Printer(stream, session.look(stream)), target.format, verdict, options)


def write(printer: Printer, format_: str, verdict: Verdict, options: Options) -> None:
    """One format to one stream."""
    if format_ == "text":
        from imgscope.report.verdicts.text import write_text

        write_text(printer, verdict)
    else:
        printer.stream.writelines(FORMATS[format_].lines(verdict, options))
