"""Documents as builders and scanners write them about an image, and layouts that hold them."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

from tests.build import Spec, layout_files
from tests.flavours import MANIFEST, Document, packed, put

IN_TOTO = "application/vnd.in-toto+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
COMMIT = "5f2d" * 10
BASE = "pkg:docker/debian@12?platform=linux%2Famd64"


def statement(about: str, predicate_type: str, predicate: Any) -> Document:
    """An in-toto statement about a digest."""
    subject = {"name": "pkg:docker/example/app@1", "digest": {"sha256": about.removeprefix("sha256:")}}
    kind = "https://in-toto.io/Statement/v0.1"
    return {"_type": kind, "predicateType": predicate_type, "subject": [subject], "predicate": predicate}


def slsa_0_2(about: str) -> Document:
    """What BuildKit writes with ``--provenance=mode=max``."""
    predicate = {
        "builder": {"id": "https://example.org/builder"},
        "buildType": "https://mobyproject.org/buildkit@v1",
        "materials": [{"uri": BASE, "digest": {"sha256": "ab" * 32}}],
        "invocation": {"configSource": {"entryPoint": "Dockerfile"}, "parameters": {"frontend": "dockerfile.v0"}},
        "metadata": {
            "buildStartedOn": "2026-01-02T03:04:05.678Z",
            "buildFinishedOn": "2026-01-02T03:05:00Z",
            "https://mobyproject.org/buildkit@v1#metadata": {
                "vcs": {"source": "https://example.org/app.git", "revision": COMMIT}
            },
        },
    }
    return statement(about, "https://slsa.dev/provenance/v0.2", predicate)


def slsa_1(about: str) -> Document:
    """The same in version 1."""
    predicate = {
        "buildDefinition": {
            "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
            "externalParameters": {
                "configSource": {"uri": "https://example.org/app.git#main", "digest": {"sha1": COMMIT}},
            },
            "resolvedDependencies": [{"uri": BASE, "digest": {"sha256": "ab" * 32}}],
        },
        "runDetails": {
            "builder": {"id": "https://example.org/builder"},
            "metadata": {"startedOn": "2026-01-02T03:04:05Z", "finishedOn": "2026-01-02T03:05:00Z"},
        },
    }
    return statement(about, "https://slsa.dev/provenance/v1", predicate)


def spdx() -> Document:
    """A bill of materials."""
    return {
        "spdxVersion": "SPDX-2.3",
        "name": "sbom",
        "creationInfo": {"created": "2026-01-02T03:04:06Z", "creators": ["Organization: Anyone", "Tool: scan-1.2"]},
        "packages": [{"name": "libc6"}, {"name": "bash"}],
    }


def cyclonedx() -> Document:
    """Another."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "metadata": {
            "timestamp": "2026-01-02T03:04:06Z",
            "tools": {"components": [{"name": "scan", "version": "3"}]},
            "component": {"name": "app"},
        },
        "components": [{"name": "libc6"}],
    }


def enveloped(document: Document, signatures: int = 1) -> Document:
    """A document in a DSSE envelope."""
    payload = b64encode(json.dumps(document).encode()).decode()
    return {"payloadType": IN_TOTO, "payload": payload, "signatures": [{"sig": "AA=="}] * signatures}


def manifest_digest(spec: Spec) -> str:
    """Of the one image of a layout."""
    digest: str = json.loads(layout_files(spec)["index.json"])["manifests"][0]["digest"]
    return digest


def with_attestations(spec: Spec, directory: Path, *documents: Document | bytes) -> Path:
    """A layout with an image, and a manifest of documents about it."""
    files = layout_files(spec)
    index = json.loads(files["index.json"])
    layers = [put(files, _bytes(one), IN_TOTO) for one in documents]
    config = put(files, b'{"os": "unknown"}', CONFIG)
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}).encode()
    notes = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": index["manifests"][0]["digest"],
    }
    index["manifests"].append(put(files, manifest, MANIFEST, annotations=notes))
    files["index.json"] = json.dumps(index).encode()
    return packed(files, directory)


def with_artifact(spec: Spec, directory: Path, document: Document, media_type: str, *, tagged: bool) -> Path:
    """A layout with an image, and an artifact about it that names it in a tag, as cosign's, or as its subject."""
    files = layout_files(spec)
    index = json.loads(files["index.json"])
    about = index["manifests"][0]["digest"]
    manifest: Document = {"schemaVersion": 2, "mediaType": MANIFEST, "config": put(files, b"{}", CONFIG)}
    manifest["layers"] = [put(files, _bytes(document), media_type)]
    notes = {"org.opencontainers.image.ref.name": f"app:{about.replace(':', '-')}.att"} if tagged else {}
    if not tagged:
        manifest["artifactType"] = media_type
        manifest["subject"] = {"mediaType": MANIFEST, "digest": about, "size": 1}
        manifest["config"] = put(files, b"{}", "application/vnd.oci.empty.v1+json")
    raw = json.dumps(manifest).encode()
    index["manifests"].append(put(files, raw, MANIFEST, annotations=notes))
    files["index.json"] = json.dumps(index).encode()
    return packed(files, directory)


def _bytes(document: Document | bytes) -> bytes:
    return document if isinstance(document, bytes) else json.dumps(document).encode()
