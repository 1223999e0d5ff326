"""A bench to extract on: an image made of layers, and a directory to write to."""

from __future__ import annotations

import os
import stat
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import imgscope
from imgscope.extract.model import Outcome, Request
from imgscope.extract.plan import size_of
from imgscope.extract.write import extract
from imgscope.filesystem.timeline import state_after
from imgscope.inspection import Inspection
from imgscope.progress import SILENT, Progress
from tests.build import Compress, Spec, layout_files, plain, write_tar

NOBODY = 65534


class Bench:
    """An inspected image; what is extracted goes to ``out``."""

    def __init__(self, inspection: Inspection, archive: Path, room: Path) -> None:
        self.inspection = inspection
        self.archive = archive
        self.room = room
        self.out = room / "out"

    def node(self, path: str) -> int:
        """The node of a path that some layer had."""
        node = 0
        for part in filter(None, path.encode().split(b"/")):
            node = self.inspection.filesystem.rootfs.children[node][part]
        return node

    def request(
        self, path: str = "", layer: int | None = None, target: Path | str | None = None, **more: Any
    ) -> Request:
        """A request for what stands at a path after a layer, by default the last."""
        fs = self.inspection.filesystem
        state = state_after(fs, len(fs.tables) - 1 if layer is None else layer)
        return Request(self.node(path), state, str(target or self.out), **more)

    def extract(self, path: str = "", *, progress: Progress = SILENT, **more: Any) -> Outcome:
        """Write it."""
        return extract(self.inspection, self.request(path, **more), progress=progress)

    def size_of(self, path: str = "", **more: Any) -> tuple[int, int]:
        """How much that would be."""
        return size_of(self.inspection, self.request(path, **more))


@contextmanager
def image(room: Path, *layers: bytes, compress: Compress = plain) -> Iterator[Bench]:
    """An image of layers, in an archive beside what is extracted from it."""
    archive = write_tar(layout_files(Spec(layers), compress=compress), room / "image.tar")
    with imgscope.open_image(str(archive)) as opened:
        yield Bench(imgscope.inspect(opened), archive, room)


class Hook:
    """A progress that does something once so many calls were made: what a racing process would do, or a person."""

    def __init__(self, after: int, action: Callable[[], object]) -> None:
        self.left = after
        self.action = action

    def begin(self, label: str, total: int) -> None:
        """Nothing yet."""

    def advance(self, amount: int) -> None:
        """The moment."""
        self.left -= 1
        if self.left == 0:
            self.action()


def tree(top: Path) -> dict[str, str | bytes]:
    """All below a directory: content of files, ``→ text`` for links, ``/`` for directories."""
    found: dict[str, str | bytes] = {}
    for path in sorted(top.rglob("*")):
        name = str(path.relative_to(top))
        if path.is_symlink():
            found[name] = f"→ {os.readlink(path)}"
        else:
            found[name] = "/" if path.is_dir() else path.read_bytes()
    return found


def mode(path: Path) -> int:
    """Permission bits of a path itself."""
    return stat.S_IMODE(path.lstat().st_mode)


def reasons(outcome: Outcome) -> dict[str, str]:
    """Problems by path."""
    return {problem.path: problem.reason for problem in outcome.problems}


def as_nobody(room: Path, action: Callable[[], None]) -> None:
    """Do something without the rights of root, in ``room``; assertions in it hold here."""
    if os.geteuid() != 0:
        action()
        return
    os.chown(room, NOBODY, NOBODY)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            action()
        except BaseException:  # noqa: BLE001 - told to the parent
            os.write(writer, traceback.format_exc().encode()[-60_000:])
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        told = stream.read()
    os.waitpid(child, 0)
    assert not told, told
