"""What others state of an image: where it came from (SLSA provenance), and what is in it (SPDX, CycloneDX).

Such statements are in-toto documents, alone or in an envelope that is signed (DSSE). Signatures are not verified here:
whoever can write the file can write these. Everything in them is data of unknown shape; what is not as it should be is
left out, unless nothing is left.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imgscope.errors import DocumentError
from imgscope.oci.document import parse_json

_SLSA = "https://slsa.dev/provenance/"
_BUILDKIT = "https://mobyproject.org/buildkit@v1#metadata"


@dataclass(frozen=True, slots=True)
class Material:
    """Something named with its digests, by algorithm: a subject, or what went into a build."""

    name: str
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Provenance:
    """How an image was made, as its builder tells."""

    version: str
    """Of SLSA's format: ``v0.2``, ``v1``."""
    builder: str
    build_type: str
    started: str
    finished: str
    source: str
    revision: str
    """The commit that was built, where the builder tells it."""
    materials: tuple[Material, ...]


@dataclass(frozen=True, slots=True)
class Bom:
    """A list of what is in an image. ``packages``: how many it lists."""

    format: str
    version: str
    name: str
    created: str
    tools: tuple[str, ...]
    packages: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One document. ``signatures``: how many its envelope has, None without one; a bare BOM has no type."""

    predicate_type: str
    subjects: tuple[Material, ...] = ()
    signatures: int | None = None
    provenance: Provenance | None = None
    bom: Bom | None = None


def read_statement(raw: bytes, what: str) -> tuple[Statement, Any]:
    """A document, and its JSON value as stored. Raises DocumentError where it is none of these."""
    stored = parse_json(raw, what)
    value, signatures = _opened(_mapping(stored), what)
    predicate_type = _text(value.get("predicateType"))
    if predicate_type:
        predicate = _mapping(value.get("predicate"))
        is_provenance = predicate_type.startswith(_SLSA)
        provenance = _provenance(predicate_type, predicate) if is_provenance else None
        return Statement(predicate_type, _subjects(value), signatures, provenance, _bom(predicate)), stored
    bom = _bom(value)
    if bom is None:
        raise DocumentError(f"{what} is neither an in-toto statement nor an SPDX or CycloneDX document")
    return Statement("", signatures=signatures, bom=bom), stored


def _opened(value: Mapping[str, Any], what: str) -> tuple[Mapping[str, Any], int | None]:
    """What is in an envelope, with the number of its signatures; a Sigstore bundle has an envelope inside."""
    envelope = _mapping(value.get("dsseEnvelope")) or value
    payload = envelope.get("payload")
    if not isinstance(payload, str) or "payloadType" not in envelope:
        return value, None
    try:
        decode = urlsafe_b64decode if set("-_") & set(payload) else b64decode
        inside = decode(payload)
    except ValueError as error:
        raise DocumentError(f"{what} has a payload that is not base64") from error
    return _mapping(parse_json(inside, f"the payload of {what}")), len(_list(envelope.get("signatures")))


def _subjects(value: Mapping[str, Any]) -> tuple[Material, ...]:
    return tuple(Material(_text(one.get("name")), _digests(one)) for one in _mappings(value.get("subject")))


def _provenance(predicate_type: str, predicate: Mapping[str, Any]) -> Provenance:
    version = predicate_type.removeprefix(_SLSA)
    if version.startswith("v1"):
        return _provenance_1(version, predicate)
    metadata = _mapping(predicate.get("metadata"))
    config = _mapping(_mapping(predicate.get("invocation")).get("configSource"))
    source, revision = _source(_mapping(metadata.get(_BUILDKIT)), config)
    return Provenance(
        version,
        _text(_mapping(predicate.get("builder")).get("id")),
        _text(predicate.get("buildType")),
        _text(metadata.get("buildStartedOn")),
        _text(metadata.get("buildFinishedOn")),
        source,
        revision,
        _materials(predicate.get("materials")),
    )


def _provenance_1(version: str, predicate: Mapping[str, Any]) -> Provenance:
    definition, run = _mapping(predicate.get("buildDefinition")), _mapping(predicate.get("runDetails"))
    metadata, parameters = _mapping(run.get("metadata")), _mapping(definition.get("externalParameters"))
    config = _mapping(parameters.get("configSource")) or _mapping(parameters.get("workflow"))
    materials = _materials(definition.get("resolvedDependencies"))
    source, revision = _source(_mapping(metadata.get("buildkit_metadata")), config)
    return Provenance(
        version,
        _text(_mapping(run.get("builder")).get("id")),
        _text(definition.get("buildType")),
        _text(metadata.get("startedOn")),
        _text(metadata.get("finishedOn")),
        source,
        revision or next((one.digests["gitCommit"] for one in materials if "gitCommit" in one.digests), ""),
        materials,
    )


def _source(metadata: Mapping[str, Any], config: Mapping[str, Any]) -> tuple[str, str]:
    """Where sources came from, and their revision: what BuildKit saw of a repository, or where a build's file is."""
    vcs, digests = _mapping(metadata.get("vcs")), _digests(config)
    source = _text(vcs.get("source")) or _text(config.get("uri")) or _text(config.get("repository"))
    return source, _text(vcs.get("revision")) or digests.get("sha1", "") or digests.get("gitCommit", "")


def _materials(value: Any) -> tuple[Material, ...]:
    return tuple(Material(_text(one.get("uri")) or _text(one.get("name")), _digests(one)) for one in _mappings(value))


def _bom(value: Mapping[str, Any]) -> Bom | None:
    """A bill of materials; older tools put it below ``Data``."""
    value = _mapping(value.get("Data")) or value
    if "spdxVersion" in value:
        creation = _mapping(value.get("creationInfo"))
        creators = [_text(one) for one in _list(creation.get("creators"))]
        return Bom(
            "SPDX",
            _text(value["spdxVersion"]).removeprefix("SPDX-"),
            _text(value.get("name")),
            _text(creation.get("created")),
            tuple(one.removeprefix("Tool:").strip() for one in creators if one.startswith("Tool:")),
            len(_list(value.get("packages"))),
        )
    if value.get("bomFormat") == "CycloneDX":
        metadata = _mapping(value.get("metadata"))
        return Bom(
            "CycloneDX",
            _text(value.get("specVersion")),
            _text(_mapping(metadata.get("component")).get("name")),
            _text(metadata.get("timestamp")),
            _tools(metadata.get("tools")),
            len(_list(value.get("components"))),
        )
    return None


def _tools(value: Any) -> tuple[str, ...]:
    """CycloneDX until 1.4 lists tools, since then it lists them as components."""
    tools = _mappings(value) or _mappings(_mapping(value).get("components"))
    return tuple(
        " ".join(part for part in (_text(one.get("name")), _text(one.get("version"))) if part) for one in tools
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _digests(value: Mapping[str, Any]) -> dict[str, str]:
    return {name: digest for name, digest in _mapping(value.get("digest")).items() if isinstance(digest, str)}
