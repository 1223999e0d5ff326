"""Images that real engines wrote, extracted: what was recorded when an engine unpacked them is what is written."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest

import imgscope
from imgscope.extract.model import Request
from imgscope.extract.tarball import write_tarball
from imgscope.extract.write import extract
from imgscope.filesystem.finding import View
from imgscope.filesystem.rootfs import ROOT
from imgscope.filesystem.squash import squash
from imgscope.image.opened import OpenImage
from tests.conftest import table_of
from tests.records import Row, listed, recorded
from tests.test_fixtures import FIXTURES, _image_of, _rows

OVERLAY = "through-overlay.tsv"
ROWS = [(name, record) for name, record in _rows() if record != OVERLAY]
ONE_EACH = sorted({record: (name, record) for name, record in reversed(ROWS)}.values())
_KINDS = {stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFCHR: "c", stat.S_IFBLK: "b"}


def opened(name: str, record: str) -> OpenImage:
    """The image that a record is of."""
    choice = _image_of(record)
    path = str(FIXTURES / name)
    return imgscope.open_image(path, image=choice.get("image"), platform=choice.get("platform"))


@pytest.mark.parametrize(("name", "record"), ROWS)
def test_the_tar_lists_what_the_image_lists(name: str, record: str) -> None:
    out = io.BytesIO()
    with opened(name, record) as image:
        inspection = imgscope.inspect(image)
        view = View(inspection.filesystem)
        outcome = write_tarball(inspection, Request(ROOT, view.state, "-"), out)
    wanted = {path: row._replace(mtime=row.mtime or 0) for path, row in listed(inspection.filesystem).items()}

    assert listed(squash([table_of(out.getvalue())])) == wanted
    assert outcome.problems == ()


@pytest.mark.skipif(os.geteuid() != 0, reason="owners and devices are for root")
@pytest.mark.parametrize(("name", "record"), ONE_EACH)
def test_the_directory_is_what_an_engine_unpacked(room: Path, name: str, record: str) -> None:
    with opened(name, record) as image:
        inspection = imgscope.inspect(image)
        view = View(inspection.filesystem)
        request = Request(ROOT, view.state, str(room / "out"), owner=True, special=True)
        extract(inspection, request)
    truth = recorded(FIXTURES / record)
    timeless = {path for path, each in listed(inspection.filesystem).items() if each.mtime is None}

    base = os.fsencode(room / "out")
    assert {os.path.relpath(path, base): row(path) for path in _below(base)} == truth | {
        path: row(os.path.join(base, path)) for path in timeless
    }
    assert all(truth[path][:5] == row(os.path.join(base, path))[:5] for path in timeless)


def _below(base: bytes) -> list[bytes]:
    return [os.path.join(top, name) for top, directories, files in os.walk(base) for name in directories + files]


def row(path: bytes) -> Row:
    """A path on disk as it was recorded."""
    status = os.lstat(path)
    kind = _KINDS.get(stat.S_IFMT(status.st_mode), "p")
    link = os.readlink(path) if kind == "l" else b""
    size = status.st_size if kind == "f" else 0
    seconds = status.st_mtime_ns // 1_000_000_000
    return Row(kind, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, size, seconds, link)
