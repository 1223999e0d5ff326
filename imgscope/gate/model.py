"""What a verdict is made of. Sizes are bytes; layers are numbered from 0, the lowest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from imgscope.analysis.growth import Delta
from imgscope.analysis.model import Totals
from imgscope.filesystem.model import Cause

Number = int | Fraction
"""Measured values and limits are compared exactly, never as floats."""


class Level(StrEnum):
    """What a violation means: the image fails, or it is only told."""

    ERROR = "error"
    WARN = "warn"
    OFF = "off"


class State(StrEnum):
    """What became of a rule. SKIPPED is neither passed nor failed: it is off."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Unit(StrEnum):
    """What a rule's numbers count."""

    BYTES = "bytes"
    PERCENT = "percent"
    RATIO = "ratio"
    LAYERS = "layers"
    FILES = "files"
    PATHS = "paths"
    FINDINGS = "findings"


class Basis(StrEnum):
    """Why the rules that were judged are the ones they are."""

    DEFAULTS = "defaults"
    CONFIGURED = "configured"
    DIVE = "dive-ci"


@dataclass(frozen=True, slots=True)
class Finding:
    """A path (or, where ``path`` is empty, a layer) that a rule's value is made of, and the instruction at fault."""

    path: bytes
    bytes: int
    layer: int | None
    """The layer that it travels in."""
    culprit: int | None
    """The layer at fault."""
    instruction: str
    """Of the layer at fault; empty where there is no history."""
    cause: Cause | None = None
    detail: str = ""
    """What else there is to say, in a few words: ``setuid root``, ``12,204 files``."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule, judged."""

    id: str
    level: Level
    state: State
    unit: Unit
    limit: Number | None
    """The most (for ``min-…`` the least) that passes; None where there is no number, or it is off."""
    value: Number | None
    """What was measured; None where it is off, or beyond any number (waste where there is no content)."""
    findings: tuple[Finding, ...] = ()
    """Worst first; of a rule that passed the largest few."""
    found: int = 0
    """How many there were in all."""
    name: str = ""
    """Tells several of one rule apart: a budget's globs."""
    message: str = ""
    """What the settings say that people should be told."""
    note: str = ""
    """What explains the outcome beyond its numbers: why it was not judged, what it was measured against."""
    origin: str = ""
    """Where the limit comes from: an option, a variable, a file, or the defaults."""

    @property
    def failed(self) -> bool:
        """Whether the image fails for it."""
        return self.state is State.FAILED and self.level is Level.ERROR

    @property
    def warned(self) -> bool:
        """Whether it is violated, but only told."""
        return self.state is State.FAILED and self.level is Level.WARN

    @property
    def key(self) -> str:
        """What tells it from all other outcomes of the image."""
        return f"{self.id}:{self.name}" if self.name else self.id


@dataclass(frozen=True, slots=True)
class Ignored:
    """What one ignore left out, or would have, had it not expired. ``rule``: of that rule only."""

    path: str
    reason: str
    expires: date | None
    expired: bool
    paths: int
    bytes: int
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Growth:
    """An image beside its baseline. Lists hold only what differs, what grew most first."""

    baseline: str
    """Where the baseline is from."""
    totals: tuple[Delta, ...]
    """``wasted_bytes``, ``content_bytes``, ``stored_bytes``, ``files``, ``layers``; all of them, in this order."""
    layers: tuple[Delta, ...]
    """By instruction."""
    directories: tuple[Delta, ...]
    """Live bytes by directory, two levels deep."""
    waste: tuple[Delta, ...]
    """By wasted path and cause, as ``PATH (CAUSE)``."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A layer that wrote what became waste."""

    layer: int
    instruction: str
    bytes: int
    """What it wrote of it."""


@dataclass(frozen=True, slots=True)
class Blame:
    """What one instruction wastes, for one cause: what a person can put right at once."""

    layer: int
    """The layer at fault."""
    instruction: str
    cause: Cause
    bytes: int
    paths: int
    written_by: tuple[Writer, ...] = ()
    """Those whose bytes they are, largest first."""


@dataclass(frozen=True, slots=True)
class DiveNumbers:
    """What dive counts: it is other than the truth, and behind the verdict where a ``.dive-ci`` drives the gate."""

    wasted_bytes: int
    user_bytes: int
    efficiency: float


@dataclass(frozen=True, slots=True)
class ImageVerdict:
    """One image, judged."""

    path: str
    """As the user named it."""
    name: str
    """What it is called in a baseline."""
    title: str
    """Its first tag, where it has one."""
    complete: bool
    error: str | None
    """Why nothing, or not all, could be judged."""
    basis: Basis
    outcomes: tuple[Outcome, ...]
    ignored: tuple[Ignored, ...] = ()
    totals: Totals | None = None
    """None where the image could not be read."""
    stored_bytes: int = 0
    layers: int = 0
    history: int = 0
    """Build steps."""
    base_layers: int | None = None
    """How many of the layers are the base's, where that was asked for."""
    growth: Growth | None = None
    dive: DiveNumbers | None = None
    blames: tuple[Blame, ...] = ()
    """All waste that counts, by the instruction that caused it; largest first."""
    unread: tuple[str, ...] = ()
    """Why it is not complete."""

    def writer(self, finding: Finding) -> str:
        """The instruction that wrote a finding of waste; empty where it is not known."""
        alike = (one for one in self.blames if (one.layer, one.cause) == (finding.culprit, finding.cause))
        writers = (writer for blame in alike for writer in blame.written_by)
        return next((writer.instruction for writer in writers if writer.layer == finding.layer), "")

    @property
    def passed(self) -> bool:
        """Whether all of it was read and no rule of level error is violated."""
        return self.complete and self.error is None and not any(outcome.failed for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All images of a run, in the order they were named."""

    images: tuple[ImageVerdict, ...]

    @property
    def passed(self) -> bool:
        """Whether every one passed."""
        return all(image.passed for image in self.images)

    @property
    def complete(self) -> bool:
        """Whether every one could be read in full."""
        return all(image.complete and image.error is None for image in self.images)
