"""Context: what a rule is judged in, and the few steps that all rules take."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol

from imgscope.analysis.duplicates import Duplicate
from imgscope.analysis.model import Waste
from imgscope.errors import SettingsError
from imgscope.gate.baseline import Snapshot, snapshot
from imgscope.gate.ignoring import Ignores, globs
from imgscope.gate.model import Finding, Ignored, Level, Number, Outcome, State, Unit
from imgscope.gate.settings import GateSettings, Layers, PathRule, RuleSettings
from imgscope.gate.subject import Subject

_NAMED = 8
SHOWN = 100
"""Findings kept of one rule; how many there were is told beside."""


class Counts(Protocol):
    """Whether a path counts."""

    def __call__(self, path: bytes, size: int, entry: int = 0) -> bool:
        """``size`` and ``entry`` are of the body in question: a path may have several."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What some rules need beside the image itself."""

    today: date
    """Ignores expire by it."""
    before: Snapshot | None = None
    before_name: str = ""
    """Where the baseline is from."""
    first: bool = False
    """Whether the baseline is only being written, so that there is nothing to measure against."""
    duplicates: Sequence[Duplicate] = ()


@dataclass(repr=False)
class Context:
    """An image, the settings, and what came of the ignores so far."""

    subject: Subject
    settings: GateSettings
    evidence: Evidence
    origins: Mapping[str, str] = field(default_factory=dict)
    _rule_ignores: list[Ignores] = field(default_factory=list)

    @cached_property
    def ignores(self) -> Ignores:
        """The ignores that hold for all rules."""
        return Ignores(self.settings.ignore, self.evidence.today)

    @cached_property
    def waste(self) -> list[Waste]:
        """All waste that no ignore of all rules leaves out, largest first."""
        rows = self.subject.analysis.waste
        if not self.ignores:
            return list(rows)
        return [row for row in rows if not self.ignores.cover(row.path, row.bytes, row.entry)]

    @cached_property
    def after(self) -> Snapshot:
        """The image as a baseline would have it."""
        return snapshot(self.subject)

    @property
    def told(self) -> tuple[Ignored, ...]:
        """What all ignores came to."""
        every = [self.ignores, *self._rule_ignores]
        return tuple(ignored for ignores in every for ignored in ignores.told())

    def layers(self, choice: Layers | None) -> Collection[int]:
        """The layers a rule looks at: where nothing is said all, or the own ones if a base is named."""
        every = range(len(self.subject.image.layers))
        if choice is None:
            choice = "all" if self.subject.base is None else "own"
        if choice == "all":
            return every
        if choice == "own":
            return self.subject.own
        if choice == "base":
            return range(self.subject.own.start)
        if isinstance(choice, int):
            # An image with fewer layers has nothing there that could be too much.
            return every[choice : choice + 1]
        image = self.subject.image
        named = {one.index for one in image.layers if choice in (one.digest, one.diff_id, one.chain_id)}
        if not named:
            hint = "imgscope layers lists them; a number stays the same when the image is built again"
            raise SettingsError(f"layers: no layer has the digest {choice}", hint=hint)
        return named

    def chooser(self, id_: str, rule: PathRule) -> Counts:
        """Whether a path counts for a rule; what its own ignores leave out is remembered."""
        wanted = globs(rule.paths, f"{id_}.paths") if rule.paths else None
        ignores = Ignores(rule.ignore, self.evidence.today, id_)
        if ignores:
            self._rule_ignores.append(ignores)

        def counts(path: bytes, size: int, entry: int = 0) -> bool:
            return (wanted is None or wanted(path)) and not (ignores and ignores.cover(path, size, entry))

        return counts

    def wasted(self, id_: str, rule: PathRule, layers: Collection[int] | None = None) -> list[Waste]:
        """The waste that counts for a rule: it belongs to the layer that caused it, not to the one that carries it."""
        counts = self.chooser(id_, rule)
        chosen = self.layers(rule.layers) if layers is None else layers
        return [row for row in self.waste if row.hidden_by in chosen and counts(row.path, row.bytes, row.entry)]

    def finding(self, row: Waste) -> Finding:
        """A row of waste as a finding."""
        return Finding(
            row.path, row.bytes, row.layer, row.hidden_by, self.subject.instruction(row.hidden_by), row.cause
        )

    def outcome(
        self,
        id_: str,
        rule: RuleSettings,
        unit: Unit,
        value: Number | None,
        findings: Iterable[Finding] | Iterable[Waste] = (),
        *,
        found: int | None = None,
        limit: Number = 0,
        least: bool = False,
        name: str = "",
        note: str = "",
        judged: bool = True,
    ) -> Outcome:
        """A rule, judged: the limit is the most (``least``: the least) that passes.

        ``found``: how many findings there are, where not all are given.
        """
        passes = value is not None and (value >= limit if least else value <= limit)
        every: list[Finding | Waste] = list(findings)
        return Outcome(
            id=id_,
            level=rule.level,
            state=State.PASSED if passes or not judged else State.FAILED,
            unit=unit,
            limit=limit,
            value=value,
            findings=tuple(self._shown(every)),
            found=len(every) if found is None else found,
            name=name,
            message=rule.message,
            note=note,
            origin=self.origin(id_),
        )

    def origin(self, id_: str) -> str:
        """Where a rule's limit comes from."""
        return self.origins.get(f"{id_}.limit") or self.origins.get(id_, "")

    def off(self, id_: str, rule: RuleSettings, unit: Unit, note: str = "", name: str = "") -> Outcome:
        """A rule that is switched off, or that there is nothing to judge by."""
        origin = self.origin(id_)
        return Outcome(id_, rule.level, State.SKIPPED, unit, None, None, name=name, note=note, origin=origin)

    def need_baseline(self, id_: str) -> Snapshot:
        """The baseline. Raises SettingsError where none is named."""
        if self.evidence.before is None:
            raise SettingsError(f"{id_} needs a baseline", hint="name one with --baseline, or write --write-baseline")
        return self.evidence.before

    def _shown(self, found: Sequence[Finding | Waste]) -> Iterator[Finding]:
        for item in found[:SHOWN]:
            yield item if isinstance(item, Finding) else self.finding(item)


def is_off(rule: RuleSettings) -> bool:
    """Whether a rule is switched off."""
    return rule.level is Level.OFF


def counted_layers(layers: Collection[int]) -> str:
    """Layers as people say them: ``layers 2 to 7``."""
    numbers = sorted(layers)
    if not numbers:
        return "no layers"
    if len(numbers) == 1:
        return f"layer {numbers[0]}"
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"layers {numbers[0]} to {numbers[-1]}"
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return f"layers {', '.join(map(str, numbers[:_NAMED]))}{more}"
