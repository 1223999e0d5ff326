"""Which blobs nothing leads to, and which are not what their names say."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from imgscope.limits import DEFAULT_LIMITS
from imgscope.sources.archive import ArchiveFiles
from imgscope.sources.directory import DirectoryFiles
from imgscope.sources.files import OpenFile
from imgscope.sources.survey import misnamed, unreferenced
from tests.build import write_directory, write_tar

HEX = hashlib.sha256(b"layer").hexdigest()
CONFIG = hashlib.sha256(b"{}").hexdigest()
MANIFEST = json.dumps([{"Config": f"{CONFIG}.json", "Layers": ["v1/layer.tar"]}]).encode()


def opened(path: Path) -> ArchiveFiles:
    return ArchiveFiles(OpenFile(os.open(path, os.O_RDONLY), str(path)), DEFAULT_LIMITS)


def archive(files: dict[str, bytes], path: Path, symlinks: dict[str, str]) -> ArchiveFiles:
    return opened(write_tar(files, path / "i.tar", symlinks))


def test_a_link_is_no_blob_and_what_it_leads_to_is_reached(tmp_path: Path) -> None:
    stored = {"manifest.json": MANIFEST, f"{CONFIG}.json": b"{}", f"{HEX}.tar": b"layer", "other.tar": b"other"}
    files = archive(stored, tmp_path, {"v1/layer.tar": f"../{HEX}.tar", "v0/layer.tar": f"../{HEX}.tar"})
    assert unreferenced(files, ["v1/layer.tar"], DEFAULT_LIMITS) == ["other.tar"]


def test_blobs_named_as_skopeo_did_are_reached_by_their_digests(tmp_path: Path) -> None:
    manifest = json.dumps({"layers": [{"digest": f"sha256:{HEX}"}]}).encode()
    files = DirectoryFiles(str(write_directory({"manifest.json": manifest, f"{HEX}.tar": b"layer"}, tmp_path / "d")))
    assert unreferenced(files, [], DEFAULT_LIMITS) == []


def test_an_edited_config_is_not_what_its_name_says(tmp_path: Path) -> None:
    files = archive({"manifest.json": MANIFEST, f"{CONFIG}.json": b'{"edited": 1}'}, tmp_path, {})
    (wrong,) = misnamed(files, [], lambda _: None)
    assert (wrong.name, wrong.expected) == (f"{CONFIG}.json", f"sha256:{CONFIG}")
    assert list(misnamed(archive({f"{CONFIG}.json": b"{}"}, tmp_path, {}), [], lambda _: None)) == []


def test_of_many_names_that_are_there_twice_a_few_are_told(tmp_path: Path) -> None:
    names = {f"m{number:03}": b"" for number in range(30)}
    once = write_tar(names, tmp_path / "once.tar").read_bytes().rstrip(b"\0")
    blocks = once + bytes(-len(once) % 512)
    (tmp_path / "i.tar").write_bytes(blocks + blocks + bytes(1024))
    warnings = opened(tmp_path / "i.tar").warnings
    assert [warning.where for warning in warnings[:20]] == list(names)[:20]
    assert warnings[20].message.startswith("10 more names are stored more than once")
    assert len(warnings) == 21
