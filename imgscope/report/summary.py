"""What text and Markdown both tell of a report, in words: the header, the causes, the culprits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from imgscope.advice.engine import SAVES
from imgscope.filesystem.model import Cause
from imgscope.filesystem.words import WHY
from imgscope.image.history import NO_HISTORY
from imgscope.report.rows import Rows
from imgscope.report.wire import AdviceInfo, LayerInfo, Report, WasteInfo
from imgscope.units import moment

CAUSES = {cause.name.lower(): why for cause, why in WHY.items()}


_LISTED = 20
_INCOMPLETE = {
    "damaged-archive": "the archive is damaged; what is shown was read before the damage",
    "changed-image": "the image was written to while it was read",
    "digest-mismatch": "a layer is not what the documents say",
}
"""Sentences by the code of the warning that keeps a report from being complete."""


_ADVISED, _GRAVE = 5, 2
"""Findings that a report tells of, and how many of these may be about secrets."""
_SMALL = 100_000, 1000
"""Bytes, and part of the content."""


@dataclass(frozen=True, slots=True)
class CauseTotal:
    """What one cause comes to."""

    cause: str
    bodies: int
    bytes: int
    stored_bytes: int


def by_cause(report: Report) -> list[CauseTotal]:
    """Totals by cause, largest first; causes without waste left out."""
    bodies: Counter[str] = Counter()
    size: Counter[str] = Counter()
    stored: Counter[str] = Counter()
    for cause, bytes_, stored_bytes in _bodies(report["waste"]):
        bodies[cause] += 1
        size[cause] += bytes_
        stored[cause] += stored_bytes
    totals = [CauseTotal(cause, number, size[cause], stored[cause]) for cause, number in bodies.items()]
    return sorted(totals, key=lambda total: (-total.bytes, total.cause))


def _bodies(waste: Sequence[WasteInfo]) -> Iterator[tuple[str, int, int]]:
    """Cause and bytes of each body. There may be a hundred thousand: none is made a row for it."""
    if isinstance(waste, Rows):
        names = [cause.name.lower() for cause in Cause]
        return ((names[row.cause], row.bytes, row.stored_bytes) for row in waste.items)
    return ((row["cause"], row["bytes"], row["stored_bytes"]) for row in waste)


def advised(report: Report) -> list[AdviceInfo]:
    """The advice worth most where there is little room.

    Secrets come first, then what saves most; nothing doubtful, and nothing that saves next to nothing.
    """
    sure = [row for row in report.get("advice", []) if row["confidence"] != "low"]
    least = least_saved(report["totals"]["content_bytes"])
    grave = [row for row in sure if row["group"] == "security" and row["confidence"] == "high"]
    return (grave[:_GRAVE] + [row for row in sure if row["bytes"] >= least])[:_ADVISED]


def by_worth(report: Report) -> tuple[list[AdviceInfo], list[AdviceInfo]]:
    """Findings that are shown unless all are asked for, and those that are doubtful, or small where they save."""
    least = least_saved(report["totals"]["content_bytes"])
    found: tuple[list[AdviceInfo], list[AdviceInfo]] = [], []
    for row in report.get("advice", []):
        found[row["confidence"] == "low" or (row["group"] in SAVES and row["bytes"] < least)].append(row)
    return found


def least_saved(content_bytes: int) -> int:
    """Bytes below which saving is not worth telling of unless all is asked for, in an image of so much content."""
    return max(_SMALL[0], content_bytes // _SMALL[1])


def title(report: Report) -> str:
    """The image in one line: file, names, platform."""
    source, image = report["source"], report["image"]
    platform = "/".join(part for part in image["platform"].values() if isinstance(part, str) and part)
    names = ", ".join(image["tags"][:3]) + (" …" if len(image["tags"]) > 3 else "")
    return "  ".join(part for part in (source["path"], names, platform) if part)


def facts(report: Report) -> list[tuple[str, str]]:
    """Name and value of what the documents say; what they do not say is left out."""
    image, source = report["image"], report["source"]
    distribution = image["distribution"]
    rows = (
        ("id", image["id"]),
        ("digest", image["manifest_digest"]),
        ("format", source["flavour"]),
        ("created", moment(image["created"] or "")),
        ("author", image["author"]),
        ("system", distribution and distribution["pretty_name"]),
    )
    return [(name, value) for name, value in rows if value]


def instruction(layer: LayerInfo) -> str:
    """What made a layer, or why it could not be read."""
    if layer["error"]:
        return f"! {layer['error']}"
    return layer["instruction"] or NO_HISTORY


def culprit(report: Report, row: WasteInfo) -> str:
    """The instruction that turned a body into waste."""
    return instruction(report["layers"][row["hidden_by"]])


def incomplete(report: Report) -> str | None:
    """A sentence where something could not be read."""
    if report["complete"]:
        return None
    unread = [str(layer["index"]) for layer in report["layers"] if layer["error"]]
    if unread:
        plural = "s" if len(unread) > 1 else ""
        more = f" and {len(unread) - _LISTED} more" if len(unread) > _LISTED else ""
        named = ", ".join(unread[:_LISTED])
        return f"INCOMPLETE: layer{plural} {named}{more} could not be read; the waste shown is a lower bound"
    codes = {warning["code"] for warning in report["warnings"]}
    why = next((sentence for code, sentence in _INCOMPLETE.items() if code in codes), "not all of it could be read")
    return f"INCOMPLETE: {why}"
