"""dive's arithmetic: held against what dive 0.13.1 said of many images, and against a plain way to count the same."""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import RootFs
from imgscope.gate.dive import DiveCount, count, judge
from imgscope.gate.dive_ci import parse
from imgscope.gate.model import Outcome, State, Unit
from imgscope.tar.table import MemberTable
from tests.build import E, d, f, h, layer, w
from tests.conftest import tables_of
from tests.gate.dive_images import CONFIGS, IMAGES, MISJUDGED, Layers, rules, z
from tests.gate.making import subject_of

RECORDED: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "dive.json").read_text())
"""By image what ``dive --json`` wrote, how it printed the share, and for each config its three states and exit code."""


def counted(layers: Layers) -> DiveCount:
    return counted_of(tables_of([layer(*entries) for entries in layers]))


def counted_of(tables: list[MemberTable | None]) -> DiveCount:
    """What is counted of layers: of a filesystem the tables, and where each begins."""
    first = [0, *accumulate(0 if table is None else len(table) for table in tables)]
    return count(FileSystem(tables, first, RootFs(lambda _: b""), array("I"), array("I")))


def outcomes(layers: Layers, text: str) -> dict[str, Outcome]:
    _, judged = judge(subject_of(*map(list, layers)), parse(text, ".dive-ci"))
    return {outcome.id: outcome for outcome in judged}


def printed(share: float) -> str:
    """A share as dive prints it."""
    return "NaN" if math.isnan(share) else "+Inf" if math.isinf(share) else f"{100 * share:.4f}"


@pytest.mark.parametrize("name", IMAGES)
def test_every_number_is_dives(name: str) -> None:
    ours, recorded = counted(IMAGES[name]), RECORDED[name]

    assert ours.efficiency == recorded["efficiency"]
    assert ours.wasted_bytes == recorded["wasted"]
    assert ours.user_bytes == recorded["user"]
    assert printed(ours.user_wasted) == recorded["share"]


@pytest.mark.parametrize("name", IMAGES)
def test_the_list_of_inefficient_files_is_dives(name: str) -> None:
    listed = [["/" + row.path.decode(), row.times, row.bytes] for row in counted(IMAGES[name]).inefficient]

    # dive leaves the order of rows of one size to chance.
    assert sorted(listed) == sorted(RECORDED[name]["paths"])
    assert [row[2] for row in listed] == [row[2] for row in RECORDED[name]["paths"]]


@pytest.mark.parametrize("name", IMAGES)
def test_every_verdict_is_dives(name: str) -> None:
    subject = subject_of(*map(list, IMAGES[name]))
    verdicts = []
    for text in CONFIGS.values():
        _, judged = judge(subject, parse(text, ".dive-ci"))
        states = "".join(outcome.state.name[0] for outcome in judged)
        verdicts.append(f"{states}{int(any(outcome.failed for outcome in judged))}")

    assert " ".join(verdicts) == RECORDED[name]["verdicts"]


@pytest.mark.parametrize("name", MISJUDGED)
def test_what_dive_misjudges_imgscope_counts_in_full(name: str) -> None:
    truth, layers = MISJUDGED[name]

    assert subject_of(*map(list, layers)).analysis.totals.wasted_bytes == truth


def test_each_image_is_recorded() -> None:
    assert list(RECORDED) == list(IMAGES)


# A plain way to count the same: paths in dictionaries, and the layers put on one another anew for each.

Tree = dict[tuple[bytes, ...], tuple[int, bool]]


def _parts(name: bytes) -> tuple[bytes, ...] | None:
    """A path's parts; None for one that is only a dot."""
    parts: list[bytes] = []
    for part in name.split(b"/"):
        if part == b".." and (name.startswith(b"/") or (parts and parts[-1] != b"..")):
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return tuple(parts) if parts or name.startswith(b"/") else None


def _tree(table: MemberTable) -> tuple[int, Tree]:
    size, tree = 0, Tree()
    for member in map(table.member, range(len(table))):
        parts = _parts(member.name)
        if parts is None:
            continue
        size += member.size
        kept = next((i for i, part in enumerate(parts) if part.startswith(b".wh..wh..")), len(parts))
        for depth in range(1, kept + 1):
            tree.setdefault(parts[:depth], (0, False))
        if parts and kept == len(parts):
            tree[parts] = member.size, member.type == b"5"
    return size, tree


def _in_order(tree: Tree, top: tuple[bytes, ...] = ()) -> Iterator[tuple[bytes, ...]]:
    for name in sorted({path[len(top)] for path in tree if len(path) > len(top) and path[: len(top)] == top}):
        yield from _in_order(tree, (*top, name))
        yield (*top, name)


def _below(tree: Tree, top: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    return [path for path in tree if path[: len(top)] == top]


def _removed(path: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return (*path[:-1], path[-1][4:]) if path[-1] != b".wh." else path[:-1]


def _stacked(trees: list[Tree], number: int) -> Tree:
    """What lies below a layer: the first layer, and on it all of them, itself included."""
    whole = dict(trees[0])
    for tree in trees[:number]:
        for path in _in_order(tree):
            if path[-1].startswith(b".wh."):
                for gone in _below(whole, _removed(path)) if _removed(path) else []:
                    del whole[gone]
            else:
                place = tuple(part for part in path if part != b"..")
                for depth in range(1, len(place)):
                    whole.setdefault(place[:depth], (0, False))
                whole.update({place: tree[path]} if place else {})
    return whole


def _counted_plainly(tables: list[MemberTable]) -> tuple[float, int, int, list[tuple[bytes, int, int]]]:
    sizes, trees = [_tree(table)[0] for table in tables], [_tree(table)[1] for table in tables]
    seen: dict[tuple[bytes, ...], list[int]] = {}
    for number, tree in enumerate(trees):
        lower = _stacked(trees, number)
        for path in _in_order(tree):
            if len(_below(tree, path)) > 1:
                continue
            if not path[-1].startswith(b".wh."):
                seen.setdefault(path, []).append(tree[path][0])
                continue
            copies, gone = seen.setdefault((*path[:-1], path[-1][4:]), []), _removed(path)
            if gone and gone not in lower:
                break
            directory = bool(gone) and lower[gone][1]
            copies.append(sum(lower[one][0] for one in _below(lower, gone)) if directory else 0)
    least, total = sum(min(copies, default=-1) for copies in seen.values()), sum(map(sum, seen.values()))
    again = [(b"/".join(path), len(copies), sum(copies)) for path, copies in seen.items() if len(copies) > 1]
    wasted = sum(row[2] for row in again)
    return least / total if total else 1.0, wasted, sum(sizes[1:]), sorted(again, key=lambda row: (-row[2], row[0]))


_NAMES = st.sampled_from(["a", "b", "a.b", "!", "c/d", "a/b", "a/b/c", "b/a", ".a", "B"])
_ODD = st.sampled_from(["./a", "/b", "a//b", "a/../b", "../a", "../a/b", ".", "/", "a/.wh.", ".wh.", ".wh..wh..plnk"])
_MARKERS = st.sampled_from(
    [".wh.a", ".wh.b", "a/.wh.b", ".wh.a/b", "c/.wh.d", ".wh..a", ".wh..wh.aufs", "a/.wh..wh..opq"]
)
_ENTRIES = st.one_of(
    st.builds(z, _NAMES | _ODD, st.integers(0, 9)),
    st.builds(d, _NAMES | _ODD),
    st.builds(f, _MARKERS),
    st.builds(h, _NAMES, _NAMES),
)
_LAYERS = st.lists(st.lists(_ENTRIES, max_size=7), max_size=5)


@given(_LAYERS)
def test_it_counts_what_a_plain_way_counts(layers: list[list[E]]) -> None:
    tables = tables_of([layer(*entries) for entries in layers])
    ours = counted_of(tables)

    rows = [(row.path, row.times, row.bytes) for row in ours.inefficient]
    assert (ours.efficiency, ours.wasted_bytes, ours.user_bytes, rows) == _counted_plainly(
        [one for one in tables if one is not None]
    )


@given(_LAYERS)
def test_a_layer_that_cannot_be_read_counts_as_none(layers: list[list[E]]) -> None:
    """As one without entries, in its place."""
    tables = tables_of([layer(*entries) for entries in layers])

    for number in range(len(tables)):
        without, empty = list(tables), list(tables)
        without[number], empty[number] = None, MemberTable()
        assert replace(counted_of(without), user_wasted=0) == replace(counted_of(empty), user_wasted=0)


def test_a_size_that_a_hard_links_header_claims_is_no_size() -> None:
    """dive counts it: 1.0 and 0 bytes here are 0.5 and 2000 there. The bytes are not in the archive."""
    ours = counted([[h("a", "b", size=1000)], [h("a", "b", size=1000)]])

    assert (ours.efficiency, ours.wasted_bytes) == (1.0, 0)


def test_nested_directories_are_added_up_once_however_many_markers_there_are() -> None:
    deep = ["/".join("d" * depth) for depth in range(1, 400)]
    lower = [*map(d, deep), *(z(f"{deep[-1]}/{number}", 1) for number in range(2000))]

    assert counted([lower, [w(path) for path in deep], [z("d", 5)]]).wasted_bytes == 2005


def test_rules_are_judged_in_dives_order_and_say_where_the_limit_is_from() -> None:
    judged = outcomes([[z("f", 10)], [z("f", 10)]], "rules:\n  highestWastedBytes: 20\n")

    assert list(judged) == ["highestUserWastedPercent", "highestWastedBytes", "lowestEfficiency"]
    assert {outcome.origin for outcome in judged.values()} == {".dive-ci"}
    assert [outcome.note for outcome in judged.values()] == [
        "limit from dive's default",
        "",
        "limit from dive's default",
    ]
    assert [outcome.unit for outcome in judged.values()] == [Unit.PERCENT, Unit.BYTES, Unit.RATIO]
    assert [outcome.limit for outcome in judged.values()] == [10, 20, Fraction("0.9")]
    assert [outcome.value for outcome in judged.values()] == [200, 20, Fraction("0.5")]
    assert [outcome.state for outcome in judged.values()] == [State.FAILED, State.PASSED, State.FAILED]


def test_a_disabled_rule_is_skipped() -> None:
    outcome = outcomes([[z("f", 10)], [z("f", 10)]], "rules:\n  lowestEfficiency: off\n")["lowestEfficiency"]

    assert (outcome.state, outcome.limit, outcome.value, outcome.findings) == (State.SKIPPED, None, None, ())


def test_a_value_equal_to_the_limit_passes() -> None:
    layers = [[z("f", 300), z("g", 700)], [z("f", 300), z("n", 2700)]]
    judged = outcomes(layers, rules("0.925", "600", "0.2"))

    assert [outcome.state for outcome in judged.values()] == [State.PASSED] * 3
    assert all(outcome.value == outcome.limit for outcome in judged.values())


def test_nothing_of_nothing_is_no_percentage_and_passes() -> None:
    outcome = outcomes([[z("f", 10)]], "rules:\n  highestUserWastedPercent: 0\n")["highestUserWastedPercent"]

    assert (outcome.state, outcome.value) == (State.PASSED, 0)
    assert "dive lets that pass" in outcome.note


def test_waste_of_nothing_is_beyond_any_percentage() -> None:
    outcome = outcomes([[z("f", 10)], [w("f")]], "rules:\n  highestUserWastedPercent: 1\n")["highestUserWastedPercent"]

    assert (outcome.state, outcome.value) == (State.FAILED, None)
    assert "hold nothing themselves" in outcome.note


def test_findings_are_the_inefficient_files_and_who_touched_them_last() -> None:
    layers = [[z("a", 10), z("b", 30), d("etc")], [z("a", 10), w("b"), d("etc")], [z("a", 5), d("etc")]]
    outcome = outcomes(layers, "")["lowestEfficiency"]

    assert [(row.path, row.bytes, row.culprit, row.instruction, row.detail) for row in outcome.findings] == [
        (b"b", 30, 1, "RUN step 1", "written or removed 2 times"),
        (b"a", 25, 2, "RUN step 2", "written or removed 3 times"),
    ]
    assert outcome.found == 2


def test_of_many_findings_the_largest_are_kept() -> None:
    files = [z(f"{number}", number) for number in range(200)]
    outcome = outcomes([files, files], "")["lowestEfficiency"]

    assert outcome.found == 199
    assert [row.bytes for row in outcome.findings][:2] == [398, 396]
    assert len(outcome.findings) == 100
