"""What is wished for is what is shown: filters narrow, what was open is open again, and matches are gone through."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.analysis.accounting import account
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import ROOT
from imgscope.filesystem.timeline import Mark
from imgscope.settings import Sort
from imgscope.tui.browser import Browser, Wish, turned
from imgscope.tui.lens import Mode
from imgscope.tui.matching import Names, Scope, hits, matches, parse
from tests.build import E, d, f, w
from tests.tui.making import LAYERS, fs_of, node_at, paths_of

USR = [d("usr"), d("usr/bin"), f("usr/bin/sh", "333"), d("usr/lib"), f("usr/lib/a.pyc", "22"), f("usr/lib/b.py", "1")]
FILTERS = ["", "a", "b/", "!c", "a*", "**/b", ">1", "type:dir", "+", "-", "!=", "a !b"]


def shown(browser: Browser, wish: Wish) -> list[str]:
    return paths_of(browser.fs, browser.rows(wish).rows)


@settings(max_examples=40, deadline=None)
@given(
    LAYERS, st.sampled_from(Mode), st.booleans(), st.sampled_from(FILTERS), st.sets(st.sampled_from(Mark)), st.data()
)
def test_a_narrow_wish_keeps_sums_and_leaves_out_the_rest(
    layers: list[list[E]], mode: Mode, waste_only: bool, filter_: str, hidden: set[Mark], data: st.DataObject
) -> None:
    fs = fs_of(*layers)
    browser = Browser(fs)
    wish = Wish(data.draw(st.integers(0, len(layers) - 1)), mode, waste_only, filter=filter_, hidden=frozenset(hidden))
    lens, narrowed = browser.lens(wish), browser.rows(wish).lens
    passing = matches(Scope(lens, Names(fs)), parse(filter_))
    some = [node for node in range(1, len(fs.rootfs)) if passing[node] and Mark(lens.mark[node]) not in hidden]

    assert wish.narrow == bool(filter_ or hidden)
    if wish.narrow:
        assert browser.passing(wish).count(1) == narrowed.matched == len(some)
        assert narrowed.bytes[ROOT] == sum(lens.own[node] for node in some)
        assert narrowed.below(ROOT) == len(some)
    else:
        assert narrowed is lens


@settings(max_examples=40, deadline=None)
@given(LAYERS, st.sampled_from(FILTERS[1:]))
def test_a_filter_opens_the_way_to_its_matches_and_what_was_closed_is_closed_again(
    layers: list[list[E]], filter_: str
) -> None:
    fs = fs_of(*layers)
    browser, wish = Browser(fs), Wish(len(layers) - 1)
    before = shown(browser, wish)

    narrowed = browser.rows(replace(wish, filter=filter_))

    visible = set(narrowed.rows)
    assert set(hits(browser.lens(wish), browser.passing(replace(wish, filter=filter_)))) <= visible
    assert shown(browser, wish) == before


@settings(max_examples=40, deadline=None)
@given(LAYERS, st.booleans(), st.data())
def test_weights_add_up_to_all_content(layers: list[list[E]], only: bool, data: st.DataObject) -> None:
    fs = fs_of(*layers)
    accounts = account(fs, [1] * len(layers)).layers
    layer = data.draw(st.integers(0, len(layers) - 1))
    weights = Browser(fs).weights(Wish(layer, Mode.CHANGES if only else Mode.AGGREGATED))
    counted = accounts[layer : layer + 1] if only else accounts[: layer + 1]

    assert weights.live(ROOT) == sum(each.live for each in counted)
    assert weights.wasted(ROOT) == sum(each.wasted_bytes for each in counted)
    for node in range(len(fs.rootfs)):
        sizes = [weights.live(child) + weights.wasted(child) for child in weights.children(node)]
        assert sizes == sorted(sizes, reverse=True)
        assert 0 not in sizes
        assert sum(sizes) <= weights.live(node) + weights.wasted(node)
        assert weights.is_directory(node) == bool(fs.rootfs.children.get(node))


def test_at_first_the_top_directories_are_open() -> None:
    assert shown(Browser(fs_of(USR)), Wish(0)) == ["usr", "usr/bin", "usr/lib"]


def test_what_is_opened_while_a_filter_opened_nothing_stays_open() -> None:
    browser = Browser(fs_of(USR))
    rows = browser.rows(Wish(0))
    rows.expand(1)

    assert shown(browser, Wish(0, filter="a.pyc")) == ["usr", "usr/lib", "usr/lib/a.pyc"]
    assert shown(browser, Wish(0)) == ["usr", "usr/bin", "usr/bin/sh", "usr/lib"]


def test_of_very_many_matches_none_is_opened_up_to() -> None:
    fs = fs_of([f(f"a/b/{number}.log", "1") for number in range(2001)])
    browser = Browser(fs)

    assert shown(browser, Wish(0, filter="*.log")) == ["a", "a/b"]
    assert len(browser.rows(Wish(0, filter="1*.log"))) == 2 + sum(str(n).startswith("1") for n in range(2001))


def test_hiding_marks_opens_nothing() -> None:
    fs = fs_of(USR, [f("usr/bin/new", "1"), w("usr/lib/a.pyc")])
    browser = Browser(fs)

    assert shown(browser, Wish(1, hidden=frozenset({Mark.SAME}))) == ["usr", "usr/bin", "usr/lib"]
    browser.open_above(node_at(fs, "usr/bin/new"))
    assert shown(browser, Wish(1, hidden=frozenset({Mark.SAME, Mark.REMOVED}))) == ["usr", "usr/bin", "usr/bin/new"]


def test_a_filter_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="type:x is none of"):
        Browser(fs_of(USR)).rows(Wish(0, filter="type:x"))


def test_the_newest_stands_first_where_time_orders() -> None:
    browser = Browser(fs_of([f("old", "1", mtime=1), f("new", "1", mtime=9), f("implied/x", "1", mtime=5)]))

    assert shown(browser, Wish(0, order=Sort.MTIME)) == ["new", "old", "implied", "implied/x"]


def found(fs: FileSystem, text: str, at: str, *, forward: bool, here: bool = False) -> str | None:
    browser = Browser(fs)
    lens = browser.lens(Wish(0))
    node = browser.next_match(lens, text, node_at(fs, at), forward=forward, here=here)
    return None if node is None else paths_of(fs, [node])[0]


@pytest.mark.parametrize(
    ("at", "forward", "here", "to"),
    [
        ("usr", True, False, "usr/bin/sh"),
        ("usr/bin/sh", True, False, "usr/lib/a.pyc"),
        ("usr/bin/sh", True, True, "usr/bin/sh"),
        ("usr/lib/b.py", True, False, "usr/bin/sh"),
        ("usr/bin/sh", False, False, "usr/lib/b.py"),
        ("usr/lib/b.py", False, False, "usr/lib/a.pyc"),
        ("usr/lib", False, False, "usr/bin/sh"),
        ("", True, True, "usr/bin/sh"),
    ],
)
def test_the_next_match_is_the_next_path_and_after_the_last_the_first(
    at: str, forward: bool, here: bool, to: str
) -> None:
    assert found(fs_of(USR), "type:file", at, forward=forward, here=here) == to


def test_no_match_is_none() -> None:
    assert found(fs_of(USR), "nothing", "usr", forward=True) is None


@settings(max_examples=40, deadline=None)
@given(LAYERS, st.booleans(), st.data())
def test_going_from_match_to_match_meets_every_one_once(
    layers: list[list[E]], forward: bool, data: st.DataObject
) -> None:
    fs = fs_of(*layers)
    browser, wish = Browser(fs), Wish(len(layers) - 1)
    lens = browser.lens(wish)
    expected = hits(lens, matches(Scope(lens, Names(fs)), parse("b")))
    node = data.draw(st.integers(0, len(fs.rootfs) - 1))
    met = []
    for _ in expected:
        following = browser.next_match(lens, "b", node, forward=forward, here=False)
        assert following is not None
        met.append(node := following)

    assert sorted(met) == sorted(expected)


def test_a_path_that_is_being_typed_is_completed_a_directory_at_a_time() -> None:
    fs = fs_of(USR, [f("usr/later", "1")])
    browser = Browser(fs)

    def beginning(start: bytes) -> list[str]:
        return paths_of(fs, browser.beginning(browser.lens(Wish(0)), start))

    assert beginning(b"u") == ["usr"]
    assert beginning(b"usr/") == ["usr/bin", "usr/lib"]
    assert beginning(b"usr/l") == ["usr/lib"]
    assert beginning(b"no/such") == []


def test_paths_are_offered_by_a_piece_of_their_name_or_by_their_beginning() -> None:
    fs = fs_of(USR, [f("usr/later", "1")])
    browser = Browser(fs)

    def offered(text: bytes, most: int = 9) -> list[str]:
        return paths_of(fs, browser.offered(Wish(0), text, most))

    assert offered(b"b") == ["usr/bin", "usr/lib", "usr/lib/b.py"]
    assert offered(b"b", 2) == ["usr/bin", "usr/lib"]
    assert offered(b"/usr/l") == ["usr/lib"]
    assert len(offered(b"", 3)) == 3


def test_sorting_by_the_same_again_turns_the_order_round() -> None:
    wish = turned(Wish(0), Sort.NAME)

    assert (wish.order, wish.reverse) == (Sort.NAME, False)
    assert turned(wish, Sort.NAME).reverse
    assert not turned(turned(wish, Sort.NAME), Sort.NAME).reverse
    assert not turned(turned(wish, Sort.NAME), Sort.SIZE).reverse
