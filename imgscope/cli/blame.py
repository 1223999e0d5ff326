"""``imgscope blame``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from imgscope.cli.codes import INPUT, OK, VIOLATED
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import SettingsError
from imgscope.escaping import as_stored, inert, printable
from imgscope.report.printer import Printer

if TYPE_CHECKING:
    from imgscope.analysis.blame import Blame
    from imgscope.filesystem.lookup import Place
    from imgscope.filesystem.model import FileSystem
    from imgscope.inspection import Inspection
    from imgscope.report.blame import Asked, BlameInfo
    from imgscope.report.rows import Rows


@image_command
@formats("text", "json", "jsonl")
@click.argument("paths", metavar="PATH|GLOB...", nargs=-1, required=True)
def command(session: Session, format_: str, paths: tuple[str, ...]) -> int:
    """Every layer that put, changed or took away a path of IMAGE, by which instruction, and what became of its bytes.

    Paths that are gone are told of too. A glob is one of .gitignore's: '*.pyc', 'etc/**'. Exits with 1 where a path or
    glob is not found.
    """
    with session.inspection() as inspection:
        finder = _Finder(inspection)
        found = [finder.find(path) for path in paths]
        asked = list({one.node: one for ones in reversed(found) for one in reversed(ones)}.values())[::-1]
        _compare(session, inspection, finder.blame, asked)
        rows = finder.rows(asked)
        for path, ones in zip(paths, found, strict=True):
            if not ones:
                _say_missing(finder, path)
        with session.output() as printer:
            _write(printer, format_, rows, complete=inspection.complete)
    return INPUT if not inspection.complete else OK if all(found) else VIOLATED


class _Finder:
    """What paths and globs mean in one inspection."""

    def __init__(self, inspection: Inspection) -> None:
        from imgscope.analysis.blame import Blame
        from imgscope.filesystem.life import Lives
        from imgscope.filesystem.lookup import ever

        self._inspection = inspection
        self._fs: FileSystem = inspection.filesystem
        self._lives = Lives(self._fs)
        self._ever = ever(self._fs)
        self.blame: Blame = Blame(self._fs, self._lives)

    def find(self, path: str) -> list[Asked]:
        """A path as it is written or, where there is none, as a glob. Raises SettingsError."""
        from imgscope.filesystem.lookup import fitting
        from imgscope.report.blame import Asked

        found = [Asked(self._fs.rootfs.path(place.node), place.node, place.links) for place in self._places(path)]
        if found or not any(character in path for character in "*?["):
            return found
        from imgscope.globs import bytes_matcher

        try:
            return [Asked(*one) for one in fitting(self._fs, self._ever, bytes_matcher([path]))]
        except ValueError as error:
            raise SettingsError(f"{printable(path)}: {error}") from error

    def _places(self, path: str) -> list[Place]:
        from imgscope.filesystem.lookup import places

        return places(self._fs, self._lives, os.fsencode(path)) or places(self._fs, self._lives, as_stored(path))

    def rows(self, asked: list[Asked]) -> Rows[BlameInfo]:
        """Paths as rows, each made when it is asked for."""
        from imgscope.filesystem.lookup import below
        from imgscope.report.blame import Teller
        from imgscope.report.rows import Rows

        teller = Teller(self._inspection, self.blame, below(self._fs, self._ever, [one.node for one in asked]))
        return Rows(asked, teller.row)

    def nearest(self, path: str) -> bytes | None:
        """What may be meant instead."""
        from imgscope.filesystem.lookup import nearest

        return nearest(self._fs, self._ever, os.fsencode(path))


def _compare(session: Session, inspection: Inspection, blame: Blame, asked: list[Asked]) -> None:
    """Read what tells copies from changes, where that is not known yet."""
    from imgscope.indexing.content import fingerprints

    if doubts := blame.doubts(one.node for one in asked):
        tables, limits = [layer.table for layer in inspection.layers], session.settings.limits
        with session.progress() as progress:
            prints = fingerprints(
                inspection.opened, tables, doubts, limits=limits, progress=progress, cache=session.cache
            )
        blame.learn(prints)


def _say_missing(finder: _Finder, path: str) -> None:
    near = finder.nearest(path)
    hint = f"hint: did you mean /{inert(near)}?\n" if near else ""
    sys.stderr.write(f"error: {inert(path)}: no layer has such a path\n{hint}")


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
