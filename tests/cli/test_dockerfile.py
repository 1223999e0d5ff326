"""``imgscope dockerfile``: the same instructions as in the file that engines built from, with what came of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.build import Spec, docker_files, f, gz, layer, layout_files, w, write_tar
from tests.conftest import Cli
from tests.image.reading import read

FIXTURES = Path(__file__).parents[2] / "fixtures"
SCRIPT = (FIXTURES / "make.sh").read_text()
_CHECKED = re.compile(r"(COPY|ADD) .* (\S+)")


def original(of: str) -> list[str]:
    """Instructions of the Dockerfile that a fixture was built from; ``of``: what stands before it in the script."""
    block = SCRIPT.partition(of)[2].partition("<<-'END'\n")[2].partition("\tEND\n")[0]
    return read("\n".join(line.removeprefix("\t") for line in block.split("\n")))


def comparable(instructions: list[str]) -> list[str]:
    """Without the names of what was copied, which the old builder does not keep."""
    return [_CHECKED.sub(r"\1 \2", one) for one in instructions]


BUILT = ("docker-archive-causes", "docker-archive-buildkit", "podman-ociarchive-built", "skopeo-ocizstd-causes")


@pytest.mark.parametrize("name", BUILT)
def test_what_engines_built_is_rebuilt_as_it_was_written(name: str, cli: Cli) -> None:
    result = cli("dockerfile", FIXTURES / f"{name}.tar")

    assert result.code == 0
    assert comparable(read(result.out)) == comparable(original("causes_context() {"))


def test_every_instruction_of_a_dockerfile_comes_back(cli: Cli) -> None:
    rebuilt = comparable(read(cli("dockerfile", FIXTURES / "docker-archive-config.tar").out))
    written = comparable(original('cp "$step" "$work/config/base/step"'))

    assert [one.partition(" ")[0] for one in rebuilt] == [one.partition(" ")[0] for one in written]
    title = "org.opencontainers.image.title"
    other = [pair for pair in zip(written, rebuilt, strict=True) if pair[0] != pair[1]]
    assert other == [
        (
            f'LABEL {title}="Configuration" quoted="a \\"quoted\\" word" unicode="Größe" empty=""',
            f'LABEL {title}=Configuration quoted="a \\"quoted\\" word" unicode="Größe" empty=',
        ),
        (
            'ENV PATH=/srv/app EMPTY= SPACES="two  spaces" VERSION=${VERSION}',
            'ENV PATH=/srv/app EMPTY= SPACES="two  spaces" VERSION=1.2',
        ),
        ("EXPOSE 80 53/udp", "EXPOSE 53/udp 80"),
        ("VOLUME /srv/data", 'VOLUME ["/srv/data"]'),
    ]


LAYERS = [layer(f("a", "1" * 1000)), layer(f("a", "2" * 100)), layer(w("a"))]


def history(*created_by: str, **more: str) -> list[dict[str, object]]:
    return [{"created_by": text, "comment": more.get("comment", "")} for text in created_by]


def test_each_layer_tells_what_it_holds_and_wastes(cli: Cli, tmp_path: Path) -> None:
    spec = Spec(LAYERS, history=history("RUN one", "RUN two", "RUN three"))
    image = write_tar(docker_files(spec), tmp_path / "image.tar")
    out = cli("dockerfile", image).out

    assert "RUN one\n# layer 0: 1kB, 1kB of it wasted\n" in out
    assert "RUN two\n# layer 1: 100B, 100B of it wasted, turned 1kB below it into waste\n" in out
    assert "RUN three\n# layer 2: 0B, turned 100B below it into waste\n" in out
    assert "# layer 0: 1000, 1000 of it wasted" in cli("dockerfile", "--bytes", image).out


def test_layers_that_no_history_tells_of_are_there(cli: Cli, tmp_path: Path) -> None:
    image = write_tar(docker_files(Spec(LAYERS, history=history("RUN one"))), tmp_path / "image.tar")
    result = cli("dockerfile", image)

    assert "# layer 2: 0B, turned 100B below it into waste, nothing tells what made it\n" in result.out
    rows = cli("dockerfile", "--json", image).json["dockerfile"]["instructions"]
    assert [(row["instruction"], row["layer"]) for row in rows] == [("RUN", 0), (None, 1), (None, 2)]


def test_a_base_is_named_and_its_end_is_marked_where_that_is_known(cli: Cli, tmp_path: Path) -> None:
    labels = {"org.opencontainers.image.base.name": "example/base:1"}
    entries = [
        *history("RUN one"),
        *history("CMD x"),
        *history("RUN two", comment="FROM example/base:1"),
        *history("RUN 3"),
    ]
    entries[1]["empty_layer"] = True
    image = write_tar(docker_files(Spec(LAYERS, history=entries, config={"Labels": labels})), tmp_path / "image.tar")
    out, document = cli("dockerfile", image).out, cli("dockerfile", "--json", image).json["dockerfile"]

    assert "FROM scratch\n# The image says that its base is example/base:1; its layers are the first 1.\n" in out
    assert out.index("RUN one") < out.index("# Here the base ends.") < out.index("RUN two")
    assert (document["base"], document["base_layers"]) == ("example/base:1", 1)
    assert [row["base"] for row in document["instructions"]] == [True, False, False, False]


def test_nothing_in_a_history_becomes_another_line(cli: Cli, tmp_path: Path) -> None:
    entries = history(
        "RUN x\nUSER root",
        "/bin/sh -c echo \\",
        "jib\nFROM evil",
        comment="\nFROM evil\x1b[2J",
    )
    tags = ("example/app:1\nFROM evil",)
    result = cli(
        "dockerfile", write_tar(docker_files(Spec(LAYERS, history=entries, tags=tags)), tmp_path / "image.tar")
    )

    assert read(result.out) == ["FROM scratch", "RUN <<EOF\nx\nUSER root\nEOF", "RUN <<EOF\necho \\\nEOF"]
    assert "# no instruction: jib\\nFROM evil\n" in result.out
    assert "\x1b" not in result.out


def test_half_an_image_is_not_called_whole(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec(LAYERS), compress=gz)
    name = next(name for name, data in files.items() if data == gz(LAYERS[1]))
    files[name] = files[name][:40]
    image = write_tar(files, tmp_path / "broken.tar")
    result = cli("dockerfile", image)

    assert result.code == 3
    assert "RUN step 1\n# layer 1: could not be read\n" in result.out
    assert cli("dockerfile", "--json", image).json["complete"] is False


def test_json_is_of_the_type_that_is_declared(cli: Cli) -> None:
    from jsonschema import validate

    for name in ("docker-archive-config.tar", "docker-archive-commit.tar", "buildah-ociarchive-changes.tar"):
        validate(cli("dockerfile", "--json", FIXTURES / name).json, cli("schema", "dockerfile").json)


def test_a_plain_filesystem_has_no_history(cli: Cli) -> None:
    result = cli("dockerfile", FIXTURES / "docker-export-causes.tar")

    assert read(result.out) == ["FROM scratch"]
    assert "nothing tells what made it" in result.out
