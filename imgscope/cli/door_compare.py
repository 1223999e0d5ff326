"""The door to another image: opened, compared with the one that is looked at, and closed again."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

from imgscope.cli.session import Session
from imgscope.errors import SettingsError
from imgscope.progress import Progress
from imgscope.tui.doors import Choice, Compared

if TYPE_CHECKING:
    from imgscope.difference.model import Row
    from imgscope.difference.whole import Difference
    from imgscope.image.opened import OpenImage
    from imgscope.inspection import Inspection
    from imgscope.report.difference.wire import Diff
    from imgscope.report.difference.words import Size


def compare_with(session: Session, now: Inspection, other: str | Choice, progress: Progress) -> Compared:
    """How ``now`` differs from an image that a path names, or from another one of the same file.

    Raises ImgscopeError where that cannot be opened, or no more be read.
    """
    if isinstance(other, Choice):
        return _compared(session, other.open(), now, progress)
    from imgscope.sources.detect import open_source
    from imgscope.sources.select import choose

    path = os.path.expanduser(other)
    if path == "-":
        raise SettingsError("standard input can be read once only", hint="give the path of a file")
    with closing(open_source(path, session.settings.limits, progress)) as source:
        return _compared(session, choose(source), now, progress)


def _compared(session: Session, opened: OpenImage, now: Inspection, progress: Progress) -> Compared:
    from imgscope.difference.compare import choose, compare
    from imgscope.difference.model import OF_CONTENT, OF_METADATA, Aspect
    from imgscope.difference.whole import difference
    from imgscope.inspection import inspect
    from imgscope.questions.comparing import side_of

    limits, cache = session.settings.limits, session.cache
    then = inspect(opened, limits=limits, progress=progress, cache=cache)
    before, after = side_of(then), side_of(now)
    assert before.view
    assert after.view
    paths = compare(before.view, after.view, limits=limits, progress=progress, cache=cache)
    found = difference(before, after, choose(paths, (OF_CONTENT | OF_METADATA) & ~Aspect.MTIME))
    return Told(found)


class Told(Compared):
    """A difference in the words of ``imgscope diff``."""

    def __init__(self, found: Difference) -> None:
        from imgscope.report.difference.build import build_diff
        from imgscope.report.difference.words import side, verdict

        assert found.paths
        self.paths = found.paths
        self.complete = found.complete
        self._diff: Diff = build_diff(found)
        self.other, self.verdict = side(self._diff["before"]), verdict(self._diff)

    def head(self, size: Size, arrow: str) -> list[tuple[str, str]]:
        """Totals, the config and notes."""
        from imgscope.report.difference.words import notes, number, setting, values

        diff = self._diff
        lines = []
        for name, before, after, growth in (number(one, size) for one in diff["totals"] if one["grown"]):
            lines.append(("~", f"{name} {before} {arrow} {after}  {growth}"))
        for change in diff["config"] or ():
            sign, name = setting(change)
            lines.append((sign, f"{name} {values(change, arrow)}"))
        return [*lines, *(("!", note) for note in notes(diff, options=False))]

    def about(self, row: Row, size: Size, arrow: str) -> str:
        """In what a path differs."""
        from imgscope.difference.compare import size_of
        from imgscope.report.difference.build import Shown, path_info
        from imgscope.report.difference.words import about

        return about(Shown(path_info(self.paths, row), 1, size_of(self.paths, row)), size, arrow)
