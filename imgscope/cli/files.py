"""``imgscope files``."""

from __future__ import annotations

import os
from collections.abc import Iterable

import click

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import ImgscopeError, SettingsError
from imgscope.filesystem.paths import normal
from imgscope.inspection import Inspection
from imgscope.report.files import final_inodes, layer_files, standing
from imgscope.report.wire import FileInfo


@image_command
@formats("text", "json", "jsonl")
@click.option("--tree", is_flag=True, help="An indented tree with sizes summed upward.")
@click.option("--layer", type=int, metavar="N", help="That layer's own entries, whiteouts included.")
@click.argument("path", default="")
def command(session: Session, format_: str, tree: bool, layer: int | None, path: str) -> int:
    """The final filesystem of IMAGE, or what is below PATH, as ls -l shows it."""
    if tree and format_ != "text":
        raise SettingsError("--tree is for text, not for JSON")
    with session.inspection() as inspection:
        rows = _rows(inspection, layer, os.fsencode(path))
        with session.output() as printer:
            if format_ == "jsonl":
                from imgscope.report.json import lines

                printer.stream.writelines(lines(row for row, _ in rows))
            elif format_ == "json":
                from imgscope.report.json import part

                printer.stream.write(part("files", [row for row, _ in rows]))
            elif tree:
                from imgscope.report.tree import write_tree

                write_tree(printer, rows)
            else:
                from imgscope.report.text import write_files

                write_files(printer, (row for row, _ in rows))
    return OK if inspection.complete else INPUT


def _rows(inspection: Inspection, layer: int | None, path: bytes) -> Iterable[tuple[FileInfo, object]]:
    """Rows to list, each with what tells its inode from others."""
    if layer is None:
        node = standing(inspection.filesystem, path)
        if node is None:
            raise SettingsError(f"{os.fsdecode(path)}: no such path in the final filesystem")
        return final_inodes(inspection.filesystem, node)
    tables = inspection.filesystem.tables
    if not 0 <= layer < len(tables):
        raise SettingsError(f"--layer {layer}: the image has layers 0 to {len(tables) - 1}")
    table = tables[layer]
    if table is None:
        error = inspection.layers[layer].error
        raise error or ImgscopeError(f"layer {layer} could not be read")
    rows = [(row, number) for number, row in enumerate(layer_files(table, layer, normal(path)))]
    if path and not rows:
        raise SettingsError(f"{os.fsdecode(path)}: layer {layer} has no such entry")
    return rows
