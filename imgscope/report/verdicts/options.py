"""What writers of verdicts are told beside the verdict."""

from __future__ import annotations

from dataclasses import dataclass

from imgscope.units import SizeStyle, size


@dataclass(frozen=True, slots=True)
class Options:
    """How a verdict is written."""

    sizes: SizeStyle = SizeStyle.DECIMAL
    dockerfile: tuple[str, str] | None = None
    """Name and text of the file that findings are pointed at."""

    def measure(self, count: int) -> str:
        """Bytes as text."""
        return size(count, self.sizes)
