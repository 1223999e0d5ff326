"""Files named like secrets: in the final filesystem, or deleted from it and in their layer all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, compress, islice

from imgscope.advice.facts import Facts
from imgscope.advice.model import Confidence, Finding, Group, Named, Rule
from imgscope.advice.words import files_said, layers_said
from imgscope.analysis.secret_names import is_secret_path
from imgscope.filesystem.rootfs import FILE

_SHOWN = 3


class Secrets(Rule):
    """By name alone; nothing is opened."""

    id = "secrets"
    title = "files named like secrets"
    looks_for = "Files named like private keys and credentials, live or deleted: a deleted one can be taken out."

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for what is there, one for what was deleted."""
        rootfs = facts.filesystem.rootfs
        nodes = [node for node in facts.likely_secrets if rootfs.bodies(node) and is_secret_path(rootfs.path(node))]
        live = [node for node in nodes if rootfs.kind[node] == FILE]
        if live:
            yield self._live(facts, live)
        gone = _hidden(facts, {node for node in nodes if rootfs.kind[node] != FILE})
        if gone:
            yield self._gone(facts, gone)

    def _live(self, facts: Facts, nodes: Sequence[int]) -> Finding:
        rootfs = facts.filesystem.rootfs
        found = _with_origins(facts, nodes)
        return Finding(
            id=self.id,
            title=self.title,
            cause=f"{files_said(len(found))} of {layers_said([layer for _, layer in found])} "
            f"{'is named like a secret' if len(found) == 1 else 'are named like secrets'}",
            fix="Leave them out with .dockerignore; lend them to a RUN with --mount=type=secret, "
            "and to a container when it starts",
            group=Group.SECURITY,
            confidence=Confidence.MEDIUM,
            layer=found[0][1],
            files=len(found),
            top=lambda: [Named(rootfs.path(node), detail=f"layer {layer}") for node, layer in found[:_SHOWN]],
        )

    def _gone(self, facts: Facts, found: Mapping[int, Sequence[tuple[int, int]]]) -> Finding:
        rootfs = facts.filesystem.rootfs
        layers = [layer for bodies in found.values() for layer, _ in bodies]
        said = (
            "1 file named like a secret was" if len(found) == 1 else f"{files_said(len(found))} named like secrets were"
        )
        return Finding(
            id=self.id,
            title="deleted secrets that travel all the same",
            cause=f"{said} deleted, and can be taken out of {layers_said(layers)} by anyone who has the image",
            fix="It is known now: replace it. Lend secrets to a RUN with --mount=type=secret",
            group=Group.SECURITY,
            confidence=Confidence.HIGH,
            layer=min(layers),
            files=len(found),
            top=lambda: [_deleted(rootfs.path(node), bodies) for node, bodies in islice(found.items(), _SHOWN)],
        )


def _with_origins(facts: Facts, nodes: Sequence[int]) -> list[tuple[int, int]]:
    """Paths, each with the layer that brought it."""
    fs = facts.filesystem
    by_layer: dict[int, list[int]] = {}
    for node in nodes:
        by_layer.setdefault(fs.locate(fs.rootfs.inode[node])[0], []).append(node)
    found = [zip(some, facts.origins(some, layer), strict=True) for layer, some in by_layer.items()]
    return sorted(chain.from_iterable(found))


def _deleted(path: bytes, bodies: Sequence[tuple[int, int]]) -> Named:
    carried = layers_said([layer for layer, _ in bodies])
    return Named(path, detail=f"{carried}, deleted by layer {max(hidden_by for _, hidden_by in bodies)}")


def _hidden(facts: Facts, nodes: set[int]) -> dict[int, list[tuple[int, int]]]:
    """By path: layer, and layer that hid it, of all its bodies."""
    found: dict[int, list[tuple[int, int]]] = {}
    if nodes:
        fs, hidden = facts.filesystem, facts.filesystem.hidden
        theirs = map(nodes.__contains__, map(fs.node_of.__getitem__, hidden.entry))
        for entry, hidden_by in compress(zip(hidden.entry, hidden.layer, strict=True), theirs):
            found.setdefault(fs.node_of[entry], []).append((fs.locate(entry)[0], hidden_by))
    return found
