"""The README is held to the code: commands, options, exit codes, rooms, and the two commands that must work."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from imgscope import api
from imgscope.advice.model import Rule
from imgscope.advice.registry import RULES as ADVICE
from imgscope.cli import run as run_module
from imgscope.cli.app import COMMANDS
from imgscope.gate.catalogue import RULES
from imgscope.gate.configured import merge
from imgscope.gate.given import from_document
from imgscope.gate.model import State
from imgscope.report.summary import CAUSES
from imgscope.report.verdicts.registry import FORMATS
from imgscope.settings import UiSettings, parse
from imgscope.tui.actions import ACTIONS, IDS, key_text
from imgscope.units import size
from tests.advice.making import case
from tests.build import f
from tests.conftest import Cli
from tests.gate.dive_images import CONFIGS, MISJUDGED
from tests.gate.making import outcome_of
from tests.test_floors import FLOORS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
PYTHON = README[README.index("## From Python") : README.index("## How the code is laid out")]
EXAMPLES = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PYTHON, re.DOTALL)


def test_every_command_is_told_of() -> None:
    assert set(re.findall(r"^\| `imgscope (\w+)", README, re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_the_table_exists(command: str, cli: Cli) -> None:
    row = next(line for line in README.splitlines() if line.startswith(f"| `imgscope {command}"))
    help_ = cli(command, "--help").out

    assert [option for option in re.findall(r"--[a-z-]+", row) if option not in help_] == []


def test_options_that_every_command_has(cli: Cli) -> None:
    paragraph = README[README.index("Every command on an image has") : README.index("Shell completion")]
    help_ = cli("report", "--help").out

    assert [option for option in re.findall(r"--[a-z-]+", paragraph) if option not in help_] == []


def test_every_cause_and_exit_code_is_told_of() -> None:
    counted = README[README.index("## What is counted") :]
    assert re.findall(r"^\| `([a-z_]+)` \| ", counted, re.MULTILINE)[: len(CAUSES)] == list(CAUSES)
    documented = re.findall(r"^\| (\d+) \|", README, re.MULTILINE)
    module = re.findall(r"^(\d+) ", run_module.__doc__ or "", re.MULTILINE)
    assert documented == module == ["0", "1", "2", "3", "4", "130", "141"]


def test_every_room_is_on_the_map() -> None:
    table = README[README.index("| room | floor") : README.index("A module imports")]
    told = {
        name.removesuffix("/").removesuffix(".py"): int(floor)
        for names, floor in re.findall(r"^\| (`.*`) \| (\d) \|", table, re.MULTILINE)
        for name in re.findall(r"`([\w./]+)`", names)
    }

    assert told == FLOORS


def test_the_test_command_is_the_one_that_ci_runs() -> None:
    commands = [body.strip() for language, body in BLOCKS if language == "sh" and "pytest" in body]

    assert len(commands) == 1
    assert commands[0] in (ROOT / ".ci" / "run").read_text().splitlines()


def test_the_first_command_prints_what_the_readme_shows(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    command = next(body for language, body in BLOCKS if language == "sh")
    arguments = shlex.split(command.rpartition("&&")[2])[1:]
    shown = next(body for language, body in BLOCKS if language == "text").splitlines()
    monkeypatch.chdir(ROOT)
    printed = cli(*arguments).out.splitlines()

    assert [line for line in shown if line and line != " …" and line not in printed] == []


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_from_python_prints_what_is_shown(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program, printed = EXAMPLES[number]
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    monkeypatch.chdir(tmp_path)

    exec(program, {})

    assert capsys.readouterr().out == printed


def test_every_example_from_python_shows_what_it_prints() -> None:
    section = PYTHON[: PYTHON.index("Rules of your own")]

    assert section.count("```python") == len(EXAMPLES) > 4


def test_every_function_for_python_is_told_of() -> None:
    rows = [row for row in PYTHON.splitlines() if row.startswith("| `")]

    assert [name for name in api.__all__ if not any(re.search(rf"`{name}\b|\b{name}\(", row) for row in rows)] == []


def test_no_package_host_is_named() -> None:
    """Which mirror packages come from is the business of whoever installs, set up in their client."""
    hosts = re.compile("|".join(("pypi" + r"\.org", "python" + "hosted", r"registry\." + "npmjs")))
    files = [ROOT / "README.md", ROOT / "pyproject.toml", ROOT / ".ci" / "run"]
    files += [path for folder in ("imgscope", "tests") for path in (ROOT / folder).rglob("*.py")]

    assert [path for path in files if hosts.search(path.read_text())] == []


def test_the_table_of_keys_is_that_of_the_actions() -> None:
    told = re.findall(r"^\| `(\w+)` \| (`.*`) \| ([\w, ]+) \| (.*) \|$", README, re.MULTILINE)
    rows = [
        (
            action.id,
            " ".join(f"`{key_text(key)}`" for key in action.keys),
            ", ".join(action.panes) or "all",
            action.help,
        )
        for action in ACTIONS
    ]

    assert told == rows


def test_the_settings_shown_are_accepted() -> None:
    shown = next(body for language, body in BLOCKS if language == "toml")

    settings = parse(shown, "README.md", IDS)

    assert settings.keys == {"filter": "slash,f4"}
    assert settings.ui.model_fields_set == set(UiSettings.model_fields)


def test_the_table_of_rules_is_the_catalogue() -> None:
    table = README[README.index("| rule | takes") : README.index("Each is an option of `check`")]
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \| (.+) \|$", table, re.MULTILINE)
    takes = {rule.id: f"`{rule.takes}`".replace("|", "\\|") if rule.takes else "on or off" for rule in RULES}

    assert rows == [(rule.id, takes[rule.id], rule.help) for rule in RULES]


def test_the_table_of_advice_is_the_registry() -> None:
    table = README[README.index("| advice | looks for") : README.index("## What it reads")]
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", table, re.MULTILINE)

    assert rows == [(rule.id, rule.looks_for) for rule in ADVICE]


def test_the_advice_shown_is_what_is_printed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    section = README[README.index("## Advice") : README.index("| advice | looks for")]
    printed = cli("advice", "--min-size", "6kB", "--skip", "tiny-layers", "fixtures/docker-archive-causes.tar").out

    assert f"```text\n{printed}```" in section


def test_the_rule_of_ones_own_that_is_shown_works() -> None:
    shown = next(body for language, body in BLOCKS if language == "python" and "PlacedRule" in body)
    own: dict[str, type[Rule]] = {}
    exec(shown, own)
    image = case([f("srv/models/a.bin", "x" * 50), f("opt/b.onnx", "x" * 7)])

    findings = [one for one in image.advice([own["Models"](), *ADVICE]).findings if one.id == "models"]

    assert [finding.bytes for finding in findings] == [57]


def test_the_formats_of_verdicts_are_those_there_are() -> None:
    paragraph = README[README.index("**Reports.**") : README.index("**GitHub Actions**")]
    told = re.findall(r"`([a-z-]+)`", paragraph.partition("writes more")[2].partition("`csv`")[0])

    assert [*told, "csv"] == list(FORMATS)


def test_the_rules_shown_are_accepted() -> None:
    shown = next(body for language, body in BLOCKS if language == "toml" and body.startswith("[gate]"))
    table = tomllib.loads(shown, parse_float=Decimal)

    configured = merge([from_document(table, "imgscope.toml")])

    assert configured.settings.path_budget[0].message == "use a cache mount, or --no-cache-dir"


def test_what_dive_misses_is_what_was_recorded_of_it_and_what_imgscope_finds() -> None:
    recorded = json.loads((ROOT / "tests" / "gate" / "dive.json").read_text())
    row = re.compile(r"^\| (.+) \| 0B wasted, efficiency (.+)%: passes \| (.+) wasted: fails \|$", re.MULTILINE)
    told = row.findall(README)
    missed = [name for name, (truth, _) in MISJUDGED.items() if truth and not recorded[name]["wasted"]]

    assert [name for name, _, _ in told] == missed
    for name, efficiency, wasted in told:
        truth, layers = MISJUDGED[name]
        outcome = outcome_of(*map(list, layers), max_wasted_bytes=0)
        assert f"{100 * recorded[name]['efficiency']:.4g}" == efficiency
        assert recorded[name]["verdicts"].split()[list(CONFIGS).index("nothing wasted")][1] == "P"
        assert (outcome.state, outcome.value, size(truth)) == (State.FAILED, truth, wasted)


def test_the_options_of_the_gate_that_are_told_of_exist(cli: Cli) -> None:
    section = README[README.index("## Fail a build on waste") : README.index("## Commands")]
    help_ = cli("check", "--help").out + "--no-cache-dir"

    assert [option for option in re.findall(r"(?<![-\w])--[a-z][a-z-]+", section) if option not in help_] == []
