"""Differences as rows: totals and config first, then each path once, whatever its name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.cells import cells
from imgscope.cli.door_compare import compare_with
from imgscope.difference.model import Kind
from imgscope.escaping import printable
from imgscope.progress import SILENT
from imgscope.tui.diff_rows import DiffRows
from imgscope.tui.doors import Choice
from imgscope.tui.look import Look
from tests.build import E, Spec, f, layer, s
from tests.tui.journey import session
from tests.tui.making import HOSTILE, inspection_of, opened_of

FILES = st.lists(st.tuples(HOSTILE, st.sampled_from(["1", "22"])), max_size=5, unique_by=lambda one: one[0]).map(
    lambda some: [f(name, data) for name, data in some]
)


def rows_of(
    before: list[E], after: list[E], look: Look | None = None, configs: tuple[dict[str, object], ...] = ({}, {})
) -> DiffRows:
    then, now = (
        Spec([layer(*entries)], config=config) for entries, config in zip((before, after), configs, strict=True)
    )
    other = Choice("", "", lambda: opened_of(then))
    return DiffRows(compare_with(session("app.tar"), inspection_of(after, spec=now), other, SILENT), look or Look())


def texts(rows: DiffRows, width: int = 60) -> list[str]:
    return ["".join(text for text, _ in rows.row(position, width)) for position in range(len(rows))]


def test_totals_and_config_come_first_then_paths_in_order() -> None:
    before = [f("b", "1" * 2000), f("c", "1"), f("same", "1"), f("old-name", "1" * 500)]
    after = [f("a", "1" * 3000), f("b", "1" * 1000, mode=0o600), f("same", "1"), f("new-name", "1" * 500)]
    rows = rows_of(before, after, configs=({"Env": ["A=1", "GONE=1"]}, {"Env": ["A=2"], "User": "1"}))

    told = [" ".join(text.split()) for text in texts(rows)]
    assert told[0] == "since app.tar"
    assert told[1:3] == ["~ size 2.5kB → 4.5kB +2kB", "~ live 2.5kB → 4.5kB +2kB"]
    settings_told = [text for text in told if "env" in text or "user" in text]
    assert settings_told == ["+ user 1", "~ env A 1 → 2", "- env GONE 1"]
    assert told[-4:] == [
        "+ /a 3kB",
        "~ /b 2kB → 1kB, mode 0644 → 0600",
        "- /c 1B",
        "> /new-name from /old-name",
    ]
    assert [rows.node(at) is None for at in range(len(rows))][-4:] == [False, False, True, False]
    assert [rows.layer(at) for at in range(len(rows))][-4:] == [0, 0, None, 0]
    assert rows.at(0) is None


def test_details_tell_what_became_of_a_path() -> None:
    rows = rows_of([f("old-name", "1" * 500)], [f("new-name", "1" * 500), s("l", "a\nb")])

    last = ["".join(text for text, _ in line) for line in rows.details(len(rows) - 1)]
    assert last[:2] == ["> renamed  /new-name", ""]
    assert last[2] == "  from /old-name"
    link = next(at for at in range(len(rows)) if (row := rows.at(at)) and row.kind is Kind.ADDED)
    assert "".join(text for text, _ in rows.details(link)[-1]).strip() == "→ a\\nb"


@settings(max_examples=40, deadline=None)
@given(FILES, FILES, st.booleans(), st.integers(20, 160))
def test_every_row_fits_and_can_be_shown_and_every_difference_has_one(
    before: list[E], after: list[E], ascii_: bool, width: int
) -> None:
    rows = rows_of(before, after, Look(ascii_))

    then, now = ({one.name: one.data for one in some} for some in (before, after))
    differing = {name for name in {*then, *now} if then.get(name) != now.get(name)}
    found = [row for at in range(len(rows)) if (row := rows.at(at))]
    renamed = sum(row.kind is Kind.RENAMED for row in found)
    assert len(found) + renamed == len(differing)
    for position in range(len(rows)):
        shown = rows.row(position, width)
        assert cells("".join(text for text, _ in shown)) <= width
        assert all(printable(text) == text for text, _ in shown)
        assert all(printable(text) == text for line in rows.details(position) for text, _ in line)


@pytest.mark.parametrize("ascii_", [False, True])
def test_images_that_are_the_same_say_so(ascii_: bool) -> None:
    rows = rows_of([f("a", "1")], [f("a", "1")], Look(ascii_))

    assert rows.verdict == "no difference"
    assert [text.strip() for text in texts(rows)] == ["since app.tar"]
