"""What a small image may cost: names that lead through more directories than anyone has are a limit."""

from __future__ import annotations

from pathlib import Path

import pytest

import imgscope
from imgscope.errors import LimitError
from imgscope.inspection import inspect
from imgscope.limits import Limits
from tests.build import E, Spec, f, layer, layout_files, w, write_tar, zst


def image(path: Path, *layers: list[E]) -> str:
    """An image of a few kilobytes."""
    spec = Spec([layer(*content) for content in layers])
    return str(write_tar(layout_files(spec, compress=zst), path / "i.tar"))


@pytest.mark.parametrize("make", [f, w])
def test_directories_that_names_imply_are_counted(make: type[E], tmp_path: Path) -> None:
    deep = "d/" * 400
    path = image(tmp_path, [make(f"{number}/{deep}x") for number in range(2)], [make(f"2/{deep}x")])
    with imgscope.open_image(path) as opened:
        assert inspect(opened, limits=Limits(max_entries=3 * 401)).complete
        with pytest.raises(LimitError, match="lead through more than 1202 directories in all") as caught:
            inspect(opened, limits=Limits(max_entries=3 * 401 - 1))
    assert "--max-entries" in (caught.value.hint or "")


def test_a_directory_counts_once_whatever_is_in_it(tmp_path: Path) -> None:
    path = image(tmp_path, [f(f"a/b/c/{number}") for number in range(50)])
    with imgscope.open_image(path) as opened:
        assert inspect(opened, limits=Limits(max_entries=50)).complete
