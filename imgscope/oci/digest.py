"""Digests, ``ALGORITHM:ENCODED``: their grammar, and taking and checking them.

The grammar is checked before a digest is used for anything: it becomes part of a path in an image layout.
"""

from __future__ import annotations

import hashlib
import re

from imgscope.errors import DocumentError

_GRAMMAR = re.compile(r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]+\Z")
_HEX_LENGTH = {"sha256": 64, "sha384": 96, "sha512": 128, "blake3": 64}
_HEX = re.compile(r"[0-9a-f]+\Z")
ALGORITHMS = frozenset(("sha256", "sha384", "sha512"))
"""Those that can be computed here."""


def is_digest(text: str) -> bool:
    """Whether ``text`` is a digest as the specification writes it (registered algorithms: full lower-case hex)."""
    if len(text) > 512 or not _GRAMMAR.match(text):
        return False
    algorithm, encoded = text.split(":", 1)
    length = _HEX_LENGTH.get(algorithm)
    return length is None or (len(encoded) == length and bool(_HEX.match(encoded)))


def checked(text: str, what: str) -> str:
    """``text`` if it is a digest; DocumentError naming ``what`` otherwise."""
    if not is_digest(text):
        raise DocumentError(f"{what} has a malformed digest: {text[:100]!r}")
    return text


def sha256(data: bytes) -> str:
    """The sha256 digest of ``data``."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def matches(data: bytes, digest: str) -> bool | None:
    """Whether ``data`` has ``digest``; None where the algorithm is not one that can be computed here."""
    algorithm, encoded = digest.split(":", 1)
    if algorithm not in ALGORITHMS:
        return None
    return hashlib.new(algorithm, data).hexdigest() == encoded


def chain_ids(diff_ids: tuple[str, ...]) -> tuple[str, ...]:
    """The chain id of each layer: ``sha256(CHAIN_BELOW + " " + DIFF_ID)``, the lowest being its own diff_id."""
    chain: list[str] = []
    for diff_id in diff_ids:
        chain.append(sha256(f"{chain[-1]} {diff_id}".encode()) if chain else diff_id)
    return tuple(chain)
