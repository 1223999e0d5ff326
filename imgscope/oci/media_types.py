"""Media types, Docker's and OCI's taken as equal, and what they say about a blob."""

from __future__ import annotations

INDEXES = frozenset(
    ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
)
MANIFESTS = frozenset(
    (
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
    )
)
CONFIGS = frozenset(("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"))
IN_TOTO = "application/vnd.in-toto+json"
TAR = "application/vnd.oci.image.layer.v1.tar"
UNCOMPRESSED = frozenset((TAR, "application/vnd.docker.image.rootfs.diff.tar"))

_LAYER_PREFIXES = (
    "application/vnd.oci.image.layer.",
    "application/vnd.docker.image.rootfs.",
    "application/vnd.docker.container.image.rootfs.",
)

_DOCKER = "application/vnd.docker."
_STATED = {"tar": "none", "gzip": "gzip", "zstd": "zstd"}


def is_layer(media_type: str) -> bool:
    """Whether a blob of this type is a changeset of a root filesystem."""
    return media_type.startswith(_LAYER_PREFIXES)


def contradiction(media_type: str, codec: str) -> str | None:
    """The codec that a layer's type states, where its content has another; codecs as reports name them."""
    stated = _STATED.get(media_type.replace("+", ".").rpartition(".")[2]) if is_layer(media_type) else None
    # Skopeo's dir: copies give Docker's gzip type to layers that they keep uncompressed.
    if stated == codec or (stated == "gzip" and codec == "none" and media_type.startswith(_DOCKER)):
        return None
    return stated


def is_encrypted(media_type: str) -> bool:
    """Whether the layer is encrypted (ocicrypt)."""
    return media_type.endswith("+encrypted")


def is_foreign(media_type: str) -> bool:
    """Whether the layer may stay where its URLs say, and so be absent from a saved image."""
    return ".foreign." in media_type or ".nondistributable." in media_type
