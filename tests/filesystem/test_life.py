"""The life of a path is what a plain replay of the layers tells of it, with who took it away and how."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings

from imgscope.filesystem.life import Event, Fate, Fates, Lives, Reason, bodies, life
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, SYMLINK
from imgscope.filesystem.timeline import Mark, state_after
from tests.build import E, d, f, h, o, s, w
from tests.filesystem.naive import DIR, Naive, Path, Thing
from tests.tui.making import LAYERS, fs_of, node_at


class Told(Naive):
    """The naive rules, which also remember what the markers of the last layer hid."""

    def __init__(self) -> None:
        super().__init__()
        self.named: set[Path] = set()
        self.whited: set[Path] = set()
        self.emptied: set[Path] = set()
        self.places: list[tuple[Path, Path | None]] = []

    def _hide(
        self, number: int, markers: list[tuple[int, Path, E]], lost: dict[Path, tuple[int, Thing]]
    ) -> tuple[set[Path], set[Path]]:
        found = [(path, self.resolve(path[:-1])) for _, path, _ in markers]
        self.places = [(path[:-1], directory) for path, directory in found]
        self.named = {(*directory, path[-1][4:]) for path, directory in found if directory is not None}
        self.whited, opaque = super()._hide(number, markers, lost)
        self.emptied = set(lost) - self.whited
        return self.whited, opaque

    def moved(self) -> bool:
        """Whether the layer also changed the way to one of its markers; of such a marker no trace is kept."""
        return any(self.resolve(path) != directory or self._is_other(directory) for path, directory in self.places)

    def _is_other(self, directory: Path | None) -> bool:
        return bool(directory) and directory in self.things and self.things[directory].kind != DIR

    def reason(self, path: Path) -> Reason:
        if path in self.whited:
            return Reason.WHITEOUT if path in self.named else Reason.DIRECTORY
        return Reason.OPAQUE if path in self.emptied else Reason.TYPE


def replayed(fs: FileSystem, node: int) -> list[tuple[int, Mark]]:
    """What the states before and after each layer differ in at a path."""
    found = []
    for layer in range(len(fs.tables)):
        before, after = state_after(fs, layer - 1), state_after(fs, layer)
        was, now = before.kind[node], after.kind[node]
        if was and now:
            entries = before.entry[node], after.entry[node]
            same = was == now == DIRECTORY and fs.attributes(entries[0]) == fs.attributes(entries[1])
            if entries[0] != entries[1] and not same:
                found.append((layer, Mark.MODIFIED))
        elif was or now:
            found.append((layer, Mark.ADDED if now else Mark.REMOVED))
    return found


@settings(max_examples=60, deadline=None)
@given(LAYERS)
def test_events_are_those_of_a_plain_replay(layers: list[list[E]]) -> None:
    fs = fs_of(*layers)

    for node in range(1, len(fs.rootfs)):
        events = life(fs, node)
        assert [(event.layer, event.mark) for event in events] == replayed(fs, node)
        for event in events:
            state = state_after(fs, event.layer - (event.mark is Mark.REMOVED))
            assert (event.kind, event.entry, event.inode) == (state.kind[node], state.entry[node], state.inode[node])
            assert (event.reason is None) == (event.mark is not Mark.REMOVED)


@settings(max_examples=60, deadline=None)
@given(LAYERS)
def test_many_lives_at_once_are_those_told_one_by_one(layers: list[list[E]]) -> None:
    fs = fs_of(*layers)
    lives = Lives(fs)

    for node in range(len(fs.rootfs)):
        events = lives.of(node)
        assert events == life(fs, node)
        assert node in lives.changed() or len(events) <= 1


@settings(max_examples=60, deadline=None)
@given(LAYERS)
@example([[f("a/b/x", "1")], [w("a"), d("a/b"), o("a/b")]])
def test_reasons_are_those_of_the_naive_rules(layers: list[list[E]]) -> None:
    fs = fs_of(*layers)
    naive = Told()

    for number, entries in enumerate(layers):
        naive.apply(number, entries)
        assume(not naive.moved())
        for node in range(1, len(fs.rootfs)):
            path = tuple(fs.rootfs.path(node).decode().split("/"))
            for event in life(fs, node):
                if event.layer == number and event.reason:
                    assert event.reason is naive.reason(path)


@settings(max_examples=60, deadline=None)
@given(LAYERS)
def test_a_body_that_nothing_reaches_has_a_fate_and_all_bodies_of_a_path_are_found(layers: list[list[E]]) -> None:
    fs = fs_of(*layers)
    hidden = {
        entry: Fate(Cause(cause), layer)
        for entry, cause, layer in zip(fs.hidden.entry, fs.hidden.cause, fs.hidden.layer, strict=True)
    }

    for entry in range(fs.first[-1]):
        assert Fates(fs).of(entry) == hidden.get(entry)
    for node in range(len(fs.rootfs)):
        assert list(bodies(fs, node)) == [entry for entry, each in enumerate(fs.node_of) if each == node]


def told(fs: FileSystem, path: str) -> list[tuple[int, str, int, Reason | None]]:
    return [(event.layer, event.mark.name.lower(), event.kind, event.reason) for event in life(fs, node_at(fs, path))]


@pytest.mark.parametrize(
    ("upper", "path", "reason"),
    [
        ([w("a/x")], "a/x", Reason.WHITEOUT),
        ([w("a")], "a", Reason.WHITEOUT),
        ([w("a")], "a/x", Reason.DIRECTORY),
        ([d("a"), o("a")], "a/x", Reason.OPAQUE),
        ([d("a"), o("a")], "a/b/y", Reason.OPAQUE),
        ([o()], "a/x", Reason.OPAQUE),
        ([f("a", "1")], "a/x", Reason.TYPE),
        ([s("a", "elsewhere")], "a/b/y", Reason.TYPE),
        ([d("a"), o("a"), w("a/x")], "a/x", Reason.WHITEOUT),
        ([d("a"), o("a"), w("a/b")], "a/b/y", Reason.DIRECTORY),
    ],
)
def test_a_removal_says_what_took_the_path_away(upper: list[E], path: str, reason: Reason) -> None:
    fs = fs_of([d("a"), f("a/x", "1"), d("a/b"), f("a/b/y", "2")], upper)

    assert told(fs, path)[-1][1::2] == ("removed", reason)


def test_a_path_that_comes_and_goes_is_told_from_its_beginning() -> None:
    fs = fs_of([f("a", "1")], [f("a", "2")], [], [w("a")], [s("a", "x")], [d("b")], [w("a"), d("a")])

    assert told(fs, "a") == [
        (0, "added", FILE, None),
        (1, "modified", FILE, None),
        (3, "removed", FILE, Reason.WHITEOUT),
        (4, "added", SYMLINK, None),
        (6, "modified", DIRECTORY, None),
    ]


def test_a_directory_that_is_written_again_as_it_was_is_no_event() -> None:
    fs = fs_of([d("a"), f("a/x", "1")], [d("a"), f("a/y", "1")], [d("a", mode=0o700)])

    assert told(fs, "a") == [(0, "added", DIRECTORY, None), (2, "modified", DIRECTORY, None)]


def test_what_a_layer_writes_and_writes_over_is_one_event_and_two_bodies() -> None:
    fs = fs_of([f("a", "1"), f("a", "22")])
    node = node_at(fs, "a")

    assert life(fs, node) == [Event(0, Mark.ADDED, FILE, 1, 1)]
    assert list(bodies(fs, node)) == [0, 1]
    assert [Fates(fs).of(0), Fates(fs).of(1)] == [Fate(Cause.SHADOWED, 0), None]


def test_a_hard_link_shows_the_entry_that_holds_its_body() -> None:
    fs = fs_of([f("a", "1"), h("b", "a")])

    assert life(fs, node_at(fs, "b")) == [Event(0, Mark.ADDED, FILE, 1, 0)]


def test_a_directory_that_only_paths_imply_has_no_entry() -> None:
    fs = fs_of([f("a/x", "1")])

    assert life(fs, node_at(fs, "a")) == [Event(0, Mark.ADDED, DIRECTORY, NONE, NONE)]


def test_a_whiteout_of_nothing_is_no_event() -> None:
    fs = fs_of([d("a"), w("a/x")])

    assert life(fs, node_at(fs, "a/x")) == []
    assert list(bodies(fs, node_at(fs, "a/x"))) == []
