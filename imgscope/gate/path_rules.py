"""Rules about paths that should not be there."""

from __future__ import annotations

import stat
from collections.abc import Callable, Collection, Iterator
from typing import Literal

from imgscope.filesystem.life import life
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, ROOT
from imgscope.gate.context import SHOWN, Context
from imgscope.gate.ignoring import Test, globs
from imgscope.gate.model import Finding, Outcome, Unit
from imgscope.gate.settings import GlobsRule, PathRule, SwitchRule
from imgscope.gate.waste_rules import deleted_paths

SECRETS = (
    *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "*.ppk", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx"),
    *("*.key", ".env", ".env.*", ".npmrc", ".yarnrc", ".pypirc", ".netrc", "_netrc", ".pgpass", ".my.cnf", ".htpasswd"),
    *(".git-credentials", "**/.aws/credentials", "**/.docker/config.json", ".dockercfg", "**/.kube/config"),
    *("kubeconfig", "application_default_credentials.json", "*.tfstate", ".vault-token", "secrets.yml", "secrets.yaml"),
    *(
        "!.env.example",
        "!.env.sample",
        "!.env.template",
        "!usr/share/**",
        "!**/site-packages/**",
        "!**/node_modules/**",
    ),
)
"""Names that secrets usually have; ``paths`` of the rule takes the place of this list."""


def forbidden_path(context: Context, rule: GlobsRule, id_: str) -> Iterator[Outcome]:
    """Paths that fit; of a directory and all that is in it only the directory is named."""
    yield _unwanted(context, rule, id_, rule.where, rule.paths)


def secret_name(context: Context, rule: SwitchRule, id_: str) -> Iterator[Outcome]:
    """Paths named like secrets, in any layer: what is deleted still travels. Nothing is opened."""
    yield _unwanted(context, rule, id_, "any", rule.paths or SECRETS)


def _unwanted(
    context: Context, rule: PathRule, id_: str, where: Literal["final", "any"], paths: Collection[str]
) -> Outcome:
    fits = globs(list(paths), f"{id_}.paths")
    layers = context.layers(rule.layers)
    counts = context.chooser(id_, rule.model_copy(update={"paths": ()}))
    found = [
        finding
        for finding in Sweep(context, fits, where).findings()
        if (finding.layer is None or finding.layer in layers)
        and not context.ignores.cover(finding.path, finding.bytes)
        and counts(finding.path, finding.bytes)
    ]
    note = "in any layer" if where == "any" else "in the final filesystem"
    return context.outcome(id_, rule, Unit.PATHS, len(found), found, note=note)


class Sweep:
    """One walk over all paths: which fit while no directory above does, and how many bytes are at and below each."""

    def __init__(self, context: Context, fits: Test, where: Literal["final", "any"]) -> None:
        self._context, self._fs, self._fits = context, context.subject.filesystem, fits
        self._any = where == "any"
        self._bytes: dict[int, int] = {}
        self._layer: dict[int, tuple[int, int]] = {}
        self._hidden = _hidden_bytes(self._fs) if self._any else {}

    def findings(self) -> list[Finding]:
        """What fits, largest first."""
        rootfs, path = self._fs.rootfs, self._fs.rootfs.path
        above = [0] * len(
            rootfs
        )  # by node: the path above it that fits; a parent's number is smaller than its children's
        for node in range(1, len(rootfs)):
            if not rootfs.kind[node] and not (self._any and self._was_there(node)):
                above[node] = above[rootfs.parent[node]]
                continue
            top = above[rootfs.parent[node]]
            if top == ROOT and self._fits(path(node) + (b"/" if node in rootfs.children else b"")):
                top = node
            above[node] = top
            if top != ROOT:
                self._add(top, node)
        largest = sorted(self._bytes, key=lambda node: (-self._bytes[node], path(node)))
        return [self._finding(node, first=place < SHOWN) for place, node in enumerate(largest)]

    def _was_there(self, node: int) -> bool:
        return node in self._hidden or self._fs.rootfs.bodies[node] > 0

    def _add(self, top: int, node: int) -> None:
        """Count a path's bytes with the topmost that fits; the largest body tells whose it is."""
        fs, rootfs = self._fs, self._fs.rootfs
        size, layer = self._hidden.get(node, (0, NONE))
        entry = rootfs.entry[node]
        if rootfs.kind[node] and entry != NONE:
            own = fs.stored(entry) if rootfs.kind[node] == FILE and entry == rootfs.inode[node] else 0
            if own >= size or layer == NONE:
                layer, _ = fs.locate(entry)
            size += own
        self._bytes[top] = self._bytes.get(top, 0) + size
        if layer != NONE:
            self._layer[top] = max(self._layer.get(top, (-1, 0)), (size, layer))

    def _finding(self, node: int, *, first: bool) -> Finding:
        """``first``: find out who brought it in, which takes a look at every layer."""
        rootfs, subject = self._fs.rootfs, self._context.subject
        layer = self._layer[node][1] if node in self._layer else None
        events = life(self._fs, node) if first else []
        culprit = events[0].layer if events else layer
        detail = "" if rootfs.kind[node] else "deleted, but shipped"
        size, instruction = self._bytes[node], subject.instruction(culprit)
        return Finding(rootfs.path(node), size, layer, culprit, instruction, detail=detail)


def _hidden_bytes(fs: FileSystem) -> dict[int, tuple[int, int]]:
    """By path: bytes of its bodies that nothing reaches, and the layer of the last of them."""
    found: dict[int, tuple[int, int]] = {}
    for entry in fs.hidden.entry:
        if (node := fs.node_of[entry]) != NONE:
            found[node] = (found.get(node, (0, 0))[0] + fs.stored(entry), fs.locate(entry)[0])
    return found


def deleted_but_shipped(context: Context, rule: GlobsRule, id_: str) -> Iterator[Outcome]:
    """Files that are gone from the final filesystem, and travel all the same."""
    found = deleted_paths(context, context.wasted(id_, rule))
    yield context.outcome(id_, rule, Unit.PATHS, len(found), found)


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


def _by_mode(context: Context, rule: SwitchRule, id_: str, told: Callable[[int, int, int, int], str]) -> Outcome:
    """Files and directories of the final filesystem that there is something to tell of."""
    fs, layers, found = context.subject.filesystem, context.layers(rule.layers), []
    counts = context.chooser(id_, rule)
    for node in fs.nodes():
        kind, inode = fs.rootfs.kind[node], fs.rootfs.inode[node]
        if kind not in (FILE, DIRECTORY) or inode == NONE:
            continue
        mode, uid, gid, _ = fs.attributes(inode)
        if not (detail := told(kind, mode, uid, gid)):
            continue
        layer, _ = fs.locate(inode)
        path, size = fs.rootfs.path(node), fs.stored(inode) if kind == FILE else 0
        if layer in layers and not context.ignores.cover(path, 0) and counts(path, 0):
            found.append(Finding(path, size, layer, layer, context.subject.instruction(layer), detail=detail))
    found.sort(key=lambda finding: finding.path)
    return context.outcome(id_, rule, Unit.PATHS, len(found), found)
