"""What ``imgscope verify`` says, letter by letter: of a sound image, and of one in which much does not hold.

``IMGSCOPE_UPDATE_GOLDENS=1 pytest tests/cli/test_verify_goldens.py`` writes it anew; read the difference before
committing.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.build import Spec, d, f, layer, layout_files, plain, sha, w, write_directory
from tests.conftest import Cli
from tests.hostile.making import with_documents

GOLDEN = Path(__file__).parent / "verify"
LAYERS = [
    layer(d("etc"), f("etc/a", "1" * 700)),
    layer(f("b", "2" * 900)),
    layer(f("c", "3" * 800)),
    layer(w("c"), f("d", "4")) + layer(f("smuggled", "5")),
]
RUNS = {"sound": (), "sound-json": ("--json",), "broken": (), "broken-json": ("--json",)}


def sound() -> dict[str, bytes]:
    """An image that is what it says."""
    return layout_files(Spec(LAYERS[:2]), compress=plain)


def broken() -> dict[str, bytes]:
    """One layer of other bytes, one cut, one with an archive behind its end; a step too few; two blobs too many."""
    files = with_documents(layout_files(Spec(LAYERS), compress=plain), config=lambda config: config["history"].pop())
    files[_blob(LAYERS[0])] = layer(d("etc"), f("etc/a", "9" * 700))
    files[_blob(LAYERS[1])] = LAYERS[1][:700] + bytes(len(LAYERS[1]) - 700)
    files[_blob(LAYERS[2])] = LAYERS[2][:600]
    files[_blob(b"lonely")], files[_blob(b"named")] = b"lonely", b"wrongly"
    del files["oci-layout"]
    return files


def _blob(data: bytes) -> str:
    return f"blobs/sha256/{sha(data)[7:]}"


@pytest.mark.parametrize("name", RUNS)
def test_output(name: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    form = name.removesuffix("-json")
    write_directory({"sound": sound, "broken": broken}[form](), tmp_path / form)

    result = cli("verify", *RUNS[name], form)
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("IMGSCOPE_UPDATE_GOLDENS"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(result.out, newline="\n")

    assert result.code == (0 if form == "sound" else 3)
    assert result.out == golden.read_text()


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(RUNS)
