"""Images that real engines wrote: what imgscope lists is what an engine unpacks, whatever the saved form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import imgscope
from imgscope.report.build import build_report
from tests.records import differences

FIXTURES = Path(__file__).parent.parent / "fixtures"
_ROW = re.compile(r"^\| `([^`]+?)/?` .*\| ([^|]*) \|$", re.MULTILINE)
_STORED = {
    "digest",
    "media_type",
    "compression",
    "stored_bytes",
    "created_by",
    "created",
    "instruction",
    "comment",
    "author",
}


def _rows() -> list[tuple[str, str]]:
    """Fixture and record, from the table that people read."""
    table = (FIXTURES / "README.md").read_text()
    return [
        (name, record) for name, records in _ROW.findall(table) for record in re.findall(r"`([\w-]+\.tsv)`", records)
    ]


def _image_of(record: str) -> dict[str, str]:
    """How to choose the image that a record is of, where a file holds several."""
    choices = {
        "two-a.tsv": {"image": "two-a"},
        "two-b.tsv": {"image": "two-b"},
        "platforms-amd64.tsv": {"platform": "linux/amd64"},
        "platforms-arm64.tsv": {"platform": "linux/arm64"},
    }
    return choices.get(record, {})


def test_every_fixture_is_in_the_table() -> None:
    listed = {name for name, _ in _rows()}
    present = {path.name for path in FIXTURES.iterdir() if path.is_dir() or ".tar" in path.name}

    assert listed == present
    assert len(listed) >= 40


@pytest.mark.parametrize(("name", "record"), _rows())
def test_the_final_filesystem_is_what_an_engine_unpacks(name: str, record: str) -> None:
    if record == "through-overlay.tsv":
        pytest.skip("how overlayfs shows links of lower layers; imgscope follows the specification, and says so")

    choice = _image_of(record)
    with imgscope.open_image(
        str(FIXTURES / name), image=choice.get("image"), platform=choice.get("platform")
    ) as opened:
        inspection = imgscope.inspect(opened)

    assert inspection.complete
    assert differences(inspection.filesystem, FIXTURES / record) == {}


def _essence(name: str) -> dict[str, Any]:
    """A report without what depends on the saved form."""
    with imgscope.open_image(str(FIXTURES / name)) as opened:
        report = build_report(imgscope.inspect(opened))
    return {
        "layers": [{key: value for key, value in layer.items() if key not in _STORED} for layer in report["layers"]],
        "waste": [{key: value for key, value in row.items() if key != "stored_bytes"} for row in report["waste"]],
        "totals": {key: value for key, value in report["totals"].items() if "stored" not in key and key != "history"},
    }


@pytest.mark.parametrize("name", [name for name, record in _rows() if record == "causes.tsv" and "export" not in name])
def test_one_image_has_the_same_numbers_in_every_form(name: str) -> None:
    assert _essence(name) == _essence("docker-archive-causes.tar")


@pytest.mark.parametrize("name", sorted({name for name, _ in _rows()}))
def test_every_byte_of_every_layer_is_accounted_for(name: str) -> None:
    with imgscope.open_image(str(FIXTURES / name)) as opened:
        report = build_report(imgscope.inspect(opened))
    totals = report["totals"]

    for layer in report["layers"]:
        parts = [value for value in layer["accounting"].values() if isinstance(value, int)]
        assert sum(parts) == layer["tar_bytes"]
        assert min(parts) >= 0
    assert totals["content_bytes"] == totals["live_bytes"] + totals["format_metadata_bytes"] + totals["wasted_bytes"]
    assert totals["wasted_bytes"] == sum(row["bytes"] for row in report["waste"])
    shadowed = sum(layer["accounting"]["shadowed"] for layer in report["layers"])
    assert totals["wasted_bytes"] == shadowed + sum(layer["causes_wasted_bytes"] for layer in report["layers"])


def test_all_causes_occur() -> None:
    names = ("docker-archive-causes.tar", "umoci-oci-duplicate")
    seen = {row["cause"] for name in names for row in _essence(name)["waste"]}

    assert seen == {"overwritten", "metadata_only", "deleted", "opaque", "type_changed", "shadowed"}
