"""``manifest.json`` of a ``docker save`` archive: which members are whose config and layers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from imgscope.oci.descriptor import Descriptor
from imgscope.oci.document import Document


class DockerManifestItem(Document):
    """One image of the archive. Paths are member names."""

    config: Annotated[str, Field(alias="Config")]
    repo_tags: Annotated[tuple[str, ...], Field(alias="RepoTags")] = ()
    layers: Annotated[tuple[str, ...], Field(alias="Layers")] = ()
    parent: Annotated[str, Field(alias="Parent")] = ""
    layer_sources: Annotated[dict[str, Descriptor], Field(alias="LayerSources")] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _any_case(cls, data: Any) -> Any:
        """Go reads keys in any case, so docker loads the lower-case ones that old jib versions wrote."""
        if isinstance(data, dict):
            return {_NAMES.get(str(key).lower(), key): value for key, value in data.items()}
        return data


_NAMES = {str(field.alias).lower(): str(field.alias) for field in DockerManifestItem.model_fields.values()}
