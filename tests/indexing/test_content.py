"""Fingerprints: those taken as a compressed layer passes, and those of bodies read again, are the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imgscope.indexing import fingerprint
from imgscope.indexing.content import bodies
from imgscope.tar.feed import StreamFeed
from imgscope.tar.scan import scan
from imgscope.tar.table import PRINT
from tests.build import BytesBlob, d, f, layer, s
from tests.tar.making import pieces


@given(st.lists(st.binary(max_size=1500), max_size=8), st.integers(min_value=1, max_value=5000))
def test_what_is_taken_in_passing_is_what_reading_again_finds(contents: list[bytes], size: int) -> None:
    long = "a-name-too-long-for-one-header/" * 5
    files = [f(f"{long if number % 3 else 'd/'}{number}", content) for number, content in enumerate(contents)]
    data = layer(d("d/"), s("d/link", "0"), *files)
    table = scan(StreamFeed(pieces(data, size)))
    assert len(table.prints) == PRINT * len(table)
    for row, parts in bodies(BytesBlob(data), table, range(len(table))):
        expected = fingerprint.of_bytes(parts) if table.stored(row) else bytes(PRINT)
        assert table.fingerprint(row) == expected
