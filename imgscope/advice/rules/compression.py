"""How layers are stored: not compressed at all, for nothing, or by gzip where zstd would do better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imgscope.advice.facts import Facts
from imgscope.advice.model import Confidence, Finding, Group, Rule
from imgscope.advice.words import layers_said, sentence
from imgscope.compression import Codec

_LARGE = 10_000_000
_MUCH = 100_000_000
_HARDLY = 9, 10


class Compression(Rule):
    """What docker save and its like write uncompressed is left alone: a registry would compress it."""

    id = "compression"
    title = "compression of layers"
    looks_for = "Uncompressed layers in an OCI layout, layers that compress badly, gzip where zstd would be smaller."

    def find(self, facts: Facts) -> Iterator[Finding]:
        """A finding a kind."""
        sizes = [account.tar_bytes for account in facts.analysis.layers]
        stored = [layer.stored_bytes for layer in facts.image.layers]
        large = [layer for layer, codec in enumerate(facts.codecs) if sizes[layer] >= _LARGE and codec]
        plain = [layer for layer in large if facts.codecs[layer] is Codec.NONE]
        if plain and facts.flavour.startswith("oci-"):
            cause = f"{_subject(plain, 'is', 'are')} stored uncompressed"
            yield self._finding(cause, "Compress them: skopeo copy --dest-compress-format zstd", plain)
        packed = [layer for layer in large if facts.codecs[layer] is not Codec.NONE]
        stiff = [layer for layer in packed if stored[layer] * _HARDLY[1] > sizes[layer] * _HARDLY[0]]
        if stiff:
            cause = f"{_subject(stiff, 'hardly gets', 'hardly get')} smaller: what they hold is compressed already"
            yield self._finding(cause, "Nothing need be done; large data may be better fetched at run time", stiff)
        gzip = [layer for layer in packed if facts.codecs[layer] is Codec.GZIP and layer not in stiff]
        if sum(stored[layer] for layer in gzip) >= _MUCH:
            cause = f"{_subject(gzip, 'is', 'are')} compressed by gzip: zstd is smaller, and faster to unpack"
            fix = "docker buildx build --output type=image,compression=zstd,force-compression=true"
            yield self._finding(cause, fix, gzip)

    def _finding(self, cause: str, fix: str, layers: Sequence[int]) -> Finding:
        return Finding(self.id, self.title, cause, fix, Group.HYGIENE, Confidence.LOW, layer=layers[0])


def _subject(layers: Sequence[int], one: str, many: str) -> str:
    return f"{sentence(layers_said(layers))} {one if len(layers) == 1 else many}"
