"""Fixtures that many tests share."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from imgscope.cli.run import run
from imgscope.indexing import cache, kept
from imgscope.indexing.cache import Cache
from imgscope.sources import files
from imgscope.tar.feed import BlobFeed
from imgscope.tar.scan import scan
from imgscope.tar.table import MemberTable
from tests.build import BytesBlob

# No test asserts a time: on a busy machine the first example may take long. The same examples each time, so that a
# change passes or fails for what it is; HYPOTHESIS_PROFILE=explore looks for new ones.
_UNHURRIED = [HealthCheck.too_slow]
settings.register_profile("imgscope", deadline=None, derandomize=True, database=None, suppress_health_check=_UNHURRIED)
settings.register_profile("explore", deadline=None, suppress_health_check=_UNHURRIED)
settings.register_profile("few", settings.get_profile("imgscope"), max_examples=15)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "imgscope"))


@pytest.fixture(autouse=True, scope="session")
def _no_cache_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What runs keep, here and in other processes, is kept among the tests' own files."""
    os.environ["IMGSCOPE_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache") / "imgscope")
    os.environ.pop("IMGSCOPE_CACHE_SIZE", None)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cache:
    """A cache of its own that keeps everything, however little and however new, and that runs of the program use."""
    monkeypatch.setenv("IMGSCOPE_CACHE_DIR", str(tmp_path / "eager"))
    monkeypatch.setattr(files, "_SETTLED", -1_000_000_000)
    monkeypatch.setattr(cache, "_LITTLE", 0)
    for name in ("_ROWS", "_COMPRESSED", "_BODIES"):
        monkeypatch.setattr(kept, name, 0)
    return cache.user_cache()


class Result:
    """What a run of the command line left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Cli = Callable[..., Result]


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run ``imgscope`` in this process, with the last resort for bugs made loud."""
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*arguments: str | Path) -> Result:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert code != 4, err
        return Result(code, out, err)

    return call


def table_of(data: bytes) -> MemberTable:
    """Scan a tar in memory."""
    return scan(BlobFeed(BytesBlob(data)))


def tables_of(layers: Sequence[bytes]) -> list[MemberTable | None]:
    """Scan several."""
    return [table_of(data) for data in layers]
