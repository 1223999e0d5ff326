"""The rules there are: those below, and those that other packages offer under the entry point ``imgscope.advice``."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.advice.model import Rule
from imgscope.advice.rules.build_tools import BuildTools
from imgscope.advice.rules.bytecode import Bytecode
from imgscope.advice.rules.compression import Compression
from imgscope.advice.rules.documentation import Documentation
from imgscope.advice.rules.duplicates import Duplicates
from imgscope.advice.rules.labels import Labels
from imgscope.advice.rules.latest_tag import LatestTag
from imgscope.advice.rules.logs_and_temp import LogsAndTemp
from imgscope.advice.rules.metadata_copies import MetadataCopies
from imgscope.advice.rules.overwritten import Overwritten
from imgscope.advice.rules.package_caches import PackageCaches
from imgscope.advice.rules.package_tests import PackageTests
from imgscope.advice.rules.removed_later import RemovedLater
from imgscope.advice.rules.root_user import RootUser
from imgscope.advice.rules.secret_settings import SecretSettings
from imgscope.advice.rules.secrets import Secrets
from imgscope.advice.rules.setuid import Setuid
from imgscope.advice.rules.stored_twice import StoredTwice
from imgscope.advice.rules.tiny_layers import TinyLayers
from imgscope.advice.rules.version_control import VersionControl
from imgscope.advice.rules.world_writable import WorldWritable
from imgscope.image.opened import ImageWarning

RULES: tuple[Rule, ...] = (
    PackageCaches(),
    RemovedLater(),
    MetadataCopies(),
    Overwritten(),
    StoredTwice(),
    VersionControl(),
    LogsAndTemp(),
    BuildTools(),
    Documentation(),
    Bytecode(),
    PackageTests(),
    Duplicates(),
    Secrets(),
    SecretSettings(),
    Setuid(),
    WorldWritable(),
    RootUser(),
    TinyLayers(),
    Compression(),
    Labels(),
    LatestTag(),
)
"""In the order of the catalogue. Where two have the same place, it is the first one's."""
ENTRY_POINT = "imgscope.advice"
"""A package offers rules with ``[project.entry-points."imgscope.advice"]``: ``name = "package.module:RuleClass"``."""


def all_rules() -> tuple[list[Rule], list[ImageWarning]]:
    """Every rule, a team's own first: they know its places best. Of those that cannot be used, why."""
    from importlib.metadata import entry_points

    rules: list[Rule] = []
    warnings: list[ImageWarning] = []
    for point in sorted(entry_points(group=ENTRY_POINT), key=lambda point: point.name):
        try:
            rule = point.load()()
            problem = next(_problems(rule, {one.id for one in (*RULES, *rules)}), "")
        except Exception as error:  # noqa: BLE001 - a module from elsewhere may raise anything
            problem = f"cannot be loaded: {type(error).__name__}: {error}"
        if problem:
            warnings.append(ImageWarning("advice-rule", problem, f"entry point {point.name}"))
        else:
            rules.append(rule)
    return [*rules, *RULES], warnings


def _problems(rule: Rule, taken: set[str]) -> Iterator[str]:
    for name in ("id", "title", "looks_for"):
        if not isinstance(getattr(rule, name, None), str):
            yield f"is no rule: it has no {name}"
    if not callable(getattr(rule, "find", None)):
        yield "is no rule: it has no find"
    if rule.id in taken:
        yield f"there is a rule {rule.id!r} already"
