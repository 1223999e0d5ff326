"""The filter's language: words, all of which must hold.

    word          the path has it somewhere (upper case matters only where the word has any)
    *.pyc  a/**   the name fits a glob; with a slash, the path from the root does
    re:PATTERN    the path has a match for a regular expression
    >10MB  <4kB   files of that size
    + ~ - =       added, modified, removed, unchanged by the layer
    type:dir      dir, file, link, hardlink, device; also type:setuid for setuid and setgid programs
    !word         not so

A name that fits lets through all that is below it: who looks for ``site-packages`` means what is in there.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress

from imgscope.analysis.patterns import Patient, name_glob
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, OTHER, ROOT, SYMLINK
from imgscope.filesystem.timeline import Mark
from imgscope.filesystem.tree import Column, nodes_of
from imgscope.tui.lens import Lens
from imgscope.units import parse_size

_MARKS = {"+": Mark.ADDED, "~": Mark.MODIFIED, "-": Mark.REMOVED, "=": Mark.SAME}
_KINDS = {"dir": DIRECTORY, "file": FILE, "link": SYMLINK, "device": OTHER}
TYPES = (*_KINDS, "hardlink", "setuid")


class Names:
    """All names in one run of bytes, so that a search is a few calls for each hit and none for other names."""

    def __init__(self, fs: FileSystem) -> None:
        self.fs = fs
        self._exact = b"/".join([*fs.rootfs.name, b""])  # the one byte that no name has
        self._lower = self._exact.lower()

    def having(self, word: bytes) -> bytearray:
        """By node: whether its name has the word in it; every name has nothing at all in it."""
        if not word:
            return bytearray(b"\1") * len(self.fs.rootfs)
        text = self._exact if word != word.lower() else self._lower
        if text.count(word) * 4 > len(self.fs.rootfs):  # so many hits that looking at every name is cheaper
            fits = re.compile(re.escape(word), re.IGNORECASE if text is self._lower else 0).search
            return bytearray(map(bool, map(fits, self.fs.rootfs.name)))
        find, count = text.find, text.count
        found = bytearray(len(self.fs.rootfs))
        node = end = 0
        at = find(word)
        while at >= 0:
            node += count(b"/", end, at)
            found[node] = 1
            end = find(b"/", at)
            at = find(word, end)
        return found


@dataclass(frozen=True, slots=True)
class Scope:
    """What is searched."""

    lens: Lens
    names: Names


Test = Callable[[Scope], bytearray]
"""By node: whether it fits."""


def parse(text: str) -> list[Test]:
    """A filter as tests. Raises ValueError with a sentence where a word makes no sense."""
    return [_term(word) for word in text.split()]


def matches(scope: Scope, tests: list[Test]) -> bytearray:
    """By node: whether it is shown, is not the root, and passes all tests."""
    fits: Column = scope.lens.shown
    for test in tests:
        fits = both(fits, test(scope))
    found = bytearray(fits)
    found[ROOT] = 0
    return found


def both(one: Column, other: Column) -> bytes:
    """Two columns of zeros and ones, as one number each: a million at a time."""
    return (int.from_bytes(one, "little") & int.from_bytes(other, "little")).to_bytes(len(one), "little")


def hits(lens: Lens, fits: Column) -> list[int]:
    """Matching nodes whose directory does not match: what a person would want opened up to."""
    nodes = nodes_of(fits)
    inside = bytes(map(fits.__getitem__, map(lens.tree.rootfs.parent.__getitem__, nodes)))
    return list(compress(nodes, inside.translate(_FLIP)))


def _term(word: str) -> Test:
    plain = word.lstrip("!") or word
    if (len(word) - len(plain)) % 2:
        return _inverse(_term(plain))
    word = plain
    if word in _MARKS:
        return _marked(_MARKS[word])
    if word[0] in "<>" and len(word) > 1:
        return _sized(word)
    if word.startswith("re:"):
        return _regex(word[3:])
    if word.startswith("type:"):
        return _typed(word[5:])
    if any(character in word for character in "*?["):
        return _glob(word)
    return _containing(word.encode("utf-8", "surrogateescape"))


_FLIP = bytes([1, *[0] * 255])


def _inverse(test: Test) -> Test:
    return lambda scope: test(scope).translate(_FLIP)


def _marked(mark: Mark) -> Test:
    table = bytes(value == mark for value in range(256))
    return lambda scope: scope.lens.mark.translate(table)


def _sized(word: str) -> Test:
    sign = word[:2] if word[1] == "=" else word[0]
    limit = parse_size(word[len(sign) :])
    least = limit + (sign == ">") if sign[0] == ">" else 0
    most = limit - (sign == "<") if sign[0] == "<" else 1 << 64

    def test(scope: Scope) -> bytearray:
        sizes = scope.lens.own[:]
        for node, number in scope.lens.lost.items():
            sizes[node] = number
        kinds = scope.lens.state.kind
        return bytearray([least <= n <= most and (n > 0 or k == FILE) for n, k in zip(sizes, kinds, strict=True)])

    return test


def _typed(name: str) -> Test:
    if name not in TYPES:
        raise ValueError(f"type:{name} is none of {', '.join(TYPES)}")
    if name in _KINDS:
        table = bytes(value == _KINDS[name] for value in range(256))
        return lambda scope: bytearray(scope.lens.state.kind.translate(table))
    if name == "hardlink":
        return _hard_link
    return _setuid


def _hard_link(scope: Scope) -> bytearray:
    state = scope.lens.state
    return bytearray(
        [kind and one != other for kind, one, other in zip(state.kind, state.entry, state.inode, strict=True)]
    )


def _setuid(scope: Scope) -> bytearray:
    special = stat.S_ISUID | stat.S_ISGID
    state, attributes = scope.lens.state, scope.names.fs.attributes
    return bytearray(
        [
            kind == FILE and entry != NONE and attributes(entry)[0] & special != 0
            for kind, entry in zip(state.kind, state.entry, strict=True)
        ]
    )


def _containing(word: bytes) -> Test:
    """Without a slash a name has the word; with one, a path does, across its directories."""
    if b"/" not in word:
        return lambda scope: scope.lens.tree.with_descendants(scope.names.having(word))
    escaped = re.compile(re.escape(word), 0 if word != word.lower() else re.IGNORECASE)
    return lambda scope: _by_path(scope.lens, lambda path: escaped.search(b"/" + path))


def _glob(word: str) -> Test:
    """Without a slash a name fits; with one, a path does, part by part. Neither goes back over what it has read."""
    if "/" in word:
        parts = [None if part == "**" else name_glob(part) for part in word.strip("/").split("/")]
        if len(parts) > 1 and parts[-1] is None:
            parts.append(name_glob("*"))  # what is inside, not the directory itself
        return lambda scope: _by_path(scope.lens, lambda path: fits_parts(parts, path.split(b"/")))
    fits = name_glob(word)

    def test(scope: Scope) -> bytearray:
        tree = scope.lens.tree
        return tree.with_descendants(bytearray(map(bool, map(fits, tree.rootfs.name))))

    return test


def fits_parts(pattern: Sequence[Callable[[bytes], object] | None], names: Sequence[bytes]) -> bool:
    """Whether the parts of a path fit those of a glob, one by one; None is ``**``, any number of parts.

    Only the last ``**`` ever takes one part more, so the work is at most parts times parts.
    """
    at = place = 0
    again: tuple[int, int] | None = None
    while at < len(names):
        if place < len(pattern) and (part := pattern[place]) is None:
            again = place, at
            place += 1
        elif place < len(pattern) and part is not None and part(names[at]):
            at, place = at + 1, place + 1
        elif again is not None:
            again = again[0], again[1] + 1
            place, at = again[0] + 1, again[1]
        else:
            return False
    return all(part is None for part in pattern[place:])


def _regex(pattern: str) -> Test:
    compiled = Patient(pattern)
    return lambda scope: _by_path(scope.lens, compiled.search)


def _by_path(lens: Lens, fits: Callable[[bytes], object]) -> bytearray:
    """Test whole paths, a directory at a time, so that each path is put together from two pieces."""
    tree, found = lens.tree, bytearray(len(lens.tree))
    for directory in reversed(tree.directories):
        if lens.shown[directory]:
            lead = tree.rootfs.path(directory) + b"/" if directory != ROOT else b""
            inside = found[directory]
            for name, node in tree.children[directory].items():
                if inside or fits(lead + name):
                    found[node] = 1
    return found
