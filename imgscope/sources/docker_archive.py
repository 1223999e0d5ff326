"""``docker save`` archives: ``manifest.json`` names the config and the layers of each image.

Docker, Podman, Skopeo, crane, kaniko, jib, bazel and nix all write it, with member names of their own choosing;
the names say nothing, only the list does.
"""

from __future__ import annotations

from typing import Any

from imgscope.errors import DocumentError, ImgscopeError, LimitError
from imgscope.image.model import Image
from imgscope.limits import Limits
from imgscope.oci.descriptor import Descriptor
from imgscope.oci.docker_manifest import DockerManifestItem
from imgscope.oci.document import parse_json, validate
from imgscope.sources.archive import clean_name
from imgscope.sources.documents import StoredLayer, build_image, look_up
from imgscope.sources.interface import MAX_IMAGES, Catalogue, Files, Found, bare, read_document

_MANIFEST = "manifest.json"


def recognise(files: Files) -> bool:
    """Whether there is a ``manifest.json`` that is a list (a ``dir:`` copy has an object of that name)."""
    if _MANIFEST not in files:
        return False
    head = files.open(_MANIFEST).read_at(0, 64).removeprefix(b"\xef\xbb\xbf").lstrip()
    return not head.startswith(b"{")


def read(files: Files, limits: Limits) -> Catalogue:
    """All images of the list. One that cannot be read is listed with its problem."""
    catalogue = Catalogue(f"docker-{files.flavour_suffix}")
    items = parse_json(read_document(files, _MANIFEST, limits, "manifest.json"), _MANIFEST)
    if not isinstance(items, list):
        raise DocumentError("manifest.json is not a list of images", member=_MANIFEST)
    if len(items) > MAX_IMAGES:
        raise LimitError(f"manifest.json lists {len(items)} images, more than {MAX_IMAGES}", member=_MANIFEST)
    images: dict[tuple[str, ...], Image] = {}
    for number, value in enumerate(items):
        catalogue.images.append(_found(files, limits, value, number, images))
    return catalogue


def _found(files: Files, limits: Limits, value: Any, number: int, images: dict[tuple[str, ...], Image]) -> Found:
    """One item; ``images`` keeps what was read, for items that differ in their tags only."""
    try:
        item = validate(DockerManifestItem, value, f"image {number} of manifest.json")
    except DocumentError as error:
        return Found(problem=bare(error.located(member=_MANIFEST)))
    key = (item.config, *item.layers)
    try:
        if key in images:
            image = images[key].model_copy(update={"tags": item.repo_tags})
            return Found(item.repo_tags, image.platform, None, image)
        name = _member(files, item.config)
        raw_config = read_document(files, name, limits, f"the config {item.config}")
        layers = [_stored(files, path) for path in item.layers]
        image = build_image(
            raw_config,
            _with_sources(layers, raw_config, item.layer_sources),
            config_name=name,
            tags=item.repo_tags,
        )
    except ImgscopeError as error:
        return Found(tags=item.repo_tags, problem=bare(error))
    images[key] = image
    return Found(item.repo_tags, image.platform, None, image)


def _member(files: Files, path: str) -> str:
    """The name of a member; Docker for Windows once listed them with backslashes."""
    name = clean_name(path)
    other = clean_name(path.replace("\\", "/"))
    return other if name not in files and other in files else name


def _stored(files: Files, path: str) -> StoredLayer:
    name = _member(files, path)
    present, size, fault = look_up(files, name)
    return StoredLayer(blob=name, present=present, size=size, fault=fault)


def _with_sources(layers: list[StoredLayer], raw_config: bytes, sources: dict[str, Descriptor]) -> list[StoredLayer]:
    """Docker says of layers that come from elsewhere (Windows base layers) what they are; keyed by diff_id."""
    if not sources or all(layer.present for layer in layers):
        return layers
    value = parse_json(raw_config, "the config")
    diff_ids = (value.get("rootfs") or {}).get("diff_ids") or [] if isinstance(value, dict) else []
    described = [sources.get(diff_id) for diff_id in diff_ids]
    if len(described) != len(layers):
        return layers
    return [
        StoredLayer(layer.blob, False, source.size, source.digest, source.media_type)
        if source and not layer.present
        else layer
        for layer, source in zip(layers, described, strict=True)
    ]
