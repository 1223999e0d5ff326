"""``imgscope waste``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import SIZE, formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import SettingsError
from imgscope.filesystem.model import Cause
from imgscope.units import counted

if TYPE_CHECKING:
    from imgscope.report.wire import Report, WasteInfo


@image_command
@formats("text", "json")
@click.option(
    "--cause",
    type=click.Choice([cause.name.lower() for cause in Cause]),
    multiple=True,
    help="Only this cause (repeatable).",
)
@click.option("--layer", type=int, metavar="N", help="Only what layer N carries.")
@click.option("--path", metavar="GLOB", multiple=True, help="Only paths that match, as in .gitignore (repeatable).")
@click.option("--min-size", type=SIZE, default=0, help="Only what wastes at least this much.")
@click.option("--top", type=click.IntRange(min=0), help="Only the largest N.")
def command(
    session: Session,
    format_: str,
    cause: tuple[str, ...],
    layer: int | None,
    path: tuple[str, ...],
    min_size: int,
    top: int | None,
) -> int:
    """Every file of IMAGE that travels for nothing: its layer, what hid it, and the instruction at fault."""
    from imgscope.filesystem.lookup import check_layer
    from imgscope.report.build import build_report

    with session.inspection() as inspection, session.output() as printer:
        report = build_report(inspection)
        check_layer(inspection.filesystem, layer)
        found = [row for row in _matching(report, path) if _wanted(row, cause, layer, min_size)]
        rows = found[:top]
        if format_ == "json":
            from imgscope.report.json import part

            printer.stream.write(part("waste", rows))
        else:
            from imgscope.report.text import write_waste

            write_waste(printer, report, rows)
            total = printer.size(sum(row["bytes"] for row in found))
            shown = f"; {len(rows)} shown" if len(rows) < len(found) else ""
            printer.line(f"{counted(len(found), 'file', 'files')}, {total} wasted{shown}")
    return OK if inspection.complete else INPUT


def _matching(report: Report, patterns: tuple[str, ...]) -> Sequence[WasteInfo]:
    if not patterns:
        return report["waste"]
    from imgscope.globs import matcher

    try:
        matches = matcher(patterns)
    except ValueError as error:
        raise SettingsError(f"--path: {error}") from error
    return [row for row in report["waste"] if matches(row["path"])]


def _wanted(row: WasteInfo, causes: tuple[str, ...], layer: int | None, min_size: int) -> bool:
    return (
        (not causes or row["cause"] in causes) and (layer is None or row["layer"] == layer) and row["bytes"] >= min_size
    )
