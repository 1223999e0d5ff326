"""What is asked for, what came of it, and what was left out on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imgscope.escaping import printable
from imgscope.filesystem.finding import View
from imgscope.filesystem.journal import Columns
from imgscope.filesystem.rootfs import ROOT

SHOWN = 20
"""Problems of one kind that are told path by path."""


@dataclass(frozen=True, slots=True)
class Request:
    """A file, a symlink, or a directory with all below it, and the path that it shall get itself.

    ``state`` is what stands at every node after some layer, so that what later layers deleted can be had as well.
    """

    node: int
    state: Columns
    target: str
    overwrite: bool = False
    """Files and links in the way are replaced, directories merged into. Nothing else is ever taken away."""
    owner: bool = False
    """Set owners, and with them set-user-ID and set-group-ID bits; only root can."""
    special: bool = False
    """Make named pipes too and, where owners are set, devices; only root can."""
    every: bool = False
    """Tell of every path that something is wrong with, however many."""
    only: tuple[int, ...] | None = None
    """Nodes below ``node``: they, all in them, and the directories on the way are wanted, and nothing else."""


def request(view: View, paths: Iterable[bytes], target: str) -> Request:
    """What is asked for, by paths or, where there is no such path, by globs.

    The links on the way to a path are wanted too, so that it is found by the name given. Without paths it is
    everything. Raises NotThereError, and SettingsError for what is no glob.
    """
    wanted = set[int]()
    for path in paths:
        wanted.update(view.asked(path))
    return Request(ROOT, view.state, target, only=tuple(sorted(wanted)) if wanted and ROOT not in wanted else None)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was left out, or could not be set: a path in the image as safe text, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Left:
    """What was left out, or could not be set, for one reason: how many paths, and the first of them."""

    reason: str
    count: int
    paths: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was written. A file with several hard links is one file; its other names count as links."""

    files: int
    directories: int
    """Directories that were made, not those that were there."""
    links: int
    bytes_written: int
    """Without the holes of sparse files."""
    problems: tuple[Problem, ...]
    left: tuple[Left, ...] = ()
    """The same by kind."""
    special: int = 0
    """Devices and named pipes."""
    untaken: int = 0
    """Names that the target would not take: what is there is in their way, or its file system refuses them."""


class Problems:
    """Problems by kind; of each the first few are kept, and all are counted: an image could have millions."""

    def __init__(self, *, every: bool = False) -> None:
        self._every = every
        self._paths: dict[str, list[bytes]] = {}
        self._counts: dict[str, int] = {}

    def add(self, path: bytes, reason: str, shown: int = SHOWN) -> None:
        """One more of a kind, of which at most ``shown`` are told path by path."""
        paths = self._paths.setdefault(reason, [])
        self._counts[reason] = self._counts.get(reason, 0) + 1
        if self._every or len(paths) < shown:
            paths.append(path)

    def left(self) -> tuple[Left, ...]:
        """All of them by kind."""
        return tuple(Left(reason, self._counts[reason], tuple(paths)) for reason, paths in self._paths.items())

    def told(self) -> tuple[Problem, ...]:
        """All of them; the last of a kind says how many more there are."""
        found = []
        for reason, paths in self._paths.items():
            more = self._counts[reason] - len(paths)
            last = f"{reason} (and {more} more like it)" if more else reason
            found += [Problem(printable(path) or "/", reason) for path in paths[:-1]]
            found.append(Problem(printable(paths[-1]) or "/", last))
        return tuple(found)
