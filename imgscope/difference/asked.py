"""What shall be compared, and what of the differences of paths that leaves."""

from __future__ import annotations

from dataclasses import dataclass

from imgscope.difference.compare import choose, compare
from imgscope.difference.model import OF_CONTENT, OF_METADATA, SAME, Aspect, Paths
from imgscope.difference.side import Side
from imgscope.errors import SettingsError
from imgscope.globs import bytes_matcher
from imgscope.indexing.cache import Cache
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress


@dataclass(frozen=True, slots=True)
class Asked:
    """What shall be compared."""

    only: tuple[str, ...] = ()
    """Of content, metadata and config; all where there is none."""
    path: tuple[str, ...] = ()
    """Globs of .gitignore."""
    mtime: bool = False
    """Whether times count."""
    renames: bool = True
    """Whether what moved is told as moved."""
    packages: bool = False
    """Whether growth is told by package, too."""

    @property
    def paths(self) -> bool:
        """Whether files are compared."""
        return self.only != ("config",)

    @property
    def config(self) -> bool:
        """Whether configs are; who asks for certain paths means only those."""
        return "config" in self.only if self.only else not self.path

    @property
    def aspects(self) -> Aspect:
        """In what paths may differ."""
        wanted = self.only or ("content", "metadata")
        aspects = (OF_CONTENT if "content" in wanted else SAME) | (OF_METADATA if "metadata" in wanted else SAME)
        return aspects | Aspect.MTIME if self.mtime else aspects & ~Aspect.MTIME


def compared(
    before: Side,
    after: Side,
    asked: Asked,
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
    cache: Cache | None = None,
) -> Paths | None:
    """The filesystems path by path, where both are known and that was asked for.

    Raises SettingsError for what is no glob, and ImgscopeError where a layer cannot be read again.
    """
    if before.view is None or after.view is None or not asked.paths:
        return None
    try:
        wanted = bytes_matcher(asked.path) if asked.path else None
    except ValueError as error:
        raise SettingsError(f"--path: {error}") from error
    paths = compare(before.view, after.view, renames=asked.renames, limits=limits, progress=progress, cache=cache)
    return choose(paths, asked.aspects, wanted)
