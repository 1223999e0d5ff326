"""Files that commands write: nothing is left behind, whatever fails."""

from __future__ import annotations

import builtins
import os
from pathlib import Path
from typing import Any

import pytest

from imgscope.cli.writing import replacing
from imgscope.errors import SettingsError


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs a list of open descriptors")
def test_a_file_that_cannot_be_opened_leaves_neither_itself_nor_a_descriptor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(24, os.strerror(24))

    before = os.listdir("/proc/self/fd")
    monkeypatch.setattr(builtins, "open", fail)
    with pytest.raises(SettingsError, match="too many open files"), replacing(str(tmp_path / "out")):
        raise AssertionError("there is nothing to write to")
    monkeypatch.undo()

    assert os.listdir("/proc/self/fd") == before
    assert list(tmp_path.iterdir()) == []
