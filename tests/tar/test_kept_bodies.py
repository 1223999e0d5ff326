"""Bodies of a few small files, kept as they pass by: nothing else changes, and nobody can make it many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.tar.feed import BlobFeed, StreamFeed
from imgscope.tar.scan import scan
from imgscope.tar.slow import MAX_BODIES, MAX_BODY
from imgscope.tar.table import MemberTable
from tests.build import BytesBlob, E, d, f, h, layer
from tests.tar.making import pieces

NAMES = {b"etc": (b"os-release",), b"": (b"top",)}
PAX: dict[str, str | bytes] = {"mtime": "1.5"}


def kept(*entries: E, chunk: int = 1000) -> dict[bytes, bytes]:
    """What a scan of a stream keeps, by name."""
    table = passed(layer(*entries), chunk)
    return {table.name(row): body for row, body in table.kept.items()}


def passed(data: bytes, chunk: int) -> MemberTable:
    return scan(StreamFeed(pieces(data, chunk)), names=NAMES)


def test_files_of_the_names_are_kept_where_they_are_asked_for() -> None:
    entries = (d("etc"), f("etc/os-release", "ID=a"), f("etc/other", "b"), f("usr/os-release", "c"), f("top", "d"))

    assert kept(*entries) == {b"etc/os-release": b"ID=a", b"top": b"d"}


def test_one_with_an_extended_header_is_kept_too() -> None:
    entries = (f("etc/a", "1"), f("etc/os-release", "ID=a", pax=PAX), f("top", "d", pax=PAX))

    assert kept(*entries) == {b"etc/os-release": b"ID=a", b"top": b"d"}


def test_directories_links_and_empty_files_have_nothing_to_keep() -> None:
    entries = (f("etc/a"), h("etc/os-release", "etc/a"), f("etc/os-release"), d("top"))

    assert kept(*entries) == {}


@pytest.mark.parametrize(("size", "count"), [(MAX_BODY, 1), (MAX_BODY + 1, 0)])
def test_a_larger_file_is_not_kept(size: int, count: int) -> None:
    assert len(kept(f("etc/os-release", bytes(size)))) == count


@pytest.mark.parametrize("pax", [{}, PAX])
def test_of_a_file_stored_often_only_the_first_are_kept(pax: dict[str, str | bytes]) -> None:
    table = passed(layer(*(f("etc/os-release", str(number), pax=pax) for number in range(2 * MAX_BODIES))), 10_000)

    assert table.kept == {number: str(number).encode() for number in range(MAX_BODIES)}


@given(st.lists(st.tuples(st.integers(0, 5000), st.booleans()), max_size=6), st.integers(1, 3000))
def test_a_table_is_the_same_but_for_them_however_the_stream_comes(bodies: list[tuple[int, bool]], chunk: int) -> None:
    data = layer(
        *(f("etc/os-release", bytes([65 + n]) * size, pax=PAX if odd else {}) for n, (size, odd) in enumerate(bodies))
    )

    table, plain = passed(data, chunk), scan(StreamFeed(pieces(data, chunk)))

    assert table.kept == {n: bytes([65 + n]) * size for n, (size, _) in enumerate(bodies) if 0 < size <= MAX_BODY}
    table.kept.clear()
    assert table == plain


def test_nothing_is_kept_of_what_can_be_read_in_place() -> None:
    assert scan(BlobFeed(BytesBlob(layer(f("top", "d")))), names=NAMES).kept == {}
