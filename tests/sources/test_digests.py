"""Documents are checked against the digests that name them; where that is not possible it is said."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import imgscope
from imgscope.errors import DocumentError
from tests.build import Spec, f, layer, layout_files, plain, write_directory

IMAGE = Spec([layer(f("a", "1"))])


def renamed(algorithm: str, encoded: str) -> dict[str, bytes]:
    """A layout whose manifest has another digest."""
    files = layout_files(IMAGE, compress=plain)
    index = json.loads(files["index.json"])
    digest = index["manifests"][0]["digest"]
    manifest = files.pop(f"blobs/{digest.replace(':', '/')}")
    if algorithm == "sha512" and not encoded:
        encoded = hashlib.sha512(manifest).hexdigest()
    index["manifests"][0]["digest"] = f"{algorithm}:{encoded}"
    return {**files, "index.json": json.dumps(index).encode(), f"blobs/{algorithm}/{encoded}": manifest}


@pytest.mark.parametrize(
    ("algorithm", "encoded", "codes"),
    [
        ("sha512", "", set()),
        ("blake3", "0" * 64, {"unchecked-digest"}),
        ("sha256+b64u", "LCa0a2j_xo-5m0U8HTBB", {"unchecked-digest"}),
    ],
)
def test_a_digest_that_cannot_be_computed_is_told(
    algorithm: str, encoded: str, codes: set[str], tmp_path: Path
) -> None:
    with imgscope.open_image(str(write_directory(renamed(algorithm, encoded), tmp_path))) as opened:
        assert {warning.code for warning in opened.warnings} == codes


@pytest.mark.parametrize(("algorithm", "length"), [("sha256", 64), ("sha384", 96), ("sha512", 128)])
def test_a_digest_that_can_be_computed_must_hold(algorithm: str, length: int, tmp_path: Path) -> None:
    path = write_directory(renamed(algorithm, "0" * length), tmp_path)
    with pytest.raises(DocumentError, match=f"expected {algorithm}:0000"):
        imgscope.open_image(str(path))
