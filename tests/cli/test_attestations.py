"""``imgscope inspect --attestations``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

from tests.build import Spec, d, docker_files, f, layer, layout_files, write_tar
from tests.conftest import Cli
from tests.flavours import docker_29
from tests.sources.statements import (
    COMMIT,
    DSSE,
    cyclonedx,
    enveloped,
    manifest_digest,
    slsa_0_2,
    slsa_1,
    spdx,
    statement,
    with_artifact,
    with_attestations,
)

SPEC = Spec([layer(d("a"), f("a/b", "x"))])
ABOUT = manifest_digest(SPEC)


def rows(cli: Cli, path: Path) -> list[dict[str, Any]]:
    result = cli("inspect", "--attestations", path)
    assert result.code == 0, result.err
    validate(result.json, cli("schema", "attestations").json)
    found: list[dict[str, Any]] = result.json["attestations"]
    return found


def test_provenance_and_bill_of_materials_are_told(cli: Cli, tmp_path: Path) -> None:
    bom = statement(ABOUT, "https://spdx.dev/Document", spdx())
    first, second, third = rows(cli, with_attestations(SPEC, tmp_path, slsa_0_2(ABOUT), bom, slsa_1("sha256:00")))

    assert first["provenance"]["revision"] == COMMIT
    assert (first["predicate_type"], first["signatures"]) == ("https://slsa.dev/provenance/v0.2", None)
    assert [one["matches"] for row in (first, second, third) for one in row["subjects"]] == [True, True, False]
    assert second["bom"]["packages"] == 2
    assert (second["provenance"], first["bom"], first["error"]) == (None, None, None)


def test_the_same_as_text(cli: Cli, tmp_path: Path) -> None:
    path = with_attestations(SPEC, tmp_path, slsa_0_2(ABOUT), enveloped(statement("sha256:00", "https://x.example", 1)))

    assert cli("inspect", "--attestations", "--format", "text", path).out.replace(ABOUT[7:], "…").splitlines() == [
        "Provenance (SLSA v0.2)",
        f"  digest     {digest(slsa_0_2(ABOUT))}",
        "  type       https://slsa.dev/provenance/v0.2",
        "  about      pkg:docker/example/app@1  (this image)",
        "  builder    https://example.org/builder",
        "  build type https://mobyproject.org/buildkit@v1",
        "  started    2026-01-02 03:04:05 UTC",
        "  finished   2026-01-02 03:05:00 UTC",
        "  source     https://example.org/app.git",
        f"  revision   {COMMIT}",
        f"  material   pkg:docker/debian@12?platform=linux%2Famd64  sha256:{'ab' * 32}",
        "",
        "Statement",
        f"  digest     {digest(enveloped(statement('sha256:00', 'https://x.example', 1)))}",
        "  type       https://x.example",
        "  signed     1 signature, not verified",
        "  about      pkg:docker/example/app@1  (NOT THIS IMAGE)",
    ]


def digest(document: Any) -> str:
    from tests.build import sha

    return sha(json.dumps(document).encode())


@pytest.mark.parametrize("tagged", [True, False])
@pytest.mark.parametrize(
    ("document", "media_type"),
    [(enveloped(slsa_1(ABOUT)), DSSE), (cyclonedx(), "application/vnd.cyclonedx+json")],
)
def test_artifacts_about_the_image_are_told(
    cli: Cli, tmp_path: Path, document: Any, media_type: str, tagged: bool
) -> None:
    (row,) = rows(cli, with_artifact(SPEC, tmp_path, document, media_type, tagged=tagged))

    assert row["media_type"] == media_type
    assert row["signatures"] == (1 if media_type == DSSE else None)


def test_documents_themselves_one_a_line(cli: Cli, tmp_path: Path) -> None:
    documents = [enveloped(slsa_0_2(ABOUT)), spdx() | {"name": "\x1b\u202e"}]
    out = cli("inspect", "--attestations", "--raw", with_attestations(SPEC, tmp_path, *documents)).out

    assert [json.loads(line) for line in out.splitlines()] == documents
    assert out.isascii()
    assert "\x1b" not in out


def test_a_statement_that_cannot_be_read_is_told_and_makes_the_rest_incomplete(cli: Cli, tmp_path: Path) -> None:
    path = with_attestations(SPEC, tmp_path, b"no json", slsa_1(ABOUT))

    result = cli("inspect", "--attestations", path)
    first, second = result.json["attestations"]
    assert (result.code, second["error"]) == (3, None)
    assert "not valid JSON" in first["error"]
    assert result.err.startswith("error: ")
    raw = cli("inspect", "--attestations", "--raw", path)
    assert (raw.code, json.loads(raw.out)) == (3, slsa_1(ABOUT))
    assert "error      " in cli("inspect", "--attestations", "--format", "text", path).out


def test_a_document_that_is_too_large_says_how_to_read_it(cli: Cli, tmp_path: Path) -> None:
    bom = spdx() | {"packages": [{"name": f"package-{number}"} for number in range(500)]}
    path = with_attestations(SPEC, tmp_path, bom)

    result = cli("inspect", "--attestations", "--max-document", "4kB", path)
    assert (result.code, "more than 4000" in result.json["attestations"][0]["error"]) == (3, True)
    assert "hint: raise the limit with --max-document" in result.err
    assert rows(cli, path)[0]["bom"]["packages"] == 500


def test_a_document_that_is_listed_many_times_is_read_once(cli: Cli, tmp_path: Path) -> None:
    assert len(rows(cli, with_attestations(SPEC, tmp_path, *[slsa_1(ABOUT)] * 50))) == 1


def test_a_blob_that_is_not_what_its_digest_says_is_an_error(cli: Cli, tmp_path: Path) -> None:
    path = with_attestations(SPEC, tmp_path, slsa_1(ABOUT))
    path.write_bytes(path.read_bytes().replace(b"https://example.org/builder", b"https://example.org/another"))

    result = cli("inspect", "--attestations", path)

    assert result.code == 3
    assert "has the digest" in result.json["attestations"][0]["error"]


def test_statements_about_other_images_are_counted_only(cli: Cli, tmp_path: Path) -> None:
    path = docker_29(SPEC, tmp_path)
    document = cli("inspect", "--attestations", path).json

    assert len(document["attestations"]) + document["others"] == 1


@pytest.mark.parametrize("files", [layout_files(SPEC), docker_files(SPEC)], ids=["layout", "docker-archive"])
def test_an_image_without_statements_says_so(cli: Cli, tmp_path: Path, files: dict[str, bytes]) -> None:
    path = write_tar(files, tmp_path / "image.tar")

    assert cli("inspect", "--attestations", path).json["attestations"] == []
    assert cli("inspect", "--attestations", "--format", "text", path).out == "no statements about this image\n"


def test_raw_is_for_attestations(cli: Cli, tmp_path: Path) -> None:
    assert cli("inspect", "--raw", write_tar(layout_files(SPEC), tmp_path / "image.tar")).code == 2
