"""Rules about waste: exact at the limit, over nothing, and over one's own layers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from imgscope.errors import SettingsError
from imgscope.filesystem.model import Cause
from imgscope.gate.model import ImageVerdict, Level, State
from tests.build import E, d, f, h, o, w
from tests.gate.making import outcome_of, verdict_of, worst

REMOVED = ([d("a"), f("a/x", "x" * 600), f("a/y", "y" * 400), f("keep", "k" * 1000)], [w("a")])
"""2,000 bytes, of which 1,000 are waste."""


@pytest.mark.parametrize(
    ("rule", "limit", "passes"),
    [
        ("max_wasted_bytes", 1000, True),
        ("max_wasted_bytes", 999, False),
        ("max_wasted_percent", 50, True),
        ("max_wasted_percent", "49.999999999", False),
        ("min_efficiency", "0.5", True),
        ("min_efficiency", "50.000000001%", False),
        ("max_layer_wasted_bytes", 1000, True),
        ("max_layer_wasted_bytes", 999, False),
        ("max_file_wasted_bytes", 600, True),
        ("max_file_wasted_bytes", 599, False),
        ("max_image_size", 2000, True),
        ("max_image_size", 1999, False),
        ("max_layer_size", 2000, True),
        ("max_layer_size", 1999, False),
        ("max_layers", 2, True),
        ("max_layers", 1, False),
        ("max_files", 1, True),
        ("max_files", 0, False),
        ("metadata_only_copy", 0, True),
    ],
)
def test_a_limit_is_what_still_passes(rule: str, limit: int | str, passes: bool) -> None:
    assert outcome_of(*REMOVED, **{rule: limit}).state is (State.PASSED if passes else State.FAILED)


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 10_000))
def test_a_percentage_is_compared_as_the_fraction_it_is(wasted: int, live: int, hundredths: int) -> None:
    layers = ([f("gone", "g" * wasted), f("live", "l" * live)], [w("gone")])
    limit = Fraction(hundredths, 100)

    outcome = outcome_of(*layers, max_wasted_percent=f"{hundredths // 100}.{hundredths % 100:02}")

    assert outcome.value == Fraction(100 * wasted, wasted + live)
    assert outcome.limit == limit
    assert (outcome.state is State.PASSED) == (Fraction(100 * wasted, wasted + live) <= limit)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 100))
def test_efficiency_and_waste_are_two_sides_of_one_number(wasted: int, live: int, percent: int) -> None:
    layers = ([f("gone", "g" * wasted), f("live", "l" * live)], [w("gone")])

    by_waste = outcome_of(*layers, max_wasted_percent=percent)
    by_efficiency = outcome_of(*layers, min_efficiency=f"{100 - percent}%")

    assert by_waste.state is by_efficiency.state


def test_nothing_wasted_of_nothing_is_no_percent() -> None:
    assert outcome_of([d("a")], max_wasted_percent=0).state is State.PASSED
    assert outcome_of([d("a")], min_efficiency=1).state is State.PASSED


def test_waste_over_own_layers_that_hold_nothing_is_over_any_limit() -> None:
    outcome = outcome_of([f("a", "1" * 9)], [w("a")], max_wasted_percent_own=1_000_000)

    assert outcome.state is State.FAILED
    assert outcome.value is None


def test_own_waste_is_what_own_layers_cause() -> None:
    base = [f("tool", "t" * 100), f("twice", "1" * 40), f("twice", "2" * 40)]
    own = [f("app", "a" * 300), w("tool")]

    outcome = outcome_of(base, own, max_wasted_percent_own=0)

    assert outcome.value == Fraction(100 * 100, 300)
    assert worst(outcome) == [("tool", 100)]


def test_with_a_base_every_rule_looks_at_own_layers() -> None:
    base = ([f("a", "1" * 50)], [w("a")])
    own = ([f("b", "2" * 30)], [w("b")])
    layers = (*base, *own)

    assert outcome_of(*layers, base=2, max_wasted_bytes=0).value == 30
    assert outcome_of(*layers, base=2, max_layers=0).value == 2
    assert outcome_of(*layers, base=2, max_image_size=0).value == 30
    assert outcome_of(*layers, base=2, max_wasted_bytes={"limit": 0, "layers": "all"}).value == 80
    assert outcome_of(*layers, base=2, max_wasted_bytes={"limit": 0, "layers": "base"}).value == 50


def test_a_layer_can_be_chosen_by_number_and_digest() -> None:
    layers = ([f("a", "1" * 50)], [w("a")], [f("b", "1")])

    assert outcome_of(*layers, max_wasted_bytes={"limit": 0, "layers": 1}).value == 50
    assert outcome_of(*layers, max_wasted_bytes={"limit": 0, "layers": 0}).value == 0
    assert outcome_of(*layers, max_wasted_bytes={"limit": 0, "layers": 9}).value == 0


def test_a_percentage_is_not_judged_below_its_floor() -> None:
    floored = outcome_of(*REMOVED, max_wasted_percent={"limit": 1, "min-bytes": "1001B"})
    judged = outcome_of(*REMOVED, max_wasted_percent={"limit": 1, "min-bytes": "1kB"})

    assert floored.state is State.PASSED
    assert "below the floor" in floored.note
    assert judged.state is State.FAILED
    assert verdict_of(*REMOVED, max_wasted_percent=1, min_bytes=5000).passed


def test_the_worst_layer_is_the_one_that_carries_or_causes_most() -> None:
    layers = ([f("a", "1" * 50)], [f("b", "2" * 30)], [w("a"), w("b")])

    assert outcome_of(*layers, max_layer_wasted_bytes=0).value == 80
    assert "layer 2" in outcome_of(*layers, max_layer_wasted_bytes=0).note
    assert outcome_of(*layers, max_layer_wasted_bytes={"limit": 0, "of": "carried"}).value == 50


def test_all_versions_of_a_path_count_together() -> None:
    layers = ([f("a", "1" * 50)], [f("a", "2" * 30)], [f("a", "3" * 30)])

    outcome = outcome_of(*layers, max_file_wasted_bytes=79)

    assert outcome.value == 80
    assert outcome.findings[0].detail == "2 versions"


def test_a_budget_counts_what_its_globs_let_through() -> None:
    budget = {"paths": ["a/**", "!a/y"], "limit": 599, "message": "clean up"}

    outcome = outcome_of(*REMOVED, path_budget=[budget])

    assert outcome.value == 600
    assert outcome.name == "a/** !a/y"
    assert outcome.message == "clean up"
    assert outcome_of(*REMOVED, path_budget=["a/**=1kB"]).state is State.PASSED
    assert outcome_of(*REMOVED, path_budget=[{**budget, "paths": ["keep"], "of": "size"}]).value == 1000


def test_a_copy_for_its_mode_alone_is_counted_apart() -> None:
    layers = ([f("a", "1" * 50), f("b", "2" * 30)], [f("a", "1" * 50, mode=0o600), f("b", "3" * 30)])

    outcome = outcome_of(*layers, metadata_only_copy=0)

    assert worst(outcome) == [("a", 50)]
    assert outcome.findings[0].cause is Cause.METADATA_ONLY


def test_a_body_with_several_links_is_waste_once_the_last_is_gone() -> None:
    layers = ([f("a", "1" * 50), h("b", "a")], [w("a")])

    assert outcome_of(*layers, max_wasted_bytes=0).state is State.PASSED
    assert outcome_of(*layers, [w("b")], max_wasted_bytes=0).value == 50


def test_an_opaque_directory_and_a_change_of_type_are_waste() -> None:
    opaque = ([d("d"), f("d/x", "x" * 10)], [d("d"), o("d"), f("d/y", "y")])
    typed = ([d("d"), f("d/x", "x" * 10)], [f("d", "file")])

    assert outcome_of(*opaque, max_wasted_bytes=0).value == 10
    assert outcome_of(*typed, max_wasted_bytes=0).value == 10


def test_ignored_waste_does_not_count_and_is_told() -> None:
    ignore = [{"path": "a/x", "reason": "known"}, {"path": "nothing", "reason": "old"}]

    verdict = verdict_of(*REMOVED, max_wasted_bytes=400, ignore=ignore)

    assert verdict.passed
    assert [(one.path, one.paths, one.bytes, one.reason) for one in verdict.ignored] == [
        ("a/x", 1, 600, "known"),
        ("nothing", 0, 0, "old"),
    ]


@pytest.mark.parametrize(("expires", "expired"), [("2026-11-21", False), ("2026-11-20", True)])
def test_an_ignore_holds_to_the_end_of_its_last_day(expires: str, expired: bool) -> None:
    verdict = verdict_of(
        *REMOVED, max_wasted_bytes=400, ignore=[{"path": "a/x", "reason": "known", "expires": expires}]
    )

    assert verdict.passed is not expired
    assert verdict.ignored[0].expired is expired
    assert verdict.ignored[0].bytes == 600


def test_a_rule_can_ignore_by_itself() -> None:
    rule = {"limit": 400, "ignore": [{"path": "a/x", "reason": "known"}]}

    verdict = verdict_of(*REMOVED, max_wasted_bytes=rule, max_file_wasted_bytes=599)

    states = {outcome.id: outcome.state for outcome in verdict.outcomes}
    assert states["max-wasted-bytes"] is State.PASSED
    assert states["max-file-wasted-bytes"] is State.FAILED
    assert verdict.ignored[0].rule == "max-wasted-bytes"


def test_a_warning_does_not_fail_the_image() -> None:
    verdict = verdict_of(*REMOVED, max_wasted_bytes={"limit": 0, "level": "warn"})

    assert verdict.passed
    assert verdict.outcomes[0].warned
    assert verdict.outcomes[0].level is Level.WARN


def test_a_rule_that_is_off_is_skipped() -> None:
    verdict = verdict_of(*REMOVED, max_wasted_bytes="off", max_layers=False)

    assert {outcome.state for outcome in verdict.outcomes if outcome.id != "integrity"} == {State.SKIPPED}


def test_a_pattern_that_is_none_is_an_error() -> None:
    with pytest.raises(ValidationError, match="take back"):
        verdict_of(*REMOVED, max_wasted_bytes=0, ignore=[{"path": "!x", "reason": "r"}])


def test_a_failure_names_the_instruction_at_fault_and_the_worst_paths_first() -> None:
    outcome = outcome_of(*REMOVED, max_wasted_bytes=0)

    assert worst(outcome) == [("a/x", 600), ("a/y", 400)]
    assert outcome.findings[0].culprit == 1
    assert outcome.findings[0].layer == 0


@given(
    st.lists(st.sampled_from([f("a", "1" * 5), f("b", "2" * 7), w("a"), w("b"), d("c")]), max_size=4),
    st.integers(0, 30),
)
def test_a_higher_limit_never_fails_what_a_lower_one_passes(changes: list[E], limit: int) -> None:
    layers = ([f("a", "0" * 5), f("b", "0" * 9)], changes)

    def passed(allowed: int) -> bool:
        return verdict_of(*layers, max_wasted_bytes=allowed).outcomes[0].state is State.PASSED

    assert passed(limit + 1) or not passed(limit)


def test_passing_needs_a_complete_image() -> None:
    verdict = verdict_of(*REMOVED, max_wasted_bytes=5000)

    assert verdict.passed
    assert not ImageVerdict("a", "a", "", False, None, verdict.basis, verdict.outcomes).passed


def test_a_budget_that_is_off_is_skipped() -> None:
    off = {"paths": ["a/**"], "limit": 0, "level": "off"}

    assert [one.state for one in verdict_of(*REMOVED, path_budget=[off]).outcomes[:1]] == [State.SKIPPED]


def test_a_digest_that_no_layer_has_is_an_error() -> None:
    with pytest.raises(SettingsError, match="no layer has the digest"):
        verdict_of(*REMOVED, max_wasted_bytes={"limit": 0, "layers": "sha256:" + "0" * 64})


def test_bytes_of_every_body_of_an_ignored_path_are_told() -> None:
    layers = ([f("a", "1" * 50)], [f("a", "2" * 30)], [w("a")])

    (ignored,) = verdict_of(*layers, max_layers=9, ignore=[{"path": "a", "reason": "r"}]).ignored

    assert (ignored.paths, ignored.bytes) == (1, 80)


def test_what_a_layer_stores_twice_it_carries_and_does_not_cause() -> None:
    twice = [f("a", "1" * 50), f("a", "2" * 30)]

    assert outcome_of(twice, max_layer_wasted_bytes={"limit": 0, "of": "caused"}).value == 0
    assert outcome_of(twice, max_layer_wasted_bytes=0).value == 50


def test_waste_is_blamed_on_what_hid_it_and_names_those_that_wrote_it() -> None:
    layers = ([f("a/x", "x" * 600)], [f("a/y", "y" * 700), f("b", "b" * 50)], [w("a"), f("b", "c")])
    deleted, overwritten = verdict_of(*layers, max_wasted_bytes=0).blames

    assert (deleted.layer, deleted.cause, deleted.bytes, deleted.paths) == (2, Cause.DELETED, 1300, 2)
    assert [(one.layer, one.bytes) for one in deleted.written_by] == [(1, 700), (0, 600)]
    assert [(one.layer, one.instruction) for one in overwritten.written_by] == [(1, "RUN step 1")]


@given(st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=3), min_size=1, max_size=5))
def test_what_was_written_in_vain_adds_up_to_what_is_blamed(written: list[list[tuple[str, int]]]) -> None:
    layers = [[f(name, name * size) if size else w(name) for name, size in dict(each).items()] for each in written]
    verdict = verdict_of(*layers, max_wasted_bytes=0)

    for blame in verdict.blames:
        assert sum(one.bytes for one in blame.written_by) == blame.bytes
        assert all(one.layer <= blame.layer for one in blame.written_by)
    assert verdict.totals is not None
    assert sum(blame.bytes for blame in verdict.blames) == verdict.totals.wasted_bytes
