"""``dir:`` copies of skopeo and podman: ``manifest.json`` is a registry manifest, blobs are files named by digest."""

from __future__ import annotations

from imgscope.limits import Limits
from imgscope.oci.descriptor import Descriptor
from imgscope.oci.digest import sha256
from imgscope.sources.interface import Catalogue, Files, read_document
from imgscope.sources.manifests import Walk

_MANIFEST, _VERSION = "manifest.json", "version"


def recognise(files: Files) -> bool:
    """Whether ``manifest.json`` is an object, as a registry has it."""
    if _MANIFEST not in files:
        return False
    return files.open(_MANIFEST).read_at(0, 64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def read(files: Files, limits: Limits) -> Catalogue:
    """The image, or with ``--all`` copies the images, that the manifest leads to."""
    catalogue = Catalogue("dir")
    raw = read_document(files, _MANIFEST, limits, "manifest.json")
    walk = Walk(files, catalogue, limits, lambda digest: _blob_name(files, digest))
    walk.take(raw, Descriptor(digest=sha256(raw), size=len(raw)), ())
    return catalogue


def _blob_name(files: Files, digest: str) -> str:
    """A blob is named by the hex part of its digest alone; the manifests of a list end in ``.manifest.json``."""
    name = digest.partition(":")[2]
    return f"{name}.manifest.json" if f"{name}.manifest.json" in files else name
