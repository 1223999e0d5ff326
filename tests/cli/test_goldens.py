"""Every text output, letter by letter, on an image with every cause.

``IMGSCOPE_UPDATE_GOLDENS=1 pytest tests/cli/test_goldens.py`` writes them anew; read the difference before committing.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imgscope import units
from tests.conftest import Cli

FIXTURES = Path(__file__).parents[2] / "fixtures"
GOLDEN = Path(__file__).parent / "golden"
CAUSES = "docker-archive-causes.tar"

RUNS = {
    "report": ("report", CAUSES),
    "report-markdown": ("report", "--format", "markdown", "--top", "3", CAUSES),
    "report-json": ("report", "--json", "umoci-oci-duplicate"),
    "report-csv": ("report", "--format", "csv", "umoci-oci-duplicate"),
    "report-binary-top": ("report", "--binary", "--top", "2", CAUSES),
    "report-rich": ("report", "--color", "always", "--top", "3", "umoci-oci-duplicate"),
    "images": ("images", "docker-archive-two.tar"),
    "images-platforms": ("images", "podman-oci-platforms"),
    "images-json": ("images", "--json", "docker-archive-two.tar"),
    "history": ("history", "docker-archive-config.tar"),
    "history-author": ("history", "--no-trunc", "docker-archive-commit.tar"),
    "history-json": ("history", "--json", "docker-archive-commit.tar"),
    "inspect": ("inspect", "docker-archive-config.tar"),
    "inspect-text": ("inspect", "--format", "text", "docker-archive-config.tar"),
    "layers": ("layers", "--no-trunc", "skopeo-ociarchive-links.tar"),
    "layers-json": ("layers", "--json", "skopeo-ociarchive-links.tar"),
    "files": ("files", "buildah-ociarchive-special.tar"),
    "files-layer": ("files", "--layer", "2", "umoci-oci-inserted"),
    "files-jsonl": ("files", "--format", "jsonl", "buildah-ociarchive-names.tar"),
    "files-ncdu": ("files", "--format", "ncdu", "skopeo-ociarchive-lower.tar"),
    "files-ncdu-wasted": ("files", "--format", "ncdu", "--wasted", CAUSES, "srv"),
    "files-tree": ("files", "--tree", CAUSES, "/srv"),
    "files-tree-ascii": ("files", "--tree", "--ascii", CAUSES, "srv/"),
    "waste": ("waste", CAUSES),
    "waste-some": ("waste", "--cause", "deleted", "--cause", "opaque", "--min-size", "1kB", "--top", "3", CAUSES),
    "waste-json": ("waste", "--json", "--path", "*.bin", CAUSES),
    "blame": ("blame", CAUSES, "srv/overwritten.bin", "/lib/through-symlink.so", "srv/types/*", "srv/twin-*", "srv"),
    "blame-binary-whole": ("blame", "--binary", "--no-trunc", CAUSES, "srv/mode.bin", "srv/remade/*"),
    "blame-json": ("blame", "--json", CAUSES, "srv/mode.bin", "srv/types/dir-to-link"),
    "find": ("find", CAUSES, "--path", "/srv"),
    "find-content": ("find", CAUSES, "--content", "se.o", "--sort", "size"),
    "find-csv": ("find", "--format", "csv", CAUSES, "--size", "+5kB", "--state", "hidden"),
    "find-json": ("find", "--json", CAUSES, "--name", "mode.bin"),
    "dockerfile": ("dockerfile", CAUSES),
    "dockerfile-config": ("dockerfile", "docker-archive-config.tar"),
    "dockerfile-json": ("dockerfile", "--json", "docker-archive-commit.tar"),
    "dockerfile-base": ("dockerfile", "buildah-ociarchive-changes.tar"),
    "advice": ("advice", "--all", CAUSES),
    "advice-markdown": ("advice", "--format", "markdown", "--min-size", "5kB", CAUSES),
    "schema": ("schema", "report"),
}


@pytest.mark.parametrize("name", RUNS)
def test_output(name: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES)
    monkeypatch.setattr(units, "now", lambda: datetime(2027, 1, 1, tzinfo=UTC))

    result = cli(*RUNS[name])
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("IMGSCOPE_UPDATE_GOLDENS"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(result.out.encode("utf-8", "surrogateescape"))

    assert result.code == 0
    assert result.out.encode("utf-8", "surrogateescape") == golden.read_bytes()


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(RUNS)
