"""``dir:`` copies of skopeo and podman: ``manifest.json`` is a registry manifest, blobs are files named by digest."""

from __future__ import annotations

from imgscope.limits import Limits
from imgscope.oci.descriptor import Descriptor
from imgscope.oci.digest import sha256
from imgscope.sources.interface import Catalogue, Files, read_document
from imgscope.sources.manifests import Walk

_MANIFEST, _VERSION = "manifest.json", "version"


def recognise(files: Files) -> bool:
    """Whether ``manifest.json`` is an object as a registry has it; web pages have another of that name."""
    if _MANIFEST not in files:
        return False
    head = files.open(_MANIFEST).read_at(0, 4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"{") and (_VERSION in files or b'"schemaVersion"' in head)


def read(files: Files, limits: Limits) -> Catalogue:
    """The image, or with ``--all`` copies the images, that the manifest leads to."""
    catalogue = Catalogue("dir")
    raw = read_document(files, _MANIFEST, limits, "manifest.json")
    walk = Walk(files, catalogue, limits, lambda digest: _blob_name(files, digest))
    walk.take(raw, Descriptor(digest=sha256(raw), size=len(raw)), ())
    return catalogue


def _blob_name(files: Files, digest: str) -> str:
    """A blob is named by the hex part of its digest; manifests of a list, and all blobs of old, have an ending."""
    name = digest.partition(":")[2]
    return next((name + end for end in ("", ".manifest.json", ".tar") if name + end in files), name)
