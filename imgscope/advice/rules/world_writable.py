"""Files and directories that everyone in the container may write to."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from imgscope.advice.facts import Facts, Moded
from imgscope.advice.model import Confidence, Finding, Group, Named, Rule
from imgscope.advice.words import layers_said
from imgscope.filesystem.rootfs import DIRECTORY, ROOT

_SHOWN = 3


class WorldWritable(Rule):
    """Directories with the sticky bit are meant to be so."""

    id = "world-writable"
    title = "open for everyone to write"
    looks_for = "Files, and directories without the sticky bit, that everyone may write to."

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for all."""
        rootfs = facts.filesystem.rootfs
        found = [one for one in facts.modes if _is_open(one) and one.node != ROOT]
        if not found:
            return
        number = len(found)
        many = "1 path is" if number == 1 else f"{number:,} paths are"
        yield Finding(
            id=self.id,
            title=self.title,
            cause=f"{many} open for everyone to write, from {layers_said([one.layer for one in found])}",
            fix="Give them to the user who writes (COPY --chown), or close them (chmod o-w) where they are written",
            group=Group.SECURITY,
            confidence=Confidence.MEDIUM,
            layer=found[0].layer,
            files=number,
            top=lambda: [
                Named(
                    rootfs.path(one.node) + (b"/" if one.kind == DIRECTORY else b""),
                    detail=f"mode {one.mode & 0o7777:04o}",
                )
                for one in found[:_SHOWN]
            ],
        )


def _is_open(one: Moded) -> bool:
    sticky = one.kind == DIRECTORY and one.mode & stat.S_ISVTX
    return bool(one.mode & stat.S_IWOTH) and not sticky
