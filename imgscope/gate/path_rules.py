"""Rules about paths that should not be there."""

from __future__ import annotations

import stat
from collections.abc import Callable, Collection, Iterator
from typing import Literal

from imgscope.analysis.model import Waste
from imgscope.analysis.secret_names import SECRETS
from imgscope.filesystem.life import hard_links, life
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, ROOT
from imgscope.gate.context import SHOWN, Context, Counts
from imgscope.gate.ignoring import Test, globs
from imgscope.gate.model import Finding, Outcome, Unit
from imgscope.gate.settings import GlobsRule, PathRule, SwitchRule
from imgscope.gate.waste_rules import deleted_paths


def forbidden_path(context: Context, rule: GlobsRule, id_: str) -> Iterator[Outcome]:
    """Paths that fit; of a directory and all that is in it only the directory is named."""
    yield _unwanted(context, rule, id_, rule.where, rule.paths)


def secret_name(context: Context, rule: SwitchRule, id_: str) -> Iterator[Outcome]:
    """Paths named like secrets, in any layer: what is deleted still travels. Nothing is opened.

    ``paths`` of the rule takes the place of the usual names.
    """
    yield _unwanted(context, rule, id_, "any", rule.paths or SECRETS)


def _unwanted(
    context: Context, rule: PathRule, id_: str, where: Literal["final", "any"], paths: Collection[str]
) -> Outcome:
    fits = globs(list(paths), f"{id_}.paths")
    counts = context.chooser(id_, rule.model_copy(update={"paths": ()}))
    found = Sweep(context, fits, counts, context.layers(rule.layers), anywhere=where == "any").findings()
    note = "in any layer" if where == "any" else "in the final filesystem"
    return context.outcome(id_, rule, Unit.PATHS, len(found), found, note=note)


class Sweep:
    """One walk over all paths: which fit while no directory above does, and how many bytes are at and below each.

    A directory that holds something is there for the sake of that: what of it no ignore leaves out, and no other layer
    brought, is what it is named for.
    """

    def __init__(
        self, context: Context, fits: Test, counts: Counts, layers: Collection[int], *, anywhere: bool
    ) -> None:
        self._context, self._fs = context, context.subject.filesystem
        self._fits, self._counts, self._layers, self._anywhere = fits, counts, layers, anywhere
        self._hidden = _hidden_bodies(self._fs) if anywhere else {}
        self._bytes: dict[int, int] = {}
        self._layer: dict[int, tuple[int, int]] = {}
        """By topmost path: size and layer of its largest body."""

    def findings(self) -> list[Finding]:
        """What fits, largest first."""
        rootfs = self._fs.rootfs
        above = [ROOT] * len(rootfs)
        """By node the topmost path that fits; a parent's number is smaller than its children's."""
        for node in range(1, len(rootfs)):
            top = above[rootfs.parent[node]]
            if rootfs.kind[node] or (self._anywhere and self._was_there(node)):
                if top == ROOT and self._fits(self._path(node)):
                    top = node
                if top != ROOT:
                    self._add(top, node)
            above[node] = top
        largest = sorted(self._bytes, key=lambda node: (-self._bytes[node], rootfs.path(node)))
        return [self._finding(node, named=place < SHOWN) for place, node in enumerate(largest)]

    def _path(self, node: int) -> bytes:
        """As globs want it: a directory's ends in a slash."""
        return self._fs.rootfs.path(node) + (b"/" if self._is_directory(node) else b"")

    def _is_directory(self, node: int) -> bool:
        rootfs = self._fs.rootfs
        return rootfs.kind[node] == DIRECTORY or (not rootfs.kind[node] and bool(rootfs.children.get(node)))

    def _was_there(self, node: int) -> bool:
        return node in self._hidden or self._fs.rootfs.bodies(node) > 0

    def _add(self, top: int, node: int) -> None:
        """Count what is at a path with the topmost that fits."""
        if self._is_directory(node) and any(map(self._stands, self._fs.rootfs.children.get(node, {}).values())):
            return
        for entry, size, layer in self._bodies(node):
            counted = layer is None or layer in self._layers
            path = self._path(node)
            if counted and not self._context.ignores.cover(path, size, entry) and self._counts(path, size, entry):
                self._bytes[top] = self._bytes.get(top, 0) + size
                if layer is not None:
                    self._layer[top] = max(self._layer.get(top, (-1, 0)), (size, layer))

    def _stands(self, node: int) -> bool:
        return bool(self._fs.rootfs.kind[node]) or (self._anywhere and self._was_there(node))

    def _bodies(self, node: int) -> Iterator[tuple[int, int, int | None]]:
        """Entry, bytes and layer of what is, or was, at a path; a hard link has no bytes of its own."""
        yield from self._hidden.get(node, ())
        rootfs = self._fs.rootfs
        entry = rootfs.entry[node]
        if rootfs.kind[node]:
            own = rootfs.kind[node] == FILE and entry == rootfs.inode[node]
            layer = None if entry == NONE else self._fs.locate(entry)[0]
            yield entry, self._fs.stored(entry) if own else 0, layer

    def _finding(self, node: int, *, named: bool) -> Finding:
        """``named``: find out who brought it in, which takes a look at every layer."""
        rootfs, subject = self._fs.rootfs, self._context.subject
        layer = self._layer[node][1] if node in self._layer else None
        events = life(self._fs, node) if named else []
        culprit = events[0].layer if events else layer
        detail = "" if rootfs.kind[node] else "deleted, but shipped"
        size, instruction = self._bytes[node], subject.instruction(culprit)
        return Finding(rootfs.path(node), size, layer, culprit, instruction, detail=detail)


def _hidden_bodies(fs: FileSystem) -> dict[int, list[tuple[int, int, int | None]]]:
    """By path: entry, bytes and layer of the bodies that nothing reaches."""
    found: dict[int, list[tuple[int, int, int | None]]] = {}
    for entry in fs.hidden.entry:
        if (node := fs.node_of[entry]) != NONE:
            found.setdefault(node, []).append((entry, fs.stored(entry), fs.locate(entry)[0]))
    gone = set(fs.hidden.entry)
    for node, inode in sorted(set(hard_links(fs))):  # the same bodies, under the names that links gave them
        if inode in gone and node != fs.node_of[inode]:
            found.setdefault(node, []).append((inode, fs.stored(inode), fs.locate(inode)[0]))
    return found


def deleted_but_shipped(context: Context, rule: GlobsRule, id_: str) -> Iterator[Outcome]:
    """Files that are gone from the final filesystem, and travel all the same; under every name that they ever had."""
    rows = [*context.waste, *_other_names(context)]
    counts, layers = context.chooser(id_, rule), context.layers(rule.layers)
    found = deleted_paths(
        context, [row for row in rows if row.hidden_by in layers and counts(row.path, row.bytes, row.entry)]
    )
    yield context.outcome(id_, rule, Unit.PATHS, len(found), found)


def _other_names(context: Context) -> Iterator[Waste]:
    """Wasted bodies again, under the names that hard links gave them."""
    fs = context.subject.filesystem
    hidden = {row.entry: row for row in context.subject.analysis.waste}
    for node, inode in sorted(set(hard_links(fs))):
        row = hidden.get(inode)
        if row and node != fs.node_of[inode] and not context.ignores.cover(fs.rootfs.path(node), row.bytes, inode):
            yield row._replace(path=fs.rootfs.path(node))


def suid_sgid(context: Context, rule: SwitchRule, id_: str) -> Iterator[Outcome]:
    """Programs that run as somebody else."""
    yield _by_mode(context, rule, id_, _setuid)


def world_writable(context: Context, rule: SwitchRule, id_: str) -> Iterator[Outcome]:
    """Files, and directories without the sticky bit, that everyone may write to."""
    yield _by_mode(context, rule, id_, _writable)


def _setuid(kind: int, mode: int, uid: int, gid: int) -> str:
    if kind != FILE:
        return ""
    bits = [f"setuid {uid}"] * bool(mode & stat.S_ISUID) + [f"setgid {gid}"] * bool(mode & stat.S_ISGID)
    return ", ".join(bits)


def _writable(kind: int, mode: int, _uid: int, _gid: int) -> str:
    safe = not mode & stat.S_IWOTH or (kind == DIRECTORY and mode & stat.S_ISVTX)
    return "" if safe else f"mode {mode & 0o7777:04o}"


def _told(fs: FileSystem, entry: int, kind: int, told: Callable[[int, int, int, int], str]) -> str:
    mode, uid, gid, _ = fs.attributes(entry)
    return told(kind, mode, uid, gid)


def _by_mode(context: Context, rule: SwitchRule, id_: str, told: Callable[[int, int, int, int], str]) -> Outcome:
    """Files and directories of the final filesystem that there is something to tell of."""
    fs, layers, found = context.subject.filesystem, context.layers(rule.layers), []
    counts = context.chooser(id_, rule)
    for node in fs.nodes():
        kind, inode, entry = fs.rootfs.kind[node], fs.rootfs.inode[node], fs.rootfs.entry[node]
        if kind not in (FILE, DIRECTORY) or inode == NONE:
            continue
        # Engines give a file the attributes that a hard link to it states, if they differ.
        if not (detail := _told(fs, inode, kind, told) or (entry != inode and _told(fs, entry, kind, told))):
            continue
        layer, _ = fs.locate(inode)
        path, size = fs.rootfs.path(node), fs.stored(inode) if kind == FILE else 0
        named = path + (b"/" if kind == DIRECTORY else b"")
        if layer in layers and not context.ignores.cover(named, 0) and counts(named, 0):
            found.append(Finding(path, size, layer, layer, context.subject.instruction(layer), detail=detail))
    found.sort(key=lambda finding: finding.path)
    return context.outcome(id_, rule, Unit.PATHS, len(found), found)
