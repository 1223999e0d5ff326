"""``imgscope config``: shown, checked, and made from a file of dive's."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from imgscope.gate.catalogue import RULES
from imgscope.gate.configured import merge
from imgscope.gate.given import VARIABLES, from_document
from tests.conftest import Cli

PROJECT = """\
[gate]
max-wasted-bytes = "20MB"
max-wasted-percent = { limit = 2.5, level = "warn" }
forbidden-path = ["*.pyc", ".git"]
suid-sgid = true
secret-name = {}
min-bytes = "1MB"
ignore = [{ path = "var/lib/dpkg/**", reason = "dpkg rewrites status", expires = 2027-06-01 }]
[[gate.path-budget]]
paths = ["var/cache/**", "root/.cache/**"]
limit = 0
"""
DIVE = "rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n  nonsense: 1\nplugins: []\n"


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and no variables."""
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def project(work: Path) -> Path:
    """A file that says something of every kind."""
    (work / "imgscope.toml").write_text(PROJECT)
    return work / "imgscope.toml"


def rows(document: Any) -> dict[str, tuple[Any, str]]:
    """What ``show`` tells, by name."""
    return {row["name"]: (row["value"], row["origin"]) for row in document["settings"]}


def test_every_value_is_shown_with_its_origin(cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGSCOPE_MAX_WASTED_BYTES", "30MB")
    document = cli("config", "show", "--json").json

    assert (document["schema_version"], document["file"]) == ("1.0", "imgscope.toml")
    assert document["basis"] == "configured"
    assert rows(document) == {
        "max-wasted-bytes.limit": ("30MB", "IMGSCOPE_MAX_WASTED_BYTES"),
        "max-wasted-percent.limit": (2.5, "imgscope.toml"),
        "max-wasted-percent.level": ("warn", "imgscope.toml"),
        "path-budget.0": ({"paths": ["var/cache/**", "root/.cache/**"], "limit": 0}, "imgscope.toml"),
        "forbidden-path.paths": (["*.pyc", ".git"], "imgscope.toml"),
        "suid-sgid": (True, "imgscope.toml"),
        "secret-name": (True, "imgscope.toml"),
        "integrity": (True, "default"),
        "min-bytes": ("1MB", "imgscope.toml"),
        "ignore.0": (
            {"path": "var/lib/dpkg/**", "reason": "dpkg rewrites status", "expires": "2027-06-01"},
            "imgscope.toml",
        ),
    }


def test_what_is_set_and_what_is_not_are_all_rules_there_are(cli: Cli, project: Path) -> None:
    document = cli("config", "show", "--format", "json").json
    shown = {name.partition(".")[0] for name in rows(document)}

    assert shown | set(document["not_set"]) == {rule.id for rule in RULES} | {"ignore", "min-bytes"}
    assert not shown & set(document["not_set"])


def test_the_table_for_people(cli: Cli, project: Path) -> None:
    lines = cli("config", "show").out.splitlines()

    assert lines[0] == "imgscope.toml; only what is configured is judged, and integrity"
    assert "max-wasted-percent.limit  2.5" in "\n".join(lines)
    assert "paths = var/cache/**, root/.cache/**; limit = 0" in "\n".join(lines)
    assert lines[-1].startswith("not set: max-wasted-stored-bytes, ")


def test_without_a_file_the_defaults_are_shown(cli: Cli) -> None:
    text, document = cli("config", "show").out, cli("config", "show", "--json").json

    assert text.startswith("no file; no rule is configured: the defaults are judged\n")
    assert (document["file"], document["basis"]) == (None, "defaults")
    assert set(dict(rows(document).values()).values()) == {"default"}


def test_the_rules_of_a_file_of_dives_are_shown(cli: Cli, work: Path) -> None:
    (work / ".dive-ci").write_text(DIVE)
    text, document = cli("config", "show").out, cli("config", "show", "--json").json

    assert (document["basis"], document["ignored_keys"]) == ("dive-ci", ["rules.nonsense", "plugins"])
    assert rows(document) == {
        "rules.lowestEfficiency": ("0.95", ".dive-ci"),
        "rules.highestWastedBytes": ("20MB", ".dive-ci"),
        "rules.highestUserWastedPercent": ("0.1", "dive's default"),
        "integrity": (True, "default"),
    }
    assert "ignored: rules.nonsense, plugins" in text


def test_a_file_can_be_named_for_show(cli: Cli, project: Path, work: Path) -> None:
    (work / "other.toml").write_text("[gate]\nmax-layers = 5\n")

    assert cli("config", "show", "--config", "other.toml", "--json").json["file"] == "other.toml"
    assert cli("config", "show", "--config", "missing.toml").code == 2


def test_what_is_shown_can_be_written_to_a_file(cli: Cli, project: Path, work: Path) -> None:
    assert cli("config", "show", "-o", "out.txt").out == ""
    assert (work / "out.txt").read_text() == cli("config", "show").out


def test_what_stands_in_a_file_cannot_move_the_cursor(cli: Cli, work: Path) -> None:
    (work / "imgscope.toml").write_text('[gate]\nmax-layers = { limit = 3, message = "\\u001b[2J\\u202e" }\n')

    assert r"\x1b[2J\u202e" in cli("config", "show").out


def test_names_that_are_not_utf8_are_escaped_in_json(cli: Cli, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgscope.cli.projectfile.text_of", lambda path: "[gate]\nbase = 'x'\n")
    document = cli("config", "show", "--json", "--config", "\udcff.toml").json

    assert document["file"] == r"\xff.toml"
    assert rows(document)["base"] == ("x", r"\xff.toml")


def test_the_places_that_are_looked_at_are_told(cli: Cli, work: Path) -> None:
    (work / ".git").mkdir()
    (work / "pyproject.toml").write_text("")
    before = cli("config", "path", "--json").json
    (work / ".dive-ci").write_text("")

    assert before["files"] == [
        {"path": "imgscope.toml", "state": "not there"},
        {"path": ".imgscope.toml", "state": "not there"},
        {"path": "pyproject.toml", "state": "has no [tool.imgscope]"},
        {"path": ".dive-ci", "state": "not there"},
    ]
    assert cli("config", "path").out.splitlines()[-1].split() == [".dive-ci", "used"]


def test_a_right_file_is_checked_in_silence(cli: Cli, project: Path, work: Path) -> None:
    (work / ".dive-ci").write_text(DIVE)
    (work / "pyproject.toml").write_text("[project]\n")

    for arguments in ([], ["imgscope.toml"], ["imgscope.toml", ".dive-ci", "pyproject.toml"]):
        result = cli("config", "check", *arguments)
        assert (result.code, result.out, result.err) == (0, "", "")


def test_every_wrong_file_is_told_of(cli: Cli, project: Path, work: Path) -> None:
    (work / "a.toml").write_text("[gate]\nmax-layer = 3\n")
    (work / ".dive-ci").write_text("rules:\n  lowestEfficiency: high\n")
    result = cli("config", "check", "a.toml", "imgscope.toml", ".dive-ci", "missing.toml")

    assert (result.code, result.out) == (2, "")
    assert [line for line in result.err.splitlines() if line.startswith("error: ")] == [
        "error: a.toml: gate.max-layer: there is no such setting",
        'error: .dive-ci: rules.lowestEfficiency: "high" is not allowed',
        "error: missing.toml: no such file",
    ]


def test_each_file_is_checked_by_itself(cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGSCOPE_MAX_LAYERS", "many")

    assert cli("config", "check", "imgscope.toml").code == 0
    assert cli("config", "check").err.startswith("error: IMGSCOPE_MAX_LAYERS: not a whole number: 'many'")


def test_what_holds_here_is_checked_without_a_name(cli: Cli, work: Path) -> None:
    (work / "imgscope.toml").write_text("[ui]\n")
    result = cli("config", "check")

    assert result.code == 2
    assert result.err == "error: imgscope.toml: ui: it does not belong here\nhint: write [ui] in the user's own file\n"


def test_a_file_of_dives_is_migrated_to_one_that_holds(cli: Cli, work: Path) -> None:
    (work / ".dive-ci").write_text(DIVE)
    result = cli("config", "migrate", ".dive-ci")
    settings = merge([from_document(tomllib.loads(result.out, parse_float=Decimal), "imgscope.toml")]).settings

    assert settings.min_efficiency
    assert settings.min_efficiency.limit == Decimal("0.95")
    assert settings.max_wasted_bytes
    assert settings.max_wasted_bytes.limit == 20_000_000
    assert result.err.splitlines() == [
        "warning: rules.nonsense means nothing, and is left out [.dive-ci]",
        "warning: plugins means nothing, and is left out [.dive-ci]",
    ]


def test_a_migrated_file_can_be_written_and_checked(cli: Cli, work: Path) -> None:
    (work / "rules.txt").write_text("rules: {}")

    assert cli("config", "migrate", "rules.txt", "-o", "imgscope.toml").out == ""
    assert cli("config", "check", "imgscope.toml").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["config"],
        ["config", "shwo"],
        ["config", "migrate"],
        ["config", "migrate", "missing"],
        ["config", "show", "-o", "no/such/directory"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(arguments: list[str], cli: Cli) -> None:
    assert cli(*arguments).code == 2


@pytest.mark.parametrize("error", [KeyboardInterrupt, BrokenPipeError])
@pytest.mark.parametrize("command", ["show", "path", "check", "migrate"])
def test_interrupts_and_closed_pipes_keep_their_codes(
    command: str, error: type[BaseException], cli: Cli, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_: object) -> None:
        raise error

    (work / ".dive-ci").write_text(DIVE)
    monkeypatch.setattr("imgscope.cli.texts.OpenFile.open", ended)
    file = [".dive-ci"] if command == "migrate" else []

    assert cli("config", command, *file).code == (130 if error is KeyboardInterrupt else 141)


def test_a_warning_is_no_longer_than_others_are(cli: Cli, work: Path) -> None:
    (work / ".dive-ci").write_text(f"rules: {{}}\n{'x' * 1020}: 1\n")
    result = cli("config", "migrate", ".dive-ci")

    assert result.err.startswith("warning: xxx")
    assert len(result.err) < 1020
