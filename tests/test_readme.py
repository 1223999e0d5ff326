"""The README is held to the code: commands and where they are told of, exit codes, rooms, and the test command."""

from __future__ import annotations

import re

import click
import pytest

from imgscope.cli import run as run_module
from imgscope.cli.app import COMMANDS
from imgscope.cli.app import cli as program
from tests.pages import PAGES, README, ROOT, blocks, prose, section, table, target
from tests.test_floors import FLOORS

TOLD = dict(re.findall(r"^\|.*\| \[`imgscope (\w+)[^`]*`\]\((.*)\) \|$", PAGES[README], re.MULTILINE))
"""By command: where the README's table says that it is told of."""
COMMON = section("docs/commands.md", "every-command")


def ways(name: str) -> list[tuple[str, click.Command]]:
    """A command with its name, or each of those that there are in it."""
    command = program.get_command(click.Context(program), name)
    assert command
    if isinstance(command, click.Group):
        return [(f"{name} {inner}", one) for inner, one in command.commands.items()]
    return [(name, command)]


def options(command: click.Command) -> list[click.Option]:
    return [one for one in command.params if isinstance(one, click.Option)]


def mentioned(option: click.Option, text: str) -> bool:
    """Whether one of its names stands in code; a rule of the gate may stand there alone, without its dashes."""
    code = "\n".join([*blocks(text, "sh"), *re.findall(r"`[^`]+`", prose(text))])
    names = (*option.opts, *option.secondary_opts)
    return any(re.search(rf"(?<![\w-]){name}(?![\w-])|`{name.lstrip('-')}`", code) for name in names)


def test_it_stays_a_front_page() -> None:
    assert PAGES[README].count("\n") <= 350


def test_every_command_is_told_of() -> None:
    assert TOLD.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_way_and_every_option_is_told_of_where_the_command_is(name: str) -> None:
    """A new option is told of in the section that the README's table links to."""
    text = section(*target(README, TOLD[name]))
    common = {option.opts[0] for option in options(dict(ways("layers"))["layers"])}
    own = [option for _, command in ways(name) for option in options(command) if option.opts[0] not in common]

    assert [way for way, _ in ways(name) if " " in way and f"imgscope {way}" not in text] == []
    assert [option.opts[-1] for option in own if not mentioned(option, text)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_formats_beyond_text_and_json_are_told_of_where_the_command_is(name: str) -> None:
    types = [one.type for _, command in ways(name) for one in options(command) if one.name == "format_"]
    choices = {choice for type_ in types if isinstance(type_, click.Choice) for choice in type_.choices}
    text = section(*target(README, TOLD[name]))

    assert [choice for choice in choices - {"text", "json"} if not re.search(rf"`[^`]*\b{choice}\b", text)] == []


def test_what_is_common_to_commands_is_told_of() -> None:
    (layers,) = dict(ways("layers")).values()

    assert [option.opts[-1] for option in options(layers) if not mentioned(option, COMMON)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_option_that_is_told_of_exists(page: str) -> None:
    every = [option for name in COMMANDS for _, command in ways(name) for option in options(command)]
    known = {name for option in every for name in (*option.opts, *option.secondary_opts)} | {"--help"}
    calls = re.findall(r"`((?:imgscope |-)[^`]*)`", prose(PAGES[page]))
    told = [word for call in calls for word in re.findall(r"(?<![\w-])--[a-z-]+", call)]

    assert [option for option in told if option not in known] == []


def test_every_exit_code_is_told_of() -> None:
    module = re.findall(r"^(\d+) ", run_module.__doc__ or "", re.MULTILINE)

    assert [row[0] for row in table("code", "meaning")] == module == ["0", "1", "2", "3", "4", "130", "141"]


def test_every_room_is_on_the_map() -> None:
    told = {
        name.removesuffix("/").removesuffix(".py"): int(floor)
        for names, floor, _ in table("room", "floor")
        for name in re.findall(r"`([\w./]+)`", names)
    }

    assert told == FLOORS


def test_the_test_command_is_the_one_that_ci_runs() -> None:
    commands = [body.strip() for body in blocks(PAGES[README], "sh") if "pytest" in body]

    assert len(commands) == 1
    assert commands[0] in (ROOT / ".ci" / "run").read_text().splitlines()


def test_no_package_host_is_named() -> None:
    """Which mirror packages come from is the business of whoever installs, set up in their client."""
    hosts = re.compile("|".join(("pypi" + r"\.org", "python" + "hosted", r"registry\." + "npmjs")))
    files = [*map(ROOT.joinpath, PAGES), ROOT / "pyproject.toml", ROOT / ".ci" / "run"]
    files += [path for folder in ("imgscope", "tests") for path in (ROOT / folder).rglob("*.py")]

    assert [path for path in files if hosts.search(path.read_text())] == []
