"""``imgscope schema config``: it and the settings agree on what may be written."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from imgscope.errors import SettingsError
from imgscope.gate.catalogue import RULES, Takes
from imgscope.gate.configured import merge
from imgscope.gate.given import from_document
from imgscope.gate.settings import GateSettings
from tests.conftest import Cli

EXAMPLE = """\
[gate]
max-wasted-bytes   = "20MB"
max-wasted-percent = 5
ignore = [{ path = "var/lib/dpkg/**", reason = "dpkg rewrites status", expires = 2027-06-01 }]
[gate.growth]
baseline = ".imgscope-baseline.json"
wasted = "+1MB"
size   = "+5%"
[[gate.path-budget]]
paths = ["var/cache/**", "root/.cache/**"]
limit = 0
message = "Use a cache mount or --no-cache-dir"
"""
RIGHT = [
    "",
    EXAMPLE,
    "[gate]",
    "[gate]\nmax-wasted-bytes = 0",
    "[gate]\nmax-wasted-bytes = ' 1.5 GiB '",
    "[gate]\nmax-wasted-bytes = false",
    "[gate]\nmax-wasted-bytes = 'off'",
    "[gate]\nmax-wasted-bytes = { limit = 1, layers = 'own', paths = ['a', '!b'] }",
    "[gate]\nmax-wasted-bytes = { level = 'off' }",
    "[gate]\nmax-wasted-percent = 0.5",
    "[gate]\nmax-wasted-percent = '5 %'",
    "[gate]\nmax-wasted-percent = { limit = 5, of = 'own', min-bytes = '1MB' }",
    "[gate]\nmax-wasted-percent = { level = 'warn' }",
    "[gate]\nmin-efficiency = 1",
    "[gate]\nmin-efficiency = '95%'",
    "[gate]\nmin-efficiency = '0.95'",
    "[gate]\nmax-layer-wasted-bytes = { limit = 1, of = 'carried', layers = 3 }",
    "[gate]\nmax-layers = { limit = 20, layers = 'sha256:abc', message = 'm' }",
    "[gate]\nmax-layers = '20'",
    "[gate]\nforbidden-path = '*.pyc'",
    "[gate]\nforbidden-path = ['*.pyc', '.git']",
    "[gate]\nforbidden-path = { paths = ['a'], in = 'any', ignore = [{ path = 'b', reason = 'c' }] }",
    "[gate]\npath-budget = ['a=b=1kB', { paths = ['c'], limit = 0, of = 'size' }]",
    "[gate]\nsuid-sgid = true\nsecret-name = { paths = ['*.pem'] }\nworld-writable = false\nintegrity = {}",
    "[gate]\ngrowth-size = '+1MB, 5 %'\ngrowth-files = 3\ngrowth-wasted = { limit = '+5%', level = 'warn' }",
    "[gate]\ngrowth = { wasted = 0, level = 'warn', message = 'm' }",
    "[gate]\nbase = 3\nbaseline = 'b.json'\nbaseline-strict = true\nmin-bytes = 1000",
    "[gate]\nbase = 'auto'",
]
WRONG = [
    "gate = 3",
    "max-layers = 3",
    "[ui]",
    "[gates]",
    "[gate]\nmax-wasted-byte = 3",
    "[gate]\nmax_wasted_bytes = 3",
    "[gate]\nmax-wasted-bytes = -1",
    "[gate]\nmax-wasted-bytes = true",
    "[gate]\nmax-wasted-bytes = 'lots'",
    "[gate]\nmax-wasted-bytes = '5%'",
    "[gate]\nmax-wasted-bytes = []",
    "[gate]\nmax-wasted-bytes = {}",
    "[gate]\nmax-wasted-bytes = { level = 'warn' }",
    "[gate]\nmax-wasted-bytes = { limit = 'off' }",
    "[gate]\nmax-wasted-bytes = { limit = 1, level = 'wran' }",
    "[gate]\nmax-wasted-bytes = { limit = 1, layers = 'some' }",
    "[gate]\nmax-wasted-bytes = { limit = 1, layers = -1 }",
    "[gate]\nmax-wasted-bytes = { limit = 1, messages = 'm' }",
    "[gate]\nmax-wasted-bytes = { limit = 1, message = 3 }",
    "[gate]\nmax-wasted-percent = '5MB'",
    "[gate]\nmax-wasted-percent = { limit = 1, of = 'base' }",
    "[gate]\nmin-efficiency = 1.01",
    "[gate]\nmin-efficiency = '101%'",
    "[gate]\nmin-efficiency = '1.01'",
    "[gate]\nmax-layers = 2.5",
    "[gate]\nmax-layers = { limit = 3, paths = ['a'] }",
    "[gate]\nforbidden-path = 3",
    "[gate]\nforbidden-path = []",
    "[gate]\nforbidden-path = ['']",
    "[gate]\nforbidden-path = { in = 'any' }",
    "[gate]\nforbidden-path = { paths = ['a'], in = 'all' }",
    "[gate]\npath-budget = 'a=1'",
    "[gate]\npath-budget = ['a']",
    "[gate]\npath-budget = [{ limit = 1 }]",
    "[gate]\npath-budget = [{ paths = ['a'] }]",
    "[gate]\npath-budget = [{ paths = [], limit = 1 }]",
    "[gate.path-budget]\npaths = ['a']\nlimit = 1",
    "[gate]\nsuid-sgid = 1",
    "[gate]\nsuid-sgid = 'yes'",
    "[gate]\ngrowth-size = 'more'",
    "[gate]\ngrowth-size = '+5%,'",
    "[gate]\ngrowth = 3",
    "[gate]\ngrowth = { wastd = 3 }",
    "[gate]\ngrowth = { wasted = 'more' }",
    "[gate]\nignore = 'a'",
    "[gate]\nignore = ['a']",
    "[gate]\nignore = [{ path = 'a' }]",
    "[gate]\nignore = [{ path = 'a', reason = '' }]",
    "[gate]\nignore = [{ path = '', reason = 'a' }]",
    "[gate]\nignore = [{ path = 'a', reason = 'b', expires = 3 }]",
    "[gate]\nignore = [{ path = 'a', reason = 'b', expires = 'soon' }]",
    "[gate]\nignore = [{ path = 'a', reason = 'b', until = 2027-06-01 }]",
    "[gate]\nbase = true",
    "[gate]\nbaseline = 3",
    "[gate]\nbaseline-strict = 'yes'",
]

Test = Callable[[str], bool]


@pytest.fixture
def schema(cli: Cli) -> Any:
    """The schema as it is printed."""
    return cli("schema", "config").json


@pytest.fixture
def fits(schema: Any) -> Test:
    """Whether a file is what the schema describes."""
    checker = jsonschema.FormatChecker(["date"])
    validator = jsonschema.Draft202012Validator(schema, format_checker=checker)
    return lambda text: validator.is_valid(_json(tomllib.loads(text)))


def _json(value: Any) -> Any:
    """What TOML says, as a JSON document would."""
    if isinstance(value, dict):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def is_taken(text: str) -> bool:
    """Whether the gate takes a file."""
    try:
        merge([from_document(tomllib.loads(text, parse_float=Decimal), "imgscope.toml")])
    except SettingsError:
        return False
    return True


def test_the_schema_is_one(schema: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "imgscope configuration"


@pytest.mark.parametrize("document", ["report", "check", "config", "diff", "shared"])
def test_every_document_has_a_schema(document: str, cli: Cli) -> None:
    printed = cli("schema", document).json

    jsonschema.Draft202012Validator.check_schema(printed)
    assert document in printed["title"]


def test_every_setting_is_described(schema: Any) -> None:
    properties = schema["properties"]["gate"]["properties"]

    assert set(properties) == {field.alias for field in GateSettings.model_fields.values()} | {"growth"}
    assert {rule.id: properties[rule.id]["description"] for rule in RULES} == {rule.id: rule.help for rule in RULES}
    assert all(one["description"] for one in properties.values())


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_so_for_the_schema_and_for_the_gate(text: str, fits: Test) -> None:
    assert fits(text)
    assert is_taken(text)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_so_for_the_schema_and_for_the_gate(text: str, fits: Test) -> None:
    assert not fits(text)
    assert not is_taken(text)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_schema_and_gate_agree_on_every_rule(rule: Any, fits: Test) -> None:
    values = ["0", "1", "0.5", "-1", "true", "false", "'off'", "'5%'", "'1kB'", "'+1kB'", "'*'", "'*=1'", "{}", "[]"]
    files = [
        f"[gate]\n{rule.id} = {value}"
        for value in [*values, "['*']", "['*=1']", "{ limit = 0.5 }", "{ paths = ['*'] }"]
    ]
    taken = [text for text in files if is_taken(text)]

    assert [text for text in files if fits(text)] == taken
    assert 0 < len(taken) < len(files)
    assert (f"[gate]\n{rule.id} = false" in taken) is (rule.takes is not Takes.BUDGETS)
