"""OpenImage: an image's documents together with the place its bytes can be read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from imgscope.blob import Blob
from imgscope.errors import SourceError
from imgscope.image.model import Image, Layer


class BlobStore(Protocol):
    """Where blobs lie: the members of an archive or the files of a directory."""

    def open(self, name: str) -> Blob:
        """The blob of that name. Raises SourceError where there is none or it is not a file."""

    def close(self) -> None:
        """Let go of files and temporary copies."""


@dataclass(frozen=True, slots=True)
class ImageWarning:
    """Something a person should know that is no error: a stable code, a sentence, and where."""

    code: str
    message: str
    where: str = ""


ERRORS = frozenset(("damaged-archive", "changed-image", "digest-mismatch"))
"""Codes of warnings that keep a result from being complete."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an image was found: what the user named, what that is, and what was chosen in it."""

    path: str
    flavour: str
    stored_bytes: int
    selected: str
    candidates: int


@dataclass(slots=True)
class OpenImage:
    """An image that can be read. Close it, or use it in a ``with``."""

    image: Image
    store: BlobStore
    origin: Origin
    warnings: list[ImageWarning] = field(default_factory=list)
    damaged: bool = False
    """Whether a part of the source could not be read; a warning says which."""
    changed: Callable[[], bool] = lambda: False
    """Whether what is read was written to since it was opened."""

    def layer_blob(self, layer: Layer) -> Blob:
        """The stored bytes of a layer. Raises SourceError where it is not there or cannot be read."""
        if layer.problem or layer.blob is None:
            what, hint = layer.problem or "the layer is not in the file", None
            if "foreign" not in what and what != "encrypted":
                hint = "save or copy the image again, with all its layers"
            raise SourceError(what, member=layer.digest or layer.diff_id, hint=hint)
        return self.store.open(layer.blob)

    def look_again(self) -> None:
        """Note it where the image was written to while it was read: what was read may not belong together."""
        if not self.damaged and self.changed():
            self.damaged = True
            message = "the image was written to while it was read; read it again once that has ended"
            self.warnings.append(ImageWarning("changed-image", message))

    def close(self) -> None:
        """Close the place it is read from."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
