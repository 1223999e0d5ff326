"""ImageConfig: how to run an image, what its layers are, and how they came to be.

Times are kept as the text that is stored: it may be absent, year 1, or not a time at all. Fields beyond the
specification are those that Docker writes.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from imgscope.oci.document import Document, Texts


def _words(value: Any) -> Any:
    """A command may be one string in old configs."""
    return (value,) if isinstance(value, str) else value


def _names(value: Any) -> Any:
    """Volumes and ports are written as ``{"/data": {}}``; their names are what they say."""
    return tuple(sorted(value)) if isinstance(value, dict) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]


class Healthcheck(Document):
    """How to tell that a container works; durations in nanoseconds."""

    test: Annotated[Words, Field(alias="Test")] = ()
    interval: Annotated[int, Field(alias="Interval")] = 0
    timeout: Annotated[int, Field(alias="Timeout")] = 0
    start_period: Annotated[int, Field(alias="StartPeriod")] = 0
    start_interval: Annotated[int, Field(alias="StartInterval")] = 0
    retries: Annotated[int, Field(alias="Retries")] = 0


class ContainerConfig(Document):
    """What a container of the image runs with. A command that is None was never set; () was set empty."""

    user: Annotated[str, Field(alias="User")] = ""
    env: Annotated[tuple[str, ...], Field(alias="Env")] = ()
    entrypoint: Annotated[Words | None, Field(alias="Entrypoint")] = None
    cmd: Annotated[Words | None, Field(alias="Cmd")] = None
    working_dir: Annotated[str, Field(alias="WorkingDir")] = ""
    volumes: Annotated[Names, Field(alias="Volumes")] = ()
    exposed_ports: Annotated[Names, Field(alias="ExposedPorts")] = ()
    labels: Annotated[Texts, Field(alias="Labels")] = Field(default_factory=dict)
    healthcheck: Annotated[Healthcheck | None, Field(alias="Healthcheck")] = None
    stop_signal: Annotated[str, Field(alias="StopSignal")] = ""
    shell: Annotated[Words, Field(alias="Shell")] = ()
    on_build: Annotated[tuple[str, ...], Field(alias="OnBuild")] = ()
    args_escaped: Annotated[bool, Field(alias="ArgsEscaped")] = False


class History(Document):
    """One step of the build; ``empty_layer`` steps changed no file."""

    created: str = ""
    created_by: str = ""
    author: str = ""
    comment: str = ""
    empty_layer: bool = False


class RootFS(Document):
    """The layers, lowest first, by the digests of their uncompressed bytes."""

    type: str = "layers"
    diff_ids: tuple[str, ...] = ()


class ImageConfig(Document):
    """An image's config."""

    created: str = ""
    author: str = ""
    os: str = ""
    architecture: str = ""
    variant: str = ""
    os_version: Annotated[str, Field(alias="os.version")] = ""
    os_features: Annotated[tuple[str, ...], Field(alias="os.features")] = ()
    docker_version: str = ""
    parent: str = ""
    container: str = ""
    config: ContainerConfig = ContainerConfig()
    rootfs: RootFS = RootFS()
    history: tuple[History, ...] = ()
