"""A row a rule, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from imgscope.escaping import no_formula
from imgscope.gate.model import ImageVerdict, Number, Outcome, Verdict
from imgscope.report.verdicts import words
from imgscope.report.verdicts.options import Options

_HEADER = ("image", "rule", "name", "result", "value", "limit", "unit", "found", "message", "worst", "origin")


def write(verdict: Verdict, options: Options) -> Iterator[str]:
    """A header and the rows; an image that could not be judged has one too."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_HEADER)
    for image in verdict.images:
        for row in _rows(image, options):
            writer.writerow([_cell(value) for value in row])
    yield buffer.getvalue()


def _rows(image: ImageVerdict, options: Options) -> Iterator[tuple[str | Number | None, ...]]:
    if broken := words.incomplete(image):
        yield image.path, "reading", "", "ERROR", None, None, "", 0, broken, "", ""
    for outcome in image.outcomes:
        yield _row(image, outcome, options)


def _row(image: ImageVerdict, outcome: Outcome, options: Options) -> tuple[str | Number | None, ...]:
    said = outcome.message or words.sentence(outcome, options.measure)
    worst = words.path_of(outcome.findings[0]) if outcome.findings else ""
    value, limit = outcome.value, outcome.limit
    unit, found = outcome.unit.value, outcome.found
    return (
        image.path,
        outcome.id,
        outcome.name,
        words.word(outcome),
        value,
        limit,
        unit,
        found,
        said,
        worst,
        outcome.origin,
    )


def _cell(value: str | Number | None) -> str:
    """A text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value) if isinstance(value, int) else str(round(float(value), 6))
    return no_formula(words.shown(value))
