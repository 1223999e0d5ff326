"""The filesystem as it stood after each layer is what squashing the layers up to it yields."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import NONE, ROOT
from imgscope.filesystem.squash import squash
from imgscope.filesystem.timeline import Mark, marks, state_after
from imgscope.tar.table import MemberTable
from tests.build import E, d, f, layer, o, w
from tests.conftest import tables_of
from tests.filesystem.test_oracle import LAYERS


def fs_tables(*layers: list[E]) -> list[MemberTable | None]:
    """Tables of layers given by their entries."""
    return tables_of([layer(*entries) for entries in layers])


def paths_after(fs: FileSystem, index: int) -> dict[bytes, tuple[int, int, int]]:
    """What stands where: kind, entry and inode by path."""
    state = state_after(fs, index)
    return {
        fs.rootfs.path(node): (kind, state.entry[node], state.inode[node])
        for node, kind in enumerate(state.kind)
        if kind
    }


@settings(max_examples=200, deadline=None)
@given(LAYERS)
def test_every_layer_leaves_what_squashing_up_to_it_does(layers: list[list[E]]) -> None:
    tables = fs_tables(*layers)
    whole = squash(tables)

    for index in range(len(tables)):
        part = squash(tables[: index + 1]).rootfs
        expected = {
            part.path(node): (kind, part.entry[node], part.inode[node]) for node, kind in enumerate(part.kind) if kind
        }
        assert paths_after(whole, index) == expected


@settings(max_examples=200, deadline=None)
@given(LAYERS)
def test_marks_are_the_counts_of_the_layer_path_by_path(layers: list[list[E]]) -> None:
    fs = squash(fs_tables(*layers))

    for index, effect in enumerate(fs.effects):
        found = marks(fs, index, state_after(fs, index - 1))
        assert found.count(Mark.ADDED) == effect.added
        assert found.count(Mark.MODIFIED) == effect.modified
        assert found.count(Mark.REMOVED) == effect.removed


def test_before_the_first_layer_there_is_an_empty_root() -> None:
    fs = squash(fs_tables([f("a", b"1")]))

    assert paths_after(fs, -1) == {b"": (1, NONE, NONE)}


def test_a_layer_that_could_not_be_read_changes_nothing() -> None:
    lower, upper = fs_tables([f("a", b"1")], [f("b", b"2")])
    fs = squash([lower, None, upper])

    assert paths_after(fs, 1) == paths_after(fs, 0)
    assert sorted(paths_after(fs, 2)) == [b"", b"a", b"b"]


@pytest.mark.parametrize("lower", [[f("etc/a", b"1")], []], ids=["something", "nothing"])
def test_a_whiteout_is_on_record_whether_it_hides_something_or_nothing(lower: list[E]) -> None:
    fs = squash(fs_tables(lower, [d("etc"), w("etc/a")]))

    assert [fs.rootfs.path(node) for node in fs.journals[1].whiteouts] == [b"etc/a"]


def test_an_opaque_directory_is_on_record() -> None:
    fs = squash(fs_tables([f("etc/a", b"1")], [d("etc"), o("etc")]))

    assert [fs.rootfs.path(node) for node in fs.journals[1].opaque] == [b"etc"]


def test_the_root_takes_attributes_and_is_no_change() -> None:
    fs = squash(fs_tables([d(".", mode=0o700)], [d(".", mode=0o755)]))

    assert state_after(fs, 0).entry[ROOT] == 0
    assert state_after(fs, 1).entry[ROOT] == 1
    assert marks(fs, 1, state_after(fs, 0))[ROOT] == Mark.SAME


def test_threads_that_ask_a_journal_at_once_are_told_the_same() -> None:
    layers = [[f(str(number)) for number in range(2000)]]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            journal = squash(fs_tables(*layers)).journals[-1]
            with ThreadPoolExecutor(4) as threads:
                found = list(threads.map(lambda _, asked=journal: len(asked.new.kind), range(4)))
            assert found == [2000] * 4
    finally:
        sys.setswitchinterval(before)
