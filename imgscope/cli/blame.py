"""``imgscope blame``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from imgscope.cli.codes import INPUT, OK, VIOLATED
from imgscope.cli.failures import say_missing
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.report.printer import Printer

if TYPE_CHECKING:
    from imgscope.report.blame import BlameInfo
    from imgscope.report.rows import Rows


@image_command
@formats("text", "json", "jsonl")
@click.argument("paths", metavar="PATH|GLOB...", nargs=-1, required=True)
def command(session: Session, format_: str, paths: tuple[str, ...]) -> int:
    """Every layer that put, changed or took away a path of IMAGE, by which instruction, and what became of its bytes.

    Paths that are gone are told of too. A glob is one of .gitignore's: '*.pyc', 'etc/**'. Exits with 1 where a path or
    glob is not found.
    """
    from imgscope.questions.blaming import Blaming
    from imgscope.report.blame import blame_rows

    with session.inspection() as inspection:
        blaming = Blaming(inspection)
        asked = [os.fsencode(path) for path in paths]
        found = [blaming.find(path) for path in asked]
        with session.progress() as progress:
            told = blaming.told(found, limits=session.settings.limits, progress=progress, cache=session.cache)
        for path, ones in zip(asked, found, strict=True):
            if not ones:
                say_missing(blaming.missing(path), inspection)
        with session.output() as printer:
            _write(printer, format_, blame_rows(inspection, told), complete=inspection.complete)
    return INPUT if not inspection.complete else OK if all(found) else VIOLATED


def _write(printer: Printer, format_: str, rows: Rows[BlameInfo], *, complete: bool) -> None:
    from imgscope.report import json
    from imgscope.report.wire import SCHEMA_VERSION

    if format_ == "jsonl":
        printer.stream.writelines(json.lines(rows))
    elif format_ == "json":
        document = {"schema_version": SCHEMA_VERSION, "complete": complete, "blame": rows}
        printer.stream.writelines(json.pieces(document))
    else:
        from imgscope.report.blame_text import write_blame

        write_blame(printer, rows)
