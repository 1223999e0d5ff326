"""Live files of equal content at several paths."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.advice.facts import Facts
from imgscope.advice.model import Confidence, Finding, Group, Named, Rule
from imgscope.advice.spread import SHOWN
from imgscope.advice.words import files_said
from imgscope.analysis.duplicates import Duplicate


class Duplicates(Rule):
    """Only where contents were compared. What another rule would take away is not counted again."""

    id = "duplicates"
    title = "the same content at several paths"
    looks_for = "Files of equal content at several paths; only with --duplicates, since they have to be read."

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for all."""
        groups = [(group, _spare(facts, group)) for group in facts.duplicates or ()]
        groups = [(group, spare) for group, spare in groups if spare]
        if not groups:
            return
        spare = [(group.bytes, facts.filesystem.locate(entry)[0]) for group, some in groups for _, entry in some]
        groups.sort(key=lambda one: (-one[0].bytes * len(one[1]), one[0].files))
        top = [
            Named(some[0][0], group.bytes * len(some), f"the same as {len(group.files) - 1} others")
            for group, some in groups[:SHOWN]
        ]
        yield Finding(
            id=self.id,
            title=self.title,
            cause=f"{files_said(len(spare))} {'holds' if len(spare) == 1 else 'hold'} what another file holds too",
            fix="Keep one of each, and make the others symlinks to it",
            group=Group.CONTENTS,
            confidence=Confidence.MEDIUM,
            layer=max(layer for _, layer in spare),
            bytes=sum(size for size, _ in spare),
            stored_bytes=sum(facts.share(layer, size) for size, layer in spare),
            files=len(spare),
            top=lambda: top,
        )


def _spare(facts: Facts, group: Duplicate) -> list[tuple[bytes, int]]:
    """Files that need not be: not the base's, not what another rule tells of, and not the last that is left."""
    fs = facts.filesystem
    kept = [(path, entry) for path, entry in group.files if not facts.is_placed(fs.node_of[entry])]
    own = [one for one in kept if fs.locate(one[1])[0] >= facts.base]
    return own if len(own) < len(kept) else own[1:]
