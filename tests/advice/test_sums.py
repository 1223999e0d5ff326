"""Bytes reconcile: no wasted byte is told of twice, none that is not wasted, and all of them by someone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from imgscope.advice.engine import advise
from imgscope.advice.facts import Facts
from imgscope.advice.model import Finding, Group, Place
from imgscope.advice.registry import RULES
from imgscope.advice.rules.placed import PlacedRule
from imgscope.filesystem.model import Cause
from imgscope.questions.advising import facts_of
from tests.advice.making import RUNS
from tests.build import E, Spec, d, f, h, layer, o, w
from tests.tui.making import LAYERS, inspection_of, is_below, node_at

_PATHS = [
    "tmp/a",
    "tmp/b/c",
    "srv/.git/x",
    "srv/a.pyc",
    "srv/a",
    "usr/include/a.h",
    "var/log/x.log",
    "var/log/a",
    "srv/x.log",
]
PLACED = st.lists(
    st.lists(
        st.one_of(
            st.sampled_from([f(path, data) for path in _PATHS for data in ("1", "22", "333")]),
            st.sampled_from([f(path, "22", mode=0o600) for path in _PATHS]),
            st.sampled_from([h(path, target) for path in _PATHS[:5] for target in _PATHS[:5]]),
            st.sampled_from([d(name) for name in ("tmp", "srv", "srv/.git", "var/log")]),
            st.sampled_from([*map(w, [*_PATHS, "tmp", "srv", "srv/.git", "var"]), *map(o, ["tmp", "srv", "var/log"])]),
        ),
        max_size=8,
    ),
    min_size=1,
    max_size=4,
)
"""Layers over paths at places, and some at none."""


class Deep(PlacedRule):
    id = "deep"
    title = "deep"
    looks_for = "What is deep."
    places = (Place("a", ("a/b/",)), Place("c", ("**/c",)))


def facts_for(layers: list[list[E]], extra: tuple[PlacedRule, ...] = ()) -> Facts:
    """What rules may ask of layers."""
    spec = Spec([layer(*entries) for entries in layers], config=RUNS)
    return facts_of(inspection_of(*layers, spec=spec), [*extra, *RULES])


@given(st.one_of(LAYERS, PLACED))
def test_every_wasted_byte_is_told_of_once(layers: list[list[E]]) -> None:
    facts = facts_for(layers, (Deep(),))
    advice = advise(facts)
    told = [finding for finding in advice.findings if finding.group is Group.WASTE]
    entries = Counter(entry for rule in facts.rules for group in facts.wasted(rule) for entry in group.entries)
    totals = facts.analysis.totals

    assert entries == Counter(row.entry for row in facts.analysis.waste)
    assert sum(finding.bytes for finding in told) == totals.wasted_bytes
    assert sum(finding.stored_bytes for finding in told) == totals.wasted_stored_bytes
    assert sum(finding.files for finding in told) == len(facts.analysis.waste)
    assert not advice.warnings


@given(PLACED)
def test_each_group_of_waste_is_what_the_analysis_says_of_its_bodies(layers: list[list[E]]) -> None:
    facts = facts_for(layers)
    row_of = {row.entry: row for row in facts.analysis.waste}

    for rule in RULES:
        for group in facts.wasted(rule):
            rows = [row_of[entry] for entry in group.entries]
            assert {(row.layer, row.hidden_by) for row in rows} == {(group.layer, group.hidden_by)}
            assert sum(row.bytes for row in rows) == group.bytes
            assert row_of[group.largest].bytes == max(row.bytes for row in rows)
            if group.place is None:
                assert {row.cause for row in rows} <= rule.causes
            else:
                assert Cause.METADATA_ONLY not in {row.cause for row in rows}


@given(PLACED)
def test_live_bytes_of_a_place_are_those_that_would_be_gone_without_it(layers: list[list[E]]) -> None:
    facts = facts_for(layers)
    fs = facts.filesystem
    paths = {node: fs.rootfs.path(node) for node in fs.nodes()}
    tops = [node for node, path in paths.items() if path in (b"tmp", b"var/tmp")]
    inside = {node for node in paths for top in tops if is_below(fs, node, top)}
    bodies = {fs.rootfs.inode[node] for node in inside if fs.rootfs.kind[node] == 2}
    kept = {fs.rootfs.inode[node] for node in paths if node not in inside}
    saved = sum(fs.stored(body) for body in bodies - kept)

    told = [one.bytes for rule in RULES for one in facts.live(rule) if one.place.what == "temporary files"]

    assert sum(told) == saved


@given(PLACED)
def test_all_findings_together_save_no_more_than_there_is(layers: list[list[E]]) -> None:
    advice = advise(facts_for(layers))
    estimates = advice.estimates

    assert 0 <= sum(finding.bytes for finding in advice.findings) <= estimates.content_bytes
    assert 0 <= estimates.advised_bytes <= estimates.content_bytes
    assert 0 <= estimates.squashed_bytes <= estimates.content_bytes
    assert all(finding.stored_bytes <= estimates.stored_bytes for finding in advice.findings)


def test_a_rule_that_tells_of_more_than_is_wasted_where_it_looks_is_not_believed() -> None:
    class Boaster(Deep):
        id = "boaster"

        def find(self, facts: Facts) -> Iterator[Finding]:
            yield from RULES[1].find(facts)

    facts = facts_for([[f("x", "1")], [w("x")]], (Boaster(),))
    advice = advise(facts)

    assert [finding.id for finding in advice.findings if finding.group is Group.WASTE] == ["removed-later"]
    assert [(warning.code, warning.where) for warning in advice.warnings] == [("advice-rule", "rule boaster")]


def test_nodes_below_a_place_are_placed() -> None:
    facts = facts_for([[f("srv/.git/a/b", "1"), f("srv/x", "1")]])

    assert facts.is_placed(node_at(facts.filesystem, "srv/.git/a/b"))
    assert not facts.is_placed(node_at(facts.filesystem, "srv/x"))
