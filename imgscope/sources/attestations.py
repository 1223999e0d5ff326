"""Statements about an image that lie beside it: in attestation manifests of BuildKit, in artifacts that refer to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from imgscope.errors import DocumentError, ImgscopeError
from imgscope.image.statements import Statement, read_statement
from imgscope.limits import Limits
from imgscope.oci.descriptor import Descriptor
from imgscope.oci.digest import checked
from imgscope.oci.document import parse
from imgscope.oci.manifest import Manifest
from imgscope.sources.documents import check_digest
from imgscope.sources.interface import Files, Other, Source, bare, read_document
from imgscope.sources.oci_layout import blob_name

_STATEMENTS = ("in-toto", "dsse", "sigstore.bundle", "spdx", "cyclonedx")
"""What types of documents that may be read have in their names."""
_COSIGN = (".att", ".sbom")
"""How tags end under which cosign stores statements about the digest before it."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """One document about an image: what it states, or why it could not be read."""

    manifest: str
    """Digest of the manifest that lists it."""
    digest: str
    media_type: str
    size: int
    statement: Statement | None = None
    document: Any = None
    """Its JSON value as stored."""
    problem: ImgscopeError | None = None


def attestations(source: Source, manifest_digest: str | None, limits: Limits) -> Iterator[Attestation]:
    """All documents about the manifest of that digest, one read at a time. What cannot be read is told as such."""
    files = source.files
    if files is None or manifest_digest is None:
        return
    about = [other for other in source.catalogue.attestations if other.about == manifest_digest]
    about += [one for one in source.catalogue.artifacts if _is_about(files, one, manifest_digest, limits)]
    seen: set[str] = set()  # manifests by the thousand may list the same document
    for other in about:
        if other.digest not in seen:
            seen.add(other.digest)
            yield from _documents(files, other, limits, seen)


def _is_about(files: Files, artifact: Other, digest: str, limits: Limits) -> bool:
    """Whether an artifact refers to a manifest, or bears the name that cosign gives statements about it."""
    names = {tag.rpartition(":")[2] for tag in artifact.tags}
    if {digest.replace(":", "-", 1) + end for end in _COSIGN} & names:
        return True
    try:
        subject = _manifest(files, artifact, limits).subject
    except ImgscopeError:
        return False
    return subject is not None and subject.digest == digest


def _documents(files: Files, other: Other, limits: Limits, seen: set[str]) -> Iterator[Attestation]:
    """What a manifest lists of a type that statements have, but for what was seen."""
    try:
        layers = _manifest(files, other, limits).layers
    except ImgscopeError as error:
        yield Attestation(other.digest, other.digest, other.kind, other.size, problem=bare(error))
        return
    for layer in layers:
        if layer.digest not in seen and any(word in layer.media_type for word in _STATEMENTS):
            seen.add(layer.digest)
            yield _document(files, other, layer, limits)


def _document(files: Files, other: Other, layer: Descriptor, limits: Limits) -> Attestation:
    where = other.digest, layer.digest, layer.media_type, layer.size
    try:
        statement, value = read_statement(_read(files, layer, limits, "the attestation"), "the attestation")
    except ImgscopeError as error:
        return Attestation(*where, problem=bare(error))
    return Attestation(*where, statement, value)


def _manifest(files: Files, other: Other, limits: Limits) -> Manifest:
    raw = _read(files, Descriptor(digest=other.digest, size=other.size), limits, "the manifest")
    return parse(Manifest, raw, f"the manifest {other.digest}")


def _read(files: Files, descriptor: Descriptor, limits: Limits, what: str) -> bytes:
    """A blob, its digest checked. Raises ImgscopeError."""
    name = blob_name(checked(descriptor.digest, what))
    raw = read_document(files, name, limits, what)
    if not check_digest(raw, descriptor, name, what):
        raise DocumentError(f"{what} was not checked: its digest cannot be computed here", member=name)
    return raw
