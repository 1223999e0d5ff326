"""Parts are timed only where someone asks for it: pytest-benchmark is in a dependency group of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this room out, unless ``--benchmark-only`` is given."""
    asked = config.getoption("benchmark_only", default=False)
    return None if asked or not collection_path.name.startswith("test_") else True
