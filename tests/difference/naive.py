"""The oracle for a comparison: two dictionaries, looked at path by path; and trees as layers in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.build import E, d, f, h, o, s

Path = tuple[str, ...]


@dataclass(frozen=True)
class Thing:
    """What stands at a path; files of one ``group`` (not 0) and equal content are one file with several names."""

    kind: str
    data: str = ""
    """Content, or where a symlink leads."""
    mode: int = 0o644
    uid: int = 0
    mtime: int = 1
    xattrs: tuple[str, ...] = ()
    group: int = 0


Tree = Mapping[Path, Thing]

_THINGS = st.builds(
    Thing,
    kind=st.sampled_from(["file", "file", "file", "dir", "symlink", "fifo"]),
    data=st.sampled_from(["", "x", "y", "zz"]),
    mode=st.sampled_from([0o644, 0o755]),
    uid=st.sampled_from([0, 7]),
    mtime=st.sampled_from([1, 2]),
    xattrs=st.sampled_from([(), ("user.a",)]),
    group=st.sampled_from([0, 0, 1, 2]),
)


def _sound(things: dict[Path, Thing]) -> dict[Path, Thing]:
    """Only what can be: everything in directories, and several names of a file alike in all."""
    found: dict[Path, Thing] = {}
    first: dict[tuple[int, str], Thing] = {}
    for path in sorted(things):
        thing = things[path]
        if any(found.get(path[:length], Thing("dir")).kind != "dir" for length in range(1, len(path))):
            continue
        for length in range(1, len(path)):
            found.setdefault(path[:length], Thing("dir", mode=0o755))
        if thing.kind == "file" and thing.group:
            thing = first.setdefault((thing.group, thing.data), thing)
        found[path] = thing
    return found


_NAMES = st.sampled_from(["a", "b", "c", "a-b", "é"])
TREES: st.SearchStrategy[dict[Path, Thing]] = st.dictionaries(
    st.lists(_NAMES, min_size=1, max_size=3).map(tuple), _THINGS, max_size=10
).map(_sound)


@dataclass
class Told:
    """What differs, as sets of paths."""

    added: set[Path] = field(default_factory=set)
    removed: set[Path] = field(default_factory=set)
    changed: dict[Path, set[str]] = field(default_factory=dict)


def compare(before: Tree, after: Tree) -> Told:
    """Path by path."""
    told = Told(added=set(after) - set(before), removed=set(before) - set(after))
    for path in set(before) & set(after):
        if differs := _differs(path, before, after):
            told.changed[path] = differs
    return told


def _differs(path: Path, before: Tree, after: Tree) -> set[str]:
    mine, theirs = before[path], after[path]
    if mine.kind != theirs.kind:
        return {"type"}
    found = set()
    if mine.kind == "file" and mine.data != theirs.data:
        found.add("content")
    if mine.kind == "symlink" and mine.data != theirs.data:
        found.add("target")
    if mine.kind != "symlink" and mine.mode != theirs.mode:
        found.add("mode")
    found |= {name for name in ("uid", "mtime", "xattrs") if getattr(mine, name) != getattr(theirs, name)}
    if mine.kind == "file" and _names(path, before, after) != _names(path, after, before):
        found.add("links")
    return {"owner" if name == "uid" else name for name in found}


def _names(path: Path, tree: Tree, other: Tree) -> set[Path]:
    """All names of a file among the files that are in both trees."""
    common = [one for one in tree if one in other and tree[one].kind == other[one].kind == "file"]
    thing = tree[path]
    return {one for one in common if one == path or (thing.group and _one_file(tree[one], thing))}


def _one_file(one: Thing, other: Thing) -> bool:
    return one.kind == other.kind and (one.group, one.data) == (other.group, other.data)


def entries(tree: Tree, names: set[Path] | None = None) -> list[E]:
    """A tree, or some paths of it with the directories above, as a layer; later names of a file are hard links."""
    wanted = set(tree) if names is None else {path[:length] for path in names for length in range(1, len(path) + 1)}
    return [_entry(path, tree) for path in sorted(wanted)]


def _entry(path: Path, tree: Tree) -> E:
    thing, name = tree[path], "/".join(path)
    more: dict[str, Any] = {
        "uid": thing.uid,
        "mtime": thing.mtime,
        "pax": {f"SCHILY.xattr.{key}": "1" for key in thing.xattrs},
    }
    if thing.kind == "dir":
        return d(name, mode=thing.mode, **more)
    if thing.kind == "symlink":
        return s(name, thing.data or "nowhere", **more)
    if thing.kind == "fifo":
        return E(name, type="6", mode=thing.mode, **more)
    if thing.group:
        first = min(one for one in tree if _one_file(tree[one], thing))
        if first != path:
            return h(name, "/".join(first), mode=thing.mode, **more)
    return f(name, thing.data, mode=thing.mode, **more)


def layered(tree: Tree, junk: Tree, upper: set[Path]) -> list[list[E]]:
    """The same filesystem in three layers: something else, all of it in place of that, and some of it once more."""
    again = {path for path in upper & set(tree) if tree[path].kind != "file" or not tree[path].group}
    return [entries(junk), [o(), *entries(tree)], entries(tree, again)]
