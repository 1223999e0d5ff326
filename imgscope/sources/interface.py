"""What the rooms of this floor agree on: named files, and what a layout finds in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from imgscope.blob import Blob
from imgscope.errors import ImgscopeError, LimitError, MissingError
from imgscope.image.model import Image
from imgscope.image.opened import BlobStore, ImageWarning
from imgscope.limits import Limits
from imgscope.oci.descriptor import Platform

NO_PLATFORM = Platform()
MAX_IMAGES = 10_000


class Files(Protocol):
    """The files of a saved image by name: ``/`` between parts, no leading ``./`` or ``/``."""

    flavour_suffix: str
    """``archive`` or ``layout``: the container, as it appears in the name of a flavour."""
    warnings: list[ImageWarning]

    def __contains__(self, name: str) -> bool:
        """Whether there is a file of that name."""

    def names(self) -> Iterable[str]:
        """Names of all files."""

    def below(self, directory: str) -> Iterable[str]:
        """Names of the files in the directories of a directory, as a layout keeps blobs."""

    def open(self, name: str) -> Blob:
        """A file as a blob. Raises SourceError where it is not there, or not a regular file inside."""

    def real_name(self, name: str) -> str:
        """The file that a name leads to through links; the name itself where it is no link."""

    def close(self) -> None:
        """Let go of what is open."""


@dataclass(frozen=True, slots=True)
class Found:
    """An image that a source holds, or the reason why it cannot be opened."""

    tags: tuple[str, ...] = ()
    platform: Platform = NO_PLATFORM
    manifest_digest: str | None = None
    image: Image | None = None
    problem: ImgscopeError | None = None
    v1_id: str | None = None
    """What Docker before 1.10 called the image."""

    @property
    def id(self) -> str | None:
        """The image's id, where its config could be read."""
        return self.image.id if self.image else None


@dataclass(frozen=True, slots=True)
class Other:
    """Something stored beside images: an attestation about one, or an artifact."""

    digest: str
    kind: str
    size: int
    tags: tuple[str, ...] = ()
    about: str | None = None
    """Digest of the manifest that an attestation speaks of."""


@dataclass(slots=True)
class Catalogue:
    """All that a source holds, in the order it is listed there."""

    flavour: str
    images: list[Found] = field(default_factory=list)
    attestations: list[Other] = field(default_factory=list)
    artifacts: list[Other] = field(default_factory=list)
    warnings: list[ImageWarning] = field(default_factory=list)
    damage: ImgscopeError | None = None
    """Why not all of the source could be read, though enough for images was."""

    def note(self, code: str, message: str, where: str = "") -> None:
        """Add a warning."""
        self.warnings.append(ImageWarning(code, message, where))


@dataclass(slots=True)
class Source:
    """A source that was recognised: what it holds, and where its blobs are read from."""

    path: str
    stored_bytes: int
    catalogue: Catalogue
    store: BlobStore
    changed: Callable[[], bool]
    """Whether what is read was written to since it was opened."""
    files: Files | None = None
    """All files by name; None for a plain filesystem."""

    def close(self) -> None:
        """Close what is open."""
        self.store.close()


def bare(error: ImgscopeError) -> ImgscopeError:
    """An error to keep, without the trail that would keep everything it came through alive."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def read_document(files: Files, name: str, limits: Limits, what: str) -> bytes:
    """The bytes of a document. Raises MissingError where it is not there, LimitError where it is too large."""
    if name not in files:
        raise MissingError(f"{what} is not in the file", member=name)
    blob = files.open(name)
    if blob.size > limits.max_document:
        raise LimitError(
            f"{what} has {blob.size} bytes, more than {limits.max_document}",
            member=name,
            hint="raise the limit with --max-document if this is expected",
        )
    return blob.read_at(0, blob.size)
