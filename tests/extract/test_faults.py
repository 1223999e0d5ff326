"""Every call to the system that an extraction makes goes wrong once: what is left is whole, and the error is ours."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from types import ModuleType

import pytest

from imgscope.errors import SettingsError
from imgscope.extract import draft, place, special, write
from imgscope.extract.model import Request
from imgscope.extract.tarball import write_tarball
from imgscope.extract.write import extract
from tests.build import E, d, f, gz, h, layer, s
from tests.extract.bench import image, tree
from tests.faults import Trap, system, system_error

CONTENT = layer(
    f("a", "A" * 3000), d("d"), f("d/b", "B" * 2000), h("d/c", "a"), s("l", "a"), E("pipe", type="6"), f("d/e", "")
)
WHOLE = {"a": b"A" * 3000, "d": "/", "d/b": b"B" * 2000, "d/c": b"A" * 3000, "l": "→ a", "d/e": b""}
DOORS: dict[ModuleType, tuple[str, ...]] = {
    draft: ("open", "write", "link", "rename", "ftruncate", "dup"),
    place: ("open", "mkdir", "stat"),
    write: ("symlink",),
    special: ("mknod", "rename"),
}


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("code", ["ENOSPC", "EIO", "EACCES", "EROFS", "EDQUOT", "ENAMETOOLONG"])
def test_whatever_goes_wrong_only_whole_files_are_left(room: Path, code: str, *, overwrite: bool) -> None:
    moment = 0
    failed: list[str] = []
    with image(room, CONTENT) as bench:
        while True:
            moment += 1
            out = room / f"out{moment}"
            trap = Trap(moment, system_error(getattr(errno, code)))
            request = Request(0, bench.request().state, str(out), overwrite=overwrite, special=True)
            with pytest.MonkeyPatch.context() as patch:
                system(DOORS)(patch, trap)
                try:
                    outcome = extract(bench.inspection, request)
                    assert outcome.untaken or not trap.sprung or outcome.problems
                except SettingsError as error:
                    failed.append(str(error))
            found = tree_without_pipes(out) if out.exists() else {}
            assert all(found[name] == WHOLE[name] for name in found)
            if not trap.sprung:
                break

    assert found == WHOLE
    assert moment > 15
    assert failed
    assert all(message.startswith(f"cannot write {room}/out") for message in failed)


def tree_without_pipes(top: Path) -> dict[str, str | bytes]:
    """What is there, but for the pipe, which nobody writes to."""
    if (top / "pipe").exists():
        os.unlink(top / "pipe")
    return tree(top)


@pytest.mark.parametrize("moment", range(1, 8))
def test_a_stream_that_takes_no_more_ends_the_tar(room: Path, moment: int) -> None:
    left = moment

    class Full(io.BytesIO):
        def write(self, data: object, /) -> int:
            nonlocal left
            left -= 1
            if not left:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)  # type: ignore[arg-type]

    with image(room, CONTENT, compress=gz) as bench, pytest.raises(OSError, match="No space left"):
        write_tarball(bench.inspection, bench.request(), Full())


def test_a_temporary_file_that_takes_no_more_is_told(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, data: object, /) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tempfile.TemporaryFile", Full)
    with image(room, layer(f("z", "z"), f("a", "a")), compress=gz) as bench, pytest.raises(SettingsError) as caught:
        write_tarball(bench.inspection, bench.request(), io.BytesIO())

    assert str(caught.value).endswith("no space left on device")
