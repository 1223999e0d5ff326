"""What a finding is known by again, from build to build: its rule, path and cause, and never a layer's number."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

from imgscope.gate.model import Finding, ImageVerdict, Outcome, Unit

# Where a warning was met: neither a layer's number nor a byte in it stays from build to build.
_PLACE = re.compile(rb"\Alayer \d+:? ?|@ byte \d+\Z")


class Fingerprints:
    """Fingerprints of one document; what has one in common with another is numbered."""

    def __init__(self) -> None:
        self._seen = Counter[str]()

    def of(self, image: ImageVerdict, outcome: Outcome | None, finding: Finding | None, kind: str = "") -> str:
        """``HASH:1``, and for others with that hash ``HASH:2`` and so on. ``kind`` tells apart what has no finding."""
        rule = outcome.key if outcome else ""
        named = f"{image.name}\0{rule}\0{kind}\0".encode("utf-8", "surrogatepass") + _key(outcome, finding)
        found = hashlib.sha256(named).hexdigest()[:32]
        self._seen[found] += 1
        return f"{found}:{self._seen[found]}"


def _key(outcome: Outcome | None, finding: Finding | None) -> bytes:
    if outcome is None or finding is None:
        return b""
    path = finding.path or finding.instruction.encode("utf-8", "surrogatepass")
    if outcome.unit is Unit.FINDINGS:
        path = _PLACE.sub(b"", path)
    return b"path\0" + path + b"\0" + (b"" if finding.cause is None else finding.cause.name.encode())
