"""Doors: what the interface asks others to do, because it opens no files itself. The command line makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from imgscope.filesystem.journal import Columns
from imgscope.image.opened import OpenImage
from imgscope.indexing.cache import Cache
from imgscope.inspection import Inspection
from imgscope.limits import Limits
from imgscope.progress import Progress
from imgscope.settings import Preferences

if TYPE_CHECKING:
    from imgscope.difference.model import Paths, Row
    from imgscope.questions.advising import Advised


@dataclass(frozen=True, slots=True)
class Choice:
    """One image of a source."""

    title: str
    detail: str
    open: Callable[[], OpenImage]
    """Raises the image's own error where it cannot be opened."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The images of a source, and the one to begin with; ``ask`` where a person should choose."""

    choices: tuple[Choice, ...]
    preferred: int
    ask: bool


@dataclass(frozen=True, slots=True, repr=False)
class Extraction:
    """What is to be written where: a node as it stands in ``state``."""

    inspection: Inspection
    state: Columns
    node: int
    target: str
    overwrite: bool = False


class Compared(Protocol):
    """How the image differs from another one, which is taken for the earlier. Nothing of it is escaped."""

    paths: Paths
    other: str
    """The other image."""
    verdict: str
    complete: bool

    def head(self, size: Callable[[int], str], arrow: str) -> list[tuple[str, str]]:
        """A sign and a sentence each: totals, what the config makes run, and what else to know."""

    def about(self, row: Row, size: Callable[[int], str], arrow: str) -> str:
        """In what a path differs."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The ways out of the interface."""

    path: str
    """What the user named, for the header."""
    limits: Limits
    open: Callable[[Progress], Offer]
    """Recognise the source; may take long where it is compressed."""
    extract: Callable[[Extraction, Progress], tuple[str, list[str]]]
    """Write; a sentence on what was written, and what could not be kept. Raises ImgscopeError."""
    measure: Callable[[Extraction], tuple[int, int]]
    """Files and bytes that would be written."""
    remember: Callable[[Preferences], None]
    """Keep what was chosen for the next time."""
    advise: Callable[[Inspection], Advised]
    """Ask all rules, those of other packages too; may take a moment."""
    compare: Callable[[Inspection, str | Choice, Progress], Compared]
    """Read another image, by its path or as one of the same file. Raises ImgscopeError."""
    verify: bool = False
    """Whether the digests of layers are checked too."""
    cache: Cache | None = None
    """What earlier looks found out."""
