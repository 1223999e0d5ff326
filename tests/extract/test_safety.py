"""Nothing outside of the target is touched, and nothing in it that was not asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imgscope.errors import SettingsError
from imgscope.extract import place
from imgscope.extract.plan import is_name
from tests.build import d, f, layer, s
from tests.extract.bench import Hook, image, mode, reasons, tree


@pytest.fixture
def outside(room: Path) -> Path:
    """A directory that must stay empty."""
    path = room / "outside"
    path.mkdir()
    return path


def test_a_symlink_is_made_as_it_is_and_never_followed(room: Path, outside: Path) -> None:
    # A later layer writes through the link of a lower one; a hostile one has both in the same directory.
    hostile = layer(s("a", str(outside)), f("a/b", "evil"), s("up", "../../../.."), f("up/c", "evil"))
    with image(room, layer(f("x", "x")), hostile) as bench:
        outcome = bench.extract()

    assert tree(outside) == {}
    found = tree(bench.out)
    assert found["a"] == f"→ {outside}"
    assert found["up"] == "→ ../../../.."
    assert outcome.problems == ()


def test_what_lies_behind_a_link_that_became_a_directory_is_written_inside(room: Path, outside: Path) -> None:
    with image(room, layer(s("a", str(outside))), layer(d("a"), f("a/b", "good"))) as bench:
        bench.extract()

    assert tree(outside) == {}
    assert tree(bench.out)["a/b"] == b"good"


@pytest.mark.parametrize("name", [b"", b".", b"..", b"a/b", b"/a", b"a\0b"])
def test_a_name_that_leads_elsewhere_is_no_name(room: Path, name: bytes, outside: Path) -> None:
    assert not is_name(name)
    with image(room, layer(f("d/x", "x"), f("y", "y"))) as bench:
        bench.inspection.filesystem.rootfs.name[bench.node("d")] = name
        outcome = bench.extract()

    assert tree(bench.out) == {"y": b"y"}
    assert [problem.reason for problem in outcome.problems] == ["not a name that a file can have; left out"]


def test_climbing_and_absolute_names_stay_inside(room: Path) -> None:
    with image(room, layer(f("../../evil", "1"), f("/abs", "2"), f("a/../../b", "3"))) as bench:
        bench.extract(target=room / "deep/out")

    assert tree(room / "deep") == {"out": "/", "out/abs": b"2", "out/b": b"3", "out/evil": b"1"}


@pytest.mark.parametrize("held", [1, 64])
def test_a_link_planted_in_place_of_a_directory_is_not_followed(
    room: Path, outside: Path, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "HELD", held)
    with image(room, layer(d("d"), f("d/x", "x"), d("e"), f("e/y", "y"), f("d/z", "z"))) as bench:

        def plant() -> None:
            for name in ("d", "e"):
                os.rename(bench.out / name, bench.out / f"{name}-moved")
                os.symlink(outside, bench.out / name)

        with pytest.raises(SettingsError, match=r"cannot write .*out/[de]"):
            bench.extract(progress=Hook(4, plant))

    assert tree(outside) == {}
    assert mode(outside) == 0o755


def test_a_link_planted_in_place_of_a_file_is_not_followed(room: Path, outside: Path) -> None:
    with image(room, layer(f("x", "evil"), f("y", "y"), s("l", "y"))) as bench:

        def plant() -> None:
            for name in ("x", "l"):
                os.symlink(outside / "file", bench.out / name)

        outcome = bench.extract(progress=Hook(2, plant))

    assert tree(outside) == {}
    assert tree(bench.out) == {"l": f"→ {outside}/file", "x": f"→ {outside}/file", "y": b"y"}
    assert set(reasons(outcome)) == {"x", "l"}


def test_a_link_planted_at_the_target_itself_is_not_followed(
    room: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with image(room, layer(f("d/x", "evil"))) as bench:

        class Plant(Hook):
            def begin(self, label: str, total: int) -> None:
                os.symlink(outside, bench.out)

        with pytest.raises(SettingsError, match="cannot write"):
            bench.extract(progress=Plant(0, lambda: None))
        os.unlink(bench.out)
        with pytest.raises(SettingsError, match="cannot write"):
            bench.extract("d/x", progress=Plant(0, lambda: None))

    assert tree(outside) == {}


def test_links_above_the_target_are_the_users_own(room: Path, outside: Path) -> None:
    os.symlink(outside, room / "mine")
    with image(room, layer(f("x", "x"))) as bench:
        bench.extract(target=room / "mine/new/out")

    assert tree(outside) == {"new": "/", "new/out": "/", "new/out/x": b"x"}


def test_what_exists_is_not_written_over_unless_asked_for(room: Path) -> None:
    with image(room, layer(f("d/x", "new"))) as bench:
        bench.out.write_text("old")
        for path in ("d/x", "d"):
            with pytest.raises(SettingsError, match="exists") as caught:
                bench.extract(path)
            assert caught.value.hint
        assert bench.out.read_text() == "old"
        bench.extract("d/x", overwrite=True)
        assert bench.out.read_text() == "new"
        with pytest.raises(SettingsError, match="exists and is not a directory"):
            bench.extract("d", overwrite=True)


def test_a_file_is_never_written_over_a_directory(room: Path) -> None:
    with image(room, layer(f("x", "new"))) as bench:
        bench.out.mkdir()
        with pytest.raises(SettingsError, match="exists and is a directory"):
            bench.extract("x", overwrite=True)

    assert tree(bench.out) == {}


def test_an_empty_directory_is_filled_and_stays_as_it_is(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with image(room, layer(d("", mode=0o755), f("x", "x"))) as bench:
        bench.out.mkdir(mode=0o711)
        monkeypatch.chdir(bench.out)
        outcome = bench.extract(target=".")
        with pytest.raises(SettingsError, match="exists and is not empty"):
            bench.extract()

    assert tree(bench.out) == {"x": b"x"}
    assert mode(bench.out) == 0o711
    assert outcome.directories == 0


def test_a_directory_is_merged_into_and_nothing_else_goes(room: Path) -> None:
    content = layer(
        d("d", mode=0o700), f("d/x", "new"), f("d/y", "y"), s("l", "new"), d("f"), f("f/z", "z"), f("e", "e")
    )
    with image(room, content) as bench:
        (bench.out / "d/mine").mkdir(parents=True, mode=0o750)
        (bench.out / "d").chmod(0o750)
        (bench.out / "d/x").write_text("old")
        (bench.out / "keep").write_text("keep")
        (bench.out / "l").write_text("old")
        (bench.out / "f").write_text("a file where a directory shall be")
        (bench.out / "e").mkdir()
        outcome = bench.extract(overwrite=True)

    assert tree(bench.out) == {
        "d": "/",
        "d/mine": "/",
        "d/x": b"new",
        "d/y": b"y",
        "e": "/",
        "keep": b"keep",
        "l": "→ new",
        "f": b"a file where a directory shall be",
    }
    assert mode(bench.out / "d") == 0o750
    assert reasons(outcome) == {
        "f": "something that is no directory is in the way; left out with all below it",
        "e": "a directory is in the way; left out",
    }
    assert outcome.directories == 0


def test_a_file_that_others_hold_open_is_replaced_and_not_changed(room: Path) -> None:
    with image(room, layer(f("x", "new"))) as bench:
        bench.out.write_text("old")
        os.link(bench.out, room / "other")
        bench.extract("x", overwrite=True)

    assert (room / "other").read_text() == "old"


def test_merging_goes_into_no_link(room: Path, outside: Path) -> None:
    with image(room, layer(f("d/x", "evil"), f("y", "evil"))) as bench:
        bench.out.mkdir()
        os.symlink(outside, bench.out / "d")
        os.symlink(outside / "y", bench.out / "y")
        outcome = bench.extract(overwrite=True)
        os.symlink(bench.out, room / "link")
        with pytest.raises(SettingsError, match="symbolic link"):
            bench.extract(target=room / "link", overwrite=True)

    assert tree(outside) == {}
    assert tree(bench.out) == {"d": f"→ {outside}", "y": b"evil"}
    assert set(reasons(outcome)) == {"d"}


def lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that keeps all names in lower case."""

    def lowered(function: Callable[..., Any], count: int) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            names = [one.lower() if isinstance(one, bytes) else one for one in arguments[:count]]
            return function(*names, *arguments[count:], **more)

        return call

    for name, count in (("mkdir", 1), ("open", 1), ("stat", 1), ("unlink", 1), ("utime", 1)):
        monkeypatch.setattr(os, name, lowered(getattr(os, name), count))
    for name in ("symlink", "link", "rename"):
        monkeypatch.setattr(os, name, lowered(getattr(os, name), 2))


@pytest.mark.parametrize("overwrite", [False, True])
def test_names_that_differ_in_case_only_do_not_replace_each_other(
    room: Path, monkeypatch: pytest.MonkeyPatch, *, overwrite: bool
) -> None:
    content = layer(
        f("Makefile", "1"),
        f("makefile", "2"),
        d("D"),
        f("D/x", "3"),
        d("d"),
        f("d/y", "4"),
        s("L", "one"),
        s("l", "two"),
    )
    with image(room, content) as bench:
        bench.out.mkdir()
        lower_case(monkeypatch)
        outcome = bench.extract(overwrite=overwrite)

    assert tree(bench.out) == {"makefile": b"1", "d": "/", "d/x": b"3", "l": "→ one"}
    assert set(reasons(outcome)) == {"makefile", "d", "l"}
    assert all("upper and lower case" in problem.reason for problem in outcome.problems)


def test_names_that_differ_in_case_only_are_both_replaced_where_they_are_two(room: Path) -> None:
    with image(room, layer(f("A", "1"), f("a", "2"))) as bench:
        bench.out.mkdir()
        (bench.out / "A").write_text("old")
        os.link(bench.out / "A", bench.out / "a")
        outcome = bench.extract(overwrite=True)

    assert tree(bench.out) == {"A": b"1", "a": b"2"}
    assert outcome.problems == ()


@pytest.mark.parametrize("target", ["", "a\0b", "/"])
def test_a_target_that_is_no_name_is_refused(room: Path, target: str) -> None:
    from imgscope.extract.target import check

    with pytest.raises(SettingsError):
        check(target, directory=True, overwrite=True)


def test_a_system_without_descriptors_of_directories_is_refused(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgscope.extract.target._SAFE", False)
    with image(room, layer(f("x"))) as bench, pytest.raises(SettingsError, match="no safe way"):
        bench.extract()
    assert not bench.out.exists()
