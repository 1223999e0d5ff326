"""Two views of filesystems → how they differ, path by path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from imgscope.difference.contents import read
from imgscope.difference.model import SAME, Aspect, Kind, Paths, Row, View, Walked
from imgscope.difference.order import ordered
from imgscope.difference.renames import matches
from imgscope.difference.walk import header_aspects, walk
from imgscope.filesystem.rootfs import DIRECTORY, NONE
from imgscope.indexing.cache import Cache
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress


def compare(
    before: View,
    after: View,
    *,
    renames: bool = True,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
    cache: Cache | None = None,
) -> Paths:
    """All differences, times included. Contents are read where sizes are equal and both sides can be read.

    Raises ImgscopeError where a layer cannot be read again.
    """
    walked = walk(before, after)
    mine, theirs = read(walked, renames=renames, limits=limits, progress=progress, cache=cache)
    unknown = 0
    inode, other_inode = before.standing.inode, after.standing.inode
    for node, other in walked.alike:
        print_, other_print = mine.get(inode[node]), theirs.get(other_inode[other])
        if print_ is None or other_print is None:
            unknown += 1
        elif print_ != other_print:
            walked.differing[node] = walked.differing.get(node, SAME) | Aspect.CONTENT
    moved = matches(before, walked.removed, mine, after, walked.added, theirs) if renames else []
    return ordered(Paths(before, after, list(_rows(walked, moved)), unknown=unknown))


def _rows(walked: Walked, moved: list[tuple[int, int]]) -> Iterator[Row]:
    before, after = walked.before, walked.after
    for node, aspects in walked.differing.items():
        yield Row(Kind.CHANGED, aspects, node, walked.partner[node])
    gone: set[int] = set()
    arrived: set[int] = set()
    for node, other in moved:
        pairs = list(_along(before, node, after, other))
        gone.update(one for one, _ in pairs)
        arrived.update(one for _, one in pairs)
        for one, new in pairs:
            aspects = header_aspects(before, one, after, new)
            if one == node:
                yield Row(Kind.RENAMED, aspects, one, new, len(pairs) - 1)
            elif aspects:
                yield Row(Kind.CHANGED, aspects, one, new)
    for node in walked.removed:
        if node not in gone:
            yield Row(Kind.REMOVED, SAME, node, NONE)
    for node in walked.added:
        if node not in arrived:
            yield Row(Kind.ADDED, SAME, NONE, node)


def _along(before: View, node: int, after: View, other: int) -> Iterator[tuple[int, int]]:
    """Two nodes that are one thing moved, and all below them, which have the same names."""
    todo = [(node, other)]
    while todo:
        node, other = todo.pop()
        yield node, other
        if before.standing.kind[node] == DIRECTORY:
            theirs = after.fs.rootfs.children.get(other, {})
            for name, child in before.fs.rootfs.children.get(node, {}).items():
                if before.standing.kind[child]:
                    todo.append((child, theirs[name]))


def choose(paths: Paths, aspects: Aspect, wanted: Callable[[bytes], bool] | None = None) -> Paths:
    """Only what differs in some of ``aspects``, at paths that are ``wanted`` (a directory's ends in a slash).

    Added, removed and renamed paths are differences of content. What differs in nothing but its time is counted,
    where times are not among the aspects. Rows tell only of aspects that were asked for.
    """
    rows, mtime_only = [], 0
    whole = bool(aspects & Aspect.CONTENT)
    for row in paths.rows:
        if wanted and not any(map(wanted, _names(paths, row))):
            continue
        if row.kind is Kind.CHANGED:
            if row.aspects & aspects:
                rows.append(row._replace(aspects=row.aspects & aspects))
            elif row.aspects == Aspect.MTIME:
                mtime_only += 1
        elif whole or row.aspects & aspects:
            rows.append(row._replace(aspects=row.aspects & aspects))
    return replace(paths, rows=rows, mtime_only=mtime_only)


def _names(paths: Paths, row: Row) -> Iterator[bytes]:
    """The paths of a row, as globs are matched with them."""
    for view, node in ((paths.before, row.before), (paths.after, row.after)):
        if node != NONE:
            path = view.path(node)
            yield path + b"/" if view.standing.kind[node] == DIRECTORY and path else path


@dataclass(slots=True)
class Group:
    """A row, and how much it is with what is below it."""

    row: Row
    paths: int = 1
    bytes: int = 0
    """Of files that were added or removed."""


@dataclass(slots=True)
class Summary:
    """Paths and bytes by kind."""

    count: Counter[Kind] = field(default_factory=Counter)
    bytes: Counter[Kind] = field(default_factory=Counter)


def summary(paths: Paths) -> Summary:
    """How many paths were added, removed, changed, renamed, and the bytes of their files."""
    found = Summary()
    for row in paths.rows:
        found.count[row.kind] += 1
        found.bytes[row.kind] += size_of(paths, row)
    return found


def size_of(paths: Paths, row: Row) -> int:
    """Bytes of the file at a row: now, or before it was removed."""
    view, node = paths.place(row)
    return view.size(node)


def grouped(paths: Paths) -> list[Group]:
    """The rows, those below a directory that was added or removed as a whole put together with it."""
    found: list[Group] = []
    tops: tuple[dict[int, Group], dict[int, Group]] = ({}, {})
    for row in paths.rows:
        group = Group(row)
        if row.kind in (Kind.ADDED, Kind.REMOVED):
            view, node = paths.place(row)
            known = tops[row.kind]
            above = known.get(view.fs.rootfs.parent[node])
            known[node] = top = above or group
            top.bytes += size_of(paths, row)
            if above:
                above.paths += 1
                continue
        found.append(group)
    return found
