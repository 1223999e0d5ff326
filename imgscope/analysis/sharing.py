"""What several images have in common, from their documents alone.

Layers are the same content where their diff_ids are equal, and the same stored bytes where their digests are. A layer
without a digest, as docker archives have them, is known by its content and its stored size.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from imgscope.analysis.base import wanted
from imgscope.image.model import Image, Layer

MOST_PAIRS = 12
"""Images that are compared each with each."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one image takes as stored, and how much of it no other has."""

    stored_bytes: int
    alone_bytes: int

    @property
    def shared_bytes(self) -> int:
        """What others have too."""
        return self.stored_bytes - self.alone_bytes


@dataclass(slots=True)
class SharedLayer:
    """A layer of several images. ``images`` are their numbers, each once."""

    diff_id: str
    instruction: str
    stored: dict[Hashable, int] = field(default_factory=dict)
    """Bytes by what tells stored forms apart: one content may be compressed in several ways."""
    digests: dict[str, None] = field(default_factory=dict)
    images: dict[int, None] = field(default_factory=dict)

    @property
    def stored_bytes(self) -> int:
        """Of the largest of its forms."""
        return max(self.stored.values())


@dataclass(frozen=True, slots=True)
class Base:
    """Lowest layers that several images begin with."""

    layers: int
    chain_id: str
    stored_bytes: int
    """In the first of the images."""
    images: tuple[int, ...]
    being: tuple[int, ...]
    """Those of the images that have no other layer: each is this base itself."""
    named: tuple[str, ...]
    """What images say that they are built on, if all of them that say something could mean this base."""


@dataclass(frozen=True, slots=True, repr=False)
class Sharing:
    """All of it; images are numbered in the order they were given."""

    shares: tuple[Share, ...]
    layers: tuple[SharedLayer, ...]
    """Those of more than one image, what sharing saves most first."""
    bases: tuple[Base, ...]
    """The longest first."""
    distinct_layers: int
    """By content."""
    stored_bytes: int
    """Of all images, each by itself."""
    together_bytes: int
    """Of all distinct stored layers: what a registry keeps."""
    pairs: tuple[tuple[int, ...], ...] | None
    """Bytes that an image (row) has in common with another (column), as the first stores them."""

    @property
    def saved_bytes(self) -> int:
        """What sharing saves."""
        return self.stored_bytes - self.together_bytes


def sharing(images: Sequence[Image]) -> Sharing:
    """Look for what images have in common."""
    layers = _layers(images)
    contents = [{_content(number, layer) for layer in image.layers} for number, image in enumerate(images)]
    owners = Counter(content for every in contents for content in every)
    several = [one for one in layers.values() if len(one.images) > 1]
    return Sharing(
        shares=tuple(
            Share(
                image.stored_bytes,
                sum(layer.stored_bytes for layer in image.layers if owners[_content(number, layer)] == 1),
            )
            for number, image in enumerate(images)
        ),
        layers=tuple(sorted(several, key=lambda one: (-one.stored_bytes * (len(one.images) - 1), one.diff_id))),
        bases=tuple(_bases(images)),
        distinct_layers=len(layers),
        stored_bytes=sum(image.stored_bytes for image in images),
        together_bytes=sum(sum(one.stored.values()) for one in layers.values()),
        pairs=_pairs(images, contents) if len(images) <= MOST_PAIRS else None,
    )


def _content(number: int, layer: Layer) -> Hashable:
    """What a layer holds; one of which nothing is known is only itself."""
    return layer.diff_id or layer.digest or (number, layer.index)


def _layers(images: Sequence[Image]) -> dict[Hashable, SharedLayer]:
    found: dict[Hashable, SharedLayer] = {}
    for number, image in enumerate(images):
        for layer, made in zip(image.layers, image.instructions, strict=True):
            content = _content(number, layer)
            one = found.get(content)
            if one is None:
                one = found[content] = SharedLayer(layer.diff_id, made)
            # A digest of the content itself says that it is stored as it is, which an archive does not tell.
            packed = layer.digest if layer.digest != layer.diff_id else None
            one.stored[packed or (content, layer.stored_bytes)] = layer.stored_bytes
            one.images[number] = None
            if layer.digest:
                one.digests[layer.digest] = None
    return found


def _bases(images: Sequence[Image]) -> list[Base]:
    """Chains of layers that several images begin with, and that none of a longer chain's images leaves out."""
    chains: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for number, image in enumerate(images):
        for layer in image.layers:
            if not layer.chain_id:
                break
            chains[layer.index + 1, layer.chain_id].append(number)
    found: dict[tuple[int, ...], Base] = {}
    for (length, chain_id), members in chains.items():
        key = tuple(members)
        if len(members) > 1 and (key not in found or found[key].layers < length):
            found[key] = _base(images, length, chain_id, key)
    return sorted(found.values(), key=lambda base: (-base.layers, base.images))


def _base(images: Sequence[Image], length: int, chain_id: str, members: tuple[int, ...]) -> Base:
    being = tuple(number for number in members if len(images[number].layers) == length)
    told = [found for number in members if number not in being and (found := wanted(images[number]))]
    names = dict.fromkeys(" ".join(filter(None, one)) for one in told)
    return Base(
        layers=length,
        chain_id=chain_id,
        stored_bytes=sum(layer.stored_bytes for layer in images[members[0]].layers[:length]),
        images=members,
        being=being,
        named=tuple(names) if len(names) == 1 else (),
    )


def _pairs(images: Sequence[Image], contents: Sequence[set[Hashable]]) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(
            sum(layer.stored_bytes for layer in image.layers if _content(number, layer) in other) for other in contents
        )
        for number, image in enumerate(images)
    )
