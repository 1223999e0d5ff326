"""Advice as rows: every finding once, under its group, what saves most first; and all of it within the width."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.advice.model import Advice, Confidence, Estimates, Finding, Group, Named
from imgscope.cells import cells
from imgscope.escaping import printable
from imgscope.questions.advising import Advised
from imgscope.tui.advice_rows import AdviceRows
from imgscope.tui.look import Look
from tests.advice.making import Case
from tests.build import f
from tests.tui.making import HOSTILE

ESTIMATES = Estimates(1000, 800, 700, 600, 500, 400)
CASE = Case([[f("a", "1")], [f("b", "2")]], made_by=["RUN \x1b[31mfirst", "RUN second"])
FINDINGS = st.builds(
    Finding,
    id=st.just("some-rule"),
    title=HOSTILE.map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    cause=st.just("it is there"),
    fix=st.just("Leave it out"),
    group=st.sampled_from(Group),
    confidence=st.sampled_from(Confidence),
    layer=st.sampled_from([None, 0, 1]),
    bytes=st.integers(0, 1 << 40),
    stored_bytes=st.integers(0, 1 << 40),
    files=st.integers(0, 1 << 20),
    top=st.lists(st.builds(Named, HOSTILE, st.integers(0, 1 << 40), st.just("setuid 0")), max_size=3).map(
        lambda named: lambda: named
    ),
)


def rows_of(findings: list[Finding], look: Look | None = None) -> AdviceRows:
    return AdviceRows(Advised(CASE.facts(), Advice(tuple(findings), ESTIMATES), ()), look or Look())


def finding(title: str = "caches", **more: object) -> Finding:
    given: dict[str, object] = {
        "id": "package-caches",
        "title": title,
        "cause": "Layer 1 wrote them",
        "fix": "Clean up in the same RUN",
        "group": Group.WASTE,
        "confidence": Confidence.HIGH,
        **more,
    }
    return Finding(**given)  # type: ignore[arg-type]


def text_of(rows: AdviceRows, position: int, width: int = 90) -> str:
    return "".join(text for text, _ in rows.row(position, width)).rstrip()


def details_of(rows: AdviceRows, position: int) -> str:
    return "\n".join("".join(text for text, _ in line) for line in rows.details(position))


@settings(max_examples=40, deadline=None)
@given(st.lists(FINDINGS, max_size=8))
def test_every_finding_is_a_row_under_the_heading_of_its_group(findings: list[Finding]) -> None:
    rows = rows_of(findings)

    shown = [rows.at(position) for position in range(len(rows))]
    assert rows.findings == len(findings)
    for group in Group:
        some = [one for one in findings if one.group is group]
        headings = [at for at in range(len(rows)) if text_of(rows, at).startswith(group.value.capitalize())]
        headings = [at for at in headings if shown[at] is None]
        assert len(headings) == bool(some)
        if some:
            assert shown[headings[0] + 1 : headings[0] + 1 + len(some)] == some


@settings(max_examples=60, deadline=None)
@given(st.lists(FINDINGS, min_size=1, max_size=5), st.booleans(), st.integers(50, 160))
def test_every_row_fits_and_neither_it_nor_its_details_hold_anything_raw(
    findings: list[Finding], ascii_: bool, width: int
) -> None:
    rows = rows_of(findings, Look(ascii_))
    title = "".join(text for text, _ in rows.titles(width))

    for position in range(len(rows)):
        row = rows.row(position, width)
        text = "".join(text for text, _ in row)
        assert cells(text) <= width
        assert printable(text) == text
        details = rows.details(position)
        assert all(printable(text) == text for line in details for text, _ in line)
        if rows.at(position):
            numbers = [text for text, role in row[:-1] if role != "plain"]
            assert any(cells("".join(numbers[:end])) == title.index("Finding") for end in range(len(numbers) + 1))


def test_a_row_tells_what_is_saved_how_sure_that_is_who_is_at_fault_and_where() -> None:
    some = [
        finding(layer=1, bytes=48_200_000, stored_bytes=17_100_000, top=lambda: [Named(b"var/cache/apt/", 9)]),
        finding("runs as root", group=Group.SECURITY, confidence=Confidence.LOW),
    ]
    rows = rows_of(some)

    assert [text_of(rows, position) for position in range(len(rows))] == [
        "Waste  saves 48.2MB, 17.1MB as stored",
        "   48.2MB   17.1MB  high        1  caches  /var/cache/apt/",
        "Security",
        "        ·        ·  low         ·  runs as root",
    ]
    assert text_of(rows, 1, 60) == "   48.2MB  high        1  caches  /var/cache/apt/"
    assert text_of(rows, 1, 34) == "   48.2MB  high        1  caches"


@pytest.mark.parametrize("width", [60, 90])
def test_titles_stand_over_what_they_name(width: int) -> None:
    rows = rows_of([finding(layer=1, bytes=5000, stored_bytes=2000)])
    title, row = "".join(text for text, _ in rows.titles(width)), text_of(rows, 1, width)

    assert title.index("Finding") == row.index("caches")
    assert title.index("Sure") == row.index("high")
    assert title.index("Saves") + len("Saves") == row.index("5kB") + len("5kB")
    assert title.index("Layer") + len("Layer") == row.index(" 1 ") + len(" 1")


def test_details_are_the_cause_the_culprit_the_fix_and_the_worst_paths() -> None:
    top = [Named(b"var/cache/apt/", 30_000), Named(b"root/\x1b", 0, "mode 0777")]
    rows = rows_of([finding(layer=0, bytes=40_000, stored_bytes=40_000, files=12, top=lambda: top)])

    assert details_of(rows, 1) == (
        "Caches\nsaves 40kB\nrule     package-caches\nsure     high confidence\n\nLayer 1 wrote them.\n"
        "layer 0  RUN \\x1b[31mfirst\n\nFix: Clean up in the same RUN.\n\nof 12 paths, the largest:\n"
        "       30kB  /var/cache/apt/\n  mode 0777  /root/\\x1b"
    )
    assert rows.top(1) == tuple(top)
    assert rows.top(0) == ()


def test_the_details_of_a_heading_are_what_the_image_would_come_to() -> None:
    rows = rows_of([finding(bytes=500, stored_bytes=300)])

    assert details_of(rows, 0).splitlines()[:6] == [
        "Waste  1 finding",
        "saves 500B, 300B as stored",
        "",
        "as it is 1kB, 800B as stored",
        "squashed 700B, 600B as stored",
        "advised  500B, 400B as stored; 50.0% less content",
    ]


def test_values_of_secrets_are_not_among_the_instructions() -> None:
    case = Case([[f("a", "1")]], made_by=["ENV PASSWORD=hunter2"])
    advised = Advised(case.facts(), Advice((finding(layer=0),), ESTIMATES), ())

    assert "hunter2" not in details_of(AdviceRows(advised, Look()), 1)
