"""Journeys: a file, a directory, what was deleted, and how it looks on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imgscope.errors import SettingsError
from imgscope.extract.write import extract
from tests.build import Compress, E, d, entry, f, gz, h, layer, plain, s, w, zst
from tests.extract.bench import Bench, Hook, as_nobody, image, mode, reasons, tree
from tests.tar.making import sparse_01

END = bytes(1024)


def test_a_file_gets_the_very_name_that_was_asked_for(room: Path) -> None:
    with image(room, layer(f("etc/passwd", "root"), f("etc/group", "wheel"))) as bench:
        outcome = bench.extract("etc/passwd", target=room / "a/b/users")

    assert tree(room / "a") == {"b": "/", "b/users": b"root"}
    assert (outcome.files, outcome.directories, outcome.links, outcome.bytes_written) == (1, 0, 0, 4)
    assert outcome.problems == ()


def test_a_directory_is_written_with_all_below_it(room: Path) -> None:
    content = layer(d("etc"), f("etc/a", "A"), d("etc/sub"), f("etc/sub/b", "BB"), s("etc/l", "sub/b"), f("var/x", "x"))
    with image(room, content) as bench:
        assert bench.size_of("etc") == (2, 3)
        outcome = bench.extract("etc")

    assert tree(bench.out) == {"a": b"A", "l": "→ sub/b", "sub": "/", "sub/b": b"BB"}
    assert (outcome.files, outcome.directories, outcome.links, outcome.bytes_written) == (2, 2, 1, 3)


@pytest.mark.parametrize("compress", [plain, gz, zst])
def test_content_comes_from_every_layer_however_it_is_compressed(room: Path, compress: Compress) -> None:
    big = os.urandom(3 << 20)
    layers = layer(f("a", "old"), f("big", big), f("b", "b")), layer(f("a", "new"), f("empty"), f("c/d", "d"))
    with image(room, *layers, compress=compress) as bench:
        bench.extract()

    assert tree(bench.out) == {"a": b"new", "big": big, "b": b"b", "empty": b"", "c": "/", "c/d": b"d"}


def test_a_deleted_file_is_had_from_the_state_of_an_earlier_layer(room: Path) -> None:
    with image(room, layer(f("k/secret", "s3cret"), f("k/x", "1")), layer(w("k/secret"), f("k/x", "2"))) as bench:
        bench.extract("k", layer=0, target=room / "before")
        bench.extract("k/secret", layer=0, target=room / "one")
        bench.extract("k")
        with pytest.raises(SettingsError, match="nothing to write"):
            bench.extract("k/secret", target=room / "never")

    assert tree(room / "before") == {"secret": b"s3cret", "x": b"1"}
    assert (room / "one").read_bytes() == b"s3cret"
    assert tree(bench.out) == {"x": b"2"}
    assert not (room / "never").exists()


def test_hard_links_stay_links_of_one_file(room: Path) -> None:
    with image(room, layer(f("a/one", "data"), h("a/b/two", "a/one"), h("a/three", "a/b/two"))) as bench:
        assert bench.size_of("a") == (1, 4)
        outcome = bench.extract("a")

    assert tree(bench.out) == {"b": "/", "b/two": b"data", "one": b"data", "three": b"data"}
    assert len({path.stat().st_ino for path in bench.out.rglob("*") if path.is_file()}) == 1
    assert (bench.out / "one").stat().st_nlink == 3
    assert (outcome.files, outcome.links) == (1, 2)
    assert outcome.problems == ()


def test_a_hard_link_to_a_file_outside_becomes_a_file_and_says_so(room: Path) -> None:
    with image(room, layer(f("a/one", "data"), h("b/two", "a/one"), h("b/three", "a/one"))) as bench:
        outcome = bench.extract("b")

    assert tree(bench.out) == {"two": b"data", "three": b"data"}
    assert (bench.out / "two").stat().st_nlink == 2
    assert (outcome.files, outcome.links) == (1, 1)
    assert reasons(outcome) == {
        "b/two": "a hard link to a file outside of what was written; it is a file of its own now"
    }


def test_a_hard_link_whose_target_is_deleted_is_just_a_file(room: Path) -> None:
    with image(room, layer(f("a/one", "data"), h("b/two", "a/one")), layer(w("a/one"))) as bench:
        outcome = bench.extract("b")

    assert tree(bench.out) == {"two": b"data"}
    assert outcome.problems == ()


@pytest.mark.parametrize("code", ["EPERM", "EXDEV"])
def test_where_there_are_no_hard_links_there_are_copies(room: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    def no_links(*_: object, **__: object) -> None:
        raise OSError(getattr(errno, code), "no links here")

    segments = [(0, 3), (1 << 20, 3)]
    sparse = sparse_01(b"sparse", segments, 2 << 20, 6)
    monkeypatch.setattr(os, "link", no_links)
    with image(room, entry(f("one", "data")) + entry(h("d/two", "one")) + sparse + layer(h("s", "sparse"))) as bench:
        bench.extract()

    assert (bench.out / "one").read_bytes() == (bench.out / "d/two").read_bytes() == b"data"
    assert (bench.out / "s").stat().st_size == 2 << 20
    assert sorted(os.listdir(bench.out)) == ["d", "one", "s", "sparse"]


def test_modes_and_times_are_those_of_the_image(room: Path) -> None:
    content = layer(
        d("d", mode=0o750, mtime=1_000_000_000),
        f("d/run", "#!", mode=0o751, mtime=1_100_000_000),
        s("d/link", "run", mtime=1_200_000_000),
        f("d/implied/x", mode=0o604, mtime=-5),
    )
    with image(room, content) as bench:
        outcome = bench.extract()

    out = bench.out / "d"
    assert [mode(out), mode(out / "run"), mode(out / "implied"), mode(out / "implied/x")] == [
        0o750,
        0o751,
        0o755,
        0o604,
    ]
    assert [int(p.lstat().st_mtime) for p in (out, out / "run", out / "link", out / "implied/x")] == [
        1_000_000_000,
        1_100_000_000,
        1_200_000_000,
        -5,
    ]
    assert outcome.problems == ()


def test_a_time_that_no_clock_knows_stops_nothing(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with image(room, layer(f("a", "x", mtime=1 << 62), s("l", "a", mtime=-(1 << 62)))) as bench:
        bench.extract()
        monkeypatch.setattr(os, "utime", _no_such_time)
        outcome = bench.extract(target=room / "two")

    assert tree(bench.out) == tree(room / "two") == {"a": b"x", "l": "→ a"}
    assert reasons(outcome) == dict.fromkeys(("a", "l"), "its time could not be set")


def _no_such_time(*_: object, **__: object) -> None:
    raise OverflowError


def test_a_directory_that_may_not_be_written_to_is_filled_all_the_same(room: Path) -> None:
    content = layer(d("ro", mode=0o555), d("ro/none", mode=0), f("ro/none/x", "x", mode=0), s("ro/none/l", "x"))
    with image(room, content) as bench:

        def run() -> None:
            bench.extract()
            assert (mode(bench.out / "ro"), mode(bench.out / "ro/none")) == (0o555, 0)
            os.chmod(bench.out / "ro/none", 0o700)
            assert sorted(os.listdir(bench.out / "ro/none")) == ["l", "x"]
            assert mode(bench.out / "ro/none/x") == 0

        as_nobody(room, run)


def test_a_sparse_file_is_written_with_its_holes(room: Path) -> None:
    segments = [(0, 5), (64 << 20, 7), (64 << 20 | 7, 0)]
    data = sparse_01(b"sparse", segments, 128 << 20, 12)
    with image(room, data[:-512] + b"headtailend!".ljust(512, b"\0") + END) as bench:
        assert bench.size_of("sparse") == (1, 12)
        outcome = bench.extract("sparse")

    with open(bench.out, "rb") as file:
        assert file.read(8) == b"headt\0\0\0"
        file.seek(64 << 20)
        assert file.read(8) == b"ailend!\0"
    assert bench.out.stat().st_size == 128 << 20
    assert bench.out.stat().st_blocks * 512 < 1 << 20
    assert outcome.bytes_written == 12


def test_without_root_files_are_the_users_own_and_bits_are_dropped(room: Path) -> None:
    content = layer(f("a", "x", mode=0o4755, uid=7), f("b", "x", mode=0o6711), d("d", mode=0o1777))
    with image(room, content) as bench:

        def run() -> None:
            outcome = bench.extract(owner=True)
            assert {path.stat().st_uid for path in bench.out.iterdir()} == {os.geteuid()}
            assert (mode(bench.out / "a"), mode(bench.out / "b"), mode(bench.out / "d")) == (0o755, 0o711, 0o1777)
            assert reasons(outcome) == {
                "/": "owners are not set: only root can do that",
                "a": "set-user-ID and set-group-ID bits are left out (and 1 more like it)",
            }

        as_nobody(room, run)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_sets_owners_and_bits_only_if_asked_to(room: Path) -> None:
    content = layer(
        f("a", "x", mode=0o4755, uid=7, gid=8),
        s("l", "a", uid=9),
        d("d", mode=0o2775, gid=3),
        f("n", pax={"uid": "4294967295"}),
    )
    with image(room, content) as bench:
        bench.extract(target=room / "plain")
        outcome = bench.extract(owner=True)

    assert ((room / "plain/a").stat().st_uid, mode(room / "plain/a")) == (0, 0o755)
    status = (bench.out / "a").stat()
    assert (status.st_uid, status.st_gid, mode(bench.out / "a")) == (7, 8, 0o4755)
    assert (bench.out / "l").lstat().st_uid == 9
    assert mode(bench.out / "d") == 0o2775
    assert reasons(outcome) == {"n": "its owner could not be set"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_whose_owner_cannot_be_set_gets_no_bits_either(room: Path) -> None:
    with image(room, layer(f("a", "x", mode=0o4755, pax={"uid": "99999999999"}))) as bench:
        bench.extract(owner=True)

    assert mode(bench.out / "a") == 0o755


def test_devices_and_pipes_are_left_out(room: Path) -> None:
    content = layer(
        d("dev"), E("dev/null", type="3"), E("dev/sda", type="4"), E("dev/p", type="6"), E("dev/q", type="Q")
    )
    with image(room, content) as bench:
        outcome = bench.extract("dev")

    assert tree(bench.out) == {}
    assert reasons(outcome) == {
        "dev/null": "a device; left out",
        "dev/sda": "a device; left out",
        "dev/p": "a named pipe; left out",
        "dev/q": "of unknown type; left out",
    }


def test_many_problems_of_a_kind_are_counted(room: Path) -> None:
    with image(room, layer(*(E(f"d{number}", type="3") for number in range(100)))) as bench:
        outcome = bench.extract()

    assert len(outcome.problems) == 20
    assert outcome.problems[-1].reason == "a device; left out (and 80 more like it)"


def test_what_else_cannot_be_kept_is_said(room: Path) -> None:
    content = layer(f("cap", "x", pax={"SCHILY.xattr.security.capability": "1"}), h("nowhere", "gone"), s("void", ""))
    with image(room, content) as bench:
        outcome = bench.extract()

    assert tree(bench.out) == {"cap": b"x"}
    assert reasons(outcome) == {
        "cap": "extended attributes are left out",
        "nowhere": "a hard link to nothing; left out",
        "void": "a symbolic link to nothing; left out",
    }


def test_a_symlink_can_be_asked_for_by_itself(room: Path) -> None:
    with image(room, layer(s("lib", "usr/lib"))) as bench:
        outcome = bench.extract("lib")

    assert os.readlink(bench.out) == "usr/lib"
    assert outcome.links == 1


def test_progress_is_told_of_what_is_read(room: Path) -> None:
    told: list[tuple[str, int]] = []

    class Told(Hook):
        def begin(self, label: str, total: int) -> None:
            told.append((label, total))

    with image(room, layer(f("a", "x" * 5000), f("b", "y"))) as bench:
        bench.extract("a", progress=Told(0, lambda: None))

    assert told == [("writing files", 5000)]


def test_three_thousand_directories_one_in_another_are_no_more_than_a_few_open_files(room: Path) -> None:
    deep = "d/" * 3000
    descriptors: set[int] = set()

    class Watch(Hook):
        def advance(self, amount: int) -> None:
            descriptors.add(len(os.listdir("/dev/fd")))

    with image(room, layer(f(f"{deep}x", "deep"), s(f"{deep}l", "x"), f("d/y", "y"), h(f"{deep}y", "d/y"))) as bench:
        bench.extract("d/y", target=room / "first")
        before = len(os.listdir("/dev/fd"))
        outcome = extract(bench.inspection, bench.request(), progress=Watch(0, lambda: None))
        assert len(os.listdir("/dev/fd")) == before

    assert max(descriptors) < before + 80
    assert (outcome.directories, outcome.files, outcome.links) == (3001, 2, 2)
    assert outcome.problems == ()
    assert _read_deep(bench) == b"deep"


def _read_deep(bench: Bench) -> bytes:
    descriptor = os.open(bench.out, os.O_RDONLY)
    for _ in range(3000):
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    file = os.open("x", os.O_RDONLY, dir_fd=descriptor)
    try:
        return os.read(file, 100)
    finally:
        os.close(file)
        os.close(descriptor)


def test_a_layer_that_is_listed_twice_is_written_once(room: Path) -> None:
    same = layer(f("a", "x"))
    with image(room, same, same) as bench:
        bench.extract()

    assert tree(bench.out) == {"a": b"x"}
