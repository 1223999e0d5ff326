"""The GitHub action and the hooks do what they say, with the real command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from imgscope.cli.app import COMMANDS
from tests.build import Spec, d, docker_files, f, layer, w, write_tar

ROOT = Path(__file__).resolve().parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the runner brings its own bash there")


class Run:
    """The step ``Check`` as a runner runs it."""

    def __init__(self, directory: Path, **inputs: str) -> None:
        values = {name: spec.get("default", "") for name, spec in ACTION["inputs"].items()} | inputs
        script = directory / "step.sh"
        script.write_text(STEPS["Check"]["run"])
        env = {
            name: values[re.fullmatch(r"\$\{\{ inputs\.(\S+) \}\}", value)[1]]  # type: ignore[index]
            for name, value in STEPS["Check"]["env"].items()
        }
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
            env[name] = str(directory / name)
            (directory / name).touch()
        env |= {"RUNNER_TEMP": str(directory), "PATH": f"{_commands(directory)}:{os.environ['PATH']}"}
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=directory, check=False)
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        lines = (directory / "GITHUB_OUTPUT").read_text().splitlines()
        self.outputs = dict(line.split("=", 1) for line in lines)
        self.summary = (directory / "GITHUB_STEP_SUMMARY").read_text()


def _commands(directory: Path) -> Path:
    """A directory with ``imgscope`` and ``python`` of this environment, as the first step leaves it on the PATH."""
    bin_ = directory / "bin"
    bin_.mkdir()
    for name, arguments in (("imgscope", "-P -m imgscope"), ("python", "")):
        command = bin_ / name
        command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} {arguments} "$@"\n')
        command.chmod(0o755)
    return bin_


@pytest.fixture
def wasteful(tmp_path: Path) -> Path:
    """An image that carries a directory for nothing."""
    layers = [layer(d("a"), f("a/x", "x" * 3_000_000), f("b", "y" * 1_000_000)), layer(w("a"))]
    return write_tar(docker_files(Spec(layers)), tmp_path / "wasteful image.tar")


@pytest.fixture
def thrifty(tmp_path: Path) -> Path:
    """One that carries nothing for nothing."""
    return write_tar(docker_files(Spec([layer(f("b", "y" * 1000))])), tmp_path / "thrifty.tar")


def test_a_wasteful_image_fails_the_step_and_says_why(wasteful: Path, tmp_path: Path) -> None:
    run = Run(tmp_path, image=str(wasteful), sarif="out.sarif", markdown="comment.md")

    assert run.code == 1
    assert run.outputs == {
        "verdict": "failed",
        "wasted-bytes": "3000000",
        "wasted-percent": "75.00",
        "sarif-file": "out.sarif",
    }
    assert "::error " in run.out
    assert "a/x" in run.summary
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"
    assert (tmp_path / "comment.md").read_text().startswith("<!-- imgscope")


def test_several_images_and_options_come_a_line_each(wasteful: Path, thrifty: Path, tmp_path: Path) -> None:
    run = Run(
        tmp_path,
        image=f"{wasteful}\n{thrifty}\n",
        options='--max-wasted=10MB\n--ignore=nothing at all\n--reason=it\'s "quoted" $HOME\n',
        annotations="false",
        summary="false",
    )

    assert run.code == 0, run.err
    assert run.outputs["verdict"] == "passed"
    assert "::" not in run.out
    assert run.summary == ""
    assert 'it\'s "quoted" $HOME' in run.out


def test_what_cannot_be_judged_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.tar").write_bytes(b"no image" * 100)

    run = Run(tmp_path, image=str(tmp_path / "broken.tar"))

    assert run.code == 3
    assert run.outputs["verdict"] == "error"


def test_wrong_options_are_an_error(thrifty: Path, tmp_path: Path) -> None:
    run = Run(tmp_path, image=str(thrifty), options="--max-wasted=lots")

    assert run.code == 2
    assert run.outputs["verdict"] == "error"


def test_an_answer_that_is_no_verdict_fails_the_step(thrifty: Path, tmp_path: Path) -> None:
    run = Run(tmp_path, image=str(thrifty), options="--help")

    assert run.code == 2
    assert run.outputs["verdict"] == "error"


def test_nothing_of_the_repository_is_run(thrifty: Path, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('owned')")

    assert Run(tmp_path, image=str(thrifty)).outputs["verdict"] == "passed"


def test_a_baseline_is_compared_with(thrifty: Path, wasteful: Path, tmp_path: Path) -> None:
    assert Run(_new(tmp_path, "1"), image=str(thrifty), options="--write-baseline=base.json").code == 0

    run = Run(_new(tmp_path, "2"), image=str(wasteful), baseline=str(tmp_path / "1" / "base.json"))

    assert run.code == 1
    assert "no-new-waste" in run.out


def _new(directory: Path, name: str) -> Path:
    (directory / name).mkdir()
    return directory / name


def test_no_input_is_pasted_into_a_script() -> None:
    for step in STEPS.values():
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_the_first_step_installs_the_checkout(tmp_path: Path) -> None:
    """With a pip that only says what it would do: the README's own command is tried elsewhere."""
    fake = tmp_path / "python3"
    lines = [
        "#!/bin/sh",
        'mkdir -p "$4/bin"',
        """printf '#!/bin/sh\\necho "$@"\\n' > "$4/bin/python\"""",
        'chmod +x "$4/bin/python"',
    ]
    fake.write_text("\n".join(lines))
    fake.chmod(0o755)
    env = {
        "PYTHON": str(fake),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_PATH": str(tmp_path / "path"),
        "PATH": os.environ["PATH"],
    }
    script = STEPS["Install imgscope"]["run"]
    done = subprocess.run(["bash", "-e", "-c", script], env=env, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["-I", "-m", "pip", "install", "--quiet", str(ROOT)]
    assert (tmp_path / "path").read_text().strip() == str(tmp_path / "imgscope-venv" / "bin")


def test_hooks_run_commands_that_there_are_on_files_that_they_take() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    files = {hook["id"]: re.compile(hook["files"]) for hook in hooks}

    assert {hook["entry"].split()[1] for hook in hooks} <= set(COMMANDS)
    assert all(files["imgscope-config"].search(name) for name in ("imgscope.toml", "a/.imgscope.toml", ".dive-ci"))
    assert not files["imgscope-config"].search("my-imgscope.toml")
    assert files["imgscope-check"].search("dist/app.tar.gz")
