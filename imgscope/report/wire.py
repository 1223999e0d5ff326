"""The machine-readable contract, version 1: names and types of what JSON output holds.

Additions are allowed within a major version, renames are not. These are TypedDicts, not models: rows are made by the
ten thousand. Pydantic turns them into the published JSON Schema. All sizes are bytes; layers are numbered from 0, the
lowest. A text that is not UTF-8 in the image is given escaped, with its raw bytes beside it in ``<field>_b64``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NotRequired

from typing_extensions import TypedDict

SCHEMA_VERSION = "1.0"

CauseName = Literal["overwritten", "metadata_only", "deleted", "opaque", "type_changed", "shadowed"]


class Tool(TypedDict):
    """What wrote the document."""

    name: str
    version: str


class SourceInfo(TypedDict):
    """Where the image was read from; ``selected`` of ``candidates`` images."""

    path: str
    flavour: str
    stored_bytes: int
    selected: str
    candidates: int


class PlatformInfo(TypedDict):
    """What the image runs on."""

    os: str
    architecture: str
    variant: str


class HealthcheckInfo(TypedDict):
    """Durations in nanoseconds."""

    test: list[str]
    interval: int
    timeout: int
    start_period: int
    start_interval: int
    retries: int


class ConfigInfo(TypedDict):
    """What a container of the image runs with; null: never set."""

    user: str
    env: list[str]
    entrypoint: list[str] | None
    cmd: list[str] | None
    working_dir: str
    volumes: list[str]
    exposed_ports: list[str]
    labels: dict[str, str]
    healthcheck: HealthcheckInfo | None
    stop_signal: str
    shell: list[str]
    on_build: list[str]


class ImageInfo(TypedDict):
    """An image's documents.

    ``id`` is the sha256 of the config's bytes (of old formats the top layer's); null for a plain filesystem.
    """

    id: str | None
    manifest_digest: str | None
    tags: list[str]
    platform: PlatformInfo
    created: str | None
    author: str | None
    docker_version: str | None
    config: ConfigInfo


class DistributionInfo(TypedDict):
    """What a root filesystem says it is, in the words of os-release."""

    id: str
    version_id: str
    pretty_name: str


class ReadImageInfo(ImageInfo):
    """An image whose layers were read. ``distribution``: null where nothing in it tells."""

    distribution: DistributionInfo | None


class TotalsInfo(TypedDict):
    """``content_bytes`` = ``live_bytes`` + ``format_metadata_bytes`` + ``wasted_bytes``."""

    layers: int
    history: int
    entries: int
    files: int
    directories: int
    stored_bytes: int
    tar_bytes: int
    content_bytes: int
    live_bytes: int
    format_metadata_bytes: int
    wasted_bytes: int
    wasted_stored_bytes: int
    efficiency: float


class AccountingInfo(TypedDict):
    """Every byte of a layer under one heading; the sum is its ``tar_bytes``."""

    live: int
    overwritten: int
    metadata_only: int
    deleted: int
    opaque: int
    type_changed: int
    shadowed: int
    format_metadata: int
    tar_overhead: int


class LayerInfo(TypedDict):
    """One layer; what could not be read of it is 0, and ``error`` says why."""

    index: int
    digest: str | None
    diff_id: str | None
    chain_id: str | None
    media_type: str
    compression: str
    stored_bytes: int
    tar_bytes: int
    content_bytes: int
    entries: int
    files: int
    added: int
    modified: int
    removed: int
    whiteouts: int
    opaque_whiteouts: int
    created: str | None
    created_by: str | None
    instruction: str | None
    comment: str | None
    author: str | None
    verified: bool | None
    error: str | None
    accounting: AccountingInfo
    wasted_bytes: int
    causes_wasted_bytes: int


class HistoryInfo(TypedDict):
    """One build step, oldest first; ``layer`` is what it made, if anything."""

    created: str | None
    created_by: str | None
    instruction: str | None
    comment: str | None
    author: str | None
    empty_layer: bool
    layer: int | None


class WasteInfo(TypedDict):
    """A body that travels for nothing. ``stored_bytes`` is its share of the layer as stored."""

    path: str
    path_b64: NotRequired[str]
    bytes: int
    stored_bytes: int
    cause: CauseName
    layer: int
    hidden_by: int
    versions: int


class WarningInfo(TypedDict):
    """Something that is no error but should be known."""

    code: str
    message: str
    where: str


class AdviceInfo(TypedDict):
    """Something that could be better: its cause and what to write instead, each in a sentence.

    ``bytes`` of content are saved, ``stored_bytes`` in transfer (an estimate, by each layer's ratio), which leaves
    ``content_bytes_without``. Findings of ``waste`` never tell of one byte twice. In ``instruction`` values of secrets
    are left out.
    """

    id: str
    group: Literal["waste", "contents", "security", "hygiene"]
    title: str
    cause: str
    fix: str
    confidence: Literal["high", "medium", "low"]
    layer: int | None
    instruction: str | None
    bytes: int
    stored_bytes: int
    content_bytes_without: int
    files: int


class Report(TypedDict):
    """``imgscope report --format json``."""

    schema_version: str
    tool: Tool
    source: SourceInfo
    complete: bool
    image: ReadImageInfo
    totals: TotalsInfo
    layers: list[LayerInfo]
    history: list[HistoryInfo]
    waste: Sequence[WasteInfo]
    warnings: list[WarningInfo]
    advice: NotRequired[list[AdviceInfo]]
    """What saves most first; absent with ``--no-advice``."""


FileType = Literal["file", "dir", "symlink", "hardlink", "char", "block", "fifo", "other", "whiteout", "opaque"]


class FileInfo(TypedDict):
    """``imgscope files --format jsonl``, one a line."""

    path: str
    path_b64: NotRequired[str]
    type: FileType
    mode: int
    uid: int
    gid: int
    size: int
    link: str | None
    link_b64: NotRequired[str]
    mtime: int
    layer: int | None
    rdev: NotRequired[str]
    """``major:minor`` of a device."""


class ImageRow(TypedDict):
    """``imgscope images``: one image of a file. ``size`` is null where a layer is not there.

    ``verified``: whether all its layers have the digests that documents give; null where nobody asked.
    """

    id: str | None
    manifest_digest: str | None
    tags: list[str]
    platform: PlatformInfo
    created: str | None
    size: int | None
    stored_bytes: int | None
    layers: int | None
    verified: bool | None
    error: str | None


class OtherRow(TypedDict):
    """An attestation or an artifact beside the images."""

    digest: str
    kind: str
    size: int
    tags: list[str]
    about: str | None
