"""Paths and globs that a person names → what every layer did to them, told as rows."""

from __future__ import annotations

import os
from collections.abc import Iterable

from imgscope.analysis.blame import Blame
from imgscope.errors import SettingsError
from imgscope.escaping import as_stored, printable
from imgscope.filesystem.life import Lives
from imgscope.filesystem.lookup import Place, below, ever, fitting, nearest, places
from imgscope.globs import bytes_matcher
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

    def find(self, path: str) -> list[Asked]:
        """A path as it is written or, where there is none, as a glob. Raises SettingsError for what is no glob."""
        found = [Asked(self._fs.rootfs.path(place.node), place.node, place.links) for place in self._places(path)]
        if found or not any(character in path for character in "*?["):
            return found
        try:
            return [Asked(*one) for one in fitting(self._fs, self._ever, bytes_matcher([path]))]
        except ValueError as error:
            raise SettingsError(f"{printable(path)}: {error}") from error

    def _places(self, path: str) -> list[Place]:
        return places(self._fs, self._lives, os.fsencode(path)) or places(self._fs, self._lives, as_stored(path))

    def nearest(self, path: str) -> bytes | None:
        """What may be meant instead."""
        return nearest(self._fs, self._ever, os.fsencode(path))

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
