"""How many bodies a path had, however many."""

from __future__ import annotations

import pytest

from imgscope.filesystem.squash import squash
from tests.build import f, w
from tests.filesystem.test_timeline import fs_tables


@pytest.mark.parametrize("count", [1, 2, 254, 255, 256, 257, 600])
def test_bodies_of_a_path_are_counted(count: int) -> None:
    rootfs = squash(fs_tables(*([f("a", str(number)), f("b")] for number in range(count)), [w("b")])).rootfs
    paths = {rootfs.path(node): rootfs.bodies(node) for node in range(len(rootfs))}
    assert paths == {b"": 0, b"a": count, b"b": count}
