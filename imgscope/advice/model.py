"""What a rule is, and what it finds. All sizes are bytes; layers are numbered from 0, the lowest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from imgscope.filesystem.model import Cause
from imgscope.image.opened import ImageWarning

if TYPE_CHECKING:
    from imgscope.advice.facts import Facts


class Group(StrEnum):
    """What a finding is about."""

    WASTE = "waste"
    """Bytes that travel and are not in the final filesystem."""
    CONTENTS = "contents"
    """Bytes of the final filesystem that an image can do without."""
    SECURITY = "security"
    HYGIENE = "hygiene"


class Confidence(StrEnum):
    """How sure it is that the image is better without."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Named(NamedTuple):
    """A path that a finding is about; that of a directory ends in a slash."""

    path: bytes
    bytes: int = 0
    detail: str = ""
    """What else there is to say, in a few words: ``setuid 0``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that could be better, what it would save, and how."""

    id: str
    """Of the rule."""
    title: str
    """In a few words."""
    cause: str
    """In a sentence: what it is, and where from."""
    fix: str
    """In a sentence: what to write instead."""
    group: Group
    confidence: Confidence
    layer: int | None = None
    """The layer at fault."""
    bytes: int = 0
    """Content that is saved; never more than that."""
    stored_bytes: int = 0
    """The same as it travels: by each layer's ratio, where it is compressed."""
    files: int = 0
    """How many paths it is about."""
    top: Callable[[], Sequence[Named]] = field(default=tuple, compare=False)
    """The worst paths, largest first; made when asked for, since few findings are shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """Paths that a rule answers for: what is wasted there is its own to tell of, and no other rule's.

    ``paths`` are written as ``var/lib/apt/lists/`` (a directory), ``**/.cache/pip/`` (anywhere),
    ``**/node_modules/**/test/`` (below another), ``usr/lib/python3*/test/`` (stars in all parts but the last),
    ``usr/bin/git`` (a file), and ``*.pyc`` (files anywhere, by what stands behind the last dot).
    """

    what: str
    """As it is called in a sentence: ``apt's package lists``."""
    paths: tuple[str, ...]
    fix: str = ""
    """What helps against it; empty where the rule says the same of all its places."""
    confidence: Confidence = Confidence.HIGH
    """How sure it is that nobody needs what stands there in the end."""
    keep: frozenset[bytes] = frozenset()
    """Names of files there that do not count."""


class Rule(Protocol):
    """A rule. Who derives from it need not say where it has no places and answers for no cause.

    A finding of :attr:`Group.WASTE` tells of nothing but what ``facts.wasted(rule)`` gave: that is what keeps the sum
    of all findings below what is really wasted.
    """

    id: str
    title: str
    looks_for: str
    """A sentence for the catalogue."""
    places: tuple[Place, ...] = ()
    """Where it answers for bytes; of two rules with one place the first has it."""
    causes: frozenset[Cause] = frozenset()
    """Causes whose waste it answers for where no rule has the place."""

    def find(self, facts: Facts) -> Iterator[Finding]:
        """What it has to say of an image."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """What the image would come to."""

    content_bytes: int
    """As it is."""
    stored_bytes: int
    squashed_bytes: int
    """As one layer: what is live, and nothing else."""
    squashed_stored_bytes: int
    advised_bytes: int
    """Without all that findings of waste and contents would save; those of low confidence left alone."""
    advised_stored_bytes: int


@dataclass(frozen=True, slots=True)
class Advice:
    """What all rules found, largest first."""

    findings: tuple[Finding, ...]
    estimates: Estimates
    warnings: tuple[ImageWarning, ...] = ()
    """Rules that failed."""
