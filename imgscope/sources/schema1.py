"""Registry manifests of schema 1: layers from the top down, and beside each its config as a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imgscope.errors import DocumentError
from imgscope.image.model import Image
from imgscope.oci.digest import checked
from imgscope.oci.document import parse, validate
from imgscope.sources.documents import StoredLayer, build_v1_image, look_up
from imgscope.sources.interface import Files


def is_schema1(value: dict[str, Any]) -> bool:
    """Whether a manifest is of schema 1."""
    return value.get("schemaVersion") == 1 or "fsLayers" in value


def read(files: Files, value: dict[str, Any], blob_name: Callable[[str], str], tags: tuple[str, ...]) -> Image:
    """The image. What a step without files has stored is passed over, as engines do. Raises DocumentError."""
    from imgscope.oci.v1 import Schema1, V1Config  # here, because hardly any image has such documents

    manifest = validate(Schema1, value, "the manifest (schema 1)")
    count = len(manifest.fs_layers)
    if not count or count != len(manifest.history):
        raise DocumentError(f"the manifest (schema 1) lists {count} layers and {len(manifest.history)} configs")
    own = (f"{manifest.name}:{manifest.tag}",) if manifest.name and manifest.tag else ()
    texts = [one.config.encode() for one in reversed(manifest.history)]
    configs = [parse(V1Config, text, "a layer's config in the manifest") for text in texts]
    digests = [checked(one.digest, "a layer") for one in reversed(manifest.fs_layers)]
    layers = [
        _stored(files, blob_name(digest), digest)
        for digest, config in zip(digests, configs, strict=True)
        if not config.throwaway
    ]
    return build_v1_image(configs, texts[-1], layers, tags or own)


def _stored(files: Files, name: str, digest: str) -> StoredLayer:
    present, size, fault = look_up(files, name)
    return StoredLayer(name, present, size, digest, fault=fault)
