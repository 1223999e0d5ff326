"""Whether a layer's bytes are what the documents say: its digest over the bytes as stored, its diff_id over the tar.

Nobody asks for this by default: it reads and hashes every byte, which costs more than all the rest.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from imgscope.compression import Codec, chunks
from imgscope.image.model import Layer
from imgscope.image.opened import OpenImage
from imgscope.indexing.layers import LayerIndex
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.digest import ALGORITHMS
from imgscope.progress import SILENT, Progress


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


def prove(
    opened: OpenImage,
    indexes: Sequence[LayerIndex],
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
) -> list[tuple[Claim, ...]]:
    """The claims about each layer; none about one that could not be read, or that nothing is claimed of.

    Raises ImgscopeError where a layer that was read a moment ago cannot be read again.
    """
    todo = {_key(layer): (layer, index.codec) for layer, index in zip(opened.image.layers, indexes, strict=True)}
    readable = [_key(layer) for layer, index in zip(opened.image.layers, indexes, strict=True) if index.error is None]
    progress.begin("checking digests", sum(todo[key][0].stored_bytes for key in set(readable)))

    def work(key: tuple[str | None, str | None, str]) -> tuple[Claim, ...]:
        return tuple(_claims(opened, *todo[key], limits, progress.advance))

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        proofs = dict(zip(unique := sorted(set(readable), key=str), threads.map(work, unique), strict=True))
    return [
        proofs.get(_key(layer), ()) if index.error is None else ()
        for layer, index in zip(opened.image.layers, indexes, strict=True)
    ]


def _key(layer: Layer) -> tuple[str | None, str | None, str]:
    """Layers of one blob that the same is said of are read once."""
    return layer.blob, layer.digest, layer.diff_id


def _claims(
    opened: OpenImage, layer: Layer, codec: Codec, limits: Limits, advance: Callable[[int], None]
) -> Iterator[Claim]:
    blob = opened.layer_blob(layer)
    plain = codec is Codec.NONE
    expected = [digest for digest in (layer.digest, layer.diff_id if plain else "") if digest]
    got = _digests(chunks(blob, Codec.NONE, advance=advance), expected)
    if layer.diff_id and not plain:
        got |= _digests(chunks(blob, codec, limits=limits), [layer.diff_id])
    for what, claim in (("digest", layer.digest), ("diff_id", layer.diff_id)):
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
