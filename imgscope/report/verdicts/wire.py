"""The contract of ``imgscope check --format json``: names and types. Additions are allowed, renames are not."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from imgscope.report.wire import CauseName, TotalsInfo

LevelName = Literal["error", "warn", "off"]
StateName = Literal["passed", "failed", "skipped"]
UnitName = Literal["bytes", "percent", "ratio", "layers", "files", "paths", "findings"]
BasisName = Literal["defaults", "configured", "dive-ci"]


class WorstInfo(TypedDict):
    """A path (a layer, where it is empty) that a rule's value is made of."""

    path: str
    path_b64: NotRequired[str]
    bytes: int
    instruction: str | None
    """Of the layer at fault."""
    layer: int | None
    """The layer that it travels in."""
    culprit: int | None
    """The layer at fault."""
    cause: CauseName | None
    detail: str


class RuleInfo(TypedDict):
    """One rule, judged. ``passed`` is null where it is off; ``value`` too where it is beyond any number."""

    id: str
    name: str
    level: LevelName
    state: StateName
    limit: int | float | None
    value: int | float | None
    unit: UnitName
    passed: bool | None
    message: str
    """What the settings say that people should be told; else what was measured and what is allowed."""
    note: str
    origin: str
    found: int
    worst: list[WorstInfo]
    """The three worst."""


class IgnoredInfo(TypedDict):
    """What one ignore left out."""

    path: str
    rule: str | None
    reason: str
    expires: str | None
    expired: bool
    paths: int
    bytes: int


class WriterInfo(TypedDict):
    """A layer that wrote what became waste, and how much of it."""

    layer: int
    instruction: str | None
    bytes: int


class BlameInfo(TypedDict):
    """What one instruction wastes for one cause, and how to put it right."""

    layer: int
    instruction: str | None
    cause: CauseName
    bytes: int
    paths: int
    fix: str
    written_by: list[WriterInfo]
    """Largest first. Of what is deleted, hidden or replaced this is the step to change."""


class DeltaInfo(TypedDict):
    """A number then and now; null where it was not there."""

    name: str
    before: int | None
    after: int | None
    grown: int


class GrowthInfo(TypedDict):
    """An image beside its baseline; lists hold what differs."""

    baseline: str
    totals: list[DeltaInfo]
    layers: list[DeltaInfo]
    directories: list[DeltaInfo]
    waste: list[DeltaInfo]


class DiveInfo(TypedDict):
    """What dive counts."""

    wasted_bytes: int
    user_bytes: int
    efficiency: float


class CheckedImage(TypedDict):
    """One image of a run."""

    path: str
    name: str
    title: str
    passed: bool
    complete: bool
    error: str | None
    basis: BasisName
    base_layers: int | None
    rules: list[RuleInfo]
    ignored: list[IgnoredInfo]
    totals: TotalsInfo | None
    blames: list[BlameInfo]
    """All waste that counts, by the instruction at fault; largest first."""
    unread: list[str]
    """Why the image is not complete."""
    growth: GrowthInfo | None
    dive: DiveInfo | None


class Check(TypedDict):
    """``imgscope check --format json``."""

    schema_version: str
    passed: bool
    complete: bool
    images: list[CheckedImage]
