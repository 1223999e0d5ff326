"""Image and Layer: what the documents of a saved image say, frozen, with the raw bytes kept beside.

The same image has the same model in every saved form, except for what that form does not hold: tags, the
manifest's digest, and how its layers are stored.
"""

from __future__ import annotations

from functools import cached_property

from pydantic import BaseModel, ConfigDict

from imgscope.image.history import BuildHistory, join
from imgscope.oci.config import ImageConfig
from imgscope.oci.descriptor import Platform
from imgscope.oci.manifest import Manifest


class Layer(BaseModel):
    """One layer of an image; ``index`` 0 is the lowest."""

    model_config = ConfigDict(frozen=True)

    index: int
    diff_id: str
    """Digest of the uncompressed bytes, as the config states it; empty where none does (a filesystem, old Docker)."""
    chain_id: str
    digest: str | None = None
    """Digest of the stored bytes, where a manifest states it."""
    media_type: str = ""
    stored_bytes: int = 0
    blob: str | None = None
    """Name of the blob in the source; None where it is not there."""
    problem: str | None = None
    """Why the layer cannot be read, where that is known from the documents (missing, foreign, encrypted)."""


class Image(BaseModel):
    """One image: its documents and its layers, lowest first."""

    model_config = ConfigDict(frozen=True)

    id: str
    """sha256 of the config's bytes; empty for a plain filesystem, which has none."""
    manifest_digest: str | None = None
    tags: tuple[str, ...] = ()
    """Names as stored."""
    platform: Platform
    config: ImageConfig
    manifest: Manifest | None = None
    layers: tuple[Layer, ...]
    raw_config: bytes
    raw_manifest: bytes | None = None

    @cached_property
    def history(self) -> BuildHistory:
        """The build steps, joined with the layers."""
        return join(self.config.history, len(self.layers))

    @cached_property
    def instructions(self) -> tuple[str, ...]:
        """By layer: what made it; empty where nothing tells."""
        made = {step.layer: step.instruction for step in self.history.steps}
        return tuple(made.get(layer.index, "") for layer in self.layers)

    @property
    def stored_bytes(self) -> int:
        """Bytes of all layers as stored; a layer listed twice counts twice."""
        return sum(layer.stored_bytes for layer in self.layers)
