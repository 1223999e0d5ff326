"""``.dive-ci``: held against what dive 0.13.1 makes of many files, and taken over into settings of imgscope."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import SettingsError
from imgscope.gate.dive_ci import MAX_BYTES, DiveRule, DiveRules, migrate, parse
from imgscope.gate.model import Level
from imgscope.gate.settings import GateSettings

RECORDED: list[dict[str, Any]] = json.loads((Path(__file__).parent / "dive_ci.json").read_text())
"""Files, and the limits that dive held an image against that fails all of them: efficiency, bytes, share.

Where imgscope reads a file otherwise, how and why.
"""
IMGSCOPE_ALONE = {"dive's later source accepts it", "the names of dive's own configuration are taken too"}
DEFAULTS = [0.9, None, 0.1]


def limits(rules: DiveRules) -> list[float | None]:
    return [rule.limit for rule in in_order(rules)]


def in_order(rules: DiveRules) -> list[DiveRule]:
    return [rules.lowest_efficiency, rules.highest_wasted_bytes, rules.highest_user_wasted_percent]


def limit_of(recorded: str) -> float | None:
    return None if recorded == "off" else float(recorded)


def read(text: str) -> DiveRules | SettingsError:
    try:
        return parse(text, ".dive-ci")
    except SettingsError as error:
        return error


def refused(text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        parse(text, "ci/.dive-ci")
    return caught.value


@pytest.mark.parametrize("row", RECORDED, ids=lambda row: repr(row["file"]))
def test_a_file_means_what_it_means_to_dive(row: dict[str, Any]) -> None:
    expected = row.get("imgscope", row["dive"])

    if expected == "refused":
        assert "\n" not in str(refused(row["file"]))
    else:
        assert limits(parse(row["file"], ".dive-ci")) == [limit_of(limit) for limit in expected]


def test_where_imgscope_reads_a_file_otherwise_it_says_so_or_takes_what_dive_refuses() -> None:
    """No file is read by both, to other limits, without a word: but for an octal number, which nobody means."""
    for row in RECORDED:
        if row["dive"] == "refused" or row.get("imgscope", "refused") == "refused":
            continue
        quiet = not parse(row["file"], ".dive-ci").ignored
        assert not quiet or row["why"] in IMGSCOPE_ALONE or row["file"].endswith(": 010\n"), row


def test_what_is_not_said_is_dives_default() -> None:
    rules = parse("rules:\n  lowestEfficiency: ~\n  highestWastedBytes: 1 kB\n", ".dive-ci")

    assert limits(rules) == [0.9, 1000, 0.1]
    assert [rule.given for rule in in_order(rules)] == [False, True, False]
    assert [rule.text for rule in in_order(rules)] == ["0.9", "1 kB", "0.1"]


def test_keys_that_mean_nothing_are_told() -> None:
    text = "plugins:\n  - plugin1\nrules:\n  lowestEfficency: 0.99\n  plugin1/rule1: error\n? [a]\n: b\nrules.x: 1\n"
    rules = parse(text, ".dive-ci")

    assert rules.ignored == ("plugins", "rules.lowestEfficency", "rules.plugin1/rule1", "?", "rules.x")
    assert limits(rules) == DEFAULTS


def test_a_key_is_told_so_that_it_can_be_shown() -> None:
    assert parse('"a\\n\\e[31m": 1\n' + "k" * 100 + ": 2\n", ".dive-ci").ignored == (
        "a\\n\\x1b[31m",
        "k" * 39 + "\u2026",
    )


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("rules:\n  lowestEfficiency: 90%\n", 'rules.lowestEfficiency: "90%" is not allowed', "from 0 to 1"),
        ("rules:\n  highestUserWastedPercent: 10\n", "rules.highestUserWastedPercent", "from 0 to 1"),
        ("rules:\n  highestWastedBytes: 20XB\n", 'rules.highestWastedBytes: "20XB" is not allowed', "20MB"),
        ("rules:\n  highestWastedBytes: [1]\n", "rules.highestWastedBytes: it takes one value", "20MB"),
        ("rules: 0.9\n", "rules: not a mapping", "lowestEfficiency: 0.9"),
        ("- a\n", "the file: not a mapping", "lowestEfficiency: 0.9"),
        ("rules:\n  a: b: c\n", "line 2: mapping values are not allowed here", "rules:"),
        ("a\0", "special characters are not allowed", "rules:"),
        ('"\\UFFFFFFFF"', "a number beyond all bounds", "rules:"),
        ("rules:\n  lowestEfficiency: 1\n  lowest-efficiency: 1\n", "given twice", "keep one lowestEfficiency"),
        ("a: 1\na: 2\n", 'the file: "a" is there twice', "keep one"),
        ("x: &x {}\nrules:\n  <<: *x\n", "merge keys", "write the rules themselves"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(text: str, what: str, hint: str) -> None:
    error = refused(text)

    assert str(error).startswith("ci/.dive-ci: ")
    assert "\n" not in str(error)
    assert what in str(error)
    assert hint in (error.hint or "")


LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        "a: " + "[" * 17 + "]" * 17,
        "[" * 60_000,
        "{" * 60_000,
        "- " * 30_000,
        "? " * 30_000,
        "[" + "a," * 30_000 + "]",
        "x" * (MAX_BYTES + 1),
    ],
    ids=["aliases", "deep", "lists", "mappings", "items", "keys", "long", "large"],
)
def test_a_file_that_is_made_to_cost_is_refused(text: str) -> None:
    assert "any file of rules" in str(refused(text))


def test_a_few_aliases_are_no_harm() -> None:
    assert limits(parse("x: &x {lowestEfficiency: 0.5}\nrules: *x\n", ".dive-ci"))[0] == 0.5


def test_a_file_that_contains_itself_is_read() -> None:
    assert parse("&a\nrules: {}\nx: *a\n", ".dive-ci").ignored == ("x",)


_PIECES = [
    "rules:\n",
    "  lowestEfficiency: ",
    "highest-wasted-bytes: ",
    "0.9",
    "20MB",
    "&a ",
    "*a",
    "<<: ",
    "---\n",
    "- ",
]


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=4), max_size=12).map("".join))
def test_any_text_is_read_or_refused_in_a_line(text: str) -> None:
    outcome = read(text)

    if isinstance(outcome, SettingsError):
        assert "\n" not in str(outcome)
        assert outcome.hint
    else:
        assert all(rule.limit is None or rule.limit >= 0 for rule in in_order(outcome))


_PREFIXES = {"": 1, "k": 1000, "K": 1000, "ki": 1024, "M": 10**6, "Mi": 2**20, "g": 10**9, "GI": 2**30, "ti": 2**40}


@given(
    st.integers(0, 2000), st.sampled_from(["", ".0", ".5", ".25"]), st.sampled_from(sorted(_PREFIXES)), st.booleans()
)
def test_a_size_is_a_number_times_its_unit(whole: int, fraction: str, prefix: str, b: bool) -> None:
    """Floats are exact as long as numbers are small."""
    text = f"{whole}{fraction} {prefix}{'B' * b}"
    rules = parse(f"rules:\n  highestWastedBytes: '{text}'\n", ".dive-ci")

    assert rules.highest_wasted_bytes.limit == int((whole + Fraction(f"0{fraction}")) * _PREFIXES[prefix])


def settings_of(text: str) -> GateSettings:
    document = tomllib.loads(text, parse_float=Decimal)
    assert list(document) == ["gate"]
    return GateSettings.model_validate(document["gate"])


def limit_in(settings: GateSettings, name: str) -> Fraction | None:
    rule = getattr(settings, name)
    return None if rule.level is Level.OFF else Fraction(rule.limit)


_SHARES = st.floats(0, 1).map(abs)
_SIZES = st.integers(0, 2**64 - 1)


@given(st.none() | _SHARES, st.none() | _SIZES, st.none() | _SHARES)
def test_limits_are_taken_over_as_they_are(efficiency: float | None, wasted: int | None, share: float | None) -> None:
    rules = DiveRules(".dive-ci", DiveRule(efficiency, ""), DiveRule(wasted, ""), DiveRule(share, ""))
    settings = settings_of(migrate(rules))

    assert limit_in(settings, "max_wasted_bytes") == wasted
    for name, limit, factor in (("min_efficiency", efficiency, 1), ("max_wasted_percent_own", share, 100)):
        found = limit_in(settings, name)
        assert (found is None) == (limit is None)
        if found is not None and limit is not None:
            assert abs(found - factor * Fraction(repr(limit))) <= Fraction(1, 10**18)


def test_a_zero_with_a_sign_is_taken_over_as_zero() -> None:
    rules = parse("rules:\n  lowestEfficiency: -0.0\n", ".dive-ci")

    assert limit_in(settings_of(migrate(rules)), "min_efficiency") == 0


def test_a_file_that_is_taken_over_says_how_its_numbers_differ() -> None:
    text = migrate(parse("plugins: []\nrules:\n  highestWastedBytes: 20Mb\n  lowestEfficiency: off\n", ".dive-ci"))

    assert text.splitlines()[0].startswith("# The limits of .dive-ci.")
    assert "# Not taken over: plugins.\n" in text
    assert '# lowestEfficiency: "off"\n' in text
    assert 'min-efficiency = "off"\n' in text
    assert "max-wasted-bytes = 20000000\n" in text
    assert "# highestUserWastedPercent: dive's default, 0.1\n" in text
    assert "max-wasted-percent-own = 10\n" in text
    assert max(map(len, text.splitlines())) <= 120


@given(st.text(max_size=8))
def test_what_a_file_is_called_and_says_stays_a_comment(text: str) -> None:
    hostile = DiveRules(text, DiveRule(None, text), DiveRule(5, text), DiveRule(0.5, text))
    plain = DiveRules("", DiveRule(None, ""), DiveRule(5, ""), DiveRule(0.5, ""))

    assert settings_of(migrate(hostile)) == settings_of(migrate(plain))
