"""Manifest: one image's config and layers; Index: several manifests, by platform."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from imgscope.oci.descriptor import Descriptor
from imgscope.oci.document import Document, Texts


class Manifest(Document):
    """An image manifest, OCI's or Docker's schema 2."""

    schema_version: Annotated[int, Field(alias="schemaVersion")] = 2
    media_type: Annotated[str, Field(alias="mediaType")] = ""
    artifact_type: Annotated[str, Field(alias="artifactType")] = ""
    config: Descriptor
    layers: tuple[Descriptor, ...] = ()
    subject: Descriptor | None = None
    annotations: Texts = Field(default_factory=dict)


class Index(Document):
    """An image index, OCI's or Docker's manifest list."""

    schema_version: Annotated[int, Field(alias="schemaVersion")] = 2
    media_type: Annotated[str, Field(alias="mediaType")] = ""
    artifact_type: Annotated[str, Field(alias="artifactType")] = ""
    manifests: tuple[Descriptor, ...] = ()
    annotations: Texts = Field(default_factory=dict)
