"""Whether a layer's bytes are what the documents say: its digest over the bytes as stored, its diff_id over the tar.

Nobody asks for this by default: it reads and hashes every byte, which costs more than all the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from imgscope.compression import Codec, chunks
from imgscope.image.model import Layer
from imgscope.image.opened import OpenImage
from imgscope.indexing.layers import LayerIndex
from imgscope.indexing.workers import processors
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.digest import ALGORITHMS
from imgscope.progress import SILENT, Progress

Key = tuple[str | None, str | None, str]
"""What is said of a layer: the name of its blob, its digest, its diff_id."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A digest that a document gives of a layer, beside what the bytes have."""

    what: str
    """``digest`` or ``diff_id``."""
    expected: str
    got: str | None
    """None where the algorithm is none that can be computed here."""

    @property
    def holds(self) -> bool | None:
        """Whether it is true; None where that cannot be told."""
        return None if self.got is None else self.got == self.expected


def all_hold(held: Iterable[bool | None]) -> bool | None:
    """Whether all hold; one that does not outweighs those of which it is not known. None where there is none."""
    every = set(held)
    return False if False in every else None if None in every or not every else True


def prove(
    opened: OpenImage,
    indexes: Sequence[LayerIndex],
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
    known: dict[Key, tuple[Claim, ...]] | None = None,
) -> list[tuple[Claim, ...]]:
    """The claims about each layer; none about one that is not there, or that nothing is claimed of.

    ``known`` are those that need not be proven again; it is added to.
    Raises ImgscopeError where a layer that was read a moment ago cannot be read again.
    """
    known = {} if known is None else known
    both = [
        (layer, index) for layer, index in zip(opened.image.layers, indexes, strict=True) if _key(layer) not in known
    ]
    todo = {_key(layer): (layer, index) for layer, index in both if layer.blob and not layer.problem}
    progress.begin("checking digests", sum(layer.stored_bytes for layer, _ in todo.values()))

    def work(key: Key) -> tuple[Claim, ...]:
        return tuple(_claims(opened, *todo[key], limits, progress.advance))

    with ThreadPoolExecutor(max_workers=processors()) as threads:
        known.update(zip(todo, threads.map(work, todo), strict=True))
    return [known.get(_key(layer), ()) for layer in opened.image.layers]


def _key(layer: Layer) -> Key:
    """Layers of one blob that the same is said of are read once."""
    return layer.blob, layer.digest, layer.diff_id


def _claims(
    opened: OpenImage, layer: Layer, index: LayerIndex, limits: Limits, advance: Callable[[int], None]
) -> Iterator[Claim]:
    blob = opened.layer_blob(layer)
    plain = index.codec is Codec.NONE
    # Of what cannot be unpacked there is no tar to compare; whether it is what was stored can still be told.
    diff_id = "" if index.error else layer.diff_id
    expected = [digest for digest in (layer.digest, diff_id if plain else "") if digest]
    got = _digests(chunks(blob, Codec.NONE, limits=limits, advance=advance), expected)
    if diff_id and not plain:
        got |= _digests(chunks(blob, index.codec, limits=limits), [diff_id])
    for what, claim in (("digest", layer.digest), ("diff_id", diff_id)):
        if claim:
            yield Claim(what, claim, got.get(claim))


def _digests(pieces: Iterable[bytes], expected: Iterable[str]) -> dict[str, str]:
    """By expected digest: what the bytes have, each algorithm taken once."""
    hashes = {name: hashlib.new(name) for digest in expected if (name := digest.partition(":")[0]) in ALGORITHMS}
    for piece in pieces if hashes else ():
        for hashing in hashes.values():
            hashing.update(piece)
    named = {digest: digest.partition(":")[0] for digest in expected}
    return {digest: f"{name}:{hashes[name].hexdigest()}" for digest, name in named.items() if name in hashes}
