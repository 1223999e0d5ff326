"""Contents are searched piece by piece as if they were there as a whole."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.analysis.contents import (
    Match,
    Pieces,
    has_digest,
    matches,
    matching,
    pattern,
    wanted_digest,
)
from imgscope.analysis.patterns import Found
from imgscope.analysis.search import Hit
from imgscope.analysis.versions import Version
from imgscope.errors import LimitError
from imgscope.filesystem.rootfs import FILE
from imgscope.limits import Limits

SHORT = ("ab", "a{1,3}b?", "^a+", "b$", "(?<=a)b", "[ab]\n", "\\bx", "a|ab", "(?s)a.b", "\xe9")
"""Patterns with matches of eight bytes at most over the texts below."""


def pieces_of(data: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """Data in pieces."""
    for offset in range(0, len(data), size):
        yield offset, data[offset : offset + size]


def naive(text: str, data: bytes) -> list[tuple[int, int, int | None]]:
    """Offset, length and line of each match, by Python's own expressions on the whole."""
    found = re.compile(text.encode(), re.MULTILINE).finditer(data)
    line = None if b"\0" in data[:8192] else 1
    return [(one.start(), len(one[0]), line and 1 + data.count(b"\n", 0, one.start())) for one in found if one[0]]


@given(
    st.lists(st.sampled_from([b"a", b"b", b"\n", b"x", b" ", "é".encode(), b"aab"]), max_size=40).map(b"".join),
    st.sampled_from(SHORT),
    st.integers(1, 9),
    st.integers(8, 12),
)
def test_matches_in_pieces_are_those_in_the_whole(data: bytes, text: str, size: int, longest: int) -> None:
    if text == "^a+":  # as long as the data lets it be
        data = data.replace(b"aaaa", b"a")
        longest = 80
    found = list(matches(pieces_of(data, size), pattern(text).search, longest=longest, around=3))

    assert [(one.offset, one.length, one.line) for one in found] == naive(text, data)
    for one in found:
        assert one.match == data[one.offset : one.offset + one.length][:3]
        assert data[: one.offset].endswith(one.before)
        assert data[one.offset + one.length :].startswith(one.after)
        assert b"\n" not in one.before + one.after
        assert max(len(one.before), len(one.after)) <= 3


def test_a_match_over_the_edge_of_pieces_is_found_with_its_line() -> None:
    data = b"one\ntwo sec" + b"ret three\nfour"

    assert list(matches([(0, data[:11]), (11, data[11:])], pattern("secret").search)) == [
        Match(8, 6, 2, b"secret", b"two ", b" three")
    ]


def test_a_match_that_is_longer_than_what_is_in_view_is_told_as_far_as_it_is_seen() -> None:
    found = list(matches(pieces_of(b"x" * 100, 10), pattern("x+").search, longest=20))

    assert sum(one.length for one in found) == 100
    assert len(found) > 1


def test_what_is_no_text_has_no_lines() -> None:
    (found,) = matches([(0, b"\0\n\nkey")], pattern("key").search)

    assert (found.offset, found.line) == (3, None)


def test_holes_are_leapt_over_and_places_are_those_in_the_file() -> None:
    pieces = [(1000, b"key"), (1003, b"key"), (1 << 50, b"ke"), ((1 << 50) + 2, b"y")]

    assert [one.offset for one in matches(pieces, pattern("key").search)] == [1000, 1003, 1 << 50]
    assert list(matches([(0, b"ke"), (100, b"y")], pattern("key").search)) == []


class Counting:
    """A search that counts the bytes it is shown."""

    def __init__(self, text: str) -> None:
        self.seen = 0
        self._pattern = pattern(text)

    def search(self, data: bytes, start: int) -> Found | None:
        self.seen += len(data) - start
        return self._pattern.search(data, start)


def test_no_byte_is_searched_again_and_again() -> None:
    counting = Counting("nothing")
    list(matches(pieces_of(bytes(1 << 16), 1 << 10), counting.search, longest=1 << 10))

    assert counting.seen <= 3 << 16


@pytest.mark.parametrize("text", ["", "x*", "^", "a|", "(?=x)?"])
def test_a_pattern_that_fits_where_nothing_is_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="everywhere"):
        pattern(text)


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a regular expression"):
        pattern("(")


def hit(path: str, entry: int, inode: int) -> Hit:
    return Hit(path.encode(), Version(0, FILE, entry, inode, 0))


def test_of_names_of_one_body_that_which_brought_it_is_told() -> None:
    read: list[tuple[list[Hit], Pieces]] = [([hit("a", 2, 1), hit("b", 1, 1)], [(0, b"key key")])]
    ((found, where),), cut = matching(read, pattern("key").search, 10)

    assert (found.path, [one.offset for one in where], cut) == (b"b", [0, 4], False)


@pytest.mark.parametrize(
    ("most", "files", "cut"),
    [(1, [1], True), (2, [2], True), (3, [2, 1], True), (4, [2, 2], False), (9, [2, 2], False)],
)
def test_reading_ends_at_the_most_matches_and_says_whether_there_were_more(
    most: int, files: list[int], cut: bool
) -> None:
    read: list[tuple[list[Hit], Pieces]] = [([hit(name, 1, 1)], [(0, b"key key")]) for name in "ab"]
    found, more = matching(read, pattern("key").search, most)

    assert ([len(where) for _, where in found], more) == (files, cut)


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha384", "sha512"])
def test_a_digest_is_known_by_its_length_or_its_name(name: str) -> None:
    digits = hashlib.new(name, b"abc", usedforsecurity=False).hexdigest()

    for text in (digits, f"{name}:{digits}", digits.upper()):
        assert has_digest([(0, b"a"), (1, b"bc")], 3, wanted_digest(text), Limits())
        assert not has_digest([(0, b"x")], 1, wanted_digest(text), Limits())


@pytest.mark.parametrize("text", ["", "abc", "sha256:abc", "md5:" + "0" * 64, "g" * 64, "sha256:" + "0" * 40])
def test_what_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a digest"):
        wanted_digest(text)


def test_holes_are_zeros_to_a_digest_and_too_many_of_them_are_a_limit() -> None:
    whole = bytes(70_000) + b"x" + bytes(5)
    wanted = wanted_digest(hashlib.sha256(whole).hexdigest())

    assert has_digest([(70_000, b"x")], len(whole), wanted, Limits())
    with pytest.raises(LimitError, match="with its holes"):
        has_digest([], 1 << 60, wanted, Limits())
