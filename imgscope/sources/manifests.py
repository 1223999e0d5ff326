"""From a descriptor to what it leads to: an image, several (a nested index), an attestation or an artifact.

Shared by the layouts that hold registry documents: OCI layouts, whole or inside a ``docker save`` archive, and
``dir:`` copies. They differ only in how a digest becomes a file name.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from imgscope.errors import DocumentError, ImgscopeError, LimitError, MissingError
from imgscope.image.model import Image
from imgscope.limits import Limits
from imgscope.oci.descriptor import FULL_NAME, REF_NAME, Descriptor, Platform
from imgscope.oci.digest import checked
from imgscope.oci.document import parse_json, validate
from imgscope.oci.manifest import Index, Manifest
from imgscope.oci.media_types import CONFIGS, IN_TOTO, INDEXES, MANIFESTS, is_layer
from imgscope.sources import schema1
from imgscope.sources.documents import build_image, check_digest, stored_layer
from imgscope.sources.interface import MAX_IMAGES, Catalogue, Files, Found, Other, bare, read_document

_DEPTH = 8


@dataclass(slots=True)
class Walk:
    """Follows descriptors through the files of one source into a catalogue."""

    files: Files
    catalogue: Catalogue
    limits: Limits
    blob_name: Callable[[str], str]
    _images: dict[str, Image] = field(default_factory=dict)
    """Images already read, by the digest of their manifest: one may bear thousands of names."""
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def follow(self, descriptor: Descriptor, tags: tuple[str, ...] = (), depth: int = 0) -> None:
        """Take in what a descriptor leads to. What cannot be read becomes an image with a problem."""
        if depth > _DEPTH or len(self._seen) > MAX_IMAGES:
            raise LimitError(f"indexes nested more than {_DEPTH} deep, or more than {MAX_IMAGES} manifests")
        tags = tags or tags_of(descriptor)
        # The same manifest under two names is listed twice; an index that leads back to itself ends here.
        if (descriptor.digest, " ".join(tags)) in self._seen:
            return
        self._seen.add((descriptor.digest, " ".join(tags)))
        if descriptor.is_attestation:
            self._attestation(descriptor, None)
            return
        known = self._images.get(descriptor.digest)
        if known:
            image = known.model_copy(update={"tags": tags})
            self.catalogue.images.append(Found(tags, image.platform, image.manifest_digest, image))
            return
        try:
            self._open(descriptor, tags, depth)
        except ImgscopeError as error:
            platform = descriptor.platform or Platform()
            self.catalogue.images.append(Found(tags, platform, descriptor.digest, problem=bare(error)))

    def _open(self, descriptor: Descriptor, tags: tuple[str, ...], depth: int) -> None:
        if descriptor.media_type and descriptor.media_type not in INDEXES | MANIFESTS:
            self._artifact(descriptor, descriptor.artifact_type or descriptor.media_type, tags)
            return
        self.take(self._document(descriptor, "the manifest", "the index")[1], descriptor, tags, depth)

    def _document(self, descriptor: Descriptor, what: str, by: str) -> tuple[str, bytes]:
        """The name and the bytes of a document: its file, or where there is none what its descriptor holds of it.

        ``by`` is what refers to it.
        """
        name = self.blob_name(checked(descriptor.digest, what))
        inside = _data(descriptor)
        if inside is not None and name not in self.files:
            raw = inside
        else:
            try:
                raw = read_document(self.files, name, self.limits, f"{what} {descriptor.digest}")
            except MissingError as error:
                error.hint = f"{by} refers to it; save the image again"
                raise
            if inside not in (None, raw):
                message = "a descriptor holds other data than the blob it describes; the blob is used"
                self.catalogue.note("conflicting-documents", message, name)
        if not check_digest(raw, descriptor, name, what):
            message = f"{what} was not checked: its digest {descriptor.digest} cannot be computed here"
            self.catalogue.note("unchecked-digest", message, name)
        return name, raw

    def take(self, raw: bytes, descriptor: Descriptor, tags: tuple[str, ...], depth: int = 0) -> None:
        """Take in a manifest or index that was read already."""
        what = f"the manifest {descriptor.digest}"
        value = parse_json(raw, what)
        if not isinstance(value, dict):
            raise DocumentError(f"{what} is not a JSON object")
        if schema1.is_schema1(value):
            image = schema1.read(self.files, value, self.blob_name, tags)
            self.catalogue.images.append(Found(image.tags, image.platform, None, image))
            return
        if "manifests" in value and "layers" in value:
            raise DocumentError(f"{what} has both manifests and layers: engines would not agree what it is")
        if "manifests" in value:
            for entry in validate(Index, value, what).manifests:
                self.follow(entry, tags, depth + 1)
            return
        if "config" not in value and "layers" not in value:
            self._artifact(descriptor, descriptor.media_type or "unknown", tags)
            return
        self._manifest(raw, value, descriptor, tags)

    def _manifest(self, raw: bytes, value: dict[str, Any], descriptor: Descriptor, tags: tuple[str, ...]) -> None:
        manifest = validate(Manifest, value, f"the manifest {descriptor.digest}")
        if any(layer.media_type == IN_TOTO for layer in manifest.layers):
            self._attestation(descriptor, manifest.subject)
            return
        kind = _artifact_type(manifest)
        if kind:
            self._artifact(descriptor, kind, tags)
            return
        name, raw_config = self._document(manifest.config, "the config", f"the manifest {descriptor.digest}")
        layers = [
            stored_layer(self.files, self.blob_name(checked(layer.digest, f"layer {number}")), layer)
            for number, layer in enumerate(manifest.layers)
        ]
        image = build_image(
            raw_config,
            layers,
            config_name=name,
            tags=tags,
            platform=descriptor.platform,
            manifest=manifest,
            raw_manifest=raw,
        )
        self._images[descriptor.digest] = image
        self.catalogue.images.append(Found(tags, image.platform, image.manifest_digest, image))

    def _attestation(self, descriptor: Descriptor, subject: Descriptor | None) -> None:
        about = descriptor.annotations.get("vnd.docker.reference.digest") or (subject.digest if subject else None)
        self.catalogue.attestations.append(Other(descriptor.digest, "attestation", descriptor.size, about=about))

    def _artifact(self, descriptor: Descriptor, kind: str, tags: tuple[str, ...]) -> None:
        self.catalogue.artifacts.append(Other(descriptor.digest, kind, descriptor.size, tags))


def _artifact_type(manifest: Manifest) -> str | None:
    """What a manifest is of, where not of an image. Engines go by the config's type; some builders leave it out."""
    config = manifest.config.media_type
    if config not in CONFIGS and (config or manifest.artifact_type):
        return manifest.artifact_type or config
    if any(is_layer(layer.media_type) or not layer.media_type for layer in manifest.layers):
        return None
    return manifest.artifact_type or (manifest.layers[0].media_type if manifest.layers else None)


def _data(descriptor: Descriptor) -> bytes | None:
    """The blob that a descriptor holds itself; what is no base64 is none that could have the right digest."""
    try:
        return b64decode(descriptor.data, validate=True) if descriptor.data else None
    except ValueError:
        return b""


def tags_of(descriptor: Descriptor) -> tuple[str, ...]:
    """The name an index entry bears: containerd's full one, or else the layout's reference name."""
    name = descriptor.annotations.get(FULL_NAME) or descriptor.annotations.get(REF_NAME)
    return (name,) if name else ()
