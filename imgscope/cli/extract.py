"""``imgscope extract``."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from imgscope.cli.codes import INPUT, OK, USAGE
from imgscope.cli.failures import say_missing
from imgscope.cli.narration import say
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import OccupiedError, SettingsError
from imgscope.escaping import printable

if TYPE_CHECKING:
    from imgscope.extract.model import Outcome, Request
    from imgscope.inspection import Inspection
    from imgscope.report.extraction import ExtractionInfo


@image_command
@formats("text", "json")
@click.option("--layer", type=int, metavar="N", help="As it was after layer N.")
@click.option("--overwrite", is_flag=True, help="Replace files and links that are there, and merge into directories.")
@click.option("--no-same-owner", is_flag=True, help="For root: set no owners and set-ID bits, and make no devices.")
@click.argument("path", metavar="[PATH|GLOB]...", nargs=-1)
def command(
    session: Session, path: tuple[str, ...], format_: str, layer: int | None, overwrite: bool, no_same_owner: bool
) -> int:
    """Write the final filesystem of IMAGE, or each PATH of it with all below, to a directory given by -o.

    Paths are those of the image, below that directory. A GLOB is one of .gitignore's: 'etc/*.conf', '*.pem'. With -o -
    it is a tar to standard output.
    """
    from imgscope.extract.model import request
    from imgscope.filesystem.finding import NotThereError, View
    from imgscope.report.extraction import extraction_info

    target = _target(session, format_)
    with session.inspection() as inspection:
        try:
            view = View(inspection.filesystem, layer)
            wanted = replace(
                request(view, [os.fsencode(one) for one in path], target),
                overwrite=overwrite,
                owner=not no_same_owner,
                special=True,
                every=session.settings.verbose,
            )
        except NotThereError as error:
            return say_missing(error, inspection)
        done = _tar(session, inspection, wanted) if target == "-" else _extract(session, inspection, wanted)
    info = extraction_info(target, done)
    _tell(session, info, format_)
    return INPUT if not inspection.complete else USAGE if done.untaken else OK


def _target(session: Session, format_: str) -> str:
    """Where it goes. Raises SettingsError for what cannot be meant."""
    target = session.settings.output
    if target is None:
        raise click.UsageError("-o DIR says where the files go; -o - writes a tar to standard output")
    if target == "-" and format_ == "json":
        raise click.UsageError("--json and -o - both go to standard output")
    if target == "-" and (sys.stdout is None or sys.stdout.isatty()):
        raise SettingsError("a tar is not for a terminal", hint="write it to a file or a pipe, or name a directory")
    if target.lower().endswith((".tar", ".tar.gz", ".tgz")) and not os.path.isdir(target):
        raise SettingsError(
            f"{printable(target)} would be a directory", hint="for a tar: imgscope extract … -o - > FILE"
        )
    return target


def _extract(session: Session, inspection: Inspection, request: Request) -> Outcome:
    from imgscope.extract.write import extract

    try:
        with session.progress() as progress:
            return extract(inspection, request, limits=session.settings.limits, progress=progress)
    except OccupiedError as error:
        raise SettingsError(error.what, hint="name another directory, or give --overwrite") from error


def _tar(session: Session, inspection: Inspection, request: Request) -> Outcome:
    from imgscope.extract.tarball import write_tarball

    with session.progress() as progress:
        done = write_tarball(inspection, request, sys.stdout.buffer, limits=session.settings.limits, progress=progress)
    sys.stdout.buffer.flush()
    return done


def _tell(session: Session, info: ExtractionInfo, format_: str) -> None:
    """What came of it: in JSON all of it, else a line, and what is wrong on stderr."""
    from imgscope.report import extraction
    from imgscope.report.json import part
    from imgscope.units import size

    if not session.settings.quiet:
        for line in extraction.complaints(info, every=session.settings.verbose):
            say("warning", line)
    if info["target"] == "-" or (format_ == "text" and session.settings.quiet):
        return
    written = part("extract", info) if format_ == "json" else ""
    sys.stdout.write(written or extraction.in_words(info, size(info["bytes"], session.settings.sizes)) + "\n")


for _option in command.params:
    if _option.name == "output" and isinstance(_option, click.Option):
        _option.metavar, _option.help = "DIR", "The directory to write to, made if it is not there; - for a tar."
