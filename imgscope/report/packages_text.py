"""Packages for people and for spreadsheets: tables as text, as Markdown, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence

from imgscope.report.csv import cell
from imgscope.report.markdown import code, escape
from imgscope.report.markdown import table as markdown_table
from imgscope.report.packages import PackageInfo, Packages
from imgscope.report.printer import Column, Printer
from imgscope.units import count, counted

NONE_FOUND = "no package database was found"
_TOTALS = (
    Column("TYPE"),
    Column("PACKAGES", right=True),
    Column("FILES", right=True),
    Column("LIVE", right=True),
    Column("WASTED", right=True, style="yellow"),
)
_PACKAGES = (
    Column("LIVE", right=True),
    Column("WASTED", right=True, style="yellow"),
    Column("FILES", right=True),
    Column("LAYER", right=True),
    Column("TYPE"),
    Column("PACKAGE", flexible=True),
    Column("VERSION", flexible=True),
    Column("NOTE", flexible=True),
)
_DIRECTORIES = (
    Column("LIVE", right=True),
    Column("WASTED", right=True, style="yellow"),
    Column("FILES", right=True),
    Column("DIRECTORY", flexible=True, keep_end=True),
)
_FILES = (
    Column("LIVE", right=True),
    Column("WASTED", right=True, style="yellow"),
    Column("LAYER", right=True),
    Column("PATH", flexible=True, keep_end=True),
)
_FIELDS = (
    "type",
    "name",
    "version",
    "architecture",
    "purl",
    "place",
    "layer",
    "removed_in",
    "part_of",
    "files",
    "live_bytes",
    "wasted_bytes",
)
_UNOWNED_FIELDS = ("path", "layer", "live_bytes", "wasted_bytes")
Size = Callable[[int], str]
Rows = list[tuple[str, ...]]


def write_text(printer: Printer, packages: Packages, top: int) -> None:
    """Totals, the first packages, and what no package owns; ``top`` rows of each."""
    printer.line(_distribution(packages), "bold")
    if not packages["databases"] and not packages["unread"]:
        printer.line(NONE_FOUND)
    printer.heading("Bytes by type of package")
    printer.table(_TOTALS, _totals(packages, printer.size))
    for title, columns, rows in _sections(packages, top, printer.size):
        printer.heading(title)
        printer.table(columns, rows)


def write_markdown(packages: Packages, top: int, size: Size) -> Iterator[str]:
    """The same as Markdown."""
    yield f"## {escape(_distribution(packages))}\n\n"
    if not packages["databases"] and not packages["unread"]:
        yield NONE_FOUND + "\n\n"
    yield from _markdown(_TOTALS, _totals(packages, size))
    for title, columns, rows in _sections(packages, top, size):
        yield f"\n### {title}\n\n"
        yield from _markdown(columns, rows)


def write_csv(packages: Packages, top: int | None) -> Iterator[str]:
    """A row a package; or a row a file of no package, where those were asked for."""
    paths = packages.get("unowned_files")
    fields, rows = (_FIELDS, packages["packages"]) if paths is None else (_UNOWNED_FIELDS, paths)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(fields)
    for row in rows[:top]:
        writer.writerow([cell(row.get(field)) for field in fields])
    yield buffer.getvalue()


def _distribution(packages: Packages) -> str:
    distribution = packages["distribution"]
    return distribution["pretty_name"] if distribution else "unknown distribution"


def _totals(packages: Packages, size: Size) -> Rows:
    """A row a type, one for what nothing owns, and their sum."""
    unowned = packages["unowned"]
    rows: Rows = [
        (
            total["type"],
            count(total["packages"]) + (f" + {count(total['removed'])} removed" if total["removed"] else ""),
            count(total["files"]),
            _some(total["live_bytes"], size),
            _some(total["wasted_bytes"], size),
        )
        for total in packages["totals"]
    ]
    files = unowned["files"], *(total["files"] for total in packages["totals"])
    live = unowned["live_bytes"], *(total["live_bytes"] for total in packages["totals"])
    wasted = unowned["wasted_bytes"], *(total["wasted_bytes"] for total in packages["totals"])
    none = count(unowned["files"]), _some(unowned["live_bytes"], size), _some(unowned["wasted_bytes"], size)
    rows.append(("of no package", "", *none))
    rows.append(("all", "", count(sum(files)), _some(sum(live), size), _some(sum(wasted), size)))
    return rows


def _sections(packages: Packages, top: int, size: Size) -> Iterator[tuple[str, tuple[Column, ...], Rows]]:
    """Titles, columns and rows of the tables that there is something for."""
    rows, unowned = packages["packages"], packages["unowned"]
    paths = packages.get("unowned_files")
    if paths is not None:
        cells: Rows = [
            (_some(row["live_bytes"], size), _some(row["wasted_bytes"], size), str(row["layer"]), row["path"])
            for row in paths[:top]
        ]
        yield "Files of no package" + _of(cells, paths), _FILES, cells
        return
    cells = [_package(row, size) for row in rows[:top]]
    if cells:
        yield "Packages" + _of(cells, rows), _PACKAGES, cells
    directories = unowned["directories"]
    cells = [
        (_some(row["live_bytes"], size), _some(row["wasted_bytes"], size), count(row["files"]), row["path"] or "/")
        for row in directories[:top]
    ]
    if cells:
        yield "Files of no package, by directory" + _of(cells, directories), _DIRECTORIES, cells


def _of(shown: Sequence[object], all_: Sequence[object]) -> str:
    return f", {count(len(shown))} of {count(len(all_))}" if len(shown) < len(all_) else ""


def _package(row: PackageInfo, size: Size) -> tuple[str, ...]:
    return (
        _some(row["live_bytes"], size),
        _some(row["wasted_bytes"], size),
        count(row["files"]),
        str(row["layer"]),
        row["type"],
        row["name"],
        row["version"],
        _note(row),
    )


def _note(row: PackageInfo) -> str:
    """What is worth knowing beside the numbers."""
    notes = []
    if row["part_of"]:
        notes.append(f"part of {row['part_of']}")
    if row["removed_in"] is not None:
        how = "forgotten" if row["live_bytes"] else "removed"
        notes.append(f"{how} by layer {row['removed_in']}")
    if row["earlier"]:
        notes.append(f"{row['earlier'][-1]['version']} before")
    rewritten = [str(layer["layer"]) for layer in row["layers"] if layer["rewritten_bytes"]]
    if rewritten:
        more = f" and {counted(len(rewritten) - 3, 'other', 'others')}" if len(rewritten) > 3 else ""
        notes.append(f"rewritten by layer {', '.join(rewritten[:3])}{more}")
    if row["place"]:
        notes.append(f"in {row['place']}")
    return "; ".join(notes)


def _some(bytes_: int, size: Size) -> str:
    return size(bytes_) if bytes_ else "-"


def _markdown(columns: Sequence[Column], rows: Rows) -> Iterator[str]:
    titles = [column.title.lower() for column in columns]
    align = "".join("r" if column.right else "l" for column in columns)
    yield from markdown_table(
        titles,
        align,
        [
            tuple(code(cell) if column.flexible else escape(cell) for cell, column in zip(row, columns, strict=True))
            for row in rows
        ],
    )
