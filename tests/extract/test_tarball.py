"""The tar of a filesystem is that filesystem: read back, unpacked by others, and the same however layers made it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import imgscope
from imgscope.errors import LimitError, SettingsError
from imgscope.extract import ahead
from imgscope.extract.model import Outcome, Request
from imgscope.extract.tarball import write_tarball
from imgscope.filesystem.finding import View
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, ROOT
from imgscope.filesystem.squash import squash
from imgscope.inspection import Inspection
from imgscope.limits import Limits
from imgscope.tar.block import REGULAR
from tests.build import Compress, E, Spec, d, f, gz, h, layer, layout_files, o, plain, s, w, write_tar, zst
from tests.conftest import table_of
from tests.extract.bench import Bench, image, reasons
from tests.filesystem.test_oracle import ENTRIES, PATHS
from tests.tar.making import sparse_01

MODES = st.sampled_from([0o644, 0o4755, 0])
OWNERS = st.sampled_from([0, 1000, 3_000_000])
TIMES = st.sampled_from([0, -5, 1_700_000_000, 1 << 40])


@st.composite
def dressed(draw: st.DrawFn) -> E:
    """An entry with attributes of its own, or a directory, pipe or device of odd numbers."""
    entry = draw(st.one_of(ENTRIES, ENTRIES, st.builds(lambda name: E(name, type="6"), PATHS)))
    entry.mode, entry.uid, entry.gid = draw(MODES), draw(OWNERS), draw(OWNERS)
    entry.pax = {"mtime": str(draw(TIMES)), "uid": str(entry.uid), "gid": str(entry.gid)}
    entry.uid = entry.gid = 0
    return entry


LAYERS = st.lists(st.lists(dressed(), max_size=8), min_size=1, max_size=4)


def tarball(bench: Bench, *paths: bytes, layer_: int | None = None, limits: Limits | None = None) -> bytes:
    """The tar of an image, or of paths of it."""
    return _tarball(bench.inspection, *paths, layer_=layer_, limits=limits)[0]


def _tarball(
    inspection: Inspection, *paths: bytes, layer_: int | None = None, limits: Limits | None = None
) -> tuple[bytes, Outcome]:
    view = View(inspection.filesystem, layer_)
    nodes = tuple(view.find(path, follow=False)[0] for path in paths) or None
    out = io.BytesIO()
    outcome = write_tarball(inspection, Request(ROOT, view.state, "-", only=nodes), out, limits=limits or Limits())
    return out.getvalue(), outcome


def names(data: bytes) -> list[str]:
    """Names in a tar as the standard library reads them, links with what they lead to."""
    with tarfile.open(fileobj=io.BytesIO(data), errors="surrogateescape") as opened:
        return [f"{one.name} => {one.linkname}" if one.islnk() else one.name for one in opened.getmembers()]


def body(data: bytes, name: str) -> bytes:
    """The content of a file in a tar."""
    with tarfile.open(fileobj=io.BytesIO(data)) as opened:
        found = opened.extractfile(name)
        assert found is not None
        return found.read()


def described(fs: FileSystem, data: list[bytes]) -> dict[bytes, object]:
    """All paths with type, attributes, link, content and the first name of the same inode."""
    found: dict[bytes, object] = {}
    first: dict[int, bytes] = {}
    for path, node in sorted((fs.rootfs.path(node), node) for node in fs.nodes()):
        kind, inode = fs.rootfs.kind[node], fs.rootfs.inode[node]
        if kind == DIRECTORY:
            found[path] = fs.attributes(inode)
            continue
        member = fs.member(inode)
        if kind == FILE and member.type not in REGULAR:
            continue  # a hard link to nothing
        if kind != FILE and member.type == b"2" and not member.link:
            continue
        stored = data[fs.locate(inode)[0]][member.body : member.body + member.stored] if kind == FILE else b""
        same = first.setdefault(inode, path) if kind == FILE else path
        found[path] = kind, fs.attributes(inode), member.link if kind != FILE else b"", stored, same
    return found


@settings(max_examples=300)
@given(LAYERS)
def test_the_tar_read_back_is_the_filesystem(tmp_path_factory: pytest.TempPathFactory, layers: list[list[E]]) -> None:
    written = [layer(*entries) for entries in layers]
    directory = tmp_path_factory.mktemp("image")
    with imgscope.open_image(
        str(write_tar(layout_files(Spec(written), compress=plain), directory / "i.tar"))
    ) as opened:
        inspection = imgscope.inspect(opened)
        data, _ = _tarball(inspection)
        again, _ = _tarball(inspection)
        wanted = described(inspection.filesystem, written)
    shutil.rmtree(directory)
    table = table_of(data)

    assert described(squash([table]), [data]) == wanted
    assert again == data
    assert table.notices == []
    assert len(data) % 10240 == 0


def test_the_same_filesystem_is_the_same_bytes_however_it_is_saved(room: Path) -> None:
    content = d("etc"), f("etc/b", "B" * 3000), f("etc/a", "A"), s("l", "etc"), f("z", os.urandom(1 << 20))
    one = [layer(*content)]
    many = [layer(content[1], f("gone", "x")), layer(content[4], content[0], content[2], w("gone")), layer(content[3])]
    found = set()
    for number, (layers, compress) in enumerate([(one, plain), (one, gz), (many, plain), (many, gz), (many, zst)]):
        (room / str(number)).mkdir()
        with image(room / str(number), *layers, compress=compress) as bench:
            found.add(tarball(bench))

    assert len(found) == 1
    assert names(found.pop()) == ["etc", "etc/a", "etc/b", "l", "z"]


def test_markers_have_done_their_work_and_are_not_written(room: Path) -> None:
    lower = layer(d("a"), f("a/old", "1"), f("a/keep/x", "2"), d("b"), f("b/1", "3"), f("b/2", "4"))
    with image(room, lower, layer(w("a"), d("a"), f("a/new", "5")), layer(d("b"), o("b"), f("b/3", "6"))) as bench:
        assert names(tarball(bench)) == ["a", "a/new", "b", "b/3"]
        assert names(tarball(bench, layer_=1)) == ["a", "a/new", "b", "b/1", "b/2"]


def test_a_directory_made_again_without_its_old_files_has_them_no_more(room: Path) -> None:
    # A deleted directory whose name comes back in a later layer: what was in it must not come back with it.
    layers = layer(d("d"), f("d/a", "a"), f("d/s/b", "b")), layer(w("d")), layer(d("d"), f("d/c", "c"))
    with image(room, *layers) as bench:
        assert names(tarball(bench)) == ["d", "d/c"]


def test_a_link_keeps_the_content_that_its_file_had(room: Path) -> None:
    layers = layer(f("a", "old"), h("b", "a"), h("c", "b")), layer(f("a", "new")), layer(w("b"))
    with image(room, *layers) as bench:
        data = tarball(bench)

    assert names(data) == ["a", "c"]
    assert (body(data, "a"), body(data, "c")) == (b"new", b"old")


def test_the_first_of_several_names_has_the_body(room: Path) -> None:
    with image(room, layer(f("z/file", "Z"), h("a", "z/file"), h("m", "a"))) as bench:
        data = tarball(bench)
        part = tarball(bench, b"m", b"z/file")
        alone = tarball(bench, b"m")

    assert names(data) == ["a", "m => a", "z", "z/file => a"]
    assert names(part) == ["m", "z", "z/file => m"]
    assert names(alone) == ["m"]
    assert body(data, "a") == body(part, "m") == body(alone, "m") == b"Z"


def test_a_subtree_has_the_directories_above_it_as_they_are(room: Path) -> None:
    with image(room, layer(d("usr", mode=0o711), d("usr/x", mode=0o700), f("usr/x/a", "a"), f("usr/y", "y"))) as bench:
        data = tarball(bench, b"usr/x")
    with tarfile.open(fileobj=io.BytesIO(data)) as opened:
        modes = {one.name: one.mode for one in opened.getmembers()}

    assert modes == {"usr": 0o711, "usr/x": 0o700, "usr/x/a": 0o644}


def test_implied_directories_and_the_root_are_written_once(room: Path) -> None:
    with image(room, layer(d("./", mode=0o700), f("a/b/c", "c")), layer(f("a/b/d", "d"))) as bench:
        data = tarball(bench)
    with tarfile.open(fileobj=io.BytesIO(data)) as opened:
        found = [(one.name, one.mode) for one in opened.getmembers()]

    assert found == [(".", 0o700), ("a", 0o755), ("a/b", 0o755), ("a/b/c", 0o644), ("a/b/d", 0o644)]


def test_of_nothing_there_is_the_root_so_that_it_can_be_read_back(room: Path) -> None:
    for number, layers in enumerate(([layer()], [layer(f("a", "1")), layer(w("a"))], [layer(s("l", ""))])):
        below = room / str(number)
        below.mkdir()
        with image(below, *layers) as bench:
            data, outcome = _tarball(bench.inspection)
        (below / "nothing.tar").write_bytes(data)

        assert outcome.directories == 1
        with imgscope.open_image(str(below / "nothing.tar")) as opened:
            inspection = imgscope.inspect(opened)
            assert inspection.complete
            assert list(inspection.filesystem.nodes()) == [ROOT]


def test_a_directory_called_like_a_whiteout_hides_nothing(room: Path) -> None:
    with image(room, layer(f(".wh.d/x", "x"), f("d", "d")), layer(f(".wh.e/x", "x")), layer(w(".wh.e/x"))) as bench:
        data, outcome = _tarball(bench.inspection)

    assert names(data) == [".wh.d/x", "d"]
    assert list(reasons(outcome)) == [".wh.e"]


def test_a_hard_link_to_nothing_is_left_out_and_told(room: Path) -> None:
    with image(room, layer(h("a", "gone"), f("b", "b"))) as bench:
        data, outcome = _tarball(bench.inspection)

    assert names(data) == ["b"]
    assert reasons(outcome) == {"a": "a hard link to nothing; left out"}


def test_an_owner_that_no_system_knows_is_told(room: Path) -> None:
    with image(room, layer(E("a", pax={"uid": "-3"}), E("b", pax={"gid": str(1 << 40)}))) as bench:
        data, outcome = _tarball(bench.inspection)
    table = table_of(data)

    assert [table.permissions(row)[1:] for row in range(2)] == [(0, 0), (0, 0)]
    assert set(reasons(outcome)) == {"a", "b"}


def test_extended_attributes_come_with_their_values(room: Path) -> None:
    capability = b"\x01\0\0\x02\0\x20\0\0" + bytes(12)
    content = layer(
        f("a", "a"),
        E("ping", b"p", pax={"SCHILY.xattr.security.capability": capability, "SCHILY.xattr.user.n": "é\n="}),
        E("dir", type="5", mode=0o755, pax={"SCHILY.xattr.user.d": "1"}),
    )
    for compress in (plain, gz):
        with image(room, content, compress=compress) as bench:
            data = tarball(bench)
        with tarfile.open(fileobj=io.BytesIO(data), errors="surrogateescape") as opened:
            headers = {one.name: one.pax_headers for one in opened.getmembers()}
        assert headers["ping"]["SCHILY.xattr.security.capability"].encode("utf-8", "surrogateescape") == capability
        assert headers["ping"]["SCHILY.xattr.user.n"] == "é\n="
        assert headers["dir"]["SCHILY.xattr.user.d"] == "1"
        assert headers["a"] == {}


def test_a_sparse_file_stays_sparse_however_large_it_claims_to_be(room: Path) -> None:
    with image(room, sparse_01(b"huge", [(4096, 5), (1 << 40, 3)], 1 << 50, 8) + layer(f("x", "x"))) as bench:
        data = tarball(bench)
    table = table_of(data)

    assert len(data) == 10240
    assert table.size[0] == 1 << 50
    assert table.sparse[0].segments == ((4096, 5), (1 << 40, 3))


def test_a_map_that_no_reader_takes_is_written_out_up_to_a_limit(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from imgscope.extract import tarball as module

    monkeypatch.setattr(module, "MAX_MAP", 100)
    with image(room, sparse_01(b"s", [(4096, 5), (9000, 3)], 10_000, 8) + layer()) as bench:
        data = tarball(bench)
        with pytest.raises(LimitError, match="too many parts"):
            tarball(bench, limits=Limits(max_inflated=9999))

    assert table_of(data).sparse == {}
    assert body(data, "s") == bytes(4096) + bytes(5) + bytes(10_000 - 4101)


@pytest.mark.parametrize("compress", [gz, zst])
@pytest.mark.parametrize("most", [1, 32])
def test_compressed_layers_are_read_once_whatever_their_order(
    room: Path, compress: Compress, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "OPEN", most)
    bodies = {f"f{number:02}": os.urandom(60_000 + number) for number in range(40)}
    order = sorted(bodies, key=lambda name: hash((name, 1)))
    layers = [layer(*(f(name, bodies[name]) for name in order[start::4])) for start in range(4)]
    with image(room, *layers, compress=compress) as bench:
        data = tarball(bench)

    assert names(data) == sorted(bodies)
    assert all(body(data, name) == content for name, content in bodies.items())


def test_no_room_for_what_is_read_ahead_is_told(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    content = layer(f("z", "z"), f("a", "a"))
    with image(room, content, compress=gz) as bench, pytest.raises(SettingsError, match="no space left") as caught:
        tarball(bench)

    assert caught.value.hint == "set TMPDIR to a directory with more space"


@pytest.mark.parametrize("program", ["tar", "bsdtar"])
def test_other_programs_unpack_it_without_a_word(room: Path, program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"needs {program}")
    content = layer(
        d("d" * 90),
        f("d" * 90 + "/" + "f" * 200, "long"),
        f("é", "é"),
        f(b"n\xff" * 80, "raw"),
        s("l", "t/" * 150),
        h(b"h\xff", "é"),
        E("old", b"old", pax={"mtime": "1.5"}),
        f("new line\n", "x"),
    )
    with image(room, sparse_01(b"sparse", [(1 << 20, 5)], 1 << 24, 5) + content) as bench:
        (room / "it.tar").write_bytes(tarball(bench))
        bench.extract()
    (room / "there").mkdir()
    command = [program, "-xpf", str(room / "it.tar"), "-C", str(room / "there")]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})

    assert (done.returncode, done.stdout) == (0, b"")
    assert [line for line in done.stderr.splitlines() if b"implausibly old" not in line] == []
    assert {os.fsencode(path.relative_to(room / "there")): _look(path) for path in (room / "there").rglob("*")} == {
        os.fsencode(path.relative_to(bench.out)): _look(path) for path in bench.out.rglob("*")
    }


def _look(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
    return status.st_mode, int(status.st_mtime), status.st_nlink if not path.is_dir() else 0, content
