"""Texts at terminals: nothing that is asked for is cut short, and no line is too long."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from imgscope import inspect, open_image
from imgscope.cells import cells
from imgscope.filesystem.model import Cause
from imgscope.gate.model import Verdict, Writer
from imgscope.report.blame_text import write_blame
from imgscope.report.dockerfile import dockerfile_info, write_dockerfile
from imgscope.report.find import write_found
from imgscope.report.printer import Look, Printer
from imgscope.report.verdicts.text import write_text
from tests.build import Spec, docker_files, f, layer, s, w, write_tar
from tests.conftest import Cli
from tests.report.verdicts.making import blame, outcome
from tests.report.verdicts.making import image as verdict_of

LONG = "var/lib/" + "/".join(["some.long.name"] * 12)
COMMAND = "RUN printf 'one two three' >/etc/conf && " + "chmod --recursive g+w /srv && " * 6


class Terminal(io.StringIO):
    """What says that somebody reads it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def image(tmp_path: Path) -> Path:
    layers = [
        layer(f("etc/x", "1" * 1000), f(LONG, "2"), s("a b", "c d")),
        layer(f("etc/x", "1" * 1000, mode=0o600)),
        layer(w("etc/x")),
    ]
    return write_tar(docker_files(Spec(layers, history=[{"created_by": COMMAND}] * 3)), tmp_path / "image.tar")


def blamed(cli: Cli, image: Path, look: Look, *paths: str) -> list[str]:
    stream = Terminal()
    write_blame(Printer(stream, look), cli("blame", "--json", image, *paths).json["blame"])
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()


def found(cli: Cli, image: Path, look: Look) -> list[str]:
    stream = Terminal()
    write_found(Printer(stream, look), cli("find", "--json", image).json["find"])
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()


@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_row_is_wider_than_the_terminal(cli: Cli, image: Path, width: int) -> None:
    look = Look(rich=True, width=width)

    assert max(map(cells, blamed(cli, image, look, "etc/x", "a b"))) <= width
    assert max(map(cells, found(cli, image, look))) <= width


def test_an_instruction_has_a_line_of_its_own_where_little_of_it_would_fit(cli: Cli, image: Path) -> None:
    lines = blamed(cli, image, Look(rich=True, width=80), "etc/x")

    assert [line.split()[:2] for line in lines[1:]] == [
        ["0", "added"],
        ["1kB", "wasted:"],
        ["RUN", "printf"],
        ["1", "only"],
        ["1kB", "wasted:"],
        ["RUN", "printf"],
        ["2", "removed:"],
        ["RUN", "printf"],
    ]
    assert lines[3].startswith("       RUN")
    assert cells(lines[3]) == 80
    assert len(blamed(cli, image, Look(rich=True, width=200), "etc/x")) == 4


def test_an_instruction_is_whole_where_nothing_may_be_cut(cli: Cli, image: Path) -> None:
    lines = blamed(cli, image, Look(rich=True, width=80, truncate=False), "etc/x")

    assert " ".join(" ".join(lines).split()).count(COMMAND.strip()) == 3


def test_a_path_that_does_not_fit_beside_the_rest_stands_below(cli: Cli, image: Path) -> None:
    lines = found(cli, image, Look(rich=True, width=80))
    below = next(line for line in lines if line.endswith(LONG[-40:]))

    assert below.startswith("     …")
    assert cells(below) == 80
    assert any(line.endswith("  /a b -> c d") for line in lines)
    whole = found(cli, image, Look(rich=True, width=80, truncate=False))
    assert f"     /{LONG}" in whole
    assert "" not in map(str.strip, whole)


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_what_to_change_is_told_whole_at_every_width(width: int) -> None:
    command = "RUN " + " && ".join(f"apt-get install package-{number}" for number in range(5))
    blames = (
        blame(Cause.DELETED, Writer(0, "COPY . /srv/app", 3000), instruction=command),
        blame(Cause.METADATA_ONLY, Writer(0, "", 9), layer=2, instruction=""),
    )
    verdict = Verdict((verdict_of(outcome(), blames=blames),))
    stream = Terminal()
    write_text(Printer(stream, Look(rich=True, width=width)), verdict)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()

    told = " ".join(" ".join(lines).split())
    assert max(map(cells, lines)) <= width
    assert "3kB deleted: delete it in the step that writes it written by layer 0: COPY . /srv/app" in told
    assert f"deleted by layer 1: {command} 9B metadata_only: COPY --chown, --chmod copied by layer 2: (no hist" in told


@pytest.mark.parametrize("width", [60, 80, 100])
def test_comments_of_a_dockerfile_go_on_as_comments(width: int, image: Path) -> None:
    stream = Terminal()
    with open_image(image) as opened:
        inspection = inspect(opened)
        write_dockerfile(Printer(stream, Look(rich=True, width=width)), inspection, dockerfile_info(inspection))
    lines = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()

    comments = [line for line in lines if line.startswith("# ")]
    assert max(map(cells, comments)) <= width
    assert "build mounts and comments are not kept." in " ".join(line[2:] for line in comments)
    assert [line for line in lines if line.startswith("RUN")] == [COMMAND.strip()] * 3
