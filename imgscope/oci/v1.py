"""Documents of Docker before 1.10: a config for each layer, which knows its parent, and the registry's first manifest.

Nothing in them is a digest of uncompressed bytes: layers have names, not diff_ids.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from imgscope.oci.config import History, ImageConfig, Words
from imgscope.oci.document import Document


class Commit(Document):
    """The container that a layer was committed from: all that is kept of it is what it ran."""

    cmd: Annotated[Words, Field(alias="Cmd")] = ()


class V1Config(ImageConfig):
    """One layer's config; that of the top layer is the image's."""

    comment: str = ""
    container_config: Commit = Commit()
    throwaway: bool = False
    """Whether the layer has no files, so that nothing is stored for it; newer engines say so."""

    @property
    def step(self) -> History:
        """The build step that made the layer."""
        return History(
            created=self.created,
            created_by=" ".join(self.container_config.cmd),
            author=self.author,
            comment=self.comment,
            empty_layer=self.throwaway,
        )


class FsLayer(Document):
    """A layer's blob."""

    digest: Annotated[str, Field(alias="blobSum")]


class V1History(Document):
    """A layer's config, as JSON inside JSON."""

    config: Annotated[str, Field(alias="v1Compatibility")]


class Schema1(Document):
    """A registry manifest of schema 1; both lists begin with the top layer."""

    name: str = ""
    tag: str = ""
    fs_layers: Annotated[tuple[FsLayer, ...], Field(alias="fsLayers")] = ()
    history: tuple[V1History, ...] = ()
