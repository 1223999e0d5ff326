"""Paths and globs that a person names → what every layer did to them, told as rows."""

from __future__ import annotations

from collections.abc import Iterable

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
from imgscope.report.blame import Asked, BlameInfo, Teller
from imgscope.report.rows import Rows


class Blaming:
    """What paths and globs mean in one inspection, and what is told of them."""

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

    def rows(
        self,
        found: Iterable[list[Asked]],
        *,
        limits: Limits = DEFAULT_LIMITS,
        progress: Progress = SILENT,
        cache: Cache | None = None,
    ) -> Rows[BlameInfo]:
        """What was found as rows, each path once, made when it is asked for.

        Reads what tells copies from changes, where that is not known yet. Raises ImgscopeError where a layer cannot be
        read again.
        """
        asked = list({one.node: one for ones in reversed(list(found)) for one in reversed(ones)}.values())[::-1]
        if doubts := self._blame.doubts(one.node for one in asked):
            opened, tables = self._inspection.opened, [layer.table for layer in self._inspection.layers]
            prints = fingerprints(opened, tables, doubts, limits=limits, progress=progress, cache=cache)
            self._blame.learn(prints)
        teller = Teller(self._inspection, self._blame, below(self._fs, self._ever, [one.node for one in asked]))
        return Rows(asked, teller.row)
