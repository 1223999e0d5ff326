"""The layers of a report as rows, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from imgscope.escaping import inert, no_formula
from imgscope.report.wire import LayerInfo

_COLUMNS = (
    "index", "instruction", "content_bytes", "wasted_bytes", "causes_wasted_bytes", "stored_bytes", "tar_bytes",
    "entries", "files", "added", "modified", "removed", "whiteouts", "opaque_whiteouts", "compression", "created",
    "diff_id", "digest", "error",
)  # fmt: skip
_HEADINGS = ("live", "overwritten", "metadata_only", "deleted", "opaque", "type_changed", "shadowed",
             "format_metadata", "tar_overhead")  # fmt: skip


def write_csv(layers: Iterable[LayerInfo]) -> Iterator[str]:
    """A header and a row a layer, lowest first; names and numbers are those of the JSON report."""
    yield _line((*_COLUMNS, *_HEADINGS))
    for layer in layers:
        values: dict[str, object] = {**layer, **layer["accounting"]}
        yield _line(cell(values[name]) for name in (*_COLUMNS, *_HEADINGS))


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def cell(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return no_formula(inert(value))
