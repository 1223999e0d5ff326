"""GateSettings: what a person may write about the gate, as pydantic models.

A rule is written as its limit alone, ``max-layers = 20``, or as a table of its limit and what else there is to say,
``max-layers = { limit = 20, level = "warn" }``. Every rule of the catalogue is a field here, under the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, StrictBool, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from imgscope.gate import fields
from imgscope.gate.fields import Base, Bytes, Count, Day, Globs, Growth, OneGlob, Percent, Ratio, Schemas, Text, wrong
from imgscope.gate.model import Level
from imgscope.gate.values import Allowance

Layers = fields.Layers


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        alias_generator=_kebab,
    )


class Ignore(_Model):
    """Paths that do not count, and why; they stay visible."""

    path: OneGlob
    reason: Text
    expires: Day | None = Field(None, description="The last day on which it holds.")


class RuleSettings(_Model):
    """What every rule may say beside its limit."""

    scalar: ClassVar[Schemas] = []
    """What the rule may be written as instead of a table."""
    main: ClassVar[str] = ""
    """The key that a rule has nothing to judge by without; empty where it needs none."""
    has_default: ClassVar[bool] = False
    """Whether one of these rules may leave that out, as there is a default."""

    level: Level = Field(Level.ERROR, description="What a violation means.")
    message: str = Field("", description="What people are told of a violation.")
    layers: Layers | None = Field(
        None, description="The layers that count: all where nothing is said, or the own ones where a base is named."
    )

    @classmethod
    def table_of(cls, data: Any) -> dict[str, Any]:
        """A rule as it is written → its table: a limit alone is just that; ``"off"`` and ``false`` switch it off."""
        if isinstance(data, dict):
            return data
        if data is False or (isinstance(data, str) and data.strip().lower() in fields.OFF):
            return {"level": Level.OFF}
        return cls._on(data)

    @classmethod
    def _on(cls, data: Any) -> dict[str, Any]:
        return {cls.main: data}

    @model_validator(mode="before")
    @classmethod
    def _from_scalar(cls, data: Any) -> Any:
        return data if isinstance(data, cls) else cls.table_of(data)

    @model_validator(mode="after")
    def _needs_something_to_judge_by(self) -> RuleSettings:
        if self.level is not Level.OFF and self.main and getattr(self, self.main) in (None, ()):
            raise wrong(f"it has no {self.main}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        table = handler(core)
        if cls.main and not cls.has_default:
            off = {"required": ["level"], "properties": {"level": {"const": "off"}}}
            table["anyOf"] = [{"required": [cls.main]}, off]
        return {"anyOf": [*cls.scalar, table]}


class PathRule(RuleSettings):
    """A rule that looks at paths: at all, or those that fit; globs as in .gitignore, ``!`` leaves out again."""

    paths: Globs = ()
    ignore: tuple[Ignore, ...] = ()


class BytesRule(PathRule):
    """A number of bytes."""

    scalar: ClassVar[Schemas] = [*fields.BYTES, *fields.SWITCHED_OFF]
    main: ClassVar[str] = "limit"
    limit: Bytes | None = None


class SizeRule(RuleSettings):
    """A number of bytes, of something that has no path."""

    scalar: ClassVar[Schemas] = [*fields.BYTES, *fields.SWITCHED_OFF]
    main: ClassVar[str] = "limit"
    limit: Bytes | None = None


class LayerRule(BytesRule):
    """A number of bytes in each layer: those it carries for nothing, those it turned into waste, or either."""

    of: Literal["either", "carried", "caused"] = "either"


class PercentRule(PathRule):
    """A percentage, which is not judged while the waste is below ``min-bytes``."""

    scalar: ClassVar[Schemas] = [*fields.PERCENT, *fields.SWITCHED_OFF]
    main: ClassVar[str] = "limit"
    has_default: ClassVar[bool] = True
    limit: Percent | None = None
    of: Literal["image", "own"] = "image"
    min_bytes: Bytes | None = None

    @model_validator(mode="after")
    def _is_part_of_a_whole(self) -> PercentRule:
        """Of an image there is at most all to be wasted; some layers can turn more into waste than they hold."""
        if self.of == "own" and self.layers is not None:
            raise wrong("it looks at the own layers, and can be given no others")
        if self.of == "image" and self.layers is None and self.limit is not None and self.limit > 100:
            raise wrong("a percentage of the image is at most 100")
        return self


class OwnPercentRule(PercentRule):
    """The same, always of the layers above the base."""

    has_default: ClassVar[bool] = False
    of: Literal["own"] = "own"


class RatioRule(PathRule):
    """A part of 1, which is not judged while the waste is below ``min-bytes``."""

    scalar: ClassVar[Schemas] = [*fields.RATIO, *fields.SWITCHED_OFF]
    main: ClassVar[str] = "limit"
    has_default: ClassVar[bool] = True
    limit: Ratio | None = None
    min_bytes: Bytes | None = None


class CountRule(RuleSettings):
    """A number of things."""

    scalar: ClassVar[Schemas] = [*fields.COUNT, *fields.SWITCHED_OFF]
    main: ClassVar[str] = "limit"
    limit: Count | None = None


class OnOff(RuleSettings):
    """On or off."""

    scalar: ClassVar[Schemas] = [*fields.SWITCH, *fields.SWITCHED_OFF]

    @classmethod
    def _on(cls, data: Any) -> dict[str, Any]:
        if data is True:
            return {}
        raise wrong("it takes true or false, or a table")


class SwitchRule(OnOff, PathRule):
    """On or off; ``paths`` chooses what it looks at."""


class IntegrityRule(OnOff):
    """On or off, for the whole image."""

    @model_validator(mode="after")
    def _is_of_the_whole(self) -> IntegrityRule:
        if self.layers is not None:
            raise wrong("it looks at the whole image, not at layers")
        return self


class GlobsRule(PathRule):
    """Paths that must not be there: in the final filesystem, or in any layer."""

    scalar: ClassVar[Schemas] = [*fields.GLOBS, *fields.SWITCHED_OFF]
    main: ClassVar[str] = "paths"
    paths: Globs = Field((), min_length=1)
    where: Literal["final", "any"] = Field("final", alias="in")

    @classmethod
    def _on(cls, data: Any) -> dict[str, Any]:
        return {"paths": [data] if isinstance(data, str) else data}


class Budget(BytesRule):
    """What some paths may waste together, or take in the final filesystem."""

    scalar: ClassVar[Schemas] = fields.BUDGET
    paths: Globs = Field(min_length=1)
    of: Literal["wasted", "size"] = "wasted"

    @classmethod
    def table_of(cls, data: Any) -> dict[str, Any]:
        """``GLOB=SIZE``, as on the command line, → its table."""
        if isinstance(data, dict):
            return data
        glob, equals, limit = data.rpartition("=") if isinstance(data, str) else ("", "", "")
        if not equals or not glob:
            raise wrong("a budget is a table, or written as GLOB=SIZE")
        return {"paths": [glob], "limit": limit}


class GrowthRule(RuleSettings):
    """How much a number may grow against the baseline; of several limits all hold."""

    scalar: ClassVar[Schemas] = [*fields.GROWTH, *fields.SWITCHED_OFF]
    main: ClassVar[str] = "limit"
    limit: Growth = None

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """The limits, read."""
        return self.limit or ()


class GateSettings(_Model):
    """The table ``[gate]``. A rule that is None is not configured."""

    max_wasted_bytes: BytesRule | None = None
    max_wasted_stored_bytes: BytesRule | None = None
    max_wasted_percent: PercentRule | None = None
    max_wasted_percent_own: OwnPercentRule | None = None
    min_efficiency: RatioRule | None = None
    max_layer_wasted_bytes: LayerRule | None = None
    max_file_wasted_bytes: BytesRule | None = None
    path_budget: tuple[Budget, ...] = ()
    max_image_size: SizeRule | None = None
    max_image_stored_size: SizeRule | None = None
    max_layer_size: SizeRule | None = None
    max_layer_stored_size: SizeRule | None = None
    max_layers: CountRule | None = None
    max_empty_layers: CountRule | None = None
    max_files: CountRule | None = None
    forbidden_path: GlobsRule | None = None
    deleted_but_shipped: GlobsRule | None = None
    suid_sgid: SwitchRule | None = None
    world_writable: SwitchRule | None = None
    secret_name: SwitchRule | None = None
    metadata_only_copy: BytesRule | None = None
    duplicate_content: BytesRule | None = None
    growth_wasted: GrowthRule | None = None
    growth_size: GrowthRule | None = None
    growth_files: GrowthRule | None = None
    no_new_waste: SwitchRule | None = None
    integrity: IntegrityRule | None = None

    min_bytes: Bytes = Field(0, description="Floor of all percentages and ratios that have none of their own.")
    ignore: tuple[Ignore, ...] = Field(
        (), description="Paths that do not count; growth compares whole images, and takes no notice."
    )
    base: Base | None = Field(None, description="Another archive, a number of layers, a digest, or auto.")
    baseline: str | None = Field(None, description="What growth and new waste are measured against.")
    baseline_strict: StrictBool = Field(False, description="Whether the baseline may list no waste that is gone.")

    @model_validator(mode="before")
    @classmethod
    def _without_table_of_growth(cls, data: Any) -> Any:
        return spread(data) if isinstance(data, dict) else data

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        table = handler(core)
        limits = {key: {"anyOf": [*fields.GROWTH, *fields.SWITCHED_OFF]} for key in ("wasted", "size", "files")}
        others = {"baseline": {"type": "string"}, "message": {"type": "string"}, "level": {"enum": list(Level)}}
        table["properties"]["growth"] = {
            "description": "Growth of several numbers in one table.",
            "type": "object",
            "properties": limits | others,
            "additionalProperties": False,
        }
        return table


def spread(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table ``growth`` (``wasted``, ``size``, ``files``, ``baseline``) as the rules and the setting it stands for.

    ``level`` and ``message`` in it are those of each rule. What is written by its own name as well stays as it is.
    """
    rest = dict(table)
    if not isinstance(table.get("growth"), dict):
        return rest
    growth = dict(rest.pop("growth"))
    shared = {key: growth.pop(key) for key in ("level", "message") if key in growth}
    if "baseline" in growth:
        rest.setdefault("baseline", growth.pop("baseline"))
    for key, value in growth.items():
        rest.setdefault(f"growth-{key}", shared | GrowthRule.table_of(value))
    return rest
