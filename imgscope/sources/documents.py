"""From documents to an Image: the part that every layout shares, with the checks that the documents agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgscope.errors import DocumentError, SourceError
from imgscope.image.model import Image, Layer
from imgscope.oci.config import ImageConfig, RootFS
from imgscope.oci.descriptor import Descriptor, Platform
from imgscope.oci.digest import chain_ids, checked, matches, sha256
from imgscope.oci.document import parse
from imgscope.oci.manifest import Manifest
from imgscope.oci.media_types import is_encrypted, is_foreign
from imgscope.sources.interface import Files

if TYPE_CHECKING:
    from imgscope.oci.v1 import V1Config

_AGAIN = "save the image again"


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """What a layout knows of one layer before the config has told its diff_id."""

    blob: str
    present: bool
    size: int
    digest: str | None = None
    media_type: str = ""
    fault: str | None = None
    """What is wrong with the blob, where something is."""

    @property
    def problem(self) -> str | None:
        """Why it cannot be read, as far as documents tell."""
        if self.fault:
            return self.fault
        if is_encrypted(self.media_type):
            return "encrypted"
        if not self.present:
            return "foreign layer, not in the file" if is_foreign(self.media_type) else "missing"
        return None


def stored_layer(files: Files, name: str, descriptor: Descriptor) -> StoredLayer:
    """A layer that a manifest describes. What is wrong with it is kept: it must not hide the others."""
    present, size, fault = look_up(files, name)
    if present and not fault and size != descriptor.size:
        fault = f"the blob has {size} bytes, its descriptor says {descriptor.size}"
    return StoredLayer(name, present, descriptor.size, descriptor.digest, descriptor.media_type, fault)


def look_up(files: Files, name: str) -> tuple[bool, int, str | None]:
    """Whether a blob is there, its size, and what is wrong with it."""
    if name not in files:
        return False, 0, None
    try:
        return True, files.open(name).size, None
    except SourceError as error:
        return True, 0, error.what


def check_digest(raw: bytes, descriptor: Descriptor, name: str, what: str) -> bool:
    """A document must be what its descriptor says; False where that cannot be told, for lack of the algorithm.

    Raises DocumentError with both digests.
    """
    digest = checked(descriptor.digest, what)
    if len(raw) != descriptor.size:
        raise DocumentError(
            f"{what} has {len(raw)} bytes, its descriptor says {descriptor.size}", member=name, hint=_AGAIN
        )
    held = matches(raw, digest)
    if held is False:
        algorithm = digest.partition(":")[0]
        got = sha256(raw) if algorithm == "sha256" else "another"
        raise DocumentError(f"{what} has the digest {got}, expected {digest}", member=name, hint=_AGAIN)
    return held is not None


def build_image(
    raw_config: bytes,
    layers: Sequence[StoredLayer],
    *,
    config_name: str,
    tags: tuple[str, ...] = (),
    platform: Platform | None = None,
    manifest: Manifest | None = None,
    raw_manifest: bytes | None = None,
) -> Image:
    """The image that a config and its stored layers make. Raises DocumentError where they disagree."""
    config = parse(ImageConfig, raw_config, f"the config {config_name}")
    diff_ids = config.rootfs.diff_ids
    if config.rootfs.type != "layers":
        raise DocumentError(f"the config's rootfs is of type {config.rootfs.type!r}, not layers", member=config_name)
    if len(layers) != len(diff_ids):
        raise DocumentError(
            f"the manifest lists {len(layers)} layers, the config {len(diff_ids)} diff_ids: not an image that can run",
            member=config_name,
        )
    for diff_id in diff_ids:
        checked(diff_id, f"the config {config_name}")
    _check_blobs(layers, diff_ids, config_name)
    return Image(
        id=sha256(raw_config),
        manifest_digest=sha256(raw_manifest) if raw_manifest is not None else None,
        tags=tags,
        platform=_platform(config, platform),
        config=config,
        manifest=manifest,
        layers=tuple(
            _layer(index, stored, diff_id, chain_id)
            for index, (stored, diff_id, chain_id) in enumerate(zip(layers, diff_ids, chain_ids(diff_ids), strict=True))
        ),
        raw_config=raw_config,
        raw_manifest=raw_manifest,
    )


def build_v1_image(
    configs: Sequence[V1Config], raw_config: bytes, layers: Sequence[StoredLayer], tags: tuple[str, ...]
) -> Image:
    """The image that a config for each layer makes, lowest first; ``raw_config`` is the top one. Nothing has a diff_id.

    Its id is that of these documents; an engine that loads it writes a new config, and gets another.
    """
    config = configs[-1].model_copy(update={"history": tuple(one.step for one in configs), "rootfs": RootFS()})
    return Image(
        id=sha256(raw_config),
        tags=tags,
        platform=_platform(config, None),
        config=config,
        layers=tuple(_layer(index, stored, "", "") for index, stored in enumerate(layers)),
        raw_config=raw_config,
    )


def _check_blobs(layers: Sequence[StoredLayer], diff_ids: Sequence[str], config_name: str) -> None:
    """One blob cannot be two layers."""
    known: dict[str, str] = {}
    for stored, diff_id in zip(layers, diff_ids, strict=True):
        if known.setdefault(stored.blob, diff_id) != diff_id:
            raise DocumentError(
                f"{stored.blob} is listed as two layers, {known[stored.blob]} and {diff_id}", member=config_name
            )


def _layer(index: int, stored: StoredLayer, diff_id: str, chain_id: str) -> Layer:
    return Layer(
        index=index,
        diff_id=diff_id,
        chain_id=chain_id,
        digest=stored.digest,
        media_type=stored.media_type,
        stored_bytes=stored.size,
        blob=stored.blob if stored.present else None,
        problem=stored.problem,
    )


def _platform(config: ImageConfig, described: Platform | None) -> Platform:
    """The config's platform; where it is silent (appended layers only), the descriptor's."""
    own = Platform(
        os=config.os,
        architecture=config.architecture,
        variant=config.variant,
        os_version=config.os_version,
        os_features=config.os_features,
    )
    if described and (not own.os or not own.architecture):
        return described
    if described and not own.variant and described.variant:
        return own.model_copy(update={"variant": described.variant})
    return own
