"""What goes wrong on the way: nothing half-written has its name, what is whole stays, and the message says so."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from imgscope.errors import ArchiveError, CompressionError, SettingsError, SourceError, StoppedError
from imgscope.progress import Cancelled
from tests.build import BytesBlob, Compress, E, d, f, gz, h, layer, plain, s, zst
from tests.extract.bench import Hook, as_nobody, image, mode, reasons, tree
from tests.tar.making import sparse_01


def stop(error: BaseException) -> Callable[[], None]:
    """Someone who wants it to end."""

    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize("error", [Cancelled(), StoppedError("stopped"), KeyboardInterrupt()])
@pytest.mark.parametrize("compress", [plain, gz, zst])
def test_whenever_it_is_stopped_only_whole_files_are_left(room: Path, error: BaseException, compress: Compress) -> None:
    files = {"a": os.urandom(2 << 20), "d/b": os.urandom(1 << 20), "d/c": b""}
    content = layer(*(f(name, data) for name, data in files.items()), h("d/e", "a"), s("l", "a"))
    done = False
    moment = 0
    with image(room, content, compress=compress) as bench:
        while not done:
            moment += 1
            out = room / f"out{moment}"
            hook = Hook(moment, stop(error))
            try:
                bench.extract(target=out, progress=hook)
                done = hook.left > 0
            except type(error):
                pass
            found = tree(out) if out.exists() else {}
            assert not any(".imgscope" in name for name in found)
            assert all(found[name] == data for name, data in files.items() if name in found)

    assert moment > 5


def test_a_full_disk_ends_it_and_tells_what_stays(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, calls = os.write, 0

    def full(file: int, data: bytes | memoryview) -> int:
        nonlocal calls
        calls += 1
        if calls == 3:
            return write(file, data[:10])
        if calls == 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, data)

    monkeypatch.setattr(os, "write", full)
    content = layer(f("a", "a"), f("b", "b"), f("c", "c" * 100), f("d", "d"))
    with image(room, content) as bench, pytest.raises(SettingsError) as caught:
        bench.extract()

    assert str(caught.value) == (
        f"cannot write {bench.out}/c: no space left on device; 2 files were written before it, and stay"
    )
    assert tree(bench.out) == {"a": b"a", "b": b"b"}


def test_a_place_that_may_not_be_written_to_is_told(room: Path) -> None:
    (room / "closed").mkdir(mode=0o755)
    with image(room, layer(f("a", "a"))) as bench:

        def run() -> None:
            with pytest.raises(SettingsError, match=r"cannot write .*/closed/x: permission denied"):
                bench.extract("a", target=room / "closed/x")
            with pytest.raises(SettingsError, match=r"cannot write .*/closed/x/y: permission denied"):
                bench.extract("a", target=room / "closed/x/y")

        os.chmod(room / "closed", 0o555)
        as_nobody(room, run)


def test_a_target_that_cannot_be_is_told(room: Path) -> None:
    (room / "file").write_text("")
    with image(room, layer(f("a", "a"))) as bench:
        with pytest.raises(SettingsError, match="file name too long"):
            bench.extract("a", target=room / ("x" * 300))
        with pytest.raises(SettingsError, match=r"not a directory|file exists"):
            bench.extract("a", target=room / "file/x")


def test_a_name_that_the_file_system_refuses_is_left_out(room: Path) -> None:
    content = layer(f("x" * 256, "1"), d("y" * 256), f("y" * 256 + "/f", "2"), s("l", "z" * 5000), f("good", "3"))
    with image(room, content) as bench:
        outcome = bench.extract()

    assert tree(bench.out) == {"good": b"3"}
    refused = "the file system refuses it (file name too long); left out"
    assert reasons(outcome) == {"x" * 256: refused, "y" * 256: refused, "l": refused}


def test_a_hard_link_whose_name_is_refused_does_not_keep_the_others_from_theirs(room: Path) -> None:
    with image(room, layer(f("x" * 256, "1"), h("a", "x" * 256), h("b", "a"))) as bench:
        outcome = bench.extract()

    assert tree(bench.out) == {"a": b"1", "b": b"1"}
    assert (outcome.files, outcome.links) == (1, 1)


def test_names_and_messages_with_control_characters_are_escaped(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with image(room, layer(f(b"a\x1b[2J\xff", "x"), E("p\x1b", type="6"))) as bench:
        outcome = bench.extract()
        assert [problem.path for problem in outcome.problems] == ["p\\x1b"]
        assert os.listdir(os.fsencode(bench.out)) == [b"a\x1b[2J\xff"]
        monkeypatch.setattr(os, "write", lambda *_: stop(OSError(errno.EIO, "Input/output error"))())
        with pytest.raises(SettingsError) as caught:
            bench.extract(target=room / "two")

    assert str(caught.value) == f"cannot write {room}/two/a\\x1b[2J\\xff: input/output error"


class Changed:
    """A store whose blobs are other bytes by now, or not there any more."""

    def __init__(self, data: bytes | None) -> None:
        self.data = data

    def open(self, name: str) -> BytesBlob:
        """The other bytes."""
        if self.data is None:
            raise SourceError("no such file", member=name)
        return BytesBlob(self.data, name)

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("damage", ["shorter", "shorter inside", "other"])
def test_a_damaged_layer_names_itself_and_the_file(room: Path, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = layer(f("a", "a"), f("d/b", os.urandom(1 << 20)), f("c", "c"))
    changed = {"shorter": gz(content)[:-70_000], "shorter inside": gz(content[:-70_000])}
    changed["other"] = gz(content)[:500_000] + bytes(600_000)
    with image(room, content, compress=gz) as bench:
        opened = bench.inspection.opened
        monkeypatch.setattr(opened, "store", Changed(changed[damage]))
        with pytest.raises((ArchiveError, CompressionError)) as caught:
            bench.extract()
        monkeypatch.undo()

    assert "layer 0, d/b: " in caught.value.what
    assert caught.value.file == str(bench.archive)
    assert str(opened.image.layers[0].blob) in str(caught.value)
    assert tree(bench.out) == {"a": b"a", "d": "/"}


def test_a_layer_that_went_away_is_told(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with image(room, layer(f("a", "a"))) as bench:
        monkeypatch.setattr(bench.inspection.opened, "store", Changed(None))
        with pytest.raises(SourceError) as caught:
            bench.extract()
        monkeypatch.undo()

    assert caught.value.file == str(bench.archive)
    assert tree(bench.out) == {}


def test_directories_that_were_not_finished_are_their_makers_alone(room: Path) -> None:
    with image(room, layer(d("d", mode=0o777), f("d/x", "x"))) as bench, pytest.raises(Cancelled):
        bench.extract(progress=Hook(4, stop(Cancelled())))

    assert mode(bench.out / "d") == 0o700


def test_a_sparse_file_that_claims_more_than_the_disk_can_address_is_left_out(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truncate = os.ftruncate

    def limited(file: int, size: int) -> None:
        if size > 1 << 40:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        truncate(file, size)

    monkeypatch.setattr(os, "ftruncate", limited)
    with image(room, sparse_01(b"huge", [(0, 5)], 1 << 62, 5) + layer(f("good", "g"))) as bench:
        assert bench.size_of() == (2, 6)
        outcome = bench.extract()

    assert tree(bench.out) == {"good": b"g"}
    assert reasons(outcome) == {"huge": "the file system refuses it (file too large); left out"}
    assert (outcome.files, outcome.bytes_written) == (1, 1)


def test_where_there_are_no_symlinks_they_are_left_out(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "symlink", none)
    with image(room, layer(f("a", "a"), s("l", "a"))) as bench:
        outcome = bench.extract()
        with pytest.raises(SettingsError, match="cannot write"):
            bench.extract("l", target=room / "l")

    assert tree(bench.out) == {"a": b"a"}
    assert reasons(outcome) == {"l": "the file system has no symbolic links; left out"}
