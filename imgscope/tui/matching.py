"""The filter's language: words, all of which must hold.

    word          the path has it somewhere (upper case matters only where the word has any)
    *.pyc  a/**   the name fits a glob; with a slash, the path from the root does
    re:PATTERN    the path has a match for a regular expression
    >10MB  <4kB   files of that size
    + ~ - =       added, modified, removed, unchanged by the layer
    type:dir      dir, file, link, hardlink, device; also type:setuid for setuid and setgid programs
    !word         not so

A name that fits lets through all that is below it: who looks for ``site-packages`` means what is in there. In lists of
other things than paths a word, or a regular expression, may also be in what else a row says.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import compress

from imgscope.analysis.patterns import Patient, name_glob
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, OTHER, ROOT, SYMLINK
from imgscope.filesystem.timeline import Mark
from imgscope.filesystem.tree import Column, nodes_of
from imgscope.tui.lens import Lens
from imgscope.units import parse_size

MARKS_OF = {"+": Mark.ADDED, "~": Mark.MODIFIED, "-": Mark.REMOVED, "=": Mark.SAME}
_KINDS = {"dir": DIRECTORY, "file": FILE, "link": SYMLINK, "device": OTHER}
TYPES = (*_KINDS, "hardlink", "setuid")
_SET_ID = stat.S_ISUID | stat.S_ISGID
_KNOWN = 10_000
"""Directories of which it is kept whether they fit."""


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


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list: what it is about."""

    paths: Sequence[bytes] = ()
    text: bytes = b""
    """What else it says."""
    size: int | None = None
    mark: Mark | None = None
    types: Collection[str] = ()
    """Which of :data:`TYPES` it is."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter."""

    nodes: Callable[[Scope], bytearray]
    """By node: whether it fits."""
    row: Callable[[Listed], bool]
    """Whether a row of a list fits."""


def types_of(fs: FileSystem, kind: int, entry: int, inode: int) -> list[str]:
    """Which of :data:`TYPES` something is, by what stands there."""
    found = [name for name, number in _KINDS.items() if number == kind]
    if kind and entry != inode:
        found.append("hardlink")
    if kind == FILE and fs.attributes(entry)[0] & _SET_ID:
        found.append("setuid")
    return found


def parse(text: str) -> list[Term]:
    """A filter as terms. Raises ValueError with a sentence where a word makes no sense."""
    return [_term(word) for word in text.split()]


def matches(scope: Scope, terms: Sequence[Term]) -> bytearray:
    """By node: whether it is shown, is not the root, and fits all terms."""
    fits: Column = scope.lens.shown
    for term in terms:
        fits = both(fits, term.nodes(scope))
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


def _term(word: str) -> Term:
    plain = word.lstrip("!") or word
    if (len(word) - len(plain)) % 2:
        return _inverse(_term(plain))
    word = plain
    if word in MARKS_OF:
        return _marked(MARKS_OF[word])
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


def _inverse(term: Term) -> Term:
    return Term(lambda scope: term.nodes(scope).translate(_FLIP), lambda row: not term.row(row))


def _marked(mark: Mark) -> Term:
    table = bytes(value == mark for value in range(256))
    return Term(lambda scope: scope.lens.mark.translate(table), lambda row: row.mark is mark)


def _sized(word: str) -> Term:
    sign = word[:2] if word[1] == "=" else word[0]
    limit = parse_size(word[len(sign) :])
    least = limit + (sign == ">") if sign[0] == ">" else 0
    most = limit - (sign == "<") if sign[0] == "<" else 1 << 64

    def nodes(scope: Scope) -> bytearray:
        sizes = scope.lens.own[:]
        for node, number in scope.lens.lost.items():
            sizes[node] = number
        kinds = scope.lens.state.kind
        return bytearray([least <= n <= most and (n > 0 or k == FILE) for n, k in zip(sizes, kinds, strict=True)])

    return Term(nodes, lambda row: row.size is not None and least <= row.size <= most)


def _typed(name: str) -> Term:
    if name not in TYPES:
        raise ValueError(f"type:{name} is none of {', '.join(TYPES)}")
    return Term(_of_kind(_KINDS[name]) if name in _KINDS else _SPECIAL[name], lambda row: name in row.types)


def _of_kind(kind: int) -> Callable[[Scope], bytearray]:
    table = bytes(value == kind for value in range(256))
    return lambda scope: bytearray(scope.lens.state.kind.translate(table))


def _hard_link(scope: Scope) -> bytearray:
    state = scope.lens.state
    return bytearray(
        [kind and one != other for kind, one, other in zip(state.kind, state.entry, state.inode, strict=True)]
    )


def _setuid(scope: Scope) -> bytearray:
    state, attributes = scope.lens.state, scope.names.fs.attributes
    return bytearray(
        [
            kind == FILE and entry != NONE and attributes(entry)[0] & _SET_ID != 0
            for kind, entry in zip(state.kind, state.entry, strict=True)
        ]
    )


_SPECIAL: dict[str, Callable[[Scope], bytearray]] = {"hardlink": _hard_link, "setuid": _setuid}


def _containing(word: bytes) -> Term:
    """Without a slash a name has the word; with one, a path does, across its directories."""
    escaped = re.compile(re.escape(word), 0 if word != word.lower() else re.IGNORECASE)

    def row(row: Listed) -> bool:
        return any(escaped.search(b"/" + path) for path in row.paths) or escaped.search(row.text) is not None

    if b"/" not in word:
        return Term(lambda scope: scope.lens.tree.with_descendants(scope.names.having(word)), row)
    return Term(lambda scope: _by_path(scope.lens, lambda path: escaped.search(b"/" + path)), row)


def _glob(word: str) -> Term:
    """Without a slash a name fits; with one, a path does, part by part. Neither goes back over what it has read."""
    if "/" in word:
        parts = [None if part == "**" else name_glob(part) for part in word.strip("/").split("/")]
        if len(parts) > 1 and parts[-1] is None:
            parts.append(name_glob("*"))  # what is inside, not the directory itself
        return _path_term(lambda path: fits_parts(parts, path.split(b"/")))
    fits = name_glob(word)

    def nodes(scope: Scope) -> bytearray:
        tree = scope.lens.tree
        return tree.with_descendants(bytearray(map(bool, map(fits, tree.rootfs.name))))

    return Term(nodes, lambda row: any(any(map(fits, path.split(b"/"))) for path in row.paths))


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


def _regex(pattern: str) -> Term:
    search = Patient(pattern).search
    path = _path_term(search)
    return Term(path.nodes, lambda row: path.row(row) or search(row.text) is not None)


def _path_term(fits: Callable[[bytes], object]) -> Term:
    """Whether a path fits, or a directory that it is in."""
    fits_within = _within(fits)
    return Term(lambda scope: _by_path(scope.lens, fits), lambda row: any(map(fits_within, row.paths)))


def _within(fits: Callable[[bytes], object]) -> Callable[[bytes], bool]:
    """The same of paths one by one. What was said of directories is kept: rows that follow are mostly in them too."""
    known: dict[bytes, bool] = {}

    def within(path: bytes) -> bool:
        found = bool(fits(path))
        asked: list[bytes] = []
        while not found and (path := path.rpartition(b"/")[0]) and path not in known:
            asked.append(path)
            found = bool(fits(path))
        found = found or known.get(path, False)
        if len(known) > _KNOWN:
            known.clear()
        known.update(dict.fromkeys(asked, found))
        return found

    return within


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
