"""``imgscope cat``: one file's bytes, whichever layer has them, and a clear line where there are none."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.build import Compress, E, Spec, d, f, gz, h, layer, layout_files, plain, s, w, write_tar, zst
from tests.conftest import Cli
from tests.tar.making import sparse_01

BINARY = bytes(range(256)) * 5000


def image(directory: Path, *layers: bytes, compress: Compress = plain) -> Path:
    """A saved image of these layers."""
    return write_tar(layout_files(Spec(layers), compress=compress), directory / "image.tar")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """An image with a file in three versions, deleted in the end, and names of every kind."""
    return image(
        tmp_path,
        layer(d("etc"), f("etc/conf", "one\n"), f("secret", "first\n"), d("usr/lib"), f("usr/lib/x", "lib\n")),
        layer(f("etc/conf", "two\n"), s("lib", "usr/lib"), h("hard", "etc/conf"), s("abs", "/lib/x"), w("secret")),
        layer(f("etc/conf", "three\n"), f("secret", "again\n"), E("fifo", type="6"), E("null", type="4")),
        layer(w("secret"), s("loop", "pool"), s("pool", "loop"), f(b"n\xff\n", "odd\n"), s("out", "../../../etc/conf")),
    )


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("etc/conf", "three\n"),
        ("/etc//./conf", "three\n"),
        ("hard", "two\n"),
        ("lib/x", "lib\n"),
        ("lib/../lib/x", "lib\n"),
        ("abs", "lib\n"),
        ("out", "three\n"),
        ("n\\xff\\n", "odd\n"),
        (os.fsdecode(b"n\xff\n"), "odd\n"),
    ],
)
def test_a_file_is_written_through_links_of_the_image(saved: Path, cli: Cli, path: str, content: str) -> None:
    result = cli("cat", saved, path)

    assert (result.code, result.out, result.err) == (0, content, "")


@pytest.mark.parametrize(("number", "content"), [("0", "one\n"), ("1", "two\n"), ("2", "three\n"), ("3", "three\n")])
def test_a_layer_number_gives_the_version_that_stood_after_it(saved: Path, cli: Cli, number: str, content: str) -> None:
    assert cli("cat", saved, "etc/conf", "--layer", number).out == content


def test_a_deleted_file_is_told_with_the_layers_that_have_it(saved: Path, cli: Cli) -> None:
    gone = cli("cat", saved, "secret")

    assert (gone.code, gone.out) == (1, "")
    assert gone.err == "error: secret: not in the image\nhint: layers 0, 2 have it: --layer 2\n"
    assert cli("cat", saved, "secret", "--layer", "2").out == "again\n"
    between = cli("cat", saved, "secret", "--layer", "1")
    assert (between.code, between.err.splitlines()[0]) == (1, "error: secret: not there after layer 1")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("etc", "is a directory"),
        ("", "is a directory"),
        ("fifo", "is a named pipe"),
        ("null", "is a device"),
        ("loop", "leads through a loop of symbolic links"),
        ("loop/x", "leads through a loop of symbolic links"),
        ("nothing", "not in the image"),
        ("etc/conf/x", "not in the image"),
        ("etc/conf/", "is not a directory"),
    ],
)
def test_what_is_no_file_is_said_in_a_line(saved: Path, cli: Cli, path: str, said: str) -> None:
    result = cli("cat", saved, path)

    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: ")
    assert said in result.err.splitlines()[0]


@pytest.mark.parametrize(("path", "near"), [("etc/cnf", "etc/conf"), ("nowhere/conf", "etc/conf"), ("n\\xfe", None)])
def test_a_like_name_is_hinted_at(path: str, near: str | None, saved: Path, cli: Cli) -> None:
    result = cli("cat", saved, path)

    assert result.err == f"error: {path}: not in the image\n" + (f"hint: did you mean /{near}?\n" if near else "")


def test_a_hard_link_to_nothing_is_said(tmp_path: Path, cli: Cli) -> None:
    result = cli("cat", image(tmp_path, layer(h("a", "gone"))), "a")

    assert result.code == 1
    assert "error: a: is a hard link to nothing" in result.err


def test_a_layer_that_the_image_does_not_have_is_wrong_usage(saved: Path, cli: Cli) -> None:
    result = cli("cat", saved, "etc/conf", "--layer", "4")

    assert (result.code, result.err) == (2, "error: layer 4: the image has layers 0 to 3\n")


@pytest.mark.parametrize("compress", [plain, gz, zst])
def test_bytes_are_those_of_the_file_in_a_pipe_and_in_a_file(tmp_path: Path, cli: Cli, compress: Compress) -> None:
    saved = image(tmp_path, layer(f("x", "x"), f("big", BINARY), f("y", "y")), compress=compress)
    done = subprocess.run([sys.executable, "-m", "imgscope", "cat", str(saved), "big"], capture_output=True, check=True)

    assert done.stdout == BINARY

    target = tmp_path / "target"
    target.write_text("old")
    assert cli("cat", saved, "big", "-o", target).code == 0
    assert target.read_bytes() == BINARY


def test_a_file_stays_as_it_was_where_there_is_nothing_to_write(saved: Path, tmp_path: Path, cli: Cli) -> None:
    target = tmp_path / "target"
    target.write_text("old")

    assert cli("cat", saved, "secret", "-o", target).code == 1
    assert target.read_text() == "old"


def test_holes_are_zeros_in_a_pipe_and_holes_in_a_file(tmp_path: Path, cli: Cli) -> None:
    size = 30 << 20
    saved = image(tmp_path, sparse_01(b"sparse", [(4096, 5), (size - 3, 3)], size, 8) + layer())
    wanted = bytes(4096) + bytes(5) + bytes(size - 4096 - 8) + bytes(3)
    target = tmp_path / "target"

    assert cli("cat", saved, "sparse").out.encode() == wanted
    assert cli("cat", saved, "sparse", "-o", target).code == 0
    assert target.read_bytes() == wanted
    assert target.stat().st_blocks * 512 < size


def test_a_petabyte_of_nothing_is_not_written_out(tmp_path: Path, cli: Cli) -> None:
    saved = image(tmp_path, sparse_01(b"huge", [(0, 5)], 1 << 50, 5) + layer())

    result = cli("cat", saved, "huge")

    assert (result.code, result.out) == (3, "")
    assert "1125899906842624 bytes, of which 5 are stored and the rest is a hole" in result.err
    assert "--max-inflated" in result.err
    assert cli("cat", saved, "huge", "-o", os.devnull).code == 3


def test_a_file_that_is_cut_short_is_an_error_with_what_was_there(tmp_path: Path, cli: Cli) -> None:
    saved = image(tmp_path, layer(f("a", "a\n")), layer(f("b", "b" * 9000))[:5000])

    assert cli("cat", saved, "a").code == 3
    assert cli("cat", saved, "a").out == "a\n"
    missing = cli("cat", saved, "b")
    assert (missing.code, missing.out) == (3, "")


def at_a_terminal(*arguments: str | Path) -> tuple[int, bytes]:
    """Run with standard output at a terminal: the code, and what the terminal got."""
    reader, terminal = pty.openpty()
    command = [sys.executable, "-m", "imgscope", *map(str, arguments)]
    done = subprocess.run(command, stdout=terminal, stderr=subprocess.PIPE, check=False)
    os.close(terminal)
    got = b""
    while True:
        try:
            piece = os.read(reader, 1 << 16)
        except OSError:
            break
        if not piece:
            break
        got += piece
    os.close(reader)
    return done.returncode, got


def test_a_terminal_gets_text_and_nothing_that_it_would_obey(tmp_path: Path) -> None:
    saved = image(
        tmp_path,
        layer(f("text", "tab\tand é\r\n"), f("escape", "\x1b[2J"), f("control", "\u009b2J"), f("binary", BINARY[:99])),
    )

    assert at_a_terminal("cat", saved, "text") == (0, "tab\tand é\r\r\n".encode())
    for name in ("escape", "control", "binary"):
        assert at_a_terminal("cat", saved, name) == (2, b"")
    assert at_a_terminal("cat", saved, "escape", "--force") == (0, b"\x1b[2J")


def test_the_reader_may_go_away(tmp_path: Path) -> None:
    saved = image(tmp_path, layer(f("big", BINARY * 4)))
    with subprocess.Popen(
        [sys.executable, "-m", "imgscope", "cat", str(saved), "big"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""

    assert process.returncode == 141
