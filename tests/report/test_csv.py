"""Layers for spreadsheets."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from imgscope.report.csv import cell
from tests.conftest import Cli

CAUSES = Path(__file__).parents[2] / "fixtures" / "docker-archive-causes.tar"


def test_rows_are_the_layers_of_the_report(cli: Cli) -> None:
    rows = list(csv.DictReader(io.StringIO(cli("report", "--format", "csv", CAUSES).out)))
    layers = cli("report", "--json", CAUSES).json["layers"]

    assert len(rows) == len(layers) == 19
    for row, one in zip(rows, layers, strict=True):
        flat = {**one, **one["accounting"]}
        assert row == {name: "" if flat[name] is None else str(flat[name]) for name in row}
        assert sum(int(row[name]) for name in one["accounting"]) == int(row["tar_bytes"])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-1", "'-1"),
        (-1, "-1"),
        (None, ""),
        ("a\nb\x1b", "a\\nb\\x1b"),
        (True, "True"),
    ],
)
def test_no_cell_is_a_formula_or_a_command(value: object, shown: str) -> None:
    assert cell(value) == shown
