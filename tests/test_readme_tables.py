"""Tables and settings of the README and of the pages in docs/ are those of the code."""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal

import yaml

from imgscope import api
from imgscope.advice.registry import RULES as ADVICE
from imgscope.gate.catalogue import RULES
from imgscope.gate.configured import merge
from imgscope.gate.given import from_document
from imgscope.gate.model import State
from imgscope.report.summary import CAUSES
from imgscope.report.verdicts.registry import FORMATS
from imgscope.settings import UiSettings, parse
from imgscope.tui.actions import ACTIONS, IDS, key_text
from imgscope.units import size
from tests.build import f
from tests.gate.dive_images import CONFIGS, MISJUDGED
from tests.gate.making import outcome_of, worst
from tests.pages import PAGES, ROOT, blocks, table


def test_the_table_of_causes_is_that_of_reports() -> None:
    assert [row[0] for row in table("cause", "meaning")] == [f"`{cause}`" for cause in CAUSES]


def test_every_function_for_python_is_told_of() -> None:
    told = "\n".join(" ".join(row) for row in table("function", "gives"))

    assert [name for name in api.__all__ if not re.search(rf"`{name}\b|\b{name}\(", told)] == []


def test_the_table_of_keys_is_that_of_the_actions() -> None:
    assert table("action", "keys") == [
        [
            f"`{action.id}`",
            " ".join(f"`{key_text(key)}`" for key in action.keys),
            ", ".join(action.panes) or "all",
            action.help,
        ]
        for action in ACTIONS
    ]


def test_the_settings_shown_are_accepted() -> None:
    (shown,) = blocks(PAGES["docs/explore.md"], "toml")

    settings = parse(shown, "config.toml", IDS)

    assert settings.keys == {"filter": "slash,f4"}
    assert settings.ui.model_fields_set == set(UiSettings.model_fields)


def test_the_table_of_rules_is_the_catalogue() -> None:
    takes = {rule.id: f"`{rule.takes}`".replace("|", "\\|") if rule.takes else "on or off" for rule in RULES}

    assert table("rule", "takes") == [[f"`{rule.id}`", takes[rule.id], rule.help] for rule in RULES]


def test_the_table_of_advice_is_the_registry() -> None:
    assert table("advice", "looks for") == [[f"`{rule.id}`", rule.looks_for] for rule in ADVICE]


def test_the_formats_of_verdicts_are_those_there_are() -> None:
    assert [row[0] for row in table("format", "is")] == [f"`{name}`" for name in FORMATS]


def test_the_inputs_of_the_action_are_those_there_are() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())

    assert table("input", "is") == [[f"`{name}`", one["description"]] for name, one in action["inputs"].items()]
    assert [name for name in action["outputs"] if f"`{name}`" not in PAGES["docs/gate.md"]] == []


def test_the_rules_shown_are_accepted() -> None:
    (shown,) = blocks(PAGES["docs/gate.md"], "toml")
    document = tomllib.loads(shown, parse_float=Decimal)

    configured = merge([from_document(document, "imgscope.toml")])

    assert configured.settings.path_budget[0].message == "use a cache mount, or --no-cache-dir"
    su, sudo, own = (f(f"usr/bin/{name}", name, mode=0o4755) for name in ("su", "sudo", "own"))
    rule = configured.settings.suid_sgid
    assert outcome_of([su], [sudo], suid_sgid=rule).state is State.PASSED
    assert worst(outcome_of([su], [sudo, own], suid_sgid=rule)) == [("usr/bin/own", 3)]


def test_what_dive_misses_is_what_was_recorded_of_it_and_what_imgscope_finds() -> None:
    recorded = json.loads((ROOT / "tests" / "gate" / "dive.json").read_text())
    missed = [name for name, (truth, _) in MISJUDGED.items() if truth and not recorded[name]["wasted"]]
    told = table("image", "dive 0.13.1 with `highestWastedBytes: 0B`")

    assert [name for name, _, _ in told] == missed
    for name, theirs, ours in told:
        truth, layers = MISJUDGED[name]
        outcome = outcome_of(*map(list, layers), max_wasted_bytes=0)
        assert theirs == f"0B wasted, efficiency {100 * recorded[name]['efficiency']:.4g}%: passes"
        assert ours == f"{size(truth)} wasted: fails"
        assert recorded[name]["verdicts"].split()[list(CONFIGS).index("nothing wasted")][1] == "P"
        assert (outcome.state, outcome.value) == (State.FAILED, truth)
