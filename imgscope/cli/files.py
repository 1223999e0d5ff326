"""``imgscope files``."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from imgscope.cli.options import formats, image_command
from imgscope.cli.session import INCOMPLETE, Session
from imgscope.errors import ImgscopeError, SettingsError
from imgscope.filesystem.paths import normal
from imgscope.inspection import Inspection
from imgscope.report.files import final_files, is_there, layer_files
from imgscope.report.wire import FileInfo


@image_command
@formats("text", "json", "jsonl")
@click.option("--tree", is_flag=True, help="An indented tree with sizes summed upward.")
@click.option("--layer", type=int, metavar="N", help="That layer's own entries, whiteouts included.")
@click.argument("path", default="")
def command(session: Session, format_: str, tree: bool, layer: int | None, path: str) -> int:
    """The final filesystem of IMAGE, or what is below PATH, as ls -l shows it."""
    below = normal(os.fsencode(path))
    with session.inspection() as inspection:
        rows = _rows(inspection, layer, below)
        with session.output() as printer:
            if format_ == "jsonl":
                from imgscope.report.json import lines

                printer.stream.writelines(lines(rows))
            elif format_ == "json":
                from imgscope.report.json import part

                printer.stream.write(part("files", list(rows)))
            elif tree:
                from imgscope.report.tree import write_tree

                write_tree(printer, rows)
            else:
                from imgscope.report.text import write_files

                write_files(printer, rows)
    return 0 if inspection.complete else INCOMPLETE


def _rows(inspection: Inspection, layer: int | None, below: bytes) -> Iterator[FileInfo]:
    if layer is None:
        if not is_there(inspection.filesystem, below):
            raise SettingsError(f"{below.decode(errors='surrogateescape')}: no such path in the final filesystem")
        return final_files(inspection.filesystem, below)
    tables = inspection.filesystem.tables
    if not 0 <= layer < len(tables):
        raise SettingsError(f"--layer {layer}: the image has layers 0 to {len(tables) - 1}")
    table = tables[layer]
    if table is None:
        error = inspection.layers[layer].error
        raise error or ImgscopeError(f"layer {layer} could not be read")
    return layer_files(table, layer, below)
