"""``imgscope cat``."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

import click

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.failures import say_missing
from imgscope.cli.options import image_command
from imgscope.cli.session import Session
from imgscope.cli.writing import replacing
from imgscope.errors import SettingsError

if TYPE_CHECKING:
    from imgscope.extract.cat import Content
    from imgscope.extract.reading import Piece

# What a terminal would obey or choke on: controls but tab, newline and carriage return, and their like in UTF-8.
_UNFIT = re.compile(rb"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]")


@image_command
@click.option("--layer", type=int, metavar="N", help="As it was after layer N, deleted since or not.")
@click.option("--force", is_flag=True, help="Write to a terminal whatever it is.")
@click.argument("path")
def command(session: Session, path: str, layer: int | None, force: bool) -> int:
    """Write the content of the file PATH in IMAGE, through links inside of the image."""
    from imgscope.extract.cat import cat
    from imgscope.filesystem.finding import NotThereError, View

    with session.inspection() as inspection:
        try:
            view = View(inspection.filesystem, layer)
            content = cat(inspection, view, os.fsencode(path), limits=session.settings.limits)
        except NotThereError as error:
            return say_missing(error, inspection)
        _write(session, content, force=force)
    return OK if inspection.complete else INPUT


def _write(session: Session, content: Content, *, force: bool) -> None:
    name = session.settings.output
    if name is not None and name != "-":
        with replacing(name) as stream:
            _to_file(stream.buffer, content)
        return
    if sys.stdout is None:
        raise SettingsError("standard output is closed", hint="write to a file with -o")
    guarded = sys.stdout.isatty() and not force
    for piece in _fit(content.bytes()) if guarded else content.bytes():
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _to_file(stream: IO[bytes], content: Content) -> None:
    """Write it with its holes, where that is a file that can have some."""
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.writelines(content.bytes())
        return
    from imgscope.extract.draft import fill

    fill(stream.fileno(), content.stored, content.segments, content.size)


def _fit(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same, up to what is not for a terminal. Raises SettingsError there."""
    last = b""
    for piece in pieces:
        if _UNFIT.search(last + piece):
            raise SettingsError(
                "the content is not text, and a terminal could take it for commands",
                hint="-o FILE writes it to a file, --force to the terminal",
            )
        last = bytes(piece[-1:])
        yield piece
