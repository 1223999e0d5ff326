"""Squash is linear whatever the layers are: eight times the work executes at most nine times the lines.

Lines are counted, not seconds: the count is the same on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from imgscope.analysis.accounting import account
from imgscope.filesystem.squash import squash
from imgscope.tar.table import MemberTable
from tests.build import E, d, f, h, layer, o, s, w
from tests.conftest import tables_of

Layers = list[list[E]]


def whiteouts(n: int) -> Layers:
    return [[f(f"d{i % 50}/f{i}", "x") for i in range(n)], [w(f"d{i % 50}/f{i}") for i in range(n)]]


def one_directory_hidden_again_and_again(n: int) -> Layers:
    return [[f(f"d/f{i}", "x") for i in range(n)], *([o("d"), w("d")] for _ in range(n // 8))]


def everything_deleted_and_made_again(n: int) -> Layers:
    files = [f(f"d/f{i}", "x") for i in range(16)]
    return [files if layer_ % 2 else [w("d")] for layer_ in range(n // 8)]


def opaque_markers_in_one_layer(n: int) -> Layers:
    return [[f("d/x", "x")], [o("d") for _ in range(n)]]


def directory_and_file_in_turn(n: int) -> Layers:
    return [[one for i in range(n // 2) for one in (d("a"), f("a", "x"), d(f"b{i}"))]]


def a_deep_path(n: int) -> Layers:
    return [[d("/".join("a" * depth)) for depth in range(1, 60)], [w("a")], *([f(f"b{i}/c") for i in range(n)],)]


def links_to_one_file(n: int) -> Layers:
    return [[f("a", "x"), *(h(f"l{i}", "a") for i in range(n))], [w(f"l{i}") for i in range(n)], [w("a")]]


def entries_through_a_link(n: int) -> Layers:
    return [[d("real"), s("link", "real")], [f(f"link/{i}", "x") for i in range(n)], [w(f"link/{i}") for i in range(n)]]


def markers_before_and_behind_entries(n: int) -> Layers:
    return [[f(f"d{i}/a", "x") for i in range(n)], [one for i in range(n) for one in (f(f"d{i}/b", "y"), o(f"d{i}"))]]


def lines_executed(work: Callable[[], object]) -> int:
    """Lines of the package that ``work`` executes."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        if event == "line":
            count += 1
        return trace if "imgscope" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def cost(layers: Layers) -> int:
    tables: list[MemberTable | None] = tables_of([layer(*entries) for entries in layers])
    return lines_executed(lambda: account(squash(tables), [1] * len(tables)))


@pytest.mark.parametrize(
    "shape",
    [
        whiteouts,
        one_directory_hidden_again_and_again,
        everything_deleted_and_made_again,
        opaque_markers_in_one_layer,
        directory_and_file_in_turn,
        a_deep_path,
        links_to_one_file,
        entries_through_a_link,
        markers_before_and_behind_entries,
    ],
)
def test_eight_times_the_work_costs_at_most_nine_times_as_much(shape: Callable[[int], Layers]) -> None:
    assert cost(shape(1600)) <= 9 * cost(shape(200))
