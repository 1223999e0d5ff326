"""SARIF and JUnit against the schemas of those who define them, and what GitHub demands beyond.

The schemas travel in the source packages of two projects. They are fetched with pip as it is set up here, once, and
kept in pytest's cache; where that is not possible the tests are skipped, and say so.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from jsonschema import Draft7Validator

from imgscope.gate.model import State, Verdict
from imgscope.report.verdicts.options import Options
from tests.report.verdicts.making import HOSTILE, everything, finding, image, outcome
from tests.report.verdicts.test_formats import DOCKERFILE, hostile, written

VERDICTS = {
    "everything": everything(),
    "passed": Verdict((image(outcome(state=State.PASSED, value=1)),)),
    "many findings": Verdict((image(outcome(findings=(finding(b"x"),) * 100, found=5000)),)),
    "nothing": Verdict((image(),)),
    "hostile names": Verdict(tuple(one for path in HOSTILE for one in hostile(path).images)),
}


def official(cache: Path, requirement: str, name: str) -> Path:
    """A file out of a source package."""
    kept = cache / name
    if not kept.exists():
        with tempfile.TemporaryDirectory() as directory:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
            done = subprocess.run([*command, "--dest", directory, requirement], capture_output=True, check=False)
            archives = list(Path(directory).glob("*.tar.gz"))
            if done.returncode or not archives:
                pytest.skip(f"the schema {name} could not be fetched with pip")
            _take(archives[0], name, kept)
    return kept


def _take(archive: Path, name: str, kept: Path) -> None:
    with tarfile.open(archive) as packed:
        member = next(one for one in packed.getmembers() if one.name.endswith(f"/{name}"))
        found = packed.extractfile(member)
        assert found
        # Another worker may be doing the same: whole or not at all.
        draft = kept.with_name(f"{kept.name}.{id(packed)}")
        draft.write_bytes(found.read())
        draft.replace(kept)


@pytest.fixture
def cache(pytestconfig: pytest.Config) -> Path:
    assert pytestconfig.cache is not None
    return Path(pytestconfig.cache.mkdir("schemas"))


@pytest.mark.parametrize("name", VERDICTS)
def test_sarif_fits_the_official_schema(name: str, cache: Path) -> None:
    schema = json.loads(official(cache, "sarif-pydantic>=0.6,<0.7", "sarif-schema-2.1.0.json").read_text())
    document = json.loads(written("sarif", VERDICTS[name], Options(dockerfile=("Dockerfile", DOCKERFILE))))

    assert [error.message for error in Draft7Validator(schema).iter_errors(document)] == []
    broken = {**document, "version": "3"}
    assert list(Draft7Validator(schema).iter_errors(broken))


@pytest.mark.parametrize("name", VERDICTS)
def test_junit_fits_the_official_schema(name: str, cache: Path) -> None:
    schema = xmlschema.XMLSchema(str(official(cache, "pytest>=8,<10", "junit-10.xsd")))
    text = written("junit", VERDICTS[name])

    schema.validate(text)
    assert not schema.is_valid(text.replace("<testcase", "<case").replace("</testcase", "</case")) or name == "nothing"


@pytest.mark.parametrize("name", VERDICTS)
def test_sarif_has_what_github_demands(name: str) -> None:
    text = written("sarif", VERDICTS[name])
    document = json.loads(text)

    assert document["$schema"]
    assert len(gzip.compress(text.encode())) < 10_000_000
    assert 0 < len(document["runs"]) <= 20
    for run in document["runs"]:
        _run_has_what_github_demands(run)
    assert not _empty_texts(document)


def _run_has_what_github_demands(run: dict[str, Any]) -> None:
    driver = run["tool"]["driver"]
    assert driver["name"]
    for rule in driver["rules"]:
        assert rule["id"]
        assert rule["shortDescription"]["text"]
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert len(rule.get("properties", {}).get("tags", [])) <= 20
    assert len(run["results"]) <= 25_000
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert not place["artifactLocation"]["uri"].startswith(("/", "."))
        assert {"startLine", "startColumn", "endLine", "endColumn"} <= set(place["region"])
        assert result["partialFingerprints"]["primaryLocationLineHash"]
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(prints)) == len(prints)


def _empty_texts(value: object) -> bool:
    if isinstance(value, dict):
        return any(_empty_texts(one) for one in value.values())
    if isinstance(value, list):
        return any(_empty_texts(one) for one in value)
    return value == ""


def test_only_rules_about_secrets_and_rights_are_matters_of_security() -> None:
    rules = [outcome("suid-sgid"), outcome("secret-name"), outcome("deleted-but-shipped"), outcome("max-layers")]
    (run,) = json.loads(written("sarif", Verdict((image(*rules),))))["runs"]

    rated = {rule["id"] for rule in run["tool"]["driver"]["rules"] if "security-severity" in rule.get("properties", {})}
    assert rated == {"suid-sgid", "secret-name", "deleted-but-shipped"}
