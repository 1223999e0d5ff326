"""What one source says: options, variables and files as settings, each with its origin."""

from __future__ import annotations

import os
from typing import Any

import pytest

from imgscope.errors import SettingsError
from imgscope.gate.catalogue import RULES, Takes
from imgscope.gate.given import VARIABLES, Source, from_document, from_environment, from_flags
from imgscope.gate.settings import GateSettings

FILE = "imgscope.toml"
ENVIRONMENT_OF_OTHERS = {
    "IMGSCOPE_CONFIG": "x",
    "IMGSCOPE_CACHE_DIR": "x",
    "IMGSCOPE_UPDATE_GOLDENS": "1",
    "IMGSCOPE_LOG": "x",
    "IMGSCOPE_MAX_INFLATED": "1",
    "IMGSCOPE_NO_COLOR": "1",
    "MAX_LAYERS": "1",
    "CI": "true",
}


def said(source: Source) -> dict[Any, Any]:
    """Values alone."""
    return {path: value.value for path, value in source.items()}


def origins(source: Source) -> dict[Any, str]:
    """Origins alone."""
    return {path: value.origin for path, value in source.items()}


def wrong(document: dict[str, Any]) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        from_document(document, FILE)
    assert caught.value.file == FILE
    return caught.value


def test_a_limit_alone_is_a_table_of_just_that() -> None:
    by_limit = from_document({"gate": {"max-layers": 3}}, FILE)
    by_table = from_document({"gate": {"max-layers": {"limit": 3}}}, FILE)

    assert said(by_limit) == {("max-layers",): 3, ("max-layers", "limit"): 3}
    assert by_limit["max-layers", "limit"].place == ("gate", "max-layers")
    assert by_table["max-layers", "limit"].place == ("gate", "max-layers", "limit")


def test_a_list_of_ignores_is_laid_out_and_budgets_stay_together() -> None:
    source = from_document({"gate": {"ignore": ["a", "b"], "path-budget": ["c=1", "d=2"]}}, FILE)

    assert said(source) == {("ignore", 0): "a", ("ignore", 1): "b", ("path-budget",): ["c=1", "d=2"]}


def test_options_have_their_own_names() -> None:
    source = from_flags({"max-layers": "3", "suid-sgid": False, "secret-name": {"level": "warn"}, "base": "auto"})

    assert origins(source) == {
        ("max-layers",): "--max-layers",
        ("max-layers", "limit"): "--max-layers",
        ("suid-sgid",): "--no-suid-sgid",
        ("suid-sgid", "level"): "--no-suid-sgid",
        ("secret-name",): "--secret-name",
        ("secret-name", "level"): "--warn",
        ("base",): "--base",
    }


@pytest.mark.parametrize(
    ("short", "rule"), [("20MB", "max-wasted-bytes"), ("5%", "max-wasted-percent"), ("5 % ", "max-wasted-percent")]
)
def test_the_short_form_keeps_its_name(short: str, rule: str) -> None:
    by_option, by_variable = from_flags({"max-wasted": short}), from_environment({"IMGSCOPE_MAX_WASTED": short})

    assert said(by_option) == {(rule,): short, (rule, "limit"): short}
    assert set(origins(by_option).values()) == {"--max-wasted"}
    assert set(origins(by_variable).values()) == {"IMGSCOPE_MAX_WASTED"}


def test_the_long_form_holds_over_the_short_one() -> None:
    source = from_flags({"max-wasted-bytes": "3MB", "max-wasted": "20MB"})

    assert said(source)["max-wasted-bytes", "limit"] == "3MB"
    assert set(origins(source).values()) == {"--max-wasted-bytes"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_is_a_variable(rule: Any) -> None:
    source = from_environment({rule.variable: "1"})

    assert origins(source)[rule.id,] == rule.variable
    assert {path[0] for path in source} == {rule.id}


@pytest.mark.parametrize("name", ["base", "baseline", "min-bytes", "baseline-strict"])
def test_what_is_no_rule_is_a_variable_too(name: str) -> None:
    source = from_environment({VARIABLES[name]: " 1 "})

    assert said(source) == {(name,): name == "baseline-strict" or "1"}


def test_variables_are_named_as_documented() -> None:
    assert {VARIABLES[name] for name in ("max-wasted", "base", "baseline", "min-bytes", "baseline-strict")} == {
        "IMGSCOPE_MAX_WASTED",
        "IMGSCOPE_BASE",
        "IMGSCOPE_BASELINE",
        "IMGSCOPE_MIN_BYTES",
        "IMGSCOPE_BASELINE_STRICT",
    }


@pytest.mark.parametrize("text", ["", "  ", "\t\n"])
def test_an_empty_variable_is_not_set(text: str) -> None:
    assert from_environment({rule.variable: text for rule in RULES}) == {}
    assert from_environment({"IMGSCOPE_MAX_LAYER": ""}) == {}


def test_what_is_repeatable_is_split_at_blanks() -> None:
    source = from_environment({"IMGSCOPE_FORBIDDEN_PATH": " *.pyc\n .git ", "IMGSCOPE_PATH_BUDGET": "a=1 b=2"})

    assert said(source)["forbidden-path", "paths"] == ["*.pyc", ".git"]
    assert said(source)["path-budget",] == ["a=1", "b=2"]


@pytest.mark.parametrize("text", ["off", "OFF", "disabled", "false"])
def test_whatever_is_off_is_off(text: str) -> None:
    for rule in RULES:
        source = from_environment({rule.variable: text})
        if rule.takes is Takes.BUDGETS:
            assert said(source) == {(rule.id,): []}
        elif rule.takes is not Takes.SWITCH or text != "disabled":
            assert said(source)[rule.id, "level"] == "off"


def test_an_option_that_is_off_is_off() -> None:
    source = from_flags({"forbidden-path": ["off"], "path-budget": ["off"], "max-layers": "off"})

    assert said(source)["forbidden-path", "level"] == said(source)["max-layers", "level"] == "off"
    assert said(source)["path-budget",] == []
    assert origins(source)["forbidden-path",] == "--forbidden-path"


@pytest.mark.parametrize(("text", "on"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("no", False)])
def test_a_switch_is_turned_by_words(text: str, on: bool) -> None:
    assert said(from_environment({"IMGSCOPE_SUID_SGID": text}))["suid-sgid",] is on
    assert said(from_environment({"IMGSCOPE_BASELINE_STRICT": text}))["baseline-strict",] is on


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("IMGSCOPE_MAX_WASTED_BYTE", "IMGSCOPE_MAX_WASTED_BYTES"),
        ("IMGSCOPE_MAX_LAYER", "IMGSCOPE_MAX_LAYERS"),
        ("IMGSCOPE_MIN_EFFICENCY", "IMGSCOPE_MIN_EFFICIENCY"),
        ("IMGSCOPE_GROWTH_WASTE", "IMGSCOPE_GROWTH_WASTED"),
        ("IMGSCOPE_BASELINE_STRICTLY", "IMGSCOPE_BASELINE_STRICT"),
    ],
)
def test_a_variable_that_is_nearly_a_rules_is_a_mistake(name: str, near: str) -> None:
    with pytest.raises(SettingsError) as caught:
        from_environment({name: "1"})

    assert caught.value.what == f"{name}: there is no such variable"
    assert caught.value.hint == f'did you mean "{near}"?'


def test_variables_of_others_are_left_alone() -> None:
    assert from_environment(ENVIRONMENT_OF_OTHERS) == {}


@pytest.mark.parametrize("document", [{}, {"gate": {}}])
def test_a_file_may_say_nothing(document: dict[str, Any]) -> None:
    assert from_document(document, FILE) == {}


@pytest.mark.parametrize(
    ("document", "what", "hint"),
    [
        ({"gate": 3}, "gate: a number is not a table", "write [gate] on a line of its own"),
        ({"gates": {}}, "gates: there is no such table", 'did you mean "gate"?'),
        ({"x": 1}, "x: there is no such setting", "there are gate"),
        ({"ui": {}}, "ui: it does not belong here", "write [ui] in the user's own file"),
        ({"keys": {}}, "keys: it does not belong here", "write [keys] in the user's own file"),
        ({"max-layers": 3}, "max-layers: it stands outside its table", "did you mean max-layers under [gate]?"),
        ({"growth": {}}, "growth: it stands outside its table", "did you mean growth under [gate]?"),
        (
            {"gate": {"ignore": "a"}},
            'gate.ignore: "a" is not a list',
            'write ignore = [{ path = "...", reason = "..." }]',
        ),
        ({"gate": {"suid-sgid": 1}}, "gate.suid-sgid: it takes true or false, or a table", None),
        ({"gate": {"growth": 3}}, "gate.growth: a number is not a table", "write [gate.growth] on a line of its own"),
        ({"gate": {"growth": {"wastd": 3}}}, "gate.growth.wastd: there is no such setting", 'did you mean "wasted"?'),
        (
            {"gate": {"growth": {"wasted": 3}, "growth-wasted": 4}},
            "gate.growth.wasted: growth-wasted says it too",
            "keep one of them",
        ),
        (
            {"gate": {"growth": {"baseline": "a"}, "baseline": "b"}},
            "gate.growth.baseline: baseline says it too",
            "keep one of them",
        ),
    ],
)
def test_what_a_file_cannot_say(document: dict[str, Any], what: str, hint: str | None) -> None:
    error = wrong(document)

    assert (error.what, error.hint) == (what, hint)


def test_a_table_of_another_file_is_named_in_full() -> None:
    with pytest.raises(SettingsError) as caught:
        from_document({"max-layers": 3}, "pyproject.toml", under=("tool", "imgscope"))

    assert str(caught.value) == "pyproject.toml: tool.imgscope.max-layers: it stands outside its table"
    assert caught.value.hint == "did you mean max-layers under [tool.imgscope.gate]?"


def test_growth_in_a_table_is_told_where_it_stands() -> None:
    growth = {"baseline": "b.json", "wasted": "+1MB", "level": "warn", "message": "m"}
    source = from_document({"gate": {"growth": growth}}, FILE)

    assert {path: value.place[1:] for path, value in source.items()} == {
        ("baseline",): ("growth", "baseline"),
        ("growth-wasted",): ("growth", "wasted"),
        ("growth-wasted", "limit"): ("growth", "wasted"),
        ("growth-wasted", "level"): ("growth", "level"),
        ("growth-wasted", "message"): ("growth", "message"),
    }


@pytest.mark.parametrize(
    ("key", "written", "seen"),
    [
        ("baseline", "b.json", os.path.join("..", "b.json")),
        ("baseline", "auto", os.path.join("..", "auto")),
        ("baseline", "a/../../b.json", os.path.join("..", "..", "b.json")),
        ("baseline", "/b.json", os.path.normpath("/b.json")),
        ("baseline", "-", "-"),
        ("baseline", "", ""),
        ("base", "base.tar", os.path.join("..", "base.tar")),
        ("base", "auto", "auto"),
        ("base", "3", "3"),
        ("base", 3, 3),
        ("base", "sha256:" + "0" * 64, "sha256:" + "0" * 64),
    ],
)
def test_paths_in_a_file_are_relative_to_it(key: str, written: Any, seen: Any) -> None:
    assert said(from_document({"gate": {key: written}}, "../imgscope.toml", directory=".."))[key,] == seen


def test_a_baseline_in_the_table_of_growth_is_relative_to_its_file_too() -> None:
    source = from_document({"gate": {"growth": {"baseline": "b.json"}}}, "../imgscope.toml", directory="..")

    assert said(source) == {("baseline",): os.path.join("..", "b.json")}


def test_every_setting_but_rules_and_ignores_is_a_variable() -> None:
    names = {field.alias for field in GateSettings.model_fields.values()}

    assert set(VARIABLES) == (names - {"ignore"}) | {"max-wasted"}
