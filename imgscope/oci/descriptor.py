"""Descriptor: what refers to a blob, and Platform, what an image runs on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from imgscope.oci.document import Document, Texts

ATTESTATION_TYPE = "vnd.docker.reference.type"
REF_NAME = "org.opencontainers.image.ref.name"
FULL_NAME = "io.containerd.image.name"


class Platform(Document):
    """``os/architecture[/variant]`` and what narrows it down."""

    os: str = ""
    architecture: str = ""
    variant: str = ""
    os_version: Annotated[str, Field(alias="os.version")] = ""
    os_features: Annotated[tuple[str, ...], Field(alias="os.features")] = ()

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


class Descriptor(Document):
    """A blob's media type, digest and size (bytes as stored), and notes about it."""

    media_type: Annotated[str, Field(alias="mediaType")] = ""
    digest: str
    size: Annotated[int, Field(strict=True, ge=0, lt=1 << 63)] = 0
    urls: tuple[str, ...] = ()
    annotations: Texts = Field(default_factory=dict)
    artifact_type: Annotated[str, Field(alias="artifactType")] = ""
    platform: Platform | None = None
    data: str = ""
    """The blob itself in base64, where it is small and the writer chose so."""

    @property
    def is_attestation(self) -> bool:
        """Whether BuildKit stored statements about an image here, not an image."""
        return self.annotations.get(ATTESTATION_TYPE) == "attestation-manifest"
