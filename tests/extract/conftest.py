"""A directory that someone without rights can be let into."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def room() -> Iterator[Path]:
    """A directory outside of pytest's own, which only its owner can enter; removed with trees too deep for Python."""
    path = Path(tempfile.mkdtemp(prefix="imgscope-test-"))
    yield path
    subprocess.run(["chmod", "-R", "u+rwx", str(path)], check=False)
    subprocess.run(["rm", "-rf", str(path)], check=True)
