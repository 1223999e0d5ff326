"""Two sides → all in which they differ, and whether that counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from imgscope.analysis.growth import Delta, deltas, directory_name, lasting_names, wasted_name
from imgscope.difference.config import Change, changes, other_facts
from imgscope.difference.model import Paths
from imgscope.difference.packages import PackageGrowth, package_growth
from imgscope.difference.side import TOTALS, LayerFacts, Side

T = TypeVar("T")
R = TypeVar("R")
_NO_MATTER = frozenset(("stored_bytes", "layers"))


@dataclass(frozen=True, slots=True)
class LayerPair:
    """A layer and what became of it; None where one side has none of the kind."""

    instruction: str
    before: int | None
    after: int | None
    before_bytes: int | None
    after_bytes: int | None
    same: bool
    """Whether both have one diff_id."""

    @property
    def grown(self) -> int:
        """How much more content there is."""
        return (self.after_bytes or 0) - (self.before_bytes or 0)


@dataclass(frozen=True, slots=True, repr=False)
class Difference:
    """All in which two sides differ; None where it could not be compared."""

    before: Side
    after: Side
    paths: Paths | None
    settings: tuple[Change, ...] | None
    facts: tuple[Change, ...]
    """What never counts."""
    totals: tuple[Delta, ...]
    """All that both know, in the order of ``TOTALS``."""
    layers: tuple[LayerPair, ...] | None
    """In the order of ``after``, what only ``before`` has where it stood."""
    directories: tuple[Delta, ...] | None
    waste: tuple[Delta, ...] | None
    packages: PackageGrowth | None

    @property
    def complete(self) -> bool:
        """Whether both sides could be read in full."""
        packages = self.packages is None or self.packages.complete
        return self.before.complete and self.after.complete and packages

    @property
    def different(self) -> bool:
        """Whether something differs that counts: paths, or what the image runs as.

        Where paths are not known, layers, totals and waste stand for them.
        """
        if self.settings or (self.paths is not None and self.paths.rows):
            return True
        return self.paths is None and self._numbers_differ()

    def _numbers_differ(self) -> bool:
        by_id = all(side.layers and all(one.diff_id for one in side.layers) for side in (self.before, self.after))
        layers = [pair for pair in self.layers or () if not pair.same]
        changed = [pair for pair in layers if by_id or pair.before_bytes != pair.after_bytes]
        counted = [delta for delta in self.totals if delta.grown and delta.name not in _NO_MATTER]
        return bool(changed or counted or self.directories or self.waste)


def difference(before: Side, after: Side, paths: Paths | None, *, settings: bool = True) -> Difference:
    """Compare what both sides know; ``paths`` is the comparison of their filesystems, where there is one."""
    config = _both(before.settings, after.settings, lambda old, new: tuple(changes(old, new)))
    return Difference(
        before=before,
        after=after,
        paths=paths,
        settings=config if settings else None,
        facts=tuple(other_facts(before.facts, after.facts)) if before.facts and after.facts else (),
        totals=tuple(
            Delta(name, before.totals[name], after.totals[name])
            for name in TOTALS
            if name in before.totals and name in after.totals
        ),
        layers=_both(before.layers, after.layers, lambda old, new: tuple(_layers(old, new))),
        directories=_both(before.directories, after.directories, lambda old, new: deltas(old, new, directory_name)),
        waste=_both(before.waste, after.waste, lambda old, new: deltas(old, new, wasted_name)),
        packages=_both(before.packages, after.packages, package_growth),
    )


def _both(before: T | None, after: T | None, compared: Callable[[T, T], R]) -> R | None:
    """What comes of comparing them; None where only one side, or none, knows it."""
    return None if before is None or after is None else compared(before, after)


def _layers(before: Sequence[LayerFacts], after: Sequence[LayerFacts]) -> Iterator[LayerPair]:
    """Match layers of one content first, then those that the same instruction made, in order."""
    partner = _partners(before, after)
    known = set(partner.values())
    left = iter([number for number in range(len(before)) if number not in known])
    lost = next(left, None)
    for number in range(len(after)):
        mine = partner.get(number)
        while mine is not None and lost is not None and lost < mine:
            yield _pair(before, lost, after, None)
            lost = next(left, None)
        yield _pair(before, mine, after, number)
    while lost is not None:
        yield _pair(before, lost, after, None)
        lost = next(left, None)


def _partners(before: Sequence[LayerFacts], after: Sequence[LayerFacts]) -> dict[int, int]:
    """By number of a layer in ``after``: the one in ``before`` that it is matched with."""
    same: defaultdict[str, list[int]] = defaultdict(list)
    for number in reversed(range(len(before))):
        if diff_id := before[number].diff_id:
            same[diff_id].append(number)
    found = {
        number: same[layer.diff_id].pop()
        for number, layer in enumerate(after)
        if layer.diff_id and same.get(layer.diff_id)
    }
    used = set(found.values())
    rest = [number for number in range(len(before)) if number not in used]
    named = dict(zip(lasting_names(before[number].instruction for number in rest), rest, strict=True))
    others = [number for number in range(len(after)) if number not in found]
    for name, number in zip(lasting_names(after[number].instruction for number in others), others, strict=True):
        if name in named:
            found[number] = named[name]
    return found


def _pair(before: Sequence[LayerFacts], one: int | None, after: Sequence[LayerFacts], other: int | None) -> LayerPair:
    mine, theirs = None if one is None else before[one], None if other is None else after[other]
    told = theirs or mine
    return LayerPair(
        instruction=told.instruction if told else "",
        before=one,
        after=other,
        before_bytes=mine and mine.content_bytes,
        after_bytes=theirs and theirs.content_bytes,
        same=bool(mine and theirs and mine.diff_id and mine.diff_id == theirs.diff_id),
    )
