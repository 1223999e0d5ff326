"""What may be written about the gate, value by value."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from imgscope.gate.catalogue import DEFAULTS, RULES, Takes
from imgscope.gate.model import Level
from imgscope.gate.settings import BytesRule, GateSettings, RuleSettings, spread
from imgscope.gate.values import Allowance, count, growth, percent, ratio

VALID: dict[Takes, Any] = {
    Takes.BYTES: "20MB",
    Takes.PERCENT: 5,
    Takes.RATIO: "95%",
    Takes.COUNT: 20,
    Takes.GLOBS: ["*.pyc"],
    Takes.BUDGETS: ["var/cache/**=1kB"],
    Takes.GROWTH: "+5%",
    Takes.SWITCH: True,
}


def settings(**table: Any) -> GateSettings:
    """Settings, named as in Python."""
    return GateSettings.model_validate({name.replace("_", "-"): value for name, value in table.items()})


def limit(name: str, value: Any) -> Any:
    return getattr(settings(**{name: value}), name).limit


def refused(**table: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        settings(**table)
    return str(caught.value.errors()[0]["msg"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_of_the_catalogue_can_be_written(rule: Any) -> None:
    assert getattr(settings(**{rule.field: VALID[rule.takes]}), rule.field)


def test_nothing_is_configured_by_nothing() -> None:
    written = settings()

    assert not any(getattr(written, rule.field) for rule in RULES)


def test_defaults_can_be_written() -> None:
    written = GateSettings.model_validate(DEFAULTS)

    assert written.min_efficiency
    assert written.min_efficiency.limit == Fraction(9, 10)
    assert written.max_wasted_percent
    assert (written.max_wasted_percent.limit, written.max_wasted_percent.min_bytes) == (10, 1_000_000)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("max_wasted_bytes", 0, 0),
        ("max_wasted_bytes", "10 MB", 10_000_000),
        ("max_wasted_bytes", {"limit": "1.5 KiB"}, 1536),
        ("max_wasted_bytes", Decimal("1E+3"), 1000),
        ("max_wasted_percent", "5 %", 5),
        ("max_wasted_percent", Decimal("0.1"), Fraction(1, 10)),
        ("max_wasted_percent", Decimal("0.0000001"), Fraction(1, 10**7)),
        ("max_wasted_percent_own", 150, 150),
        ("min_efficiency", 1, 1),
        ("min_efficiency", Decimal("0.95"), Fraction(19, 20)),
        ("min_efficiency", "99.5%", Fraction(199, 200)),
        ("max_layers", "40", 40),
        ("growth_size", "+1MB, 5%", (Allowance(1_000_000, percent=False), Allowance(Fraction(5), percent=True))),
        ("growth_files", 3, (Allowance(3, percent=False),)),
    ],
)
def test_limits_are_read_exactly(name: str, value: Any, read: Any) -> None:
    assert limit(name, value) == read


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("max_wasted_bytes", -1, "not a size: '-1'"),
        ("max_wasted_bytes", "", "not a size: ''"),
        ("max_wasted_bytes", "1e9", "not a size: '1e9'"),
        ("max_wasted_bytes", True, "it takes a number or a text"),
        ("max_wasted_bytes", 10**400, "too long for a limit"),
        ("max_wasted_bytes", Decimal("1e400"), "not a size: '1E+400'"),
        ("max_wasted_bytes", "9" * 1000, "too long for a limit"),
        ("max_wasted_percent", Decimal("nan"), "not a percentage: 'NaN'"),
        ("max_wasted_percent", float("inf"), "not a percentage: 'inf'"),
        ("min_efficiency", "101%", "a ratio is at most 1: '101%'"),
        ("min_efficiency", Decimal("1.01"), "a ratio is at most 1: '1.01'"),
        ("max_layers", Decimal("2.5"), "not a whole number: '2.5'"),
        ("max_layers", {}, "it has no limit"),
        ("max_layers", {"level": "warn"}, "it has no limit"),
        ("forbidden_path", {"in": "any"}, "it has no paths"),
        ("forbidden_path", ["a", "!"], "Invalid git pattern: '!'"),
        ("forbidden_path", ["!a"], "only patterns that take back"),
        ("max_wasted_bytes", {"limit": 1, "paths": ["!a"]}, "only patterns that take back"),
        ("suid_sgid", "yes", "it takes true or false"),
        ("path_budget", ["a"], "a budget is a table, or written as GLOB=SIZE"),
        ("path_budget", [3], "a budget is a table, or written as GLOB=SIZE"),
        ("path_budget", ["=3"], "a budget is a table, or written as GLOB=SIZE"),
        ("growth_size", "+5%,", "not a growth: ''"),
        ("ignore", [{"path": "!a", "reason": "b"}], "only patterns that take back"),
    ],
)
def test_what_is_no_limit_is_said_in_words(name: str, value: Any, what: str) -> None:
    message = refused(**{name: value})

    assert message.startswith(what)
    assert len(message) < 200


def test_a_number_that_python_does_not_write_out_is_too_long() -> None:
    assert refused(max_wasted_bytes=10**5000) == refused(max_layers=-(10**5000)) == "too long for a limit"
    assert refused(base=10**5000)


@given(st.integers(0, 10**18 - 1), st.integers(0, 17))
def test_a_number_of_toml_is_the_fraction_that_is_written(digits: int, point: int) -> None:
    written = Decimal(digits).scaleb(-point)

    assert limit("max_wasted_percent_own", written) == Fraction(digits, 10**point)


@given(st.text() | st.decimals() | st.floats() | st.integers() | st.booleans() | st.none())
def test_any_value_is_a_limit_or_refused(value: Any) -> None:
    for name in ("max_wasted_bytes", "max_wasted_percent", "min_efficiency", "max_layers", "growth_size"):
        with suppress(ValidationError):
            rule = getattr(settings(**{name: value}), name)
            assert rule is None or rule.limit is not None or rule.level is Level.OFF


@given(st.text())
def test_any_text_is_a_number_that_is_not_negative_or_refused(text: str) -> None:
    for read in (percent, ratio, count):
        with suppress(ValueError):
            assert read(text) >= 0
    with suppress(ValueError):
        assert all(allowance.amount >= 0 for allowance in growth(text))


@pytest.mark.parametrize(
    "off", [False, "off", "Off ", "false", "disabled", {"level": "off"}, {"level": "off", "limit": 3}]
)
def test_a_rule_is_switched_off_in_many_ways(off: Any) -> None:
    rule = settings(max_layers=off).max_layers

    assert rule
    assert rule.level is Level.OFF


def test_paths_may_be_one() -> None:
    assert settings(forbidden_path="*.pyc") == settings(forbidden_path=["*.pyc"])


def test_a_budget_is_a_table_or_a_text() -> None:
    by_text = settings(path_budget=["a=b/**=1kB"]).path_budget
    by_table = settings(path_budget=[{"paths": ["a=b/**"], "limit": 1000}]).path_budget

    assert by_text == by_table


@pytest.mark.parametrize("layers", ["all", "own", "base", 0, 7, "sha256:abc"])
def test_layers_are_named_or_numbered(layers: Any) -> None:
    rule = settings(max_layers={"limit": 1, "layers": layers}).max_layers

    assert rule
    assert rule.layers == layers


@pytest.mark.parametrize("layers", ["some", -1, True, 1.0, "7", []])
def test_what_names_no_layers(layers: Any) -> None:
    assert refused(max_layers={"limit": 1, "layers": layers}).startswith("it takes all, own, base")


@pytest.mark.parametrize("expires", ["2027-06-30", date(2027, 6, 30)])
def test_an_ignore_expires_on_a_day(expires: Any) -> None:
    (ignore,) = settings(ignore=[{"path": "a", "reason": "b", "expires": expires}]).ignore

    assert ignore.expires == date(2027, 6, 30)


@pytest.mark.parametrize(
    ("expires", "what"),
    [
        ("2027-02-29", "there is no day 2027-02-29"),
        ("20270630", "it takes a day"),
        ("soon", "it takes a day"),
        (20270630, "it takes a day"),
        (0, "it takes a day"),
    ],
)
def test_what_is_no_day(expires: Any, what: str) -> None:
    assert refused(ignore=[{"path": "a", "reason": "b", "expires": expires}]).startswith(what)


def test_a_base_may_be_a_number() -> None:
    assert settings(base=3).base == settings(base="3").base == "3"
    assert refused(base=True)


def test_growth_in_a_table_is_the_rules_that_it_stands_for() -> None:
    table = {"growth": {"baseline": "b.json", "wasted": "+1MB", "size": "off", "level": "warn", "message": "m"}}

    assert spread(table) == {
        "baseline": "b.json",
        "growth-wasted": {"level": "warn", "message": "m", "limit": "+1MB"},
        "growth-size": {"level": "off", "message": "m"},
    }
    assert GateSettings.model_validate(table) == GateSettings.model_validate(spread(table))


def test_what_is_written_by_its_own_name_stays() -> None:
    table = {"growth": {"baseline": "b.json", "wasted": 1}, "baseline": "a.json", "growth-wasted": 2}

    assert spread(table) == {"baseline": "a.json", "growth-wasted": 2}


def test_a_rule_that_was_read_is_taken_as_it_is() -> None:
    rule = BytesRule(limit=3, message="m")

    assert settings(max_wasted_bytes=rule).max_wasted_bytes == rule
    assert RuleSettings.table_of({"a": 1}) == {"a": 1}
