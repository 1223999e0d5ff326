"""Files copied whole by a layer that changed only their mode, owner, capabilities or time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imgscope.advice.facts import Facts, Wasted
from imgscope.advice.model import Confidence
from imgscope.advice.rules.caused import CausedRule, files_of, is_copy, main_source
from imgscope.advice.words import files_said, layers_said
from imgscope.filesystem.model import Cause

_LOOKED_AT = 3
_WORDS = {
    "mode": "mode",
    "owner": "owner",
    "xattrs": "capabilities or other extended attributes",
    "time": "time of change",
}


class MetadataCopies(CausedRule):
    """chmod, chown, touch, or the same content written again."""

    id = "metadata-copies"
    title = "copied to change only metadata"
    looks_for = "Files that chmod, chown, setcap or touch copied whole into another layer."
    causes = frozenset((Cause.METADATA_ONLY,))
    from_base = Confidence.MEDIUM

    def cause(self, facts: Facts, layer: int, groups: Sequence[Wasted]) -> str:
        """What it changed of the largest."""
        sources = layers_said({group.layer for group in groups})
        number, changed = files_of(groups), _changed(facts, groups)
        files, whose = files_said(number), "its" if number == 1 else "their"
        if not changed:
            return f"Layer {layer} stored {files} of {sources} again with nothing changed"
        what = " and ".join(_WORDS[one] for one in changed)
        return f"Layer {layer} copied {files} of {sources} to change only {whose} {what}"

    def fix(self, facts: Facts, layer: int, groups: Sequence[Wasted]) -> str:
        """By what wrote most of it."""
        source, changed = main_source(groups), _changed(facts, groups)
        if source < facts.base <= layer:
            return "Change only what must be: of a file from the base a copy is stored, however little is changed"
        if not {"mode", "owner", "xattrs"} & set(changed):
            return f"Write it once: merge layer {layer} with layer {source}, or leave it out of one of them"
        if "xattrs" in changed:
            return f"Do it in the step that writes the files (layer {source})"
        if is_copy(facts.instruction(source)):
            options = [f"--{'chown' if one == 'owner' else 'chmod'}" for one in changed if one != "time"]
            return f"Set it as it is copied: COPY {' '.join(f'{option}=…' for option in options)} (layer {source})"
        return f"Do it in the RUN that writes the files (layer {source})"


def _changed(facts: Facts, groups: Sequence[Wasted]) -> list[str]:
    """What changed of the largest file of the largest few groups."""
    found: set[str] = set()
    for group in sorted(groups, key=lambda group: -group.bytes)[:_LOOKED_AT]:
        found.update(_differences(facts, group.largest, group.hidden_by))
    return [name for name in _WORDS if name in found]


def _differences(facts: Facts, entry: int, hidden_by: int) -> Iterator[str]:
    fs, copy = facts.filesystem, facts.taken_place_of(entry, hidden_by)
    mode, *owner, time = fs.attributes(entry)
    mode_now, *owner_now, time_now = fs.attributes(copy)
    if mode != mode_now:
        yield "mode"
    if owner != owner_now:
        yield "owner"
    if fs.xattrs(entry) != fs.xattrs(copy):
        yield "xattrs"
    if time != time_now and (mode, owner) == (mode_now, owner_now):
        yield "time"
