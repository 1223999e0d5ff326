"""Memory is bounded by the number of entries, never by content: under a hard limit, files far larger than it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.build import BLOCK, gz, header, zst
from tests.hostile.making import bounded, stored

MIB, GIB = 1 << 20, 1 << 30
MEMORY = 384 * MIB
END = bytes(2 * BLOCK)


@pytest.mark.parametrize("compress", [gz, zst])
def test_a_file_of_two_gibibytes_in_a_compressed_layer(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    zeros = compress(bytes(64 * MIB))
    blob = compress(header(b"large", b"0", 2 * GIB)) + zeros * 32 + compress(END)
    result = bounded("report", "--json", stored(tmp_path, blob), memory=MEMORY)
    assert (result.code, result.json["totals"]["content_bytes"]) == (0, 2 * GIB), result.err


def test_a_file_of_four_gibibytes_in_a_plain_layer(tmp_path: Path) -> None:
    path = tmp_path / "layer.tar"
    with path.open("wb") as stream:
        stream.write(header(b"large", b"0", 4 * GIB))
        stream.truncate(BLOCK + 4 * GIB)
        stream.seek(0, 2)
        stream.write(END)
    result = bounded("report", "--json", path, memory=MEMORY)
    assert (result.code, result.json["totals"]["content_bytes"]) == (0, 4 * GIB), result.err


def test_the_limit_is_felt(tmp_path: Path) -> None:
    """What is tried here would be no proof if the limit let everything pass."""
    path = tmp_path / "layer.tar"
    path.write_bytes(header(b"small", b"0", 0) + END)
    with pytest.raises(AssertionError):
        assert bounded("report", path, memory=16 * MIB).code == 0
