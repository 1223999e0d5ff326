"""What lies beside an image that states something of it, as rows and as text. Nothing of it is verified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from typing_extensions import TypedDict

from imgscope.image.statements import Bom, Material, Provenance
from imgscope.report.build import exact
from imgscope.report.json import schema_of
from imgscope.report.printer import Printer
from imgscope.report.wire import SCHEMA_VERSION
from imgscope.sources.attestations import Attestation
from imgscope.units import count, counted, moment

_SHOWN = 10


class MaterialInfo(TypedDict):
    """Something named with its digests, by algorithm."""

    name: str
    digests: dict[str, str]


class SubjectInfo(MaterialInfo):
    """What a statement is about; ``matches``: whether that is the manifest of this image."""

    matches: bool


class ProvenanceInfo(TypedDict):
    """How the image was made, as its builder tells; ``version`` of SLSA's format. What is not told is null."""

    version: str
    builder: str | None
    build_type: str | None
    started: str | None
    finished: str | None
    source: str | None
    revision: str | None
    materials: list[MaterialInfo]


class BomInfo(TypedDict):
    """A list of what is in the image; ``packages``: how many it lists."""

    format: str
    version: str
    name: str | None
    created: str | None
    tools: list[str]
    packages: int


class AttestationInfo(TypedDict):
    """One document about the image.

    ``signatures`` of its envelope, null where it has none; they are never verified. ``error``: why it cannot be read.
    """

    manifest: str
    digest: str
    media_type: str
    size: int
    predicate_type: str | None
    signatures: int | None
    subjects: list[SubjectInfo]
    provenance: ProvenanceInfo | None
    bom: BomInfo | None
    error: str | None


class AttestationsDocument(TypedDict):
    """``imgscope inspect --attestations --json``; ``others``: manifests of statements about other images."""

    schema_version: str
    attestations: list[AttestationInfo]
    manifest_digest: str | None
    others: int


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return schema_of(AttestationsDocument, f"imgscope inspect --attestations {SCHEMA_VERSION}")


def attestation_info(found: Attestation, manifest_digest: str) -> AttestationInfo:
    """A document as a row; ``manifest_digest`` is the image's."""
    statement = found.statement
    return {
        "manifest": found.manifest,
        "digest": found.digest,
        "media_type": found.media_type,
        "size": found.size,
        "predicate_type": (statement and statement.predicate_type) or None,
        "signatures": statement.signatures if statement else None,
        "subjects": [_subject(one, manifest_digest) for one in statement.subjects] if statement else [],
        "provenance": _provenance(statement.provenance) if statement and statement.provenance else None,
        "bom": _bom(statement.bom) if statement and statement.bom else None,
        "error": exact(found.problem.what) if found.problem else None,
    }


def _material(material: Material) -> MaterialInfo:
    return {"name": material.name, "digests": dict(material.digests)}


def _subject(subject: Material, manifest_digest: str) -> SubjectInfo:
    algorithm, _, digest = manifest_digest.partition(":")
    return {**_material(subject), "matches": subject.digests.get(algorithm) == digest}


def _provenance(provenance: Provenance) -> ProvenanceInfo:
    return {
        "version": provenance.version,
        "builder": provenance.builder or None,
        "build_type": provenance.build_type or None,
        "started": provenance.started or None,
        "finished": provenance.finished or None,
        "source": provenance.source or None,
        "revision": provenance.revision or None,
        "materials": [_material(material) for material in provenance.materials],
    }


def _bom(bom: Bom) -> BomInfo:
    return {
        "format": bom.format,
        "version": bom.version,
        "name": bom.name or None,
        "created": bom.created or None,
        "tools": list(bom.tools),
        "packages": bom.packages,
    }


def write_attestations(printer: Printer, rows: Sequence[AttestationInfo], others: int) -> None:
    """A paragraph a document. ``others``: manifests of statements in the file that are not about this image."""
    for number, row in enumerate(rows):
        if number:
            printer.line()
        printer.line(_title(row), "bold")
        for name, value in (*_facts(row), *_of_provenance(row), *_of_bom(row)):
            printer.line(f"  {name:<11}{value}")
    if not rows:
        printer.line("no statements about this image")
    if others:
        told = counted(others, "manifest of statements", "manifests of statements")
        printer.line(f"{told} about other images of the file")


def _title(row: AttestationInfo) -> str:
    if row["provenance"]:
        return f"Provenance (SLSA {row['provenance']['version']})"
    if row["bom"]:
        return f"Bill of materials ({row['bom']['format']} {row['bom']['version']})"
    return "Statement" if not row["error"] else "Statement that could not be read"


def _facts(row: AttestationInfo) -> Iterable[tuple[str, str]]:
    if row["error"]:
        yield "error", row["error"]
    yield "digest", row["digest"]
    if row["predicate_type"]:
        yield "type", row["predicate_type"]
    if row["signatures"] is not None:
        yield "signed", f"{counted(row['signatures'], 'signature', 'signatures')}, not verified"
    for subject in row["subjects"][:_SHOWN]:
        yield "about", f"{subject['name']}  ({'this image' if subject['matches'] else 'NOT THIS IMAGE'})".strip()
    if len(row["subjects"]) > _SHOWN:
        yield "", f"and {count(len(row['subjects']) - _SHOWN)} more"


def _of_provenance(row: AttestationInfo) -> Iterable[tuple[str, str]]:
    told = row["provenance"]
    if not told:
        return
    facts = (
        ("builder", told["builder"]),
        ("build type", told["build_type"]),
        ("started", told["started"] and moment(told["started"])),
        ("finished", told["finished"] and moment(told["finished"])),
        ("source", told["source"]),
        ("revision", told["revision"]),
    )
    yield from ((name, value) for name, value in facts if value)
    for material in told["materials"][:_SHOWN]:
        digest = next((f"  {name}:{value}" for name, value in material["digests"].items()), "")
        yield "material", f"{material['name']}{digest}"
    if len(told["materials"]) > _SHOWN:
        yield "", f"and {count(len(told['materials']) - _SHOWN)} more"


def _of_bom(row: AttestationInfo) -> Iterable[tuple[str, str]]:
    bom = row["bom"]
    if not bom:
        return
    facts = (("name", bom["name"]), ("created", bom["created"] and moment(bom["created"])))
    yield from ((name, value) for name, value in facts if value)
    yield from (("tool", tool) for tool in bom["tools"][:_SHOWN])
    yield "packages", count(bom["packages"])
