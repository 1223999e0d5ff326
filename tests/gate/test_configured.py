"""Several sources as one: what holds over what, what is judged at all, and whose a mistake is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.errors import SettingsError
from imgscope.escaping import printable
from imgscope.gate.catalogue import BY_ID, RULES, Takes
from imgscope.gate.configured import Configured, merge
from imgscope.gate.dive_ci import parse
from imgscope.gate.given import Source, from_document, from_environment, from_flags
from imgscope.gate.model import Basis, Level

FILE = "imgscope.toml"
SOURCES: dict[str, Callable[[str], Source]] = {
    "--max-layers": lambda limit: from_flags({"max-layers": limit}),
    "IMGSCOPE_MAX_LAYERS": lambda limit: from_environment({"IMGSCOPE_MAX_LAYERS": limit}),
    FILE: lambda limit: from_document({"gate": {"max-layers": limit}}, FILE),
}
"""What holds over what, first things first."""
ON: Mapping[Takes, Any] = {
    Takes.BYTES: "20MB",
    Takes.PERCENT: "5%",
    Takes.RATIO: "0.5",
    Takes.COUNT: "20",
    Takes.GLOBS: ["*.pyc"],
    Takes.BUDGETS: ["var/**=1kB"],
    Takes.GROWTH: "+5%",
    Takes.SWITCH: True,
}
DEFAULT_RULES = {"max_wasted_percent", "min_efficiency"}


def configured(
    file: Mapping[str, Any] | None = None,
    flags: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Configured:
    """All sources: a file's table, options, and variables without their prefix."""
    environment = {f"IMGSCOPE_{name.upper()}": value for name, value in (variables or {}).items()}
    sources = [from_flags(flags or {}), from_environment(environment), from_document({"gate": file or {}}, FILE)]
    return merge(sources, file=FILE)


def wrong(*sources: Any) -> tuple[str, str | None]:
    """The mistake, and what to do."""
    with pytest.raises(SettingsError) as caught:
        configured(*sources)
    return str(caught.value), caught.value.hint


def judged(found: Configured) -> set[str]:
    """The rules that are on, as they are called in Python."""
    rules = {rule.field: getattr(found.settings, rule.field) for rule in RULES}
    return {name for name, rule in rules.items() if rule and (isinstance(rule, tuple) or rule.level is not Level.OFF)}


@pytest.mark.parametrize(("higher", "lower"), [*combinations(SOURCES, 2)])
def test_of_any_two_sources_the_higher_holds(higher: str, lower: str) -> None:
    sources = [source("5" if name == higher else "7") for name, source in SOURCES.items() if name in (higher, lower)]
    found = merge(sources)

    assert found.settings.max_layers
    assert found.settings.max_layers.limit == 5
    assert found.origins["max-layers"] == found.origins["max-layers.limit"] == higher


@pytest.mark.parametrize("name", SOURCES)
def test_any_source_holds_over_defaults(name: str) -> None:
    source = SOURCES[name]("5")

    assert merge([]).basis is Basis.DEFAULTS
    assert merge([source]).basis is Basis.CONFIGURED
    assert judged(merge([source])) == {"max_layers"}


def test_where_nobody_says_anything_the_defaults_are_judged() -> None:
    found = configured()

    assert found.basis is Basis.DEFAULTS
    assert judged(found) == DEFAULT_RULES
    assert found.origins == {
        "min-efficiency": "default",
        "min-efficiency.limit": "default",
        "max-wasted-percent": "default",
        "max-wasted-percent.limit": "default",
        "max-wasted-percent.min-bytes": "default",
    }


@pytest.mark.parametrize(
    "file",
    [
        {"ignore": [{"path": "a", "reason": "b"}]},
        {"base": 1},
        {"baseline-strict": True},
        {"min-bytes": "5MB"},
        {"integrity": {"level": "warn"}},
        {"integrity": True},
        {"max-layers": "off"},
        {"suid-sgid": False},
        {"path-budget": []},
    ],
)
def test_what_gives_no_rule_anything_to_judge_by_leaves_the_defaults(file: dict[str, Any]) -> None:
    found = configured(file)

    assert found.basis is Basis.DEFAULTS
    assert judged(found) - {"integrity"} == DEFAULT_RULES


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.id != "integrity"], ids=lambda rule: rule.id)
def test_one_rule_is_enough_for_only_that_to_be_judged(rule: Any) -> None:
    found = configured({rule.id: ON[rule.takes]})

    assert found.basis is Basis.CONFIGURED
    assert judged(found) == {rule.field}
    assert found.origins[rule.id] == FILE


def test_a_default_can_be_amended() -> None:
    found = configured({"min-efficiency": {"level": "warn", "message": "m"}})

    assert found.basis is Basis.DEFAULTS
    assert found.settings.min_efficiency
    assert found.settings.min_efficiency.level is Level.WARN
    assert judged(found) == DEFAULT_RULES
    assert found.origins["min-efficiency"] == "default"


def test_a_default_can_be_switched_off() -> None:
    found = configured(flags={"min-efficiency": "off"})

    assert judged(found) == {"max_wasted_percent"}
    assert found.origins["min-efficiency"] == "--min-efficiency"


def test_a_default_that_is_amended_stays_where_other_rules_are_configured() -> None:
    found = configured({"min-efficiency": {"level": "warn"}}, {"max-layers": "5"})

    assert judged(found) == {"min_efficiency", "max_layers"}


def test_whoever_gives_a_limit_leaves_nothing_of_the_default() -> None:
    rule = configured({"max-wasted-percent": 5}).settings.max_wasted_percent

    assert rule
    assert rule.min_bytes is None


def test_a_floor_for_all_percentages_is_one_for_the_defaults() -> None:
    found = configured({"min-bytes": "5MB"})

    assert found.settings.min_bytes == 5_000_000
    assert found.settings.max_wasted_percent
    assert found.settings.max_wasted_percent.min_bytes is None


def test_an_option_replaces_the_limit_and_leaves_what_is_said_beside_it() -> None:
    file = {"max-wasted-bytes": {"limit": "1MB", "level": "warn", "message": "m", "paths": ["a"]}}
    found = configured(file, {"max-wasted-bytes": "2MB"})
    rule = found.settings.max_wasted_bytes

    assert rule
    assert (rule.limit, rule.level, rule.message, rule.paths) == (2_000_000, Level.WARN, "m", ("a",))
    assert found.origins["max-wasted-bytes.limit"] == "--max-wasted-bytes"
    assert found.origins["max-wasted-bytes.level"] == FILE


def test_an_option_replaces_the_level_and_leaves_the_limit() -> None:
    found = configured({"max-layers": 3}, {"max-layers": {"level": "warn"}})

    assert found.settings.max_layers
    assert (found.settings.max_layers.limit, found.settings.max_layers.level) == (3, Level.WARN)
    assert found.origins["max-layers"] == FILE
    assert found.origins["max-layers.level"] == "--warn"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_who_gives_a_rule_anew_switches_it_on(rule: Any) -> None:
    off = [] if rule.takes is Takes.BUDGETS else "off"

    assert rule.field in judged(configured({rule.id: off}, {rule.id: ON[rule.takes]}))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_who_switches_a_rule_off_needs_no_limit_and_is_named(rule: Any) -> None:
    off: Any = ["off"] if rule.takes in (Takes.BUDGETS, Takes.GLOBS) else "off"
    found = configured({rule.id: ON[rule.takes]}, {rule.id: off})

    assert rule.field not in judged(found)
    assert found.origins[rule.id] == f"--{rule.id}"
    assert f"{rule.id}.limit" not in found.origins
    assert found.basis is (Basis.DEFAULTS if rule.id == "integrity" else Basis.CONFIGURED)


def test_a_rule_that_is_off_by_its_level_can_keep_its_limit() -> None:
    found = configured({"max-layers": {"limit": 3, "level": "off"}})

    assert found.basis is Basis.CONFIGURED
    assert judged(found) == set()


def test_lists_of_paths_and_budgets_are_replaced_whole() -> None:
    file = {"forbidden-path": {"paths": ["a", "b"], "in": "any"}, "path-budget": ["c=1", "d=2"]}
    found = configured(file, {"forbidden-path": ["e"]}, {"path_budget": "f=3"}).settings

    assert found.forbidden_path
    assert (found.forbidden_path.paths, found.forbidden_path.where) == (("e",), "any")
    assert [budget.paths for budget in found.path_budget] == [("f",)]


def test_ignores_add_up() -> None:
    file = {"ignore": [{"path": "a", "reason": "1"}, {"path": "b", "reason": "2"}]}
    found = configured(file, {"ignore": [{"path": "c", "reason": "3"}]})

    assert [ignore.path for ignore in found.settings.ignore] == ["a", "b", "c"]
    assert found.origins["ignore.0"] == found.origins["ignore.1"] == FILE
    assert found.origins["ignore.2"] == "--ignore"


def test_growth_in_a_table_is_overridden_limit_by_limit() -> None:
    file = {"growth": {"wasted": "+1MB", "size": "+5%", "level": "warn"}}
    found = configured(file, {"growth-size": "+7%"})

    assert found.settings.growth_size
    assert str(found.settings.growth_size.limit[0]) == "+7%"
    assert found.settings.growth_size.level is Level.WARN
    assert found.settings.growth_wasted
    assert found.origins["growth-size"] == "--growth-size"
    assert found.origins["growth-wasted"] == FILE


def test_dive_drives_the_gate_alone_or_with_others() -> None:
    dive = parse("rules: {}\nplugins: []", ".dive-ci")
    alone = merge([], dive=dive, file=".dive-ci")
    beside = merge([from_flags({"max-layers": "5"})], dive=dive, file=".dive-ci")

    assert alone.basis is beside.basis is Basis.DIVE
    assert judged(alone) == set()
    assert judged(beside) == {"max_layers"}
    assert (alone.dive, alone.file) == (dive, ".dive-ci")
    assert alone.ignored_keys == ("plugins",)
    assert configured().ignored_keys == ()


@pytest.mark.parametrize(
    ("sources", "what"),
    [
        (({"max-layers": "x"},), f"{FILE}: gate.max-layers: not a whole number: 'x' (example: 40)"),
        (
            ({"max-layers": {"limit": "x"}},),
            f"{FILE}: gate.max-layers.limit: not a whole number: 'x' (example: 40)",
        ),
        (({}, {"max-layers": "x"}), "--max-layers: not a whole number: 'x' (example: 40)"),
        (({}, {"max-wasted": "x"}), "--max-wasted: not a size: 'x' (examples: 4096, 20MB, 1.5GiB)"),
        (({}, {}, {"max_layers": "x"}), "IMGSCOPE_MAX_LAYERS: not a whole number: 'x' (example: 40)"),
        (({}, {}, {"suid_sgid": "x"}), "IMGSCOPE_SUID_SGID: it takes true or false, or a table"),
        (({"max-layers": {"level": "warn"}},), f"{FILE}: gate.max-layers: it has no limit"),
        (({}, {"max-layers": {"level": "warn"}}), "--max-layers: it has no limit"),
        (({"growth": {"size": "x"}},), f"{FILE}: gate.growth.size: not a growth: 'x' (examples: +1MB, +5%)"),
        (
            ({"path-budget": ["a=1", "b"]},),
            f"{FILE}: gate.path-budget: a budget is a table, or written as GLOB=SIZE",
        ),
        (({}, {"path-budget": ["a=x"]}), "--path-budget: limit: not a size: 'x' (examples: 4096, 20MB, 1.5GiB)"),
        (({}, {"forbidden-path": ["!"]}), "--forbidden-path: Invalid git pattern: '!'"),
        (({"path-budget": [{"limit": 1}]},), f"{FILE}: gate.path-budget[0]: it has no paths"),
        (
            ({"max-wasted-bytes": {"limit": 1, "ignore": [{"path": "a"}]}},),
            f"{FILE}: gate.max-wasted-bytes.ignore[0]: it has no reason",
        ),
    ],
)
def test_a_mistake_names_where_it_comes_from(sources: Any, what: str) -> None:
    message, _ = wrong(*sources)

    assert message == what


def test_a_mistake_in_one_source_is_not_put_down_to_another() -> None:
    file = {"max-layers": {"limit": 3, "level": "loud"}, "ignore": [{"path": "a", "reason": "b"}]}

    assert wrong(file, {"max-layers": "5"})[0] == f'{FILE}: gate.max-layers.level: "loud" is not allowed'
    assert wrong({"ignore": file["ignore"]}, {"ignore": [{"path": "!", "reason": "b"}]})[0].startswith(
        "--ignore: path: "
    )


@pytest.mark.parametrize(
    ("file", "what", "hint"),
    [
        ({"max-wasted-byte": 1}, "max-wasted-byte: there is no such setting", 'did you mean "max-wasted-bytes"?'),
        ({"grwth": {}}, "grwth: there is no such setting", 'did you mean "growth"?'),
        ({"max-layers": {"limt": 1}}, "max-layers.limt: there is no such setting", 'did you mean "limit"?'),
        (
            {"max-layers": {"limit": 1, "paths": []}},
            "max-layers.paths: there is no such",
            "there are layers, level, limit",
        ),
        ({"ignore": [{"path": "a"}]}, "ignore[0]: it has no reason", 'why? write reason = "..."'),
        (
            {"ignore": [{"path": "a", "reason": " "}]},
            'ignore[0].reason: " " is not',
            "it takes a text that is not empty",
        ),
        ({"ignore": [{"reason": "a"}]}, "ignore[0]: it has no path", None),
        ({"ignore": ["a"]}, 'ignore[0]: "a" is not allowed', "it takes a table"),
        (
            {"ignore": [{"path": "a", "reason": "b"}, {"path": "a", "reason": "b", "expires": "soon"}]},
            "ignore[1].expires: it takes a day, as in 2027-06-30",
            None,
        ),
        (
            {"ignore": [{"path": "a", "reason": "b", "until": 1}]},
            "ignore[0].until: there is no such",
            "there are expires",
        ),
        (
            {"max-layers": {"limit": 1, "level": "wran"}},
            'max-layers.level: "wran"',
            "it takes 'error', 'warn' or 'off'",
        ),
        ({"forbidden-path": {"paths": ["a"], "in": "x"}}, 'forbidden-path.in: "x"', "it takes 'final' or 'any'"),
        ({"forbidden-path": 3}, "forbidden-path: a number is not allowed", "it takes a list"),
        ({"forbidden-path": ["a", 3]}, "forbidden-path: a number is not allowed", "it takes a text, in quotes"),
        ({"forbidden-path": ["a", ""]}, 'forbidden-path: "" is not allowed', "it takes a text that is not empty"),
        ({"forbidden-path": []}, "forbidden-path: a list is not allowed", "it takes a list that is not empty"),
        ({"path-budget": {"limit": 1}}, "path-budget: a table is not a list of tables", "write [[gate.path-budget]]"),
        ({"baseline": 3}, "baseline: a number is not allowed", "it takes a text, in quotes"),
        ({"baseline-strict": "yes"}, 'baseline-strict: "yes" is not allowed', "it takes true or false"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(file: dict[str, Any], what: str, hint: str | None) -> None:
    message, told = wrong(file)

    assert message.startswith(f"{FILE}: gate.{what}")
    assert told is None if hint is None else (told or "").startswith(hint)


@pytest.mark.parametrize("name", ["forbidden-path", "path-budget", "ignore", "max-layers"])
def test_a_text_that_is_not_utf8_is_refused(name: str) -> None:
    given: dict[str, Any] = {"path-budget": ["\udcff=1"], "ignore": [{"path": "\udcff", "reason": "a"}]}
    message, _ = wrong({}, {name: given.get(name, ["\udcff"] if name == "forbidden-path" else "\udcff")})

    assert message.startswith(f"--{name}: ")
    assert "not allowed" in message or "not a whole number" in message


NAMES = st.sampled_from(
    [
        *BY_ID,
        *("growth", "ignore", "base", "baseline", "baseline-strict", "min-bytes", "nonsense"),
        *("limit", "level", "message", "layers", "paths", "of", "in", "path", "reason", "expires", "wasted"),
    ]
)
SCALARS = (
    st.sampled_from(["off", "warn", "5%", "1MB", "own", "a=1", "any", "2027-06-30", date(2027, 6, 30)])
    | st.text(max_size=80)
    | st.integers()
    | st.booleans()
    | st.decimals()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=80), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=500)
@given(st.dictionaries(NAMES | st.text(max_size=80), VALUES, max_size=4))
def test_any_table_configures_or_is_refused_in_a_printable_line(table: dict[str, Any]) -> None:
    try:
        configured(table)
    except SettingsError as error:
        refusal = error
    else:
        return
    assert refusal.file == FILE
    assert printable(str(refusal)) == str(refusal)
    assert len(str(refusal)) < 1000


TABLES = st.dictionaries(
    st.sampled_from([rule.id for rule in RULES]),
    st.sampled_from([{}, {"level": "warn"}, {"message": "m"}, {"level": "warn", "message": "n"}]),
)


def _rules(ids: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Tables that judge something, each with what else it says."""
    main = {Takes.GLOBS: "paths", Takes.SWITCH: "message"}
    return {
        rule.id: ON[rule.takes]
        if rule.takes is Takes.BUDGETS
        else {main.get(rule.takes, "limit"): "x" if rule.takes is Takes.SWITCH else ON[rule.takes], **ids[rule.id]}
        for rule in RULES
        if rule.id in ids
    }


@given(TABLES, st.sets(st.sampled_from([rule.id for rule in RULES])))
def test_sources_that_speak_of_different_rules_are_their_union(tables: dict[str, Any], in_flags: set[str]) -> None:
    rules = _rules(tables)
    flags = {id_: table for id_, table in rules.items() if id_ in in_flags}
    file = {id_: table for id_, table in rules.items() if id_ not in in_flags}

    assert configured(file, flags).settings == configured(rules).settings
    assert configured(file, flags).basis is configured(rules).basis


@given(TABLES, TABLES, TABLES)
def test_what_options_say_holds_whatever_others_say(flags: Any, file: Any, variables: Any) -> None:
    flags, file = _rules(flags), _rules(file)
    said = {rule.field: "off" if rule.takes is not Takes.BUDGETS else "z=9" for rule in RULES if rule.id in variables}
    found = configured(file, flags, said)
    alone = configured({}, flags)

    for path, value in alone.values.items():
        if value.origin != "default":
            assert found.values[path] == value
            assert found.origins[".".join(map(str, path))] == value.origin


def test_a_baseline_is_for_new_waste_unless_a_rule_says_how_much_there_may_be() -> None:
    alone = configured({"baseline": "b.json"})
    size = configured({"baseline": "b.json", "growth": {"size": "+1MB"}})
    beside = configured({"baseline": "b.json", "growth": {"wasted": "+1MB"}})

    assert alone.basis is Basis.CONFIGURED
    assert alone.settings.no_new_waste is not None
    assert alone.settings.min_efficiency is None
    assert alone.origins["no-new-waste"] == alone.origins["baseline"]
    assert size.settings.no_new_waste is not None
    assert beside.settings.no_new_waste is None
