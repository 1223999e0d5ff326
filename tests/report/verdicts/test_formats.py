"""Every format of a verdict: letter by letter, and whatever an image's names are made of.

``IMGSCOPE_UPDATE_GOLDENS=1 pytest tests/report/verdicts`` writes the goldens anew; read the difference.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from imgscope.gate.model import State, Unit, Verdict
from imgscope.report.printer import Look, Printer
from imgscope.report.verdicts.json import schema
from imgscope.report.verdicts.markdown import LARGEST_SUMMARY
from imgscope.report.verdicts.options import Options
from imgscope.report.verdicts.registry import FORMATS
from imgscope.report.verdicts.text import write_text
from tests.report.verdicts.making import HOSTILE, everything, finding, image, outcome

GOLDEN = Path(__file__).parent / "golden"
DOCKERFILE = "FROM base\n# a comment\nCOPY . /\nRUN rm -rf \\\n    /x\n"
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

PATHS = st.one_of(
    st.sampled_from(HOSTILE),
    st.binary(min_size=1, max_size=30),
    st.text(min_size=1, max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
)


def written(format_: str, verdict: Verdict, options: Options | None = None) -> str:
    if format_ == "text":
        stream = io.StringIO()
        write_text(Printer(stream, Look(width=120)), verdict)
        return stream.getvalue()
    return "".join(FORMATS[format_].lines(verdict, options or Options()))


def hostile(path: bytes) -> Verdict:
    """The path wherever an image's text can be."""
    text = path.decode("utf-8", "surrogateescape")
    rule = outcome(findings=(finding(path, 5, text, detail=text),), found=1)
    return Verdict((image(rule, path=text, name=text, title=text.encode("utf-8", "replace").decode()),))


@pytest.mark.parametrize("format_", FORMATS)
def test_output(format_: str) -> None:
    text = written(format_, everything(), Options(dockerfile=("Dockerfile", DOCKERFILE)))
    golden = GOLDEN / f"{format_}.txt"
    if os.environ.get("IMGSCOPE_UPDATE_GOLDENS"):
        golden.write_text(text, encoding="utf-8")

    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("format_", FORMATS)
@given(PATHS)
def test_nothing_unsafe_reaches_an_output(format_: str, path: bytes) -> None:
    text = written(format_, hostile(path))

    assert not UNSAFE.search(text)
    text.encode()


@given(PATHS)
def test_json_keeps_every_name_and_fits_its_schema(path: bytes) -> None:
    document = json.loads(written("json", hostile(path)))
    worst = document["images"][0]["rules"][0]["worst"][0]

    Draft202012Validator(schema()).validate(document)
    assert worst["path"].encode() == path or "path_b64" in worst
    assert written("json", hostile(path)).isascii()


def test_json_of_everything_fits_its_schema() -> None:
    Draft202012Validator(schema()).validate(json.loads(written("json", everything())))


def test_jsonl_has_a_line_an_image() -> None:
    lines = [json.loads(line) for line in written("jsonl", everything()).splitlines()]
    together = json.loads(written("json", everything()))

    assert [{"schema_version": "1.0", **one} for one in together["images"]] == lines


@given(PATHS)
def test_xml_can_be_read_whatever_names_hold(path: bytes) -> None:
    root = ET.fromstring(written("junit", hostile(path)))

    assert len(root.findall("testsuite/testcase/failure")) == 1


@given(PATHS)
def test_no_cell_of_csv_is_a_formula(path: bytes) -> None:
    rows = list(csv.reader(io.StringIO(written("csv", hostile(path)))))

    assert {len(row) for row in rows} == {11}
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


@given(PATHS)
def test_annotations_are_one_line_each_and_none_comes_from_the_image(path: bytes) -> None:
    lines = written("github", hostile(path)).splitlines()

    assert len(lines) == 1
    assert re.match(r"::error title=imgscope%3A max-wasted-bytes::", lines[0])


@given(PATHS)
def test_rows_of_markdown_keep_their_columns(path: bytes) -> None:
    rows = [line for line in written("markdown", hostile(path)).splitlines() if line.startswith("| ")]

    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4, 5}


@given(PATHS)
def test_tap_says_not_ok_of_what_failed_and_nothing_else(path: bytes) -> None:
    lines = written("tap", hostile(path)).splitlines()

    points = [line for line in lines if re.match(r" *(not )?ok\b", line)]

    assert [line.split(" - ")[0] for line in points] == ["    not ok 1", "not ok 1"]
    assert not [line for line in points if re.search(r"(?<!\\)#", line)]


def test_a_value_over_its_limit_never_looks_like_it() -> None:
    close = outcome(value=1_000_000_001, limit=1_000_000_000)

    assert "1000000001 bytes wasted, at most 1000000000 bytes allowed" in written("text", Verdict((image(close),)))


def test_one_annotation_a_violated_rule_and_none_for_others() -> None:
    lines = written("github", everything()).splitlines()
    violated = [one for each in everything().images for one in each.outcomes if one.state is State.FAILED]

    assert len(lines) == len(violated) + 2  # and one for each image that could not be judged in full
    assert sum(line.startswith("::warning") for line in lines) == 1


def test_gitlab_is_an_array_with_unique_fingerprints_and_relative_paths() -> None:
    issues = json.loads(written("gitlab", everything(), Options(dockerfile=("./Dockerfile", DOCKERFILE))))

    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["path"] == "Dockerfile"
        assert issue["location"]["lines"]["begin"] >= 1
    assert json.loads(written("gitlab", Verdict((image(outcome(state=State.PASSED)),)))) == []


def test_a_finding_is_pointed_at_its_line_of_the_dockerfile() -> None:
    document = json.loads(written("sarif", everything(), Options(dockerfile=("Dockerfile", DOCKERFILE))))
    place = document["runs"][0]["results"][1]["locations"][0]["physicalLocation"]

    assert place["artifactLocation"]["uri"] == "Dockerfile"
    assert place["region"]["startLine"] == 4


def test_without_a_dockerfile_a_finding_points_at_the_file_of_its_rule() -> None:
    document = json.loads(written("sarif", everything()))

    place = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "imgscope.toml"


def test_a_summary_too_long_for_github_is_cut_and_says_so() -> None:
    long = outcome(findings=tuple(finding(b"x" * 4000, 1, "y" * 4000) for _ in range(20)), found=20)
    text = written("github-summary", Verdict(tuple(image(long) for _ in range(20))))

    assert len(text.encode()) < LARGEST_SUMMARY + 200
    assert text.endswith("too long for this summary.**\n")


def test_many_images_are_one_run_of_sarif() -> None:
    document = json.loads(written("sarif", Verdict(tuple(image(outcome(), name=f"{n}") for n in range(30)))))

    assert len(document["runs"]) == 1
    assert len({one["partialFingerprints"]["primaryLocationLineHash"] for one in document["runs"][0]["results"]}) == 90


def test_text_tells_what_failed_first() -> None:
    lines = written("text", everything()).splitlines()
    states = [line.split()[0] for line in lines if re.match(r"(PASS|FAIL|WARN|SKIP)  [a-z]+-?[a-z-]* ", line)]

    assert states == ["FAIL"] * 5 + ["WARN", "PASS", "PASS", "SKIP", "PASS"]


def test_units_are_those_of_the_contract() -> None:
    units = {unit.value for unit in Unit}

    assert units == set(schema()["$defs"]["RuleInfo"]["properties"]["unit"]["enum"])
