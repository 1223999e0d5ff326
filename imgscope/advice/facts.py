"""Facts: what rules may ask of an image. Each is found out once, when the first rule asks, and shared by all.

An image has half a million entries and dozens of rules: none walks over all paths itself.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, compress
from typing import NamedTuple

from imgscope.advice.model import Confidence, Named, Place, Rule
from imgscope.advice.places import Spots, file_names, find_spots, nodes_named
from imgscope.advice.spread import largest
from imgscope.analysis.base import base_of, runs_nothing
from imgscope.analysis.duplicates import Duplicate
from imgscope.analysis.model import Analysis
from imgscope.analysis.secret_names import ENDS, STARTS, WHOLE, likely_names, names_like
from imgscope.compression import Codec
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, ROOT
from imgscope.image.masking import masked
from imgscope.image.model import Image
from imgscope.tar import typeflag

_AT_ONCE = 1 << 16
"""Paths whose names are looked at together: of a million at once, all different, a set alone takes 64 MiB."""
_LOOKED_INTO = 1000
"""Paths of a layer whose origin is found out; an image may have been made to have a million of them."""


@dataclass(frozen=True, slots=True)
class Wasted:
    """Bodies that one layer carries and one layer hid, and that one rule answers for."""

    place: Place | None
    """None: the rule has them for their cause."""
    layer: int
    hidden_by: int
    bytes: int
    stored_bytes: int
    entries: list[int]
    largest: int
    """The entry of the largest."""

    @property
    def files(self) -> int:
        """How many bodies they are."""
        return len(self.entries)


@dataclass(frozen=True, slots=True)
class Live:
    """Bodies of the final filesystem at a place that would be gone without it."""

    place: Place
    layer: int
    """That wrote them."""
    bytes: int
    stored_bytes: int
    files: int
    spots: Mapping[int, int]
    """Bytes by the directory, or file, that fits the place."""


class Moded(NamedTuple):
    """A path of the final filesystem with a mode worth a look."""

    node: int
    kind: int
    mode: int
    uid: int
    gid: int
    layer: int


class _Copied(NamedTuple):
    """Paths and spots of one layer that another copied."""

    layer: int
    hidden_by: int
    nodes: set[int]
    spots: set[int]

    def has(self, node: int, spot: int) -> bool:
        """Whether a path is among them, or something in its spot."""
        return node in self.nodes or spot in self.spots


@dataclass(repr=False)
class Facts:
    """An image as rules look at it. ``rules`` are all that will ask: they say which places matter."""

    image: Image
    filesystem: FileSystem
    analysis: Analysis
    rules: Sequence[Rule] = ()
    codecs: Sequence[Codec] = ()
    """How each layer is stored."""
    flavour: str = ""
    """The form that the image was saved in: ``oci-archive``."""
    duplicates: Sequence[Duplicate] | None = None
    """Live files of equal content; None where nobody asked, since they have to be read."""

    @cached_property
    def instructions(self) -> tuple[str, ...]:
        """By layer: what made it, without values of secrets; empty where there is no history."""
        return tuple(map(masked, self.image.instructions))

    def instruction(self, layer: int | None) -> str:
        """What made a layer; empty for none."""
        return "" if layer is None else self.instructions[layer]

    @cached_property
    def base(self) -> int:
        """How many of the lowest layers seem to be the base's."""
        return base_of(self.image, self.filesystem).layers

    @cached_property
    def runs_nothing(self) -> bool:
        """Whether the image starts a shell or nothing."""
        return runs_nothing(self.image)

    def wasted(self, rule: Rule) -> list[Wasted]:
        """What is wasted and that rule answers for: at its places, and for its causes. No other rule gets the same."""
        return self._wasted.get(rule.id, [])

    def live(self, rule: Rule) -> list[Live]:
        """What stands at a rule's places in the end, by place and layer; what also stands elsewhere is left out."""
        return self._live.get(rule.id, [])

    def taken_place_of(self, entry: int, hidden_by: int) -> int:
        """The inode that replaced a hidden one; ``hidden_by`` is the layer that brought it."""
        hidden = self.filesystem.hidden
        start = bisect_left(hidden.layer, hidden_by)
        return hidden.copy[hidden.entry.index(entry, start)]

    def origins(self, nodes: Iterable[int], layer: int) -> list[int]:
        """By node: the layer that brought a file or a spot that another only copied, to change its mode or owner.

        Only the first thousand are looked into.
        """
        return [self._origin(node, layer) if at < _LOOKED_INTO else layer for at, node in enumerate(nodes)]

    def _origin(self, node: int, layer: int) -> int:
        spot = self._spots.of[node]
        while sources := [one.layer for one in self._copied if one.hidden_by == layer and one.has(node, spot)]:
            layer = min(sources)
        return layer

    @cached_property
    def _copied(self) -> list[_Copied]:
        """What was copied to change only metadata."""
        fs, of = self.filesystem, self._spots.of
        rule, _ = self._answers[len(self._places) + Cause.METADATA_ONLY]
        found = []
        for group in self._wasted.get(rule, ()):
            if group.place is None:
                nodes = set(map(fs.node_of.__getitem__, group.entries)) - {NONE}
                above = set(map(fs.rootfs.parent.__getitem__, nodes))
                spots = {*map(of.__getitem__, nodes), *map(of.__getitem__, above)} - {0}
                found.append(_Copied(group.layer, group.hidden_by, nodes, spots))
        return found

    def top_wasted(self, groups: Iterable[Wasted]) -> list[Named]:
        """Where bodies are that are wasted."""
        fs = self.filesystem
        entries = list(chain.from_iterable(group.entries for group in groups))
        return largest(fs.rootfs, [(_known(fs.node_of[entry]), fs.stored(entry)) for entry in entries])

    def top_live(self, groups: Iterable[Live]) -> list[Named]:
        """Where the places are that hold most."""
        return largest(self.filesystem.rootfs, list(chain.from_iterable(group.spots.items() for group in groups)))

    def nodes_named(self, names: Iterable[bytes]) -> list[int]:
        """All paths, live or not, whose last part is one of some names."""
        return nodes_named(self.filesystem.rootfs, names)

    @cached_property
    def likely_secrets(self) -> list[int]:
        """Paths, live or not, whose last part could be a secret's."""
        name = self.filesystem.rootfs.name
        likely = likely_names({name[node] for node in self._notable})
        return [node for node in self._notable if name[node] in likely]

    @cached_property
    def _notable(self) -> list[int]:
        """Paths with a name that some rule looks for. Of so many paths at once each distinct name is looked at once."""
        whole, ends = file_names(self._all_places)
        names, found = self.filesystem.rootfs.name, set[bytes]()
        for start in range(0, len(names), _AT_ONCE):
            found.update(names_like(set(names[start : start + _AT_ONCE]), whole | WHOLE, ends + ENDS, STARTS))
        return self.nodes_named(found)

    @cached_property
    def _all_places(self) -> list[Place]:
        return [place for _, place in self._places]

    def is_placed(self, node: int) -> bool:
        """Whether some rule answers for a path for its place."""
        of = self._spots.of
        return bool(of[node] or of[self.filesystem.rootfs.parent[node]])

    def share(self, layer: int, size: int) -> int:
        """What bytes of a layer take as it is stored."""
        account = self.analysis.layers[layer]
        return size * self.image.layers[layer].stored_bytes // account.tar_bytes if account.tar_bytes else 0

    @cached_property
    def modes(self) -> list[Moded]:
        """Files and directories of the final filesystem that are setuid, setgid, or open to everyone to write."""
        fs, found = self.filesystem, []
        for layer, table in enumerate(fs.tables):
            odd = frozenset() if table is None else {at for at, mode in enumerate(table.mode) if mode & 0o6002}
            if table is None or not odd:
                continue
            # Symlinks have all bits set and mean nothing by it.
            rows = [row for row, at in enumerate(table.permission) if at in odd and table.type[row] != typeflag.SYMLINK]
            for row in rows:
                entry = fs.first[layer] + row
                node = fs.node_of[entry]
                if node != NONE and fs.rootfs.inode[node] == entry and fs.rootfs.kind[node] in (FILE, DIRECTORY):
                    found.append(Moded(node, fs.rootfs.kind[node], *table.permissions(row), layer))
        return found

    @cached_property
    def _places(self) -> list[tuple[str, Place]]:
        """All places, each with the rule that answers for it."""
        return [(rule.id, place) for rule in self.rules for place in getattr(rule, "places", ())]

    @cached_property
    def _spots(self) -> Spots:
        return find_spots(self.filesystem.rootfs, self._all_places, self._notable)

    @cached_property
    def _wasted(self) -> dict[str, list[Wasted]]:
        """By rule. Copies that differ in mode, owner or time only are wasted for that, wherever they are."""
        layers, found = len(self.image.layers), defaultdict[str, list[Wasted]](list)
        for key, entries in self._hidden().items():
            (whose, hidden_by), layer = divmod(key // layers, layers), key % layers
            rule, place = self._answers[whose]
            sizes = self._sizes(layer, entries)
            if any(sizes):
                largest = entries[sizes.index(max(sizes))]
                stored, tar = self.image.layers[layer].stored_bytes, self.analysis.layers[layer].tar_bytes
                stored_bytes = sum(sizes) if stored == tar else sum([size * stored // tar for size in sizes])
                some = list(compress(entries, sizes))
                found[rule].append(Wasted(place, layer, hidden_by, sum(sizes), stored_bytes, some, largest))
        return dict(found)

    def _hidden(self) -> dict[int, list[int]]:
        """Hidden bodies by a number made of who answers, the layer that hid them, and their own."""
        hidden, layers = self.filesystem.hidden, len(self.image.layers)
        found: defaultdict[int, list[int]] = defaultdict(list)
        together: defaultdict[int, list[int]] = defaultdict(list)
        start = 0
        while start < len(hidden):  # layers hid bodies one after the other
            hidden_by = hidden.layer[start]
            end = bisect_right(hidden.layer, hidden_by, start)
            entries, causes = hidden.entry[start:end], hidden.cause[start:end]
            for cause in set(causes):
                together[hidden_by * len(Cause) + cause] += compress(entries, map(cause.__eq__, causes))
            start = end
        for number, some in together.items():
            hidden_by, cause = divmod(number, len(Cause))
            some.sort()
            for layer, sliced in self._sliced(some):
                for whose, bodies in self._by_answer(cause, sliced):
                    found[(whose * layers + hidden_by) * layers + layer] += bodies
        return found

    def _by_answer(self, cause: int, entries: Sequence[int]) -> Iterable[tuple[int, Sequence[int]]]:
        """Bodies by the number of their place, or behind those of all places the cause's."""
        fs, of, spots = self.filesystem, self._spots.of, self._spots.spots
        rest = len(self._places) + cause
        nodes = [fs.node_of[entry] for entry in entries]
        if cause == Cause.METADATA_ONLY or NONE in nodes:
            return [(rest, entries)]
        numbers = [
            of[node] or of[above] for node, above in zip(nodes, map(fs.rootfs.parent.__getitem__, nodes), strict=True)
        ]
        if not any(numbers):
            return [(rest, entries)]
        found: defaultdict[int, list[int]] = defaultdict(list)
        takes = self._disposable if cause == Cause.OVERWRITTEN else None
        for entry, number in zip(entries, numbers, strict=True):
            place = spots[number].place
            found[place if number and (takes is None or takes[place]) else rest].append(entry)
        return found.items()

    @cached_property
    def _disposable(self) -> list[bool]:
        """By place: whether nobody needs what is there, so that of what was written again no version has to travel."""
        return [place.confidence is Confidence.HIGH for _, place in self._places]

    @cached_property
    def _answers(self) -> list[tuple[str, Place | None]]:
        """Rules by number of their place, and behind those by number of their cause; nobody's is empty."""
        causes = {cause: rule.id for rule in reversed(self.rules) for cause in getattr(rule, "causes", ())}
        return [*self._places, *((causes.get(cause, ""), None) for cause in Cause)]

    @cached_property
    def _live(self) -> dict[str, list[Live]]:
        """By rule."""
        found: defaultdict[str, list[Live]] = defaultdict(list)
        for number, entries in self._bodies().items():
            rule, place = self._places[number]
            found[rule] += self._by_layer(place, entries)
        return dict(found)

    def _bodies(self) -> dict[int, list[tuple[int, list[int]]]]:
        """By place: each directory's or file's spot, and the live bodies directly in it that all their links are in."""
        fs, spots = self.filesystem, self._spots
        kind, inode, links, children = fs.rootfs.kind, fs.rootfs.inode, fs.links, fs.rootfs.children
        found: defaultdict[int, list[tuple[int, list[int]]]] = defaultdict(list)
        linked: Counter[tuple[int, int]] = Counter()
        for top in chain(spots.directories, spots.files):
            number = spots.of[top]
            place = spots.spots[number].place
            nodes: Iterable[int] = children[top].values() if top in children else (top,)
            keep = self._places[place][1].keep
            if keep and top in children:
                nodes = [node for name, node in children[top].items() if name not in keep]
            bodies = [inode[node] for node in nodes if kind[node] == FILE]
            if not bodies:
                continue
            if max(map(links.__getitem__, bodies)) > 1:
                linked.update((place, body) for body in bodies if links[body] > 1)
                bodies = [body for body in bodies if links[body] == 1 or linked[place, body] == links[body]]
                bodies = list(dict.fromkeys(bodies))
            found[place].append((number, bodies))
        return found

    def _by_layer(self, place: Place, bodies: Iterable[tuple[int, list[int]]]) -> list[Live]:
        """The bodies of a place, added up by the layer that carries them."""
        size: Counter[int] = Counter()
        files: Counter[int] = Counter()
        by_spot: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for number, entries in bodies:
            entries.sort()
            for layer, some in self._sliced(entries):
                here = sum(self._sizes(layer, some))
                size[layer] += here
                files[layer] += len(some)
                by_spot[layer][self._spots.spots[number].node] += here
        return [
            Live(place, layer, size[layer], self.share(layer, size[layer]), files[layer], by_spot[layer])
            for layer in sorted(size)
        ]

    def _sliced(self, entries: Sequence[int]) -> Iterable[tuple[int, Sequence[int]]]:
        """Entries in order, by layer."""
        first, start = self.filesystem.first, 0
        while start < len(entries):
            layer = bisect_right(first, entries[start]) - 1
            end = bisect_left(entries, first[layer + 1], start)
            yield layer, entries[start:end]
            start = end

    def _sizes(self, layer: int, entries: Sequence[int]) -> list[int]:
        """Bytes of bodies in a layer; none where it could not be read."""
        fs = self.filesystem
        table, first = fs.tables[layer], fs.first[layer]
        if table is None:
            return []
        if table.sparse:
            return [table.stored(entry - first) for entry in entries]
        size = table.size
        return [size[entry - first] for entry in entries]


def _known(node: int) -> int:
    return ROOT if node == NONE else node
