"""What the world does to a program: the Nth read, open, look, allocation or write goes wrong, for each N there is.

A run that meets a fault ends in one clear line, or in the right answer; never in another one that is called complete.
Whatever it was, no temporary file and no open file is left behind.
"""

from __future__ import annotations

import errno
import gzip
import itertools
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from imgscope.cli import writing
from imgscope.errors import ImgscopeError, SettingsError
from imgscope.extract import draft, dress, place, target, write
from imgscope.sources import files
from tests.build import (
    Spec,
    d,
    docker_files,
    f,
    gz,
    h,
    layer,
    layout_files,
    plain,
    s,
    w,
    write_directory,
    write_tar,
    zst,
)
from tests.conftest import Cli, Result
from tests.extract.bench import image as bench_of
from tests.extract.bench import tree
from tests.faults import (
    Doors,
    Fault,
    Install,
    Trap,
    allocations,
    codecs,
    less,
    looks,
    nothing,
    raises,
    reads,
    system,
    system_error,
    temporary,
)

IMAGE = Spec(
    [
        layer(d("a"), f("a/b", "b" * 300), f("gone", bytes(range(256)) * 300), s("l", "a/b"), h("h", "a/b")),
        layer(w("gone"), f("a/b", "b" * 300, mode=0o600), f("p", "x", pax={"mtime": "1.5"})),
    ]
)
KINDS: dict[str, tuple[Install, Fault]] = {
    "a read": (reads, system_error(errno.EIO)),
    "a read, less": (reads, less),
    "a read, the end": (reads, nothing),
    "an open or a look": (looks, system_error(errno.EIO)),
    "an open or a look, no descriptors": (looks, system_error(errno.EMFILE)),
    "an open or a look, vanished": (looks, system_error(errno.ENOENT)),
    "a call of a codec": (codecs, raises(lambda: RuntimeError("broken"))),
    "the temporary copy": (temporary, system_error(errno.ENOSPC)),
    "memory": (allocations, raises(MemoryError)),
}


def _whole(path: Path) -> Path:
    archive = write_tar(docker_files(IMAGE), path / "docker.tar")
    (path / "whole.gz").write_bytes(gzip.compress(archive.read_bytes(), mtime=0))
    return path / "whole.gz"


FORMS: dict[str, Callable[[Path], Path]] = {
    "docker-archive": lambda path: write_tar(docker_files(IMAGE), path / "docker.tar"),
    "docker, unpacked": lambda path: write_directory(docker_files(IMAGE), path / "docker"),
    "oci-archive, gzip": lambda path: write_tar(layout_files(IMAGE, compress=gz), path / "gz.tar"),
    "oci-archive, zstd": lambda path: write_tar(layout_files(IMAGE, compress=zst), path / "zst.tar"),
    "oci-layout, plain": lambda path: write_directory(layout_files(IMAGE, compress=plain), path / "plain"),
    "oci-layout, gzip": lambda path: write_directory(layout_files(IMAGE, compress=gz), path / "layout"),
    "whole file gzip": _whole,
    "standard input": lambda path: write_tar(docker_files(IMAGE), path / "docker.tar"),
    "standard input, whole gzip": _whole,
}


def open_files() -> set[str]:
    """Descriptors that are open, where the system tells."""
    return set(os.listdir("/proc/self/fd")) if sys.platform == "linux" else set()


@contextmanager
def piped(path: Path) -> Iterator[None]:
    """A file as standard input, through a pipe."""
    reader, writer = os.pipe()

    def feed() -> None:
        with os.fdopen(writer, "wb", buffering=0) as pipe:
            try:
                pipe.write(path.read_bytes())
            except BrokenPipeError:
                return

    feeding = threading.Thread(target=feed)
    feeding.start()
    before, sys.stdin = sys.stdin, os.fdopen(reader)
    try:
        yield
    finally:
        sys.stdin.close()
        sys.stdin = before
        feeding.join()


class Run:
    """Runs the command line on one image; nothing may be left behind."""

    def __init__(self, cli: Cli, room: Path, path: Path, *, through_pipe: bool) -> None:
        self.cli, self.room, self.path, self.through_pipe = cli, room, path, through_pipe

    def __call__(self, *arguments: str) -> Result:
        before = open_files()
        if self.through_pipe:
            with piped(self.path):
                result = self.cli(*arguments, "-")
        else:
            result = self.cli(*arguments, self.path)
        assert open_files() == before
        assert os.listdir(self.room) == []
        return result


Ready = Callable[[str], Run]


@pytest.fixture
def ready(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ready:
    """An image in some form, and a temporary directory of its own to run in, where no project has settings."""
    room = tmp_path / "tmp"
    room.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(room))

    def make(form: str) -> Run:
        return Run(cli, room, FORMS[form](tmp_path), through_pipe=form.startswith("standard input"))

    return make


def each_time(install: Install, fault: Fault, action: Callable[[], Any]) -> Iterator[Any]:
    """The results of an action with the first call gone wrong, the second, and so on; at last with none."""
    for at in itertools.count(1):
        trap = Trap(at, fault)
        with pytest.MonkeyPatch.context() as patch:
            install(patch, trap)
            result = action()
        yield result
        if not trap.sprung:
            return


def one_line(result: Result) -> str:
    """The line that tells what went wrong."""
    errors = [line for line in result.err.splitlines() if not line.startswith(("hint: ", "warning: "))]
    assert len(errors) == 1, result.err
    assert errors[0].startswith("error: ")
    return errors[0]


# Reading


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMS)
def test_whatever_fails_it_is_told_or_makes_no_difference(form: str, kind: str, ready: Ready) -> None:
    run = ready(form)
    right = run("report", "--json")
    assert right.code == 0
    results = list(each_time(*KINDS[kind], lambda: run("report", "--json")))
    for result in results:
        assert result.code in (0, 3), result.err
        if result.code == 0:
            assert result.out == right.out
        elif result.out:
            assert result.json["complete"] is False
            assert result.json["totals"]["content_bytes"] <= right.json["totals"]["content_bytes"]
        else:
            assert "cannot write" not in one_line(result)
    assert (results[-1].code, results[-1].out) == (0, right.out)
    if kind == "a read, less":
        assert {result.code for result in results} == {0}
    if kind == "memory":
        assert {one_line(result) for result in results[:-1]} == {"error: out of memory"}


COMMANDS = [("verify",), ("check",), ("waste",), ("files",), ("layers",), ("history",), ("images",), ("inspect",)]


@pytest.mark.parametrize("kind", ["a read", "an open or a look", "a call of a codec", "memory"])
@pytest.mark.parametrize("form", ["docker-archive", "oci-layout, gzip"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_answers_otherwise_and_calls_it_well(
    command: tuple[str, ...], form: str, kind: str, ready: Ready
) -> None:
    run = ready(form)
    right = run(*command, "--json")
    results = list(each_time(*KINDS[kind], lambda: run(*command, "--json")))
    for result in results:
        if result.code == right.code:
            assert result.out == right.out
        else:
            assert result.code == 3
            assert result.out or one_line(result)
    assert (results[-1].code, results[-1].out) == (right.code, right.out)


@pytest.mark.parametrize("form", ["docker-archive", "docker, unpacked", "oci-layout, plain"])
def test_an_image_that_is_written_to_meanwhile_is_not_called_complete(form: str, ready: Ready) -> None:
    """Other bytes, as many as before: only the time tells."""
    run = ready(form)
    right = run("report", "--json")
    paths = [path for path in (run.path, *run.path.rglob("*")) if path.is_file()]
    sound = {path: path.read_bytes() for path in paths}

    def overwrite(function: Callable[..., bytes], *arguments: Any) -> bytes:
        for path, data in sound.items():
            with path.open("r+b") as stream:
                stream.write(data.replace(b"b" * 300, b"c" * 300))
            os.utime(path, ns=(0, 0))
        return function(*arguments)

    def attempt() -> Result:
        for path, data in sound.items():
            path.write_bytes(data)
        return run("report", "--json")

    results = list(each_time(system({files: ("pread",)}), overwrite, attempt))
    told = 0
    for result in results[:-1]:
        # Documents of a directory are read whole; a layer that is opened afterwards is not what it was.
        assert result.code == 3 or result.out == right.out
        told += result.code == 3
    assert told >= len(results) // 3
    assert results[-1].out == right.out


# Writing reports


def stream_of_output(patch: pytest.MonkeyPatch, trap: Trap) -> None:
    """Guard what is written to standard output."""
    patch.setattr(sys, "stdout", Doors(sys.stdout, trap, "write", "writelines", "flush"))


def file_of_output(patch: pytest.MonkeyPatch, trap: Trap) -> None:
    """Guard all that is done to write a file that replaces another."""

    @contextmanager
    def opened(*arguments: Any, **options: Any) -> Iterator[Doors]:
        with open(*arguments, **options) as stream:
            yield Doors(stream, trap, "write", "writelines")

    patch.setattr(writing, "open", opened, raising=False)
    patch.setattr(writing, "tempfile", Doors(tempfile, trap, "mkstemp"))
    patch.setattr(writing, "os", Doors(os, trap, "chmod", "replace", "stat"))


FORMATS = [("report",), ("report", "--json"), ("report", "--format", "markdown"), ("files",), ("history", "--json")]


@pytest.mark.parametrize("command", FORMATS, ids=" ".join)
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_output_that_cannot_be_written_is_told(command: tuple[str, ...], number: int, ready: Ready) -> None:
    run = ready("docker-archive")
    right = run(*command)
    results = list(each_time(stream_of_output, system_error(number), lambda: run(*command)))
    assert len(results) > 1
    for result in results[:-1]:
        assert result.code == 2
        assert right.out.startswith(result.out)
        assert "cannot write" in one_line(result)
    assert (results[-1].code, results[-1].out) == (0, right.out)


@pytest.mark.parametrize("command", FORMATS, ids=" ".join)
@pytest.mark.parametrize("before", [None, "what was there"])
def test_a_file_of_output_is_whole_or_what_it_was(
    command: tuple[str, ...], before: str | None, ready: Ready, tmp_path: Path
) -> None:
    run = ready("docker-archive")
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / "report"

    def attempt() -> tuple[Result, str | None]:
        out.unlink(missing_ok=True)
        if before is not None:
            out.write_text(before)
        result = run(*command, "-o", str(out))
        assert os.listdir(out.parent) == (["report"] if out.exists() else [])
        return result, out.read_text() if out.exists() else None

    _, right = attempt()
    results = list(each_time(file_of_output, system_error(errno.ENOSPC), attempt))
    assert len(results) > 3
    for result, content in results[:-1]:
        assert (result.code, content) == (2, before)
        assert "cannot write" in one_line(result)
    assert (results[-1][0].code, results[-1][1]) == (0, right)


# Writing files of an image

EXTRACTING: dict[ModuleType, tuple[str, ...]] = {
    draft: ("open", "dup", "lseek", "write", "ftruncate", "link"),
    place: ("open", "mkdir", "stat"),
    target: ("makedirs", "open", "lstat"),
    write: ("symlink",),
    dress: ("fchmod", "utime"),
}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EMFILE, errno.EACCES])
@pytest.mark.parametrize("compress", [plain, zst])
def test_what_is_extracted_is_whole_and_what_is_not_is_told(
    number: int, compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    content = layer(d("a"), f("a/b", "b" * 3000), h("a/c", "a/b"), s("l", "a/b"), f("z", "z"), d("e"))
    counter = itertools.count()
    with bench_of(tmp_path, content, compress=compress) as bench:
        bench.extract(target=tmp_path / "right")
        right = tree(tmp_path / "right")

        def attempt() -> tuple[dict[str, Any], bool]:
            out = tmp_path / f"out{next(counter)}"
            before = open_files()
            try:
                told = bool(bench.extract(target=out).problems)
            except SettingsError:
                told = True
            assert open_files() == before
            return tree(out) if out.exists() else {}, told

        results = list(each_time(system(EXTRACTING), system_error(number), attempt))
    assert len(results) > 20
    for found, told in results:
        assert found.items() <= right.items()
        assert told or found == right
    assert results[-1] == (right, False)


@pytest.mark.parametrize("kind", ["a read", "a read, the end", "a call of a codec", "memory"])
@pytest.mark.parametrize("compress", [plain, gz])
def test_an_image_that_cannot_be_read_again_leaves_whole_files_only(
    kind: str, compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    counter = itertools.count()
    content = layer(*(f(f"f{number}", os.urandom(100_000)) for number in range(5)))
    with bench_of(tmp_path, content, compress=compress) as bench:
        bench.extract(target=tmp_path / "right")
        right = tree(tmp_path / "right")

        def attempt() -> tuple[dict[str, Any], bool]:
            out = tmp_path / f"out{next(counter)}"
            try:
                bench.extract(target=out)
            except (ImgscopeError, MemoryError):
                return tree(out), True
            return tree(out), False

        results = list(each_time(*KINDS[kind], attempt))
    for found, told in results:
        assert found.items() <= right.items()
        assert told or found == right
    assert results[-1] == (right, False)
