"""Subject: an analysed image as the rules look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from imgscope.analysis.model import Analysis
from imgscope.filesystem.model import FileSystem
from imgscope.image.masking import masked
from imgscope.image.model import Image
from imgscope.image.opened import ImageWarning


@dataclass(frozen=True, repr=False)
class Subject:
    """What is known of an image, and which of its layers are somebody else's."""

    path: str
    """As the user named it."""
    name: str
    """What it is called in a baseline."""
    image: Image
    filesystem: FileSystem
    analysis: Analysis
    warnings: tuple[ImageWarning, ...] = ()
    complete: bool = True
    unread: tuple[str, ...] = ()
    """What could not be read, and why."""
    base: int | None = None
    """How many of the lowest layers are the base's; None where nobody asked."""

    @cached_property
    def instructions(self) -> tuple[str, ...]:
        """By layer: what made it, without values of secrets, since verdicts go into logs."""
        return tuple(map(masked, self.image.instructions))

    def instruction(self, layer: int | None) -> str:
        """What made a layer; empty for none."""
        return "" if layer is None else self.instructions[layer]

    @property
    def own(self) -> range:
        """The layers above the base. Where no base is known the first layer counts as it, as it does for dive."""
        return range(1 if self.base is None else self.base, len(self.image.layers))
