"""A tar without any image document (``docker export``, a bare layer, a root filesystem) as an image of one layer."""

from __future__ import annotations

from imgscope.image.model import Image, Layer
from imgscope.oci.config import ImageConfig
from imgscope.oci.descriptor import Platform
from imgscope.oci.media_types import TAR
from imgscope.sources.archive import ArchiveFiles
from imgscope.sources.files import FileBlob
from imgscope.sources.interface import Catalogue, Found

WHOLE = "."
"""Name of the one blob: the archive itself."""


class WholeFile:
    """The blob store whose only blob is the file itself."""

    def __init__(self, files: ArchiveFiles) -> None:
        self._files = files

    def open(self, _name: str) -> FileBlob:
        """The file."""
        return FileBlob(self._files.file, WHOLE)

    def close(self) -> None:
        """Close the file."""
        self._files.close()


def read(files: ArchiveFiles) -> Catalogue:
    """One image of one layer, and a warning that says so.

    There is no config, so the image has no id; and nothing states a diff_id (computing it would read every byte).
    """
    catalogue = Catalogue("filesystem")
    catalogue.note(
        "filesystem-tar",
        "a filesystem, not a saved image: shown as an image of one layer, without history",
    )
    layer = Layer(
        index=0,
        diff_id="",
        chain_id="",
        media_type=TAR,
        stored_bytes=files.blob.size,
        blob=WHOLE,
    )
    image = Image(id="", platform=Platform(), config=ImageConfig(), layers=(layer,), raw_config=b"")
    catalogue.images.append(Found(image=image))
    return catalogue
