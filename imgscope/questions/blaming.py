"""Paths and globs that a person names → what every layer did to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from imgscope.analysis.blame import Blame
from imgscope.escaping import printable
from imgscope.filesystem.finding import NotThereError, glob, is_glob, meant
from imgscope.filesystem.life import Lives
from imgscope.filesystem.lookup import below, ever, fitting, nearest, places
from imgscope.indexing.cache import Cache
from imgscope.indexing.content import fingerprints
from imgscope.inspection import Inspection
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress


@dataclass(frozen=True, slots=True)
class Asked:
    """A path to tell of: its node, and the links on the way to it with where they lead."""

    path: bytes
    node: int
    links: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Blamed:
    """What is told of: paths, each once, and what knows their events."""

    asked: list[Asked]
    blame: Blame
    below: tuple[Sequence[int], Sequence[int]]
    """By node: how many paths are below it, ever and in the end; empty where no directory was asked for."""


class Blaming:
    """What paths and globs mean in one inspection, and what became of them."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._fs = inspection.filesystem
        self._lives = Lives(self._fs)
        self._ever = ever(self._fs)
        self._blame = Blame(self._fs, self._lives)

    def find(self, path: bytes) -> list[Asked]:
        """A path as it is written or, where there is none, as a glob. Raises SettingsError for what is no glob."""
        for name in meant(path):
            if found := places(self._fs, self._lives, name):
                return [Asked(self._fs.rootfs.path(place.node), place.node, place.links) for place in found]
        return [Asked(*one) for one in fitting(self._fs, self._ever, glob(path))] if is_glob(path) else []

    def missing(self, path: bytes) -> NotThereError:
        """What is told of a path that is not found, with what may be meant instead."""
        near = nearest(self._fs, self._ever, meant(path)[-1])
        hint = None if near is None else f"did you mean /{printable(near)}?"
        return NotThereError(f"{printable(path)}: no layer has such a path", hint=hint)

    def told(
        self,
        found: Iterable[list[Asked]],
        *,
        limits: Limits = DEFAULT_LIMITS,
        progress: Progress = SILENT,
        cache: Cache | None = None,
    ) -> Blamed:
        """What there is to tell of what was found.

        Reads what tells copies from changes, where that is not known yet. Raises ImgscopeError where a layer cannot be
        read again.
        """
        first: dict[int, Asked] = {}
        for one in chain.from_iterable(found):
            first.setdefault(one.node, one)
        asked = list(first.values())
        if doubts := self._blame.doubts(one.node for one in asked):
            opened, tables = self._inspection.opened, [layer.table for layer in self._inspection.layers]
            prints = fingerprints(opened, tables, doubts, limits=limits, progress=progress, cache=cache)
            self._blame.learn(prints)
        return Blamed(asked, self._blame, below(self._fs, self._ever, [one.node for one in asked]))
