"""An image in numbers that survive a rebuild: by instruction and by directory, never by a layer's number or digest."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from imgscope.analysis.model import LayerAccount, Waste
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import FILE, NONE, ROOT
from imgscope.filesystem.tree import Tree
from imgscope.image.history import NO_HISTORY
from imgscope.image.masking import masked

_LONGEST = 200
# Builders name what they copied by its digest, which is another after each change: `COPY file:0123… in /app`.
_COPIED = re.compile(r"\b(file|dir|multi):[0-9a-f]{64}\b")

WasteKey = tuple[Cause, bytes]
Key = TypeVar("Key", str, bytes, WasteKey)


class Standing(Protocol):
    """What stands at every path, by node: the root filesystem in the end, or as it was after some layer."""

    kind: bytearray
    entry: array[int]
    inode: array[int]


class LayerNumbers(NamedTuple):
    """Bytes that one layer stores, and how many of them are waste."""

    content_bytes: int
    wasted_bytes: int


class DirectoryNumbers(NamedTuple):
    """Bytes of the files in a directory, each body once, and how many files there are (hard links included)."""

    live_bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Delta:
    """A number then and now; None where it was not there."""

    name: str
    before: int | None
    after: int | None

    @property
    def grown(self) -> int:
        """How much more there is now; less than 0 where it shrank."""
        return (self.after or 0) - (self.before or 0)


def deltas(before: Mapping[Key, int], after: Mapping[Key, int], name: Callable[[Key], str]) -> tuple[Delta, ...]:
    """What differs, what grew most first."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    found = [Delta(name(key), before.get(key), after.get(key)) for key in keys]
    return tuple(sorted(found, key=lambda delta: (-delta.grown, delta.name)))


def directory_name(path: bytes) -> str:
    """A directory's name to show: of the root a slash, for nothing at all would stand for a layer."""
    return (path or b"/").decode("utf-8", "surrogateescape")


def wasted_name(key: WasteKey) -> str:
    """A wasted path and its cause."""
    cause, path = key
    return f"{path.decode('utf-8', 'surrogateescape')} ({cause.name.lower()})"


def by_instruction(instructions: Iterable[str], accounts: Iterable[LayerAccount]) -> dict[str, LayerNumbers]:
    """Layers by what made them, lowest first; the second of the same instruction has ``(2)`` behind it."""
    numbers = (LayerNumbers(account.content_bytes, account.wasted_bytes) for account in accounts)
    return dict(zip(lasting_names(instructions), numbers, strict=True))


def lasting_names(instructions: Iterable[str]) -> list[str]:
    """Instructions as they will be in the next build too, each once."""
    found: dict[str, None] = {}
    times: defaultdict[str, int] = defaultdict(lambda: 1)
    for instruction in instructions:
        name = key = _lasting(instruction)
        while key in found:
            times[name] += 1
            key = f"{name} ({times[name]})"
        found[key] = None
    return list(found)


def _lasting(instruction: str) -> str:
    """An instruction without what changes from build to build, without values of secrets, and on one line."""
    text = _COPIED.sub(r"\1", masked(instruction)) or NO_HISTORY
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def by_waste(rows: Iterable[Waste]) -> dict[Cause, dict[bytes, int]]:
    """Wasted bytes by cause and path, all bodies of them together."""
    found: dict[Cause, dict[bytes, int]] = {}
    for row in rows:
        paths = found.setdefault(row.cause, {})
        paths[row.path] = paths.get(row.path, 0) + row.bytes
    return found


def flat(waste: Mapping[Cause, Mapping[bytes, int]]) -> dict[WasteKey, int]:
    """The same with one key."""
    return {(cause, path): size for cause, paths in waste.items() for path, size in paths.items()}


def by_directory(fs: FileSystem, standing: Standing | None = None) -> dict[bytes, DirectoryNumbers]:
    """Directories two levels deep, as ``usr/lib``, with all that is below; ``usr`` has only the files right in it.

    ``standing``: the filesystem as it was after some layer, where that is not the last. Only directories with a file.
    """
    return dict(_directories(fs, standing or fs.rootfs))


def _directories(fs: FileSystem, standing: Standing) -> Iterator[tuple[bytes, DirectoryNumbers]]:
    rootfs, tree = fs.rootfs, Tree(fs.rootfs)
    body = bodies(fs, standing)
    file = array("Q", [kind == FILE for kind in standing.kind])
    sizes, files = tree.sums(body), tree.sums(file)

    def right_in(directory: int) -> DirectoryNumbers:
        children = [child for child in tree.children.get(directory, {}).values() if file[child]]
        return DirectoryNumbers(sum(map(body.__getitem__, children)), len(children))

    found = {ROOT: right_in(ROOT)}
    for top in tree.children[ROOT].values():
        found[top] = right_in(top)
        for below in tree.children.get(top, {}).values():
            if not file[below]:
                found[below] = DirectoryNumbers(sizes[below], files[below])
    return ((rootfs.path(node), numbers) for node, numbers in found.items() if numbers.files)


def bodies(fs: FileSystem, standing: Standing) -> array[int]:
    """By node: bytes of the body there; of one with several names where it was stored, or else at the first of them.

    What belongs to a layer's format has none.
    """
    stored, home = stored_sizes(fs), fs.node_of
    for format_ in fs.formats:
        stored[format_] = 0
    kind, entry, inode = standing.kind, standing.entry, standing.inode
    every = zip(kind, entry, inode, strict=True)
    found = array("Q", [stored[i] if k == FILE and e == i else 0 for k, e, i in every])
    counted: set[int] = set()
    for node, stands in enumerate(kind):
        body = inode[node]
        if stands != FILE or entry[node] == body or body in counted:
            continue
        counted.add(body)
        own = home[body]
        if own == NONE or kind[own] != FILE or entry[own] != body:
            found[node] = stored[body]
    return found


def stored_sizes(fs: FileSystem) -> array[int]:
    """By entry: bytes of its body in its layer."""
    stored = array("Q")
    for table in fs.tables:
        if table is not None:
            first = len(stored)
            stored.extend(table.size)
            for row, sparse in table.sparse.items():
                stored[first + row] = sparse.stored
    return stored
