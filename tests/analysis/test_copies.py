"""metadata_only is decided by content, however it is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

import imgscope
from imgscope.indexing.fingerprint import of_bytes, of_content
from imgscope.tar.table import SparseMap
from tests.build import E, Spec, docker_files, f, gz, layer, layout_files, plain, write_tar, zst

HOLES = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.numblocks": "1"}


def sparse(name: str, size: int, offset: int, data: bytes) -> E:
    """A sparse file with one segment."""
    records: dict[str, str | bytes] = {**HOLES, "GNU.sparse.size": str(size), "GNU.sparse.map": f"{offset},{len(data)}"}
    return E(name, data, pax=records)


def causes(path: Path) -> list[str]:
    with imgscope.open_image(str(path)) as opened:
        return [row.cause.name.lower() for row in imgscope.inspect(opened).analysis.waste]


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        (f("a", "x" * 2000), f("a", "x" * 2000, mode=0o600), "metadata_only"),
        (f("a", "x" * 2000), f("a", "x" * 1999 + "y"), "overwritten"),
        (f("a", "x" * 2000), f("a", "x" * 2001), "overwritten"),
        (sparse("a", 2048, 512, b"d" * 512), E("a", bytes(512) + b"d" * 512 + bytes(1024)), "metadata_only"),
        (E("a", bytes(512) + b"d" * 512 + bytes(1024)), sparse("a", 2048, 512, b"d" * 512), "metadata_only"),
        (sparse("a", 2048, 512, b"d" * 512), sparse("a", 2048, 1024, b"d" * 512), "overwritten"),
        (sparse("a", 1 << 50, 512, b"d" * 512), sparse("a", 1 << 50, 512, b"d" * 512), "metadata_only"),
    ],
)
def test_a_copy_is_told_from_a_change(before: E, after: E, cause: str, tmp_path: Path) -> None:
    spec = Spec([layer(before), layer(after)])

    assert causes(write_tar(docker_files(spec), tmp_path / "plain.tar")) == [cause]
    for compress in (gz, zst, plain):
        path = tmp_path / f"{compress.__name__}.tar"
        assert causes(write_tar(layout_files(spec, compress=compress), path)) == [cause]


@pytest.mark.parametrize("size", [1, 7, 512, 4096, 5000, 100_000])
def test_content_is_the_same_however_it_comes(size: int) -> None:
    data = bytes(300) + b"x" * 9000 + bytes(20_000) + b"y" * 10
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    holes = SparseMap(((300, 9000), (29_300, 10)))

    assert of_content(pieces, None) == of_content([data], None)
    assert of_content([b"x" * 9000 + b"y" * 10], holes) == of_content([data], None)
    assert of_bytes(pieces) == of_bytes([data])
    assert of_content([data[:-1] + b"z"], None) != of_content([data], None)
