"""What rules about places have in common: they tell of what is wasted there, and of what is there in the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from imgscope.advice.facts import Facts, Live, Wasted
from imgscope.advice.model import Confidence, Finding, Group, Place, Rule
from imgscope.advice.words import files_said, layers_said, sentence, travels

LESS = {
    Confidence.HIGH: Confidence.MEDIUM,
    Confidence.MEDIUM: Confidence.LOW,
    Confidence.LOW: Confidence.LOW,
}
"""What is left of it where somebody else would have to do something."""

KEPT_BY_BASE = "Leave it, or start from a smaller base: what a base brought cannot be taken out by a later layer"


class PlacedRule(Rule):
    """A rule that says of each of its places what is wasted, and what stands there."""

    fix: str = ""
    """What helps against all of them."""

    together = False
    """Whether places of equal confidence are told of in one finding."""

    def find(self, facts: Facts) -> Iterator[Finding]:
        """Two findings a place at most, and two more of what came with the base."""
        for place in self.places:
            wasted = [group for group in facts.wasted(self) if group.place is place]
            for base in (False, True):
                some = [group for group in wasted if (group.layer < facts.base <= group.hidden_by) is base]
                if some:
                    yield self._wasted(facts, place, some, base=base)
        yield from self.find_live(facts)

    def find_live(self, facts: Facts) -> Iterator[Finding]:
        """Of what stands at the places in the end."""
        for places in self._told_at_once():
            live = [group for group in facts.live(self) if group.place in places and group.bytes]
            for own in (True, False):
                some = [group for group in live if (group.layer >= facts.base) is own]
                if some:
                    yield self._live(facts, some, own=own)

    def _told_at_once(self) -> list[list[Place]]:
        if not self.together:
            return [[place] for place in self.places]
        return [some for sure in Confidence if (some := [one for one in self.places if one.confidence is sure])]

    def _wasted(self, facts: Facts, place: Place, groups: Sequence[Wasted], *, base: bool) -> Finding:
        carried = _by_layer(groups)
        hidden = {group.hidden_by for group in groups}
        sure = Confidence.HIGH if max(hidden) >= facts.base else Confidence.MEDIUM
        files = sum(group.files for group in groups)
        return Finding(
            id=self.id,
            title=f"{place.what}, gone again",
            cause=f"{sentence(layers_said(carried))} wrote {place.what}, and {layers_said(hidden)} deleted or replaced "
            f"{files_said(files)} of that: {travels(files)} all the same",
            fix=KEPT_BY_BASE if base else place.fix or self.fix,
            group=Group.WASTE,
            confidence=Confidence.LOW if base else sure,
            layer=_most(carried),
            bytes=sum(group.bytes for group in groups),
            stored_bytes=sum(group.stored_bytes for group in groups),
            files=files,
            top=partial(facts.top_wasted, groups),
        )

    def _live(self, facts: Facts, groups: Sequence[Live], *, own: bool) -> Finding:
        carried, files = _by_origin(facts, groups), sum(group.files for group in groups)
        what, place = _named(groups), groups[0].place
        said, one = sentence(layers_said(carried)), len(carried) == 1
        if own:
            cause = f"{said} left {what}: {files_said(files)}"
        else:
            cause = f"{said}, the base's, {'holds' if one else 'hold'} {what}: {files_said(files)}"
        return Finding(
            id=self.id,
            title=what,
            cause=cause,
            fix=place.fix or self.fix,
            group=Group.CONTENTS,
            confidence=place.confidence if own else LESS[place.confidence],
            layer=_most(carried),
            bytes=sum(group.bytes for group in groups),
            stored_bytes=sum(group.stored_bytes for group in groups),
            files=files,
            top=partial(facts.top_live, groups),
        )


def _named(groups: Sequence[Live]) -> str:
    """Places as a sentence has them, the largest first: ``compilers, git and headers``."""
    size: Counter[str] = Counter()
    for group in groups:
        size[group.place.what] += group.bytes
    *names, last = [what for what, _ in size.most_common()]
    return f"{', '.join(names)} and {last}" if names else last


def _most(carried: Counter[int]) -> int:
    """The layer that carries most."""
    return max(carried, key=lambda layer: (carried[layer], -layer))


def _by_layer(groups: Sequence[Wasted]) -> Counter[int]:
    """Bytes by the layer that carries them."""
    carried: Counter[int] = Counter()
    for group in groups:
        carried[group.layer] += group.bytes
    return carried


def _by_origin(facts: Facts, groups: Sequence[Live]) -> Counter[int]:
    """Bytes by the layer that brought them, even if another carries them since it changed their mode or owner."""
    carried: Counter[int] = Counter()
    for group in groups:
        for origin, size in zip(facts.origins(group.spots, group.layer), group.spots.values(), strict=True):
            carried[origin] += size
    return carried


def by_culprit(groups: Sequence[Wasted]) -> list[tuple[int, list[Wasted]]]:
    """Waste by the layer that hid it, in order of layers."""
    found: defaultdict[int, list[Wasted]] = defaultdict(list)
    for group in groups:
        found[group.hidden_by].append(group)
    return sorted(found.items())
