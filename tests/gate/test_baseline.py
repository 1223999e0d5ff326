"""Snapshots: what they hold, that a rebuild does not change them, and the file that keeps them."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from imgscope.analysis.growth import DirectoryNumbers, LayerNumbers
from imgscope.errors import SettingsError
from imgscope.filesystem.model import Cause
from imgscope.gate import baseline
from imgscope.gate.baseline import (
    TOTALS,
    Snapshot,
    dump,
    load,
    pick,
    snapshot,
    update,
)
from imgscope.image.history import NO_HISTORY
from tests.build import E, Spec, d, f, h, s, w
from tests.gate.making import subject_of
from tests.tui.making import LAYERS

SMALL = (
    [f("usr/lib/a/deep.so", "x" * 100), f("usr/lib/b.so", "y" * 10), f("usr/x", "z"), f("top", "12"), d("usr/share")],
    [f("usr/lib/b.so", "Y" * 20), w("top"), f("empty/dir/file")],
)
SMALL_TEXT = """\
{
  "imgscope_baseline": 1,
  "images": {
    "app": {
      "totals": {
        "wasted_bytes": 12,
        "content_bytes": 133,
        "stored_bytes": 8704,
        "files": 4,
        "layers": 2
      },
      "layers": {
        "RUN step 0": {"content_bytes": 113, "wasted_bytes": 12},
        "RUN step 1": {"content_bytes": 20, "wasted_bytes": 0}
      },
      "directories": {
        "empty/dir": {"live_bytes": 0, "files": 1},
        "usr": {"live_bytes": 1, "files": 1},
        "usr/lib": {"live_bytes": 120, "files": 2}
      },
      "waste": {
        "overwritten": {
          "usr/lib/b.so": 10
        },
        "deleted": {
          "top": 2
        }
      }
    }
  }
}
"""


def listed(*instructions: str) -> dict[str, LayerNumbers]:
    """What layers of these instructions are listed by; each has a file of one byte more than the one below it."""
    layers = [[f(f"file{number}", "x" * (number + 1))] for number in range(len(instructions))]
    history = [{"created_by": text} for text in instructions]
    return dict(snapshot(subject_of(*layers, spec=Spec([], history=history))).layers)


def directories(*layers: list[E]) -> dict[bytes, DirectoryNumbers]:
    return dict(snapshot(subject_of(*layers)).directories)


def refused(text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(text, "base.json")
    assert caught.value.file == "base.json"
    assert caught.value.hint
    assert str(caught.value).isprintable()
    return caught.value


def changed(**parts: Any) -> str:
    """The small file with parts of its image in place of others."""
    document = json.loads(SMALL_TEXT)
    document["images"]["app"].update(parts)
    return json.dumps(document)


# What is in it


def test_the_file_is_made_to_be_reviewed() -> None:
    assert dump({"app": snapshot(subject_of(*SMALL))}) == SMALL_TEXT


def test_a_file_in_a_directory_counts_for_the_directory_two_levels_deep() -> None:
    found = directories([f("top", "1"), f("usr/a", "22"), f("usr/lib/b", "333"), f("usr/lib/x/y/z/c", "4444")])

    assert found == {
        b"": DirectoryNumbers(1, 1),
        b"usr": DirectoryNumbers(2, 1),
        b"usr/lib": DirectoryNumbers(7, 2),
    }


def test_a_body_with_two_names_counts_once_where_it_was_stored() -> None:
    assert directories([f("b/b/file", "123"), h("a/a/link", "b/b/file")]) == {
        b"a/a": DirectoryNumbers(0, 1),
        b"b/b": DirectoryNumbers(3, 1),
    }


@pytest.mark.parametrize(("change", "there"), [([w("b/b/file")], {}), ([f("b/b/file", "new")], {b"b/b": (3, 1)})])
def test_a_body_whose_own_name_is_gone_counts_at_one_of_the_others(
    change: list[E], there: dict[bytes, tuple[int, int]]
) -> None:
    stored = [f("b/b/file", "12345"), h("c/c/link", "b/b/file"), h("a/a/link", "b/b/file")]

    assert directories(stored, change) == {b"a/a": (0, 1), b"c/c": (5, 1), **there}


def test_a_body_that_never_had_a_name_of_its_own_counts_at_its_link() -> None:
    assert directories([f(".wh..wh.plnk/1.2", "123"), h("a/a/link", ".wh..wh.plnk/1.2")]) == {b"a/a": (3, 1)}


def test_what_belongs_to_the_format_has_no_bytes() -> None:
    subject = subject_of([f(".prefetch.landmark", "\x0f"), f("a", "123")])

    assert snapshot(subject).directories == {b"": DirectoryNumbers(3, 2)}
    assert subject.analysis.totals.format_metadata_bytes == 1


def test_of_a_sparse_file_only_what_is_stored_counts() -> None:
    records: dict[str, str | bytes] = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.numblocks": "1",
        "GNU.sparse.size": "1000000",
        "GNU.sparse.map": "512,4",
    }

    assert directories([E("disk", b"data", pax=records)]) == {b"": DirectoryNumbers(4, 1)}


@given(LAYERS)
def test_directories_hold_every_file_and_every_live_byte(layers: list[list[E]]) -> None:
    subject = subject_of(*layers)
    one = snapshot(subject)

    assert sum(row.live_bytes for row in one.directories.values()) == subject.analysis.totals.live_bytes
    assert sum(row.files for row in one.directories.values()) == one.totals["files"]
    assert sum(row.content_bytes for row in one.layers.values()) == one.totals["content_bytes"]
    assert sum(row.wasted_bytes for row in one.layers.values()) == one.totals["wasted_bytes"]
    assert sum(sum(paths.values()) for paths in one.waste.values()) == one.totals["wasted_bytes"]


def test_bodies_of_one_path_and_cause_are_added_up() -> None:
    one = snapshot(subject_of([f("a", "1")], [f("a", "22")], [f("a", "333")], [w("a")]))

    assert one.waste == {Cause.OVERWRITTEN: {b"a": 3}, Cause.DELETED: {b"a": 3}}


# What survives a rebuild

ONE_SIDE = st.lists(
    st.lists(
        st.sampled_from(
            [
                *(f(path, data) for path in ("a", "a/b", "c") for data in ("", "1", "22")),
                d("a"),
                w("a"),
                w("a/b"),
                w("c"),
            ]
        ),
        max_size=4,
    ),
    max_size=4,
)


def below(directory: str, entry: E) -> E:
    """An entry in a directory."""
    return replace(entry, name=f"{directory}/{entry.name!s}")


@given(LAYERS)
def test_snapshots_of_one_image_are_equal(layers: list[list[E]]) -> None:
    first, second = snapshot(subject_of(*layers)), snapshot(subject_of(*layers))

    assert first == second
    assert dump({"x": first}) == dump({"x": second})


@given(LAYERS, st.lists(st.integers(0, 4), max_size=3))
def test_more_layers_in_between_do_not_change_what_is_wasted(layers: list[list[E]], positions: list[int]) -> None:
    more = list(layers)
    for number, position in enumerate(positions):
        more.insert(position, [f(f"other/{number}", "new")])

    assert snapshot(subject_of(*more)).waste == snapshot(subject_of(*layers)).waste


@given(ONE_SIDE, ONE_SIDE, st.lists(st.booleans(), max_size=8))
def test_layers_that_do_not_meet_may_come_in_any_order(
    left: list[list[E]], right: list[list[E]], turns: list[bool]
) -> None:
    left, right = (
        [[below("left", item) for item in one] for one in left],
        [[below("right", item) for item in one] for one in right],
    )
    mixed, queues = [], (list(left), list(right))
    for turn in turns:
        mixed += [queues[turn].pop(0)] if queues[turn] else []

    one, other = snapshot(subject_of(*left, *right)), snapshot(subject_of(*mixed, *queues[0], *queues[1]))

    assert one.waste == other.waste
    assert one.directories == other.directories


def test_instructions_are_listed_without_the_digest_of_what_they_copy() -> None:
    assert listed(
        f"/bin/sh -c #(nop) COPY file:{'4f' * 32} in /app", f"ADD multi:{'0' * 64} in /", "COPY dir:x in /"
    ) == {
        "COPY file in /app": LayerNumbers(1, 0),
        "ADD multi in /": LayerNumbers(2, 0),
        "COPY dir:x in /": LayerNumbers(3, 0),
    }


def test_an_instruction_that_repeats_is_numbered() -> None:
    assert list(listed("RUN a", "RUN a", "RUN b", "RUN a")) == ["RUN a", "RUN a (2)", "RUN b", "RUN a (3)"]


def test_no_layer_is_lost_to_an_instruction_that_looks_numbered() -> None:
    assert list(listed("RUN a (2)", "RUN a", "RUN a", "RUN a (2)")) == [
        *("RUN a (2)", "RUN a", "RUN a (3)", "RUN a (2) (2)")
    ]


def test_layers_that_nothing_tells_of_are_listed_too() -> None:
    assert list(listed("", "")) == [NO_HISTORY, f"{NO_HISTORY} (2)"]


def test_a_long_instruction_is_cut() -> None:
    long, other = (f"RUN {'x' * 5000}{end}" for end in "ab")
    names = list(listed(long, other))

    assert len(names) == 2
    assert max(map(len, names)) < 210


# The file

PATHS = st.one_of(
    st.binary(max_size=12),
    st.text(max_size=8).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from(
        [b"", b"\\xff", b"\xff", b"\\\\", b"a\\", b"dev-disk-by\\x2duuid", b'\x7f\x1b\n"', b"\xed\xb2\x80"]
    ),
)
NUMBERS = st.integers(0, (1 << 63) - 1)
SNAPSHOTS = st.builds(
    Snapshot,
    totals=st.fixed_dictionaries(dict.fromkeys(TOTALS, NUMBERS)),
    layers=st.dictionaries(st.text(max_size=10), st.builds(LayerNumbers, NUMBERS, NUMBERS), max_size=4),
    directories=st.dictionaries(PATHS, st.builds(DirectoryNumbers, NUMBERS, NUMBERS), max_size=4),
    waste=st.dictionaries(st.sampled_from(Cause), st.dictionaries(PATHS, NUMBERS, min_size=1, max_size=6), max_size=6),
)


@given(st.dictionaries(st.text(max_size=8), SNAPSHOTS, max_size=3))
def test_what_is_written_is_read_again(snapshots: dict[str, Snapshot]) -> None:
    text = dump(snapshots)

    assert load(text, "base.json") == snapshots
    assert dump(load(text, "base.json")) == text
    assert text.isascii()
    assert all(line.isprintable() for line in text.split("\n"))


@given(st.dictionaries(PATHS, st.integers(1, 9), min_size=1, max_size=6))
def test_any_reader_of_json_reads_it_and_every_path_has_a_line(paths: dict[bytes, int]) -> None:
    text = dump({"app": Snapshot(dict.fromkeys(TOTALS, 0), {}, {}, {Cause.DELETED: paths})})

    assert len(from_json(text)["images"]["app"]["waste"]["deleted"]) == len(paths)
    assert len([line for line in text.split("\n") if line.startswith(" " * 12)]) == 0
    assert len([line for line in text.split("\n") if line.startswith(" " * 10)]) == len(paths)


def test_a_name_that_is_not_utf_8_is_written_as_people_write_it() -> None:
    text = dump({"app": Snapshot(dict.fromkeys(TOTALS, 0), {}, {}, {Cause.DELETED: {b"caf\xe9": 1, b"a\\xe9": 2}})})

    assert '"caf\\\\xe9": 1' in text
    assert '"a\\\\\\\\xe9": 2' in text


def test_images_are_kept_when_another_is_written_again() -> None:
    one, other = snapshot(subject_of([f("a", "1")])), snapshot(subject_of([f("a", "2")], [w("a")]))
    text = update(None, {"one": one}, "base.json")

    assert update("", {"one": one}, "base.json") == text
    assert load(update(text, {"other": other}, "base.json"), "x") == {"one": one, "other": other}
    assert load(update(text, {"one": other}, "base.json"), "x") == {"one": other}
    with pytest.raises(SettingsError, match="not valid JSON"):
        update("{", {"one": one}, "base.json")


def test_order_does_not_matter_to_what_is_written() -> None:
    one, other = snapshot(subject_of(*SMALL)), snapshot(subject_of([f("b", "2"), f("a", "1")], [w("a"), w("b")]))
    turned = [
        Snapshot(
            image.totals,
            image.layers,
            dict(reversed(list(image.directories.items()))),
            {cause: dict(reversed(list(paths.items()))) for cause, paths in reversed(list(image.waste.items()))},
        )
        for image in (one, other)
    ]

    assert dump({"a": one, "b": other}) == dump({"b": turned[1], "a": turned[0]})


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not valid JSON"),
        ("{" * 100_000, "not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("<<<<<<< ours\n" + SMALL_TEXT, "not valid JSON"),
        (SMALL_TEXT[:-3], "not valid JSON"),
        ("1" * 5000, "not valid JSON"),
        ("[]", "not a baseline"),
        ("null", "not a baseline"),
        ('{"schema_version": "1.0"}', "not a baseline"),
        ('{"imgscope_baseline": 2, "images": {}}', "of version 2"),
        (f'{{"imgscope_baseline": {"1" * 4000}, "images": {{}}}}', "of version 111"),
        ('{"imgscope_baseline": true, "images": {}}', "not a baseline"),
        ('{"imgscope_baseline": "1", "images": {}}', "not a baseline"),
        ('{"imgscope_baseline": 1}', "images is missing"),
        ('{"imgscope_baseline": 1, "images": []}', "no object"),
        ('{"imgscope_baseline": 1, "images": {}, "\\u001b": 1}', 'no such thing as "\\x1b"'),
        ('{"imgscope_baseline": 1, "images": {"a": {}, "a": {}}}', '"a" is there twice'),
        ('{"imgscope_baseline": 1, "images": {"a": null}}', '"a": it is no object'),
        ('{"imgscope_baseline": 1, "images": {"a": {}}}', '"a": totals is missing'),
        (changed(totals={}), '"app": totals: wasted_bytes is missing'),
        (changed(totals={**dict.fromkeys(TOTALS, 0), "more": 1}), 'no such thing as "more"'),
        (changed(totals=dict.fromkeys(TOTALS, -1)), '"wasted_bytes" has no number'),
        (changed(totals=dict.fromkeys(TOTALS, 1.0)), '"wasted_bytes" has no number'),
        (changed(totals=dict.fromkeys(TOTALS, True)), '"wasted_bytes" has no number'),
        (changed(totals=dict.fromkeys(TOTALS, 1 << 63)), '"wasted_bytes" has no number'),
        (changed(layers={"RUN": {"content_bytes": 1}}), "layers: wasted_bytes is missing"),
        (changed(layers={"RUN": 1}), "layers: it is no object"),
        (changed(directories={"a\\": {"live_bytes": 1, "files": 1}}), "is no path"),
        (changed(waste={"lost": {}}), '"app": waste: "lost" is no cause'),
        (changed(waste={"deleted": {"a": "1"}}), '"app": waste: "a" has no number'),
        (changed(waste={"deleted": {"\\xc3\\xa9": 1}}), "is no path"),
        (changed(waste={"deleted": {"\udcff": 1}}), "is no path"),
        (changed(waste={"deleted": {"half": 1}}).replace("half", "\\ud800"), "is no path"),
    ],
)
def test_a_damaged_file_is_refused(text: str, what: str) -> None:
    assert what in refused(text).what


@given(st.data())
def test_no_document_makes_it_stumble(data: st.DataObject) -> None:
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
    document = json.loads(SMALL_TEXT)
    at = document
    for _ in range(data.draw(st.integers(0, 4))):
        key = data.draw(st.sampled_from(sorted(at)))
        if not isinstance(at[key], dict):
            break
        at = at[key]
    at[data.draw(st.sampled_from([*sorted(at), "new"]))] = data.draw(values)

    with suppress(SettingsError):
        found = load(json.dumps(document), "base.json")
        assert load(dump(found), "base.json") == found


def test_a_huge_file_is_neither_written_nor_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "MAX_TEXT", len(SMALL_TEXT) - 1)

    assert f"a baseline of {len(SMALL_TEXT)} bytes" in refused(SMALL_TEXT).what
    with pytest.raises(SettingsError, match=f"would have {len(SMALL_TEXT)} bytes"):
        dump({"app": snapshot(subject_of(*SMALL))})


def test_a_byte_order_mark_and_other_line_ends_are_passed_over() -> None:
    assert load("\ufeff" + SMALL_TEXT.replace("\n", "\r\n"), "base.json") == load(SMALL_TEXT, "base.json")


# Choosing an image


def test_the_only_image_is_the_one_that_is_meant() -> None:
    one = snapshot(subject_of([f("a", "1")]))

    assert pick({"app:1": one}, "app:2", "base.json") is one
    with pytest.raises(SettingsError) as caught:
        pick({"app:1": one}, "app:2", "base.json", alone=False)
    assert caught.value.what == 'the baseline has no image "app:2"'
    assert caught.value.hint == 'it has "app:1"; add this one with --write-baseline'


def test_of_several_images_only_the_name_decides() -> None:
    one, other = snapshot(subject_of([f("a", "1")])), snapshot(subject_of([f("b", "22")]))
    images = {"one": one, "other": other}

    assert pick(images, "other", "base.json") is other
    with pytest.raises(SettingsError) as caught:
        pick(images, "\x1b", "base.json")
    assert caught.value.hint == 'it has "one", "other"; add this one with --write-baseline'
    assert str(caught.value) == 'base.json: the baseline has no image "\\x1b"'


def test_many_names_are_not_all_told() -> None:
    one = snapshot(subject_of([s("a", "b")]))
    with pytest.raises(SettingsError) as caught:
        pick({f"app{number:02}": one for number in range(12)}, "x", "base.json")

    assert caught.value.hint is not None
    assert '"app09" and 2 more;' in caught.value.hint
    with pytest.raises(SettingsError, match="no image"):
        pick({}, "x", "base.json")
