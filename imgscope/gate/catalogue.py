"""The rules there are: the one table behind options, environment variables, settings, help and docs/gate.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Takes(StrEnum):
    """What a rule is given; also how its option is written."""

    BYTES = "SIZE"
    PERCENT = "PERCENT"
    RATIO = "RATIO"
    COUNT = "N"
    GLOBS = "GLOB"
    """Repeatable."""
    BUDGETS = "GLOB=SIZE"
    """Repeatable."""
    GROWTH = "+SIZE|+PERCENT"
    SWITCH = ""
    """Nothing: it is on or off."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's name, what it takes, and what it says in a sentence."""

    id: str
    takes: Takes
    help: str

    @property
    def field(self) -> str:
        """Its name in Python."""
        return self.id.replace("-", "_")

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"IMGSCOPE_{self.field.upper()}"


RULES = (
    Rule("max-wasted-bytes", Takes.BYTES, "Most bytes that may travel for nothing."),
    Rule("max-wasted-stored-bytes", Takes.BYTES, "The same as stored; an estimate for compressed layers."),
    Rule("max-wasted-percent", Takes.PERCENT, "Most of the image's content that may be waste."),
    Rule("max-wasted-percent-own", Takes.PERCENT, "Waste of the layers above the base, in percent of their content."),
    Rule("min-efficiency", Takes.RATIO, "Least of the content that must not be waste: 0.95, 95%."),
    Rule("max-layer-wasted-bytes", Takes.BYTES, "Most that one layer may carry for nothing, or turn into waste."),
    Rule("max-file-wasted-bytes", Takes.BYTES, "Most that one path may waste, all its versions together."),
    Rule("path-budget", Takes.BUDGETS, "Most that paths may waste together."),
    Rule("max-image-size", Takes.BYTES, "Most content, uncompressed."),
    Rule("max-image-stored-size", Takes.BYTES, "Largest sum of the layers as stored."),
    Rule("max-layer-size", Takes.BYTES, "Most content of one layer, uncompressed."),
    Rule("max-layer-stored-size", Takes.BYTES, "Largest layer as stored."),
    Rule("max-layers", Takes.COUNT, "Most layers."),
    Rule("max-empty-layers", Takes.COUNT, "Most layers that hold nothing at all."),
    Rule("max-files", Takes.COUNT, "Most files in the final filesystem."),
    Rule("forbidden-path", Takes.GLOBS, "Paths that must not be there."),
    Rule(
        "deleted-but-shipped",
        Takes.GLOBS,
        "Paths that must not travel once they are deleted: anyone can take them out.",
    ),
    Rule("suid-sgid", Takes.SWITCH, "No setuid and setgid programs."),
    Rule("world-writable", Takes.SWITCH, "Nothing that everyone may write to."),
    Rule("secret-name", Takes.SWITCH, "Nothing named like a secret, live or deleted."),
    Rule("metadata-only-copy", Takes.BYTES, "Most bytes that are copied to change only mode, owner or time."),
    Rule("duplicate-content", Takes.BYTES, "Most bytes that live files have in common with others."),
    Rule("growth-wasted", Takes.GROWTH, "Most that waste may grow against the baseline."),
    Rule("growth-size", Takes.GROWTH, "Most that content may grow against the baseline."),
    Rule("growth-files", Takes.GROWTH, "Most that the number of files may grow against the baseline."),
    Rule("no-new-waste", Takes.SWITCH, "No wasted path that the baseline does not have."),
    Rule("integrity", Takes.SWITCH, "Nothing that tools read differently; on unless switched off."),
)
DEFAULTS = {"min-efficiency": "0.9", "max-wasted-percent": {"limit": 10, "min-bytes": "1MB"}}
"""What is judged where nobody configured a rule, written as in a settings file."""
MEASURED_AGAINST_BASELINE = ("growth-wasted", "growth-size", "growth-files", "no-new-waste")
BY_ID = {rule.id: rule for rule in RULES}
