"""The house rules that imports can break: a module uses its own room and lower floors, and start-up stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from imgscope.cli.app import COMMANDS

PACKAGE = Path(__file__).parent.parent / "imgscope"

FLOORS = {
    "cli": 9,
    "api": 9,
    "report": 8,
    "tui": 8,
    "extract": 8,
    "questions": 7,
    "inspection": 6,
    "gate": 6,
    "difference": 5,
    "advice": 5,
    "analysis": 4,
    "packages": 4,
    "sources": 3,
    "indexing": 3,
    "filesystem": 3,
    "image": 2,
    "tar": 1,
    "oci": 1,
    "compression": 1,
    "units": 1,
    "escaping": 1,
    "cells": 1,
    "globs": 1,
    "strict": 2,
    "settings": 3,
    "errors": 0,
    "progress": 0,
    "limits": 0,
    "blob": 0,
}
TOUCHES_THE_WORLD = {"sources", "cli", "extract", "indexing.cache"}
"""Rooms that read and write files; of indexing only the file that keeps what was learnt."""
WORLD = {"open", "print", "input"}


def room(module: str) -> str:
    """The room of ``imgscope.ROOM…``."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports(path: Path) -> list[str]:
    """Modules that a file imports, wherever in the file."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def violations(path: Path, name: str) -> list[str]:
    """What a file does against the rules; ``name`` is its dotted name."""
    own = room(name)
    outside = bool({own, name.removeprefix("imgscope.")} & TOUCHES_THE_WORLD)
    wrong = []
    for imported in imports(path):
        other = room(imported) if imported.startswith("imgscope.") else ""
        # The package itself only offers its version to the rooms.
        if other and other != own and other in FLOORS and FLOORS[other] >= FLOORS[own]:
            wrong.append(f"{name} imports {imported}, which is not on a lower floor")
        if imported.split(".")[0] == "humanize" and own != "units":
            wrong.append(f"{name} imports humanize")
        if imported.split(".")[0] == "textual" and own != "tui":
            wrong.append(f"{name} imports textual")
        # No program is ever run; only Python, to read layers beside this process.
        if imported.split(".")[0] == "subprocess" and name != "imgscope.indexing.workers":
            wrong.append(f"{name} imports subprocess")
    for node in ast.walk(ast.parse(path.read_text())):
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if called in WORLD and not outside:
            wrong.append(f"{name} calls {called}()")
        if isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr") and not outside:
            wrong.append(f"{name} uses sys.{node.attr}")
    return wrong


def modules() -> list[tuple[Path, str]]:
    """All modules in rooms."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(("imgscope", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        if room(name) and room(name) != "__main__":
            found.append((path, name))
    return found


@pytest.mark.parametrize(("path", "name"), modules(), ids=[name for _, name in modules()])
def test_a_module_keeps_to_its_floor(path: Path, name: str) -> None:
    assert violations(path, name) == []


def test_every_room_has_a_floor() -> None:
    assert {room(name) for _, name in modules()} == set(FLOORS)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("from imgscope.report import text", "lower floor"),
        ("def f():\n    import imgscope.sources.detect", "lower floor"),
        ("import humanize", "humanize"),
        ("from textual.app import App", "textual"),
        ("data = open('x')", "open()"),
        ("import sys\nsys.stdout.write('x')", "sys.stdout"),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, line: str, complaint: str) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(line)

    assert any(complaint in wrong for wrong in violations(planted, "imgscope.filesystem.planted"))


def test_every_module_says_its_job_and_keeps_to_four_hundred_lines() -> None:
    for path, name in modules():
        text = path.read_text()
        assert ast.get_docstring(ast.parse(text)), name
        assert text.count("\n") <= 400, name
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno <= 80, f"{name}.{node.name}"


def loaded_by(*arguments: str) -> set[str]:
    """Modules that a run of the command line loads."""
    program = (
        "import sys, os\n"
        "from imgscope.cli.run import run\n"
        "code = run(sys.argv[1:])\n"
        "sys.stderr.write('\\n'.join(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stderr.split("\n")} | set(done.stderr.split("\n"))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)])
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    assert not loaded_by(*arguments) & {"pydantic", "rich", "textual", "humanize", "pathspec"}


def test_a_json_report_loads_neither_rich_nor_textual() -> None:
    fixture = PACKAGE.parent / "fixtures" / "docker-archive-causes.tar"

    assert not loaded_by("report", "--json", str(fixture)) & {"rich", "textual", "humanize", "pathspec"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = "import imgscope, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert not {name.split(".")[0] for name in done.stdout.split()} & {"pydantic", "rich", "textual", "click"}
