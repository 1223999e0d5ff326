"""Every format of a verdict: letter by letter, and whatever an image's names are made of.

``IMGSCOPE_UPDATE_GOLDENS=1 pytest tests/report/verdicts`` writes the goldens anew; read the difference.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from imgscope.analysis.growth import Delta
from imgscope.filesystem.model import Cause
from imgscope.gate.model import Finding, Growth, Ignored, State, Unit, Verdict, Writer
from imgscope.report.printer import Look, Printer
from imgscope.report.verdicts.json import schema
from imgscope.report.verdicts.markdown import LARGEST_SUMMARY
from imgscope.report.verdicts.options import Options
from imgscope.report.verdicts.registry import FORMATS
from imgscope.report.verdicts.text import write_text
from tests.report.verdicts.making import HOSTILE, blame, everything, finding, image, outcome

GOLDEN = Path(__file__).parent / "golden"
DOCKERFILE = "FROM base\n# a comment\nCOPY . /\nRUN rm -rf \\\n    /x\n"
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

COMMAND = re.compile(r"^\s*::|##[A-Za-z]*\[", re.MULTILINE)
"""What GitHub's runner, Azure's agent or TeamCity would obey in a log."""

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
    """The path wherever a text from outside can be; in one rule it is all that there is to tell."""
    text = path.decode("utf-8", "surrogateescape")
    rule = outcome(findings=(finding(path, 5, text, detail=text),), found=1, message=text, note=text)
    bare = outcome("forbidden-path", findings=(Finding(path, 0, None, None, ""),), found=1)
    growth = Growth(text, (), (Delta(text, 0, 1),), (Delta(text, None, 1),), (Delta(text, 1, None),))
    ignored = (Ignored(text, text, None, False, 1, 1),)
    return Verdict((image(rule, bare, path=text, name=text, title=text, ignored=ignored, growth=growth, error=text),))


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


@pytest.mark.parametrize("format_", sorted(set(FORMATS) - {"github"}))
@given(PATHS)
def test_nothing_in_an_output_is_a_command_to_the_log_it_lands_in(format_: str, path: bytes) -> None:
    assert not COMMAND.search(written(format_, hostile(path)))


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

    assert len(root.findall("testsuite/testcase/failure")) == 2


@given(PATHS)
def test_no_cell_of_csv_is_a_formula(path: bytes) -> None:
    rows = list(csv.reader(io.StringIO(written("csv", hostile(path)))))

    assert {len(row) for row in rows} == {11}
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


@given(PATHS)
def test_annotations_are_one_line_each_and_none_comes_from_the_image(path: bytes) -> None:
    lines = written("github", hostile(path)).splitlines()

    assert len(lines) == 3
    assert re.match(r"::error title=imgscope%3A max-wasted-bytes::", lines[1])
    assert re.match(r"::error title=imgscope%3A forbidden-path::", lines[2])


@given(PATHS)
def test_rows_of_markdown_keep_their_columns(path: bytes) -> None:
    rows = [line for line in written("markdown", hostile(path)).splitlines() if line.startswith("| ")]

    # A bar is escaped by a backslash that is none itself, or by any before it: readers of Markdown differ.
    pairwise = {len(re.sub(r"\\.", "", row).split("|")) - 1 for row in rows}
    any_before = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert pairwise == any_before == {4, 5}


@given(PATHS)
def test_tap_says_not_ok_of_what_failed_and_nothing_else(path: bytes) -> None:
    lines = written("tap", hostile(path)).splitlines()

    points = [line for line in lines if re.match(r" *(not )?ok\b", line)]

    numbered = ["    not ok 1", "    not ok 2", "    not ok 3", "not ok 1"]
    assert [line.split(" - ")[0] for line in points] == numbered
    assert not [line for line in points if "#" in re.sub(r"\\.", "", line)]


def test_people_read_large_numbers_with_separators_and_machines_need_not() -> None:
    many = outcome("forbidden-path", unit=Unit.PATHS, value=1686, limit=0, found=1686)
    ignored = Ignored("usr/**", "kept", None, False, 14_671, 5)
    verdict = Verdict((image(many, ignored=(ignored,)),))

    assert "1,686 forbidden paths" in written("text", verdict)
    assert "and 1,684 more" in written("text", verdict)
    assert "14,671 paths" in written("text", verdict)
    assert "1,686 forbidden paths" in written("markdown", verdict)
    assert "2 of 1,686" in written("markdown", verdict)
    assert "14,671 paths" in written("markdown", verdict)
    assert "1686 forbidden paths" in written("json", verdict)


def test_a_value_over_its_limit_never_looks_like_it() -> None:
    close = outcome(value=1_000_000_001, limit=1_000_000_000)

    assert "1,000,000,001 bytes wasted, at most 1,000,000,000 bytes allowed" in written(
        "text", Verdict((image(close),))
    )


@pytest.mark.parametrize(
    ("cause", "line"),
    [
        (Cause.DELETED, 3),
        (Cause.OPAQUE, 3),
        (Cause.TYPE_CHANGED, 3),
        (Cause.OVERWRITTEN, 4),
        (Cause.METADATA_ONLY, 4),
    ],
)
def test_what_was_written_in_vain_is_put_right_where_it_was_written(cause: Cause, line: int) -> None:
    found = (finding(b"x", cause=cause),)
    verdict = Verdict((image(outcome(findings=found, found=1), blames=(blame(cause),)),))
    options = Options(dockerfile=("Dockerfile", DOCKERFILE))

    results = json.loads(written("sarif", verdict, options))["runs"][0]["results"]
    assert {one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in results} == {line}
    assert f"line={line}," in written("github", verdict, options)
    assert {one["location"]["lines"]["begin"] for one in json.loads(written("gitlab", verdict, options))} == {line}


def test_a_writer_of_another_dockerfile_leaves_the_place_to_what_deleted() -> None:
    blames = (blame(Cause.DELETED, Writer(0, "ADD rootfs.tar /", 3000)),)
    verdict = Verdict((image(outcome(), blames=blames),))

    assert "line=4," in written("github", verdict, Options(dockerfile=("Dockerfile", DOCKERFILE)))


def test_both_steps_are_told_the_one_to_change_first() -> None:
    writers = Writer(0, "COPY . /", 2000), Writer(3, "RUN make", 1000)
    deleted = written("text", Verdict((image(outcome(), blames=(blame(Cause.DELETED, *writers),)),)))
    again = written("text", Verdict((image(outcome(), blames=(blame(Cause.OVERWRITTEN, *writers),)),)))

    wrote = "written by layer 0 (2kB) and 1 other: COPY . /"
    assert 0 < deleted.index(wrote) < deleted.index("deleted by layer 1: RUN rm -rf /x")
    assert 0 < again.index("overwritten by layer 1: RUN rm -rf /x") < again.index(wrote)


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
    assert place["region"]["startLine"] == 3


def test_without_a_dockerfile_a_finding_points_at_the_file_of_its_rule() -> None:
    document = json.loads(written("sarif", everything()))

    place = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "imgscope.toml"


def test_a_summary_too_long_for_github_is_cut_between_rows_and_says_so() -> None:
    found = tuple(finding(b"x" * 200, 1, "y" * 200) for _ in range(20))
    rules = [outcome("max-layers", findings=found, found=20) for _ in range(200)]
    text = written("github-summary", Verdict((image(*rules),)))

    assert LARGEST_SUMMARY - 1000 < len(text.encode()) < LARGEST_SUMMARY + 200
    assert text.endswith("too long for this summary.**\n")
    assert text.count("<details>") == text.count("</details>")


def test_a_title_of_what_is_folded_is_no_html() -> None:
    text = written("markdown", Verdict((image(outcome("path-budget", name="<b>*&*")),)))

    assert "<summary><code>path-budget:&lt;b&gt;*&amp;*</code>: " in text


def test_a_path_and_an_instruction_without_end_are_cut() -> None:
    endless = outcome(findings=(finding(b"a/" * 500_000, 1, "RUN " + "x" * 1_000_000),), found=1)

    for format_ in set(FORMATS) - {"json", "jsonl"}:
        assert len(written(format_, Verdict((image(endless),)))) < 10_000, format_


def test_many_images_are_one_run_of_sarif() -> None:
    document = json.loads(written("sarif", Verdict(tuple(image(outcome(), name=f"{n}") for n in range(30)))))

    assert len(document["runs"]) == 1
    assert len({one["partialFingerprints"]["primaryLocationLineHash"] for one in document["runs"][0]["results"]}) == 90


def prints(one: Finding, id_: str = "max-wasted-bytes", unit: Unit = Unit.BYTES) -> list[str]:
    """Fingerprints of a rule with one finding."""
    rule = outcome(id_, findings=(one,), found=1, unit=unit)
    (run,) = json.loads(written("sarif", Verdict((image(rule),))))["runs"]
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]


def test_a_fingerprint_outlives_a_rebuild_and_tells_causes_apart() -> None:
    body = Finding(b"a/x", 2000, 3, 4, "RUN make 1", Cause.DELETED, "2 versions")
    layer = Finding(b"", 0, 3, 3, "RUN true", detail="layer 3")
    damage = Finding(b"layer 3: usr/lib", 0, None, None, "", detail="12 bytes behind the end")

    assert prints(body) == prints(Finding(b"a/x", 9000, 5, 8, "RUN make 2", Cause.DELETED, "3 versions"))
    assert prints(body) != prints(replace(body, cause=Cause.OPAQUE))
    assert prints(layer, "max-layers") == prints(replace(layer, layer=7, culprit=7, detail="layer 7"), "max-layers")
    assert prints(damage, "integrity", Unit.FINDINGS) == prints(
        replace(damage, path=b"layer 4: usr/lib", detail="13 bytes behind the end"), "integrity", Unit.FINDINGS
    )


def test_what_has_a_fingerprint_in_common_is_numbered_and_not_lost() -> None:
    twice = image(outcome(findings=(finding(b"a/x", 2000), finding(b"a/x", 500)), found=2))
    both = Verdict((twice, twice))
    (run,) = json.loads(written("sarif", both))["runs"]
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    issues = json.loads(written("gitlab", both))

    assert len(set(hashes)) == len(hashes) == 6
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 6


@given(PATHS)
def test_no_message_of_sarif_is_a_link(path: bytes) -> None:
    for result in json.loads(written("sarif", hostile(path)))["runs"][0]["results"]:
        assert "](" not in result["message"]["text"]


def test_a_share_is_shown_as_all_or_nothing_only_where_it_is() -> None:
    nearly = outcome("min-efficiency", unit=Unit.RATIO, limit=1, value=Fraction(999_999, 1_000_000))
    hardly = outcome("max-wasted-percent", State.PASSED, unit=Unit.PERCENT, limit=5, value=Fraction(4, 1000))
    text = written("text", Verdict((image(nearly, hardly),)))

    assert "efficiency 99.9999%, at least 100% needed" in text
    assert "0.004% wasted, at most 5% allowed" in text


def test_text_tells_what_failed_first() -> None:
    lines = written("text", everything()).splitlines()
    states = [line.split()[0] for line in lines if re.match(r"(PASS|FAIL|WARN|SKIP)  [a-z]+-?[a-z-]* ", line)]

    assert states == ["FAIL"] * 5 + ["WARN", "PASS", "PASS", "SKIP", "PASS"]


def test_units_are_those_of_the_contract() -> None:
    units = {unit.value for unit in Unit}

    assert units == set(schema()["$defs"]["RuleInfo"]["properties"]["unit"]["enum"])
