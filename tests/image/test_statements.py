"""Statements about images: what is told in each of the forms there are, and what is made of nonsense."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import DocumentError
from imgscope.image.statements import Bom, Material, Statement, read_statement
from tests.sources.statements import BASE, COMMIT, cyclonedx, enveloped, slsa_0_2, slsa_1, spdx, statement

ABOUT = "sha256:" + "cd" * 32


def read(document: Any) -> Statement:
    return read_statement(json.dumps(document).encode(), "it")[0]


@pytest.mark.parametrize(
    ("document", "version", "source"),
    [
        (slsa_0_2(ABOUT), "v0.2", "https://example.org/app.git"),
        (slsa_1(ABOUT), "v1", "https://example.org/app.git#main"),
    ],
)
def test_provenance_in_both_versions_of_slsa(document: dict[str, Any], version: str, source: str) -> None:
    told = read(document)

    assert told.subjects == (Material("pkg:docker/example/app@1", {"sha256": "cd" * 32}),)
    assert told.provenance
    assert (told.provenance.version, told.provenance.builder) == (version, "https://example.org/builder")
    assert (told.provenance.source, told.provenance.revision) == (source, COMMIT)
    assert told.provenance.materials == (Material(BASE, {"sha256": "ab" * 32}),)
    assert told.provenance.started.startswith("2026-01-02T03:04:05")
    assert told.provenance.finished == "2026-01-02T03:05:00Z"
    assert "buildkit" in told.provenance.build_type
    assert told.signatures is None


def test_a_revision_that_only_a_dependency_tells() -> None:
    document = slsa_1(ABOUT)
    definition = document["predicate"]["buildDefinition"]
    definition["externalParameters"] = {"workflow": {"repository": "https://example.org/app"}}
    definition["resolvedDependencies"].append({"uri": "git+https://example.org/app", "digest": {"gitCommit": COMMIT}})

    told = read(document).provenance

    assert told
    assert (told.source, told.revision) == ("https://example.org/app", COMMIT)


@pytest.mark.parametrize(
    ("document", "bom"),
    [
        (spdx(), Bom("SPDX", "2.3", "sbom", "2026-01-02T03:04:06Z", ("scan-1.2",), 2)),
        (cyclonedx(), Bom("CycloneDX", "1.5", "app", "2026-01-02T03:04:06Z", ("scan 3",), 1)),
    ],
)
def test_bills_of_materials_alone_in_a_statement_and_in_an_envelope(document: dict[str, Any], bom: Bom) -> None:
    inside = statement(ABOUT, "https://spdx.dev/Document", document)

    assert read(document) == Statement("", bom=bom)
    assert read(inside).bom == read(enveloped(inside)).bom == bom
    assert read(statement(ABOUT, "https://example.org/x", {"Data": document})).bom == bom


def test_tools_as_cyclonedx_once_listed_them() -> None:
    document = cyclonedx()
    document["metadata"]["tools"] = [{"vendor": "anyone", "name": "scan", "version": "2"}]

    assert read(document).bom == Bom("CycloneDX", "1.5", "app", "2026-01-02T03:04:06Z", ("scan 2",), 1)


def test_envelopes_are_opened_and_their_signatures_counted() -> None:
    envelope = enveloped(slsa_1(ABOUT), signatures=2)

    assert read(envelope).signatures == read({"dsseEnvelope": envelope}).signatures == 2
    assert read(envelope).provenance == read(slsa_1(ABOUT)).provenance


def test_the_document_comes_as_it_is_stored() -> None:
    envelope = enveloped(spdx())

    assert read_statement(json.dumps(envelope).encode(), "it")[1] == envelope


@pytest.mark.parametrize(
    "document", [{}, [], 1, {"payload": "!", "payloadType": "x"}, {"payload": "e30=", "payloadType": ""}]
)
def test_what_is_no_statement_is_an_error(document: Any) -> None:
    with pytest.raises(DocumentError):
        read(document)


VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=3)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A statement of which some value is something else."""
    document = draw(st.sampled_from([slsa_0_2, slsa_1, lambda about: statement(about, "x", spdx())]))(ABOUT)
    at: Any = document
    while True:
        key = draw(st.sampled_from(range(len(at)) if isinstance(at, list) else sorted(at)))
        if not isinstance(at[key], (dict, list)) or not at[key] or draw(st.booleans()):
            at[key] = draw(VALUES)
            return document
        at = at[key]


@given(spoilt())
def test_whatever_a_document_has_where_something_else_should_be(document: Any) -> None:
    try:
        told = read(document)
    except DocumentError:
        return
    assert all(isinstance(one.name, str) for one in told.subjects)
    if told.provenance:
        assert isinstance(told.provenance.revision, str)
