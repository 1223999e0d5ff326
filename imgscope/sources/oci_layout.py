"""OCI image layouts, in an archive or a directory: ``index.json`` leads to blobs below ``blobs/``.

``docker save`` since version 25 writes such a layout *and* a ``manifest.json``. The index knows more (platforms,
attestations), so it is read first; but early versions wrote layers in random order or no index at all, and then
only ``manifest.json`` tells the truth.
"""

from __future__ import annotations

from imgscope.errors import DocumentError
from imgscope.limits import Limits
from imgscope.oci.document import parse
from imgscope.oci.manifest import Index
from imgscope.oci.media_types import UNCOMPRESSED
from imgscope.sources.interface import Catalogue, Files, read_document
from imgscope.sources.manifests import Walk

_LAYOUT, _INDEX = "oci-layout", "index.json"


def recognise(files: Files) -> bool:
    """Whether there is an ``index.json`` and something of a layout around it."""
    return _INDEX in files and (_LAYOUT in files or any(name.startswith("blobs/") for name in files.names()))


def read(files: Files, limits: Limits) -> Catalogue:
    """All that the index leads to. Raises DocumentError where the index itself cannot be read."""
    catalogue = Catalogue(f"oci-{files.flavour_suffix}")
    _check_version(files, limits, catalogue)
    index = parse(Index, read_document(files, _INDEX, limits, "the index"), "index.json")
    walk = Walk(files, catalogue, limits, blob_name)
    for descriptor in index.manifests:
        walk.follow(descriptor)
    return catalogue


def blob_name(digest: str) -> str:
    """Where a layout keeps the blob of a (checked) digest."""
    return "blobs/" + digest.replace(":", "/", 1)


def is_trustworthy(catalogue: Catalogue) -> bool:
    """Whether the layout beside a ``manifest.json`` may be used: images there are, their layers in config's order."""
    return any(found.image for found in catalogue.images) and all(
        layer.digest == layer.diff_id
        for found in catalogue.images
        if found.image
        for layer in found.image.layers
        if layer.media_type in UNCOMPRESSED
    )


def _check_version(files: Files, limits: Limits, catalogue: Catalogue) -> None:
    if _LAYOUT not in files:
        catalogue.note("no-oci-layout", "the file oci-layout is missing; the layout is read all the same")
        return
    raw = read_document(files, _LAYOUT, limits, "oci-layout")
    if b'"1.0.0"' not in raw:
        if b"imageLayoutVersion" not in raw:
            raise DocumentError("oci-layout does not state a version", member=_LAYOUT)
        catalogue.note(
            "layout-version",
            "the layout is not of version 1.0.0; it is read as if it were",
            _LAYOUT,
        )
