"""From a descriptor to what it leads to: an image, several (a nested index), an attestation or an artifact.

Shared by the layouts that hold registry documents: OCI layouts, whole or inside a ``docker save`` archive, and
``dir:`` copies. They differ only in how a digest becomes a file name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from imgscope.errors import DocumentError, ImgscopeError, LimitError, SourceError
from imgscope.image.model import Image
from imgscope.limits import Limits
from imgscope.oci.descriptor import FULL_NAME, REF_NAME, Descriptor, Platform
from imgscope.oci.digest import checked
from imgscope.oci.document import parse_json, validate
from imgscope.oci.manifest import Index, Manifest
from imgscope.oci.media_types import CONFIGS, INDEXES, MANIFESTS, is_layer
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
        checked(descriptor.digest, "an entry of the index")
        # The same manifest under two names is listed twice; an index that leads back to itself ends here.
        if (descriptor.digest, " ".join(tags)) in self._seen:
            return
        self._seen.add((descriptor.digest, " ".join(tags)))
        if descriptor.is_attestation:
            self._attestation(descriptor)
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
        name = self.blob_name(descriptor.digest)
        if descriptor.media_type and descriptor.media_type not in INDEXES | MANIFESTS:
            self._artifact(descriptor, descriptor.artifact_type or descriptor.media_type, tags)
            return
        raw = read_document(self.files, name, self.limits, f"the manifest {descriptor.digest}")
        check_digest(raw, descriptor, name, "the manifest")
        self.take(raw, descriptor, tags, depth)

    def take(self, raw: bytes, descriptor: Descriptor, tags: tuple[str, ...], depth: int = 0) -> None:
        """Take in a manifest or index that was read already."""
        what = f"the manifest {descriptor.digest}"
        value = parse_json(raw, what)
        if not isinstance(value, dict):
            raise DocumentError(f"{what} is not a JSON object")
        if value.get("schemaVersion") == 1 or "fsLayers" in value:
            raise DocumentError(f"{what} is of schema 1, which is not supported", hint="convert it with skopeo copy")
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
        if any(layer.media_type == "application/vnd.in-toto+json" for layer in manifest.layers):
            self._attestation(descriptor)
            return
        kind = manifest.artifact_type or manifest.config.media_type
        if manifest.artifact_type or (manifest.config.media_type and manifest.config.media_type not in CONFIGS):
            # Engines go by the config's type; some builders leave it out, none uses it for anything else.
            self._artifact(descriptor, kind, tags)
            return
        if manifest.layers and not any(is_layer(layer.media_type) or not layer.media_type for layer in manifest.layers):
            self._artifact(descriptor, manifest.layers[0].media_type, tags)
            return
        name = self.blob_name(checked(manifest.config.digest, "the manifest's config"))
        if name not in self.files:
            raise SourceError(f"the config {manifest.config.digest} is not in the file", member=name)
        raw_config = read_document(self.files, name, self.limits, "the config")
        check_digest(raw_config, manifest.config, name, "the config")
        layers = [
            stored_layer(self.files, self.blob_name(checked(layer.digest, "a layer")), layer)
            for layer in manifest.layers
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

    def _attestation(self, descriptor: Descriptor) -> None:
        about = descriptor.annotations.get("vnd.docker.reference.digest")
        self.catalogue.attestations.append(Other(descriptor.digest, "attestation", descriptor.size, about=about))

    def _artifact(self, descriptor: Descriptor, kind: str, tags: tuple[str, ...]) -> None:
        self.catalogue.artifacts.append(Other(descriptor.digest, kind, descriptor.size, tags))


def tags_of(descriptor: Descriptor) -> tuple[str, ...]:
    """The name an index entry bears: containerd's full one, or else the layout's reference name."""
    name = descriptor.annotations.get(FULL_NAME) or descriptor.annotations.get(REF_NAME)
    return (name,) if name else ()
