"""``imgscope files``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.failures import say_missing
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import SettingsError

if TYPE_CHECKING:
    from imgscope.inspection import Inspection
    from imgscope.report.files import Listing
    from imgscope.report.printer import Printer
    from imgscope.report.wire import FileInfo


@image_command
@formats("text", "json", "jsonl", "ncdu")
@click.option("--tree", is_flag=True, help="An indented tree with sizes summed upward.")
@click.option("--depth", type=click.IntRange(min=0), metavar="N", help="At most N levels below the top, or PATH.")
@click.option("--sort", type=click.Choice(["name", "size"]), default="name", show_default=True, help="Order.")
@click.option("--layer", type=int, metavar="N", help="That layer's own entries, whiteouts included.")
@click.option("--wasted", is_flag=True, help="With --format ncdu: what travels for nothing instead.")
@click.argument("path", default="")
def command(
    session: Session,
    format_: str,
    tree: bool,
    depth: int | None,
    sort: str,
    layer: int | None,
    wasted: bool,
    path: str,
) -> int:
    """The final filesystem of IMAGE, or what is below PATH, as ls -l shows it; or for ncdu -f."""
    from imgscope.filesystem.finding import NotThereError
    from imgscope.report.files import arranged, listed

    if tree and format_ != "text":
        raise SettingsError("--tree is for text, not for JSON")
    if wasted and format_ != "ncdu":
        raise SettingsError("--wasted is for --format ncdu", hint="imgscope waste lists what travels for nothing")
    if format_ == "ncdu" and (depth is not None or sort != "name"):
        raise SettingsError("--depth and --sort are not for --format ncdu: ncdu shows all, in any order")
    with session.inspection() as inspection:
        try:
            if format_ == "ncdu":
                _write_ncdu(session, inspection, layer, wasted, os.fsencode(path))
            else:
                listing = listed(inspection, os.fsencode(path), layer)
                lowest = listing.lowest(depth)
                with session.output() as printer:
                    if tree:
                        _write_tree(printer, listing, lowest, by_size=sort == "size")
                    else:
                        rows = arranged((row for row, _ in listing.rows), lowest=lowest, by_size=sort == "size")
                        _write(printer, rows, format_)
        except NotThereError as error:
            return say_missing(error, inspection)
    return OK if inspection.complete else INPUT


def _write_tree(printer: Printer, listing: Listing, lowest: int | None, *, by_size: bool) -> None:
    from imgscope.report.tree import write_tree

    write_tree(printer, listing.rows, lowest=lowest, by_size=by_size)


def _write(printer: Printer, rows: Iterable[FileInfo], format_: str) -> None:
    if format_ == "jsonl":
        from imgscope.report.json import lines

        printer.stream.writelines(lines(rows))
    elif format_ == "json":
        from imgscope.report.json import part

        printer.stream.write(part("files", list(rows)))
    else:
        from imgscope.report.text import write_files

        write_files(printer, rows)


def _write_ncdu(session: Session, inspection: Inspection, layer: int | None, wasted: bool, path: bytes) -> None:
    from imgscope.filesystem.finding import View
    from imgscope.report.files import own_name, table_of
    from imgscope.report.ncdu import final_steps, layer_steps, made_at, wasted_steps, write_ncdu

    fs = inspection.filesystem
    table = None if layer is None else table_of(inspection, layer)
    if wasted:
        top = fs.rootfs.path(View(fs).ever(path))
        steps = wasted_steps(fs, inspection.analysis, layer, top)
    elif layer is not None and table is not None:
        top = own_name(fs, layer, table, path)
        steps = layer_steps(table, top)
    else:
        node, _ = View(fs).find(path, follow=False)
        steps, top = final_steps(fs, node), fs.rootfs.path(node)
    with session.output() as printer:
        printer.stream.writelines(write_ncdu(steps, top, made_at(inspection), ascii_only=not printer.look.unicode))
