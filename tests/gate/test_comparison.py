"""An image beside its baseline: what grew, how much may, and waste that is new."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.analysis.growth import Delta
from imgscope.errors import SettingsError
from imgscope.filesystem.model import Cause
from imgscope.gate.baseline import Snapshot, dump, load, snapshot
from imgscope.gate.comparison import compare
from imgscope.gate.context import SHOWN, Evidence
from imgscope.gate.judge import judge
from imgscope.gate.model import Finding, Level, Outcome, State, Unit
from imgscope.gate.settings import GateSettings
from tests.build import E, Spec, f, w
from tests.gate.making import TODAY, outcome_of, subject_of, verdict_of, worst
from tests.tui.making import LAYERS


def before_of(*layers: list[E]) -> Snapshot:
    """The baseline of an image, as it is read from a file."""
    return load(dump({"app": snapshot(subject_of(*layers))}), "base.json")["app"]


def wasting(size: int, live: int = 0) -> tuple[list[E], list[E]]:
    """An image that wastes so many bytes, of one path."""
    return [f("old", "o" * size), f("live", "l" * live)], [w("old")]


def outcomes_of(*layers: list[E], before: Snapshot, base: int | None = None, **rules: Any) -> list[Outcome]:
    verdict = verdict_of(*layers, before=before, base=base, **rules)
    return [outcome for outcome in verdict.outcomes if outcome.id != "integrity"]


# Growth


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_growth_is_judged_exactly_at_the_limit(then: int, now: int, allowed: int) -> None:
    outcome = outcome_of(*wasting(now), before=before_of(*wasting(then)), growth_wasted=f"+{allowed}")

    assert outcome.value == now - then
    assert outcome.limit == allowed
    assert (outcome.state is State.PASSED) == (now - then <= allowed)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 20_000))
def test_a_percentage_is_of_the_baseline_and_exact(then: int, now: int, hundredths: int) -> None:
    written = f"+{hundredths // 100}.{hundredths % 100:02}%"
    outcome = outcome_of(*wasting(now), before=before_of(*wasting(then)), growth_wasted=written)

    assert outcome.limit == Fraction(then * hundredths, 10_000)
    assert (outcome.state is State.PASSED) == ((now - then) * 10_000 <= then * hundredths)


@pytest.mark.parametrize(
    ("then", "now", "limit", "passes"),
    [
        (1000, 1050, "+5%, +50", True),
        (1000, 1050, "+5%, +49", False),
        (1000, 1050, "+4.9%, +50", False),
        (1000, 1050, "5%", True),
        (3, 4, "33.33333333%", False),
        (0, 0, "+5%", True),
        (0, 1, "+500%", False),
        (0, 1, "+1B", True),
        (0, 0, "0", True),
        (1, 0, "0", True),
    ],
)
def test_of_several_allowances_all_must_hold(then: int, now: int, limit: str, passes: bool) -> None:
    outcome = outcome_of(*wasting(now), before=before_of(*wasting(then)), growth_wasted=limit)

    assert outcome.state is (State.PASSED if passes else State.FAILED)


def test_growth_names_the_paths_that_waste_more_and_who_did_it() -> None:
    before = before_of([f("same", "s" * 50), f("more", "m" * 10)], [w("same"), w("more")])
    layers = ([f("same", "s" * 50), f("more", "m" * 30), f("new", "n" * 25)], [w("same"), w("more")], [f("new", "")])

    outcome = outcome_of(*layers, before=before, growth_wasted="10")

    assert (outcome.value, outcome.limit, outcome.unit, outcome.found) == (45, 10, Unit.BYTES, 2)
    assert outcome.findings == (
        Finding(b"new", 25, 0, 2, "RUN step 2", Cause.OVERWRITTEN, "new"),
        Finding(b"more", 20, 0, 1, "RUN step 1", Cause.DELETED, "10B before"),
    )
    assert outcome.note == "105B now, 60B in baseline"


def test_growth_of_size_names_directories_and_waste() -> None:
    before = before_of([f("usr/lib/a", "a" * 10), f("opt/b", "b" * 29), f("etc/same", "s")])
    layers = (
        [f("usr/lib/a", "a" * 50), f("etc/same", "s"), f("opt/b", "b" * 5), f("top", "t" * 3), f("old", "o" * 7)],
        [w("old")],
    )

    outcome = outcome_of(*layers, before=before, growth_size="+20%")

    assert (outcome.value, outcome.limit) == (26, 8)
    assert worst(outcome) == [("usr/lib", 40), ("old", 7), ("/", 3)]
    assert [finding.detail for finding in outcome.findings] == ["10B before", "new", "new"]


def test_growth_of_files_names_directories() -> None:
    before = before_of([f("usr/lib/a"), f("opt/b"), f("opt/c"), f("etc/same")])
    layers = [f("etc/same"), f("usr/lib/a"), f("usr/lib/b"), f("usr/lib/c"), f("opt/b"), f("new/x/y/z")]

    outcome = outcome_of(layers, before=before, growth_files="1")

    assert (outcome.value, outcome.limit, outcome.unit, outcome.state) == (2, 1, Unit.FILES, State.FAILED)
    assert [(finding.path, finding.detail) for finding in outcome.findings] == [
        (b"usr/lib", "2 more files"),
        (b"new/x", "1 more files"),
    ]


def test_growth_is_that_of_the_whole_image() -> None:
    before = before_of(*wasting(1))

    assert outcome_of(*wasting(5), before=before, growth_wasted={"limit": "5", "layers": "all"}).value == 4
    with pytest.raises(SettingsError, match="growth-wasted looks at the whole image"):
        outcome_of(*wasting(5), before=before, growth_wasted={"limit": "5", "layers": "own"})


@pytest.mark.parametrize("rules", [{"growth_size": "5%"}, {"no_new_waste": True}])
def test_without_a_baseline_there_is_nothing_to_judge_by(rules: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="needs a baseline"):
        outcome_of([f("a", "1")], **rules)


# New waste


@given(LAYERS, LAYERS)
def test_new_waste_is_what_the_baseline_does_not_list(then: list[list[E]], now: list[list[E]]) -> None:
    listed, wasted = ({(row.cause, row.path) for row in subject_of(*layers).analysis.waste} for layers in (then, now))

    new, stale = outcomes_of(*now, before=before_of(*then), no_new_waste=True, baseline_strict=True)

    assert {(finding.cause, finding.path) for finding in new.findings} == wasted - listed
    assert {(finding.cause, finding.path) for finding in stale.findings} == listed - wasted
    assert (new.value, new.found, new.limit) == (len(wasted - listed), len(wasted - listed), 0)
    assert (stale.value, stale.found, stale.name) == (len(listed - wasted), len(listed - wasted), "stale")
    for outcome in (new, stale):
        assert (outcome.state is State.PASSED) == (outcome.value == 0)


def test_new_waste_is_named_largest_first_with_its_instruction() -> None:
    before = before_of([f("known", "k")], [f("known", "K" * 9)])
    layers = (
        [f("known", "k" * 500), f("b", "b"), f("a", "a")],
        [f("known", "K"), f("a", "aaaa"), w("b")],
        [f("a", "")],
    )

    outcome = outcome_of(*layers, before=before, no_new_waste=True)

    assert (outcome.state, outcome.value, outcome.limit, outcome.unit) == (State.FAILED, 2, 0, Unit.PATHS)
    assert outcome.findings == (
        Finding(b"a", 5, 1, 2, "RUN step 2", Cause.OVERWRITTEN),
        Finding(b"b", 1, 0, 1, "RUN step 1", Cause.DELETED),
    )


def test_another_cause_is_new_waste() -> None:
    before = before_of([f("a", "1")], [f("a", "22")])

    assert worst(outcome_of([f("a", "1")], [w("a")], before=before, no_new_waste=True)) == [("a", 1)]


@pytest.mark.parametrize(
    ("gone", "note"),
    [
        (0, ""),
        (1, "1 entry of the baseline is gone: write it again"),
        (3, "3 entries of the baseline are gone: write it again"),
    ],
)
def test_fixed_entries_are_told_and_fail_only_where_the_baseline_is_strict(gone: int, note: str) -> None:
    names = [f"old{number}" for number in range(gone)]
    before = before_of([f(name, "x") for name in names], [w(name) for name in names])

    assert outcome_of([f("a", "1")], before=before, no_new_waste=True).note == note
    assert outcome_of([f("a", "1")], before=before, no_new_waste=True).state is State.PASSED
    _, stale = outcomes_of([f("a", "1")], before=before, no_new_waste={"level": "warn"}, baseline_strict=True)
    assert stale.key == "no-new-waste:stale"
    assert stale.note == note
    assert stale.level is Level.WARN
    assert stale.state is (State.FAILED if gone else State.PASSED)


def test_ignored_paths_are_neither_new_nor_stale() -> None:
    before = before_of([f("tmp/old", "x"), f("kept/old", "x")], [w("tmp/old"), w("kept/old")])
    layers = ([f("tmp/new", "x" * 9), f("kept/new", "y")], [w("tmp/new"), w("kept/new")])
    ignore = [{"path": "tmp/", "reason": "named anew by each build"}]

    for rules in (
        {"ignore": ignore, "no_new_waste": True},
        {"no_new_waste": {"ignore": ignore}},
        {"no_new_waste": {"paths": ["kept/"]}},
    ):
        verdict = verdict_of(*layers, before=before, baseline_strict=True, **rules)
        new, stale, _ = verdict.outcomes
        assert worst(new) == [("kept/new", 1)]
        assert worst(stale) == [("kept/old", 1)]
        assert [(one.paths, one.bytes) for one in verdict.ignored] in ([], [(1, 9)])


def test_waste_that_the_base_makes_is_not_new() -> None:
    before = before_of([f("kept", "x")])
    layers = ([f("a", "1")], [w("a"), f("b", "22")], [w("b")])

    new, _ = outcomes_of(*layers, before=before, base=2, no_new_waste=True, baseline_strict=True)
    assert worst(new) == [("b", 2)]
    listed, stale = outcomes_of(*layers, before=before_of(*layers), base=2, no_new_waste=True, baseline_strict=True)
    assert (listed.value, stale.value) == (0, 0)


def test_of_much_new_waste_only_the_largest_is_shown_and_all_is_counted() -> None:
    names = [f"old{number:03}" for number in range(SHOWN + 7)]
    layers = ([f(name, "x" * (number + 1)) for number, name in enumerate(names)], [w(name) for name in names])

    outcome = outcome_of(*layers, before=before_of([f("a", "1")]), no_new_waste=True)

    assert (outcome.value, outcome.found, len(outcome.findings)) == (SHOWN + 7, SHOWN + 7, SHOWN)
    assert outcome.findings[0].path == names[-1].encode()


def test_what_could_not_be_read_is_not_taken_for_fixed() -> None:
    before = before_of(*wasting(5))
    settings = GateSettings.model_validate({"no-new-waste": True, "baseline-strict": True})
    subject = replace(subject_of([f("a", "1")]), complete=False)

    new, stale, _ = judge(subject, settings, Evidence(TODAY, before, "base.json")).outcomes

    assert (new.note, stale.value) == ("", 0)


# Side by side


@given(LAYERS)
def test_an_image_beside_itself_shows_no_difference(layers: list[list[E]]) -> None:
    growth = compare(before_of(*layers), snapshot(subject_of(*layers, name="renamed")), "base.json")

    assert growth.layers == growth.directories == growth.waste == ()
    assert all(delta.grown == 0 for delta in growth.totals)


@given(LAYERS, LAYERS)
def test_differences_add_up_to_those_of_the_totals(then: list[list[E]], now: list[list[E]]) -> None:
    growth = compare(before_of(*then), snapshot(subject_of(*now)), "base.json")
    grown = {delta.name: delta.grown for delta in growth.totals}

    assert list(grown) == ["wasted_bytes", "content_bytes", "stored_bytes", "files", "layers"]
    assert sum(delta.grown for delta in growth.waste) == grown["wasted_bytes"]
    assert sum(delta.grown for delta in growth.layers) == grown["content_bytes"]
    assert sum(delta.grown for delta in growth.directories) == grown["content_bytes"] - grown["wasted_bytes"]
    for deltas in (growth.layers, growth.directories, growth.waste):
        assert all(delta.before != delta.after for delta in deltas)
        assert list(deltas) == sorted(deltas, key=lambda delta: (-delta.grown, delta.name))


def test_differences_tell_what_came_what_went_and_what_grew() -> None:
    then = ([f("usr/lib/a", "a" * 10), f("gone/x/y", "y"), f("old", "oo")], [w("old")])
    now: tuple[list[E], ...] = ([f("usr/lib/a", "a" * 15), f("top", "t"), f(b"caf\xe9", "c")], [w("caf\udce9")], [])
    before = snapshot(subject_of(*then, spec=Spec([], history=[{"created_by": "RUN a"}, {"created_by": "RUN b"}])))

    growth = compare(before, snapshot(subject_of(*now)), "base.json")

    assert growth.baseline == "base.json"
    assert growth.directories == (Delta("usr/lib", 10, 15), Delta("/", None, 1), Delta("gone/x", 1, None))
    assert growth.waste == (Delta("caf\udce9 (deleted)", None, 1), Delta("old (deleted)", 2, None))
    assert growth.layers == (
        Delta("RUN step 0", None, 17),
        Delta("RUN b", 0, None),
        Delta("RUN step 1", None, 0),
        Delta("RUN step 2", None, 0),
        Delta("RUN a", 13, None),
    )


@pytest.mark.parametrize(
    ("then", "now", "note"),
    [(5, 5, ""), (9, 5, ""), (5, 2005, "known ones waste 2kB more, which growth-wasted would limit")],
)
def test_known_waste_that_grew_is_told_of(then: int, now: int, note: str) -> None:
    outcome = outcome_of(*wasting(now), before=before_of(*wasting(then)), no_new_waste=True)
    assert (outcome.state, outcome.note) == (State.PASSED, note)
