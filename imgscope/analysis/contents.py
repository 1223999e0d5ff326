"""Searching what files hold, piece by piece: nothing is ever there as a whole, and no match is lost between pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from imgscope.analysis.patterns import Found, Patient
from imgscope.analysis.search import Hit
from imgscope.errors import LimitError
from imgscope.limits import Limits

LONGEST = 1 << 16
"""Bytes of a match that are sure to be found across pieces; a longer one may be cut, or told as several."""
AROUND = 160
"""Bytes of a line that are kept before a match and behind it, and of the match itself."""
_HEAD = 8192
"""Bytes at the beginning of which one is zero in what is no text."""
_ZEROS = bytes(1 << 16)
_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}
Pieces = Iterable[tuple[int, bytes | memoryview]]
"""What a file holds, with the place of each piece in it; between them are holes of sparse files."""
Search = Callable[[bytes, int], Found | None]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was found in a file."""

    offset: int
    length: int
    line: int | None
    """Number of the line, from 1; None in what is no text."""
    match: bytes
    before: bytes
    """What stands before the match in its line, and behind it: no more than anyone reads."""
    after: bytes


def pattern(text: str) -> Patient:
    """A regular expression for contents. Raises ValueError where it is none, or finds nothing at all everywhere."""
    found = Patient(text, lines=True, patience=10.0, slow=0.5, whole=60.0, concurrent=True)
    if found.search(b"") is not None:
        raise ValueError("it fits where nothing is, and so everywhere")
    return found


def matches(pieces: Pieces, search: Search, *, longest: int = LONGEST, around: int = AROUND) -> Iterator[Match]:
    """Matches that are not empty, in order, each searched for with ``longest`` bytes in view behind its beginning."""
    window = _Window(search, longest, around)
    for offset, piece in pieces:
        if offset != window.end:
            yield from window.search(last=True)
            window.leap(offset)
        window.add(piece)
        yield from window.search(last=False)
    yield from window.search(last=True)


def matching(
    read: Iterable[tuple[list[Hit], Pieces]], search: Search, most: int
) -> tuple[list[tuple[Hit, tuple[Match, ...]]], bool]:
    """Files that match, with where; and whether reading ended at ``most`` matches. Of names of one body one is told."""
    found: list[tuple[Hit, tuple[Match, ...]]] = []
    for same, pieces in read:
        some = tuple(islice(matches(pieces, search), most + 1))
        hit = min(same, key=lambda one: (not one.version.has_body, one.path))
        if some[:most]:
            found.append((hit, some[:most]))
        most -= len(some)
        if most < 0:
            return found, True
    return found, False


@dataclass(slots=True)
class _Window:
    """The bytes in view, and what is known of those before."""

    find: Search
    longest: int
    around: int
    data: bytes = b""
    start: int = 0
    """Place in the file of the first byte in view."""
    at: int = 0
    """Where in view to search on."""
    line: int = 1
    counted: int = 0
    """Up to where in view line ends are counted."""
    binary: bool = field(default=False)

    @property
    def end(self) -> int:
        return self.start + len(self.data)

    def add(self, piece: bytes | memoryview) -> None:
        """More bytes; of those that are done with only what is shown around matches is kept."""
        keep = max(self.at - self.around, 0)
        self._count(keep)
        self.data = self.data[keep:] + piece
        self.start, self.at, self.counted = self.start + keep, self.at - keep, self.counted - keep
        if not self.start:
            self.binary = b"\0" in self.data[:_HEAD]

    def leap(self, offset: int) -> None:
        """Go on behind a hole, which is all zeros: no text has one."""
        self.data, self.start, self.at, self.counted, self.binary = b"", offset, 0, 0, True

    def search(self, *, last: bool) -> Iterator[Match]:
        """Matches that more bytes cannot change; all, if these are the ``last``."""
        limit = len(self.data) if last else len(self.data) - self.longest
        while self.at < limit:
            found = self.find(self.data, self.at)
            if found is None or found.start() >= limit:
                self.at = limit
            else:
                self.at = max(found.end(), found.start() + 1)
                if found.end() > found.start():
                    yield self._match(found.start(), found.end())

    def _match(self, start: int, end: int) -> Match:
        self._count(start)
        first = max(start - self.around, 0)
        left = max(self.data.rfind(b"\n", first, start) + 1, first)
        line_end = self.data.find(b"\n", end, end + self.around)
        right = line_end if line_end >= 0 else end + self.around
        cut = min(end, start + self.around)
        line = None if self.binary else self.line
        return Match(
            self.start + start, end - start, line, self.data[start:cut], self.data[left:start], self.data[end:right]
        )

    def _count(self, to: int) -> None:
        if to > self.counted:
            self.line += self.data.count(b"\n", self.counted, to)
            self.counted = to


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest to look for: its algorithm and its bytes in hex."""

    algorithm: str
    hex: str


def wanted_digest(text: str) -> Digest:
    """``sha256:…``, or hex digits whose number tells the algorithm. Raises ValueError."""
    algorithm, colon, digits = text.lower().rpartition(":")
    known = _BY_LENGTH.get(len(digits))
    if known is None or (colon and algorithm != known) or not all(digit in "0123456789abcdef" for digit in digits):
        raise ValueError(f"not a digest: {text!r} (sha256:… or its 64 hex digits; also sha512, sha384, sha1, md5)")
    return Digest(known, digits)


def has_digest(pieces: Pieces, size: int, wanted: Digest, limits: Limits) -> bool:
    """Whether a file of ``size`` bytes has a digest, holes read as zeros. Raises LimitError where they are too many."""
    if size > limits.max_inflated:
        hint = "leave it out with --size, or raise the limit with --max-inflated"
        raise LimitError(f"a file is {size} bytes long with its holes, more than {limits.max_inflated}", hint=hint)
    digest = hashlib.new(wanted.algorithm, usedforsecurity=False)
    done = 0
    for offset, piece in pieces:
        _hash_zeros(digest, offset - done)
        digest.update(piece)
        done = offset + len(piece)
    _hash_zeros(digest, size - done)
    return digest.hexdigest() == wanted.hex


def _hash_zeros(digest: hashlib._Hash, count: int) -> None:
    while count > 0:
        digest.update(_ZEROS[:count])
        count -= len(_ZEROS)
