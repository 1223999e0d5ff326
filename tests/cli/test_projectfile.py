"""Which file a project's rules are read from, and what becomes of files that are none."""

from __future__ import annotations

import os
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest

from imgscope.cli.projectfile import ProjectFile, found, gather, named, read, search, text_of
from imgscope.cli.texts import LARGEST
from imgscope.errors import SettingsError
from imgscope.gate.given import VARIABLES
from imgscope.gate.model import Basis

GATE = "[gate]\nmax-layers = {}\n"
TOOL = "[tool.imgscope.gate]\nmax-layers = {}\n"
DIVE = "rules:\n  highestWastedBytes: {}\n"
CONTENT = {"imgscope.toml": GATE, ".imgscope.toml": GATE, "pyproject.toml": TOOL, ".dive-ci": DIVE}
"""What holds over what, first things first."""


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``repository/some/where`` as the working directory, and no variables."""
    place = tmp_path / "repository" / "some" / "where"
    place.mkdir(parents=True)
    monkeypatch.chdir(place)
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    return place


@pytest.fixture
def root(work: Path) -> Path:
    """The root of a version-controlled tree, two directories up."""
    (work.parents[1] / ".git").mkdir()
    return work.parents[1]


def write(directory: Path, name: str, limit: int = 3) -> Path:
    """A file of any kind."""
    (directory / name).write_text(CONTENT[name].format(limit))
    return directory / name


def limit() -> tuple[int | None, str]:
    """The limit of layers that holds here, and where it is from."""
    configured = gather({}, None)
    rule = configured.settings.max_layers
    return rule.limit if rule else None, configured.origins.get("max-layers", "")


def refused(path: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        named(path)
    assert caught.value.file == path
    return caught.value


def test_without_a_file_the_defaults_hold() -> None:
    configured = gather({}, None)

    assert found() is None
    assert (configured.basis, configured.file) == (Basis.DEFAULTS, None)


@pytest.mark.parametrize("name", list(CONTENT))
def test_each_kind_of_file_is_found(name: str, work: Path) -> None:
    write(work, name)
    configured = gather({}, None)

    assert configured.file == name
    assert configured.basis is (Basis.DIVE if name == ".dive-ci" else Basis.CONFIGURED)


@pytest.mark.parametrize(("higher", "lower"), [*combinations(CONTENT, 2)])
def test_of_two_files_in_a_directory_one_decides(higher: str, lower: str, work: Path) -> None:
    write(work, lower)
    write(work, higher)
    configured = gather({}, None)

    assert configured.file == higher
    assert set(configured.origins.values()) == {higher}
    assert configured.dive is None


@pytest.mark.parametrize("lower", list(CONTENT))
def test_options_and_variables_hold_over_any_file(lower: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(work, lower)
    monkeypatch.setenv("IMGSCOPE_MAX_LAYERS", "5")
    by_variable = gather({}, None)
    by_option = gather({"max-layers": "7"}, None)

    assert by_variable.settings.max_layers
    assert by_variable.settings.max_layers.limit == 5
    assert by_option.settings.max_layers
    assert by_option.settings.max_layers.limit == 7
    assert by_option.file == lower
    assert (by_option.dive is not None) is (lower == ".dive-ci")


@pytest.mark.parametrize("name", ["imgscope.toml", ".imgscope.toml", "pyproject.toml"])
@pytest.mark.parametrize("mark", [".git", ".hg", ".jj"])
def test_the_search_walks_up_to_the_root_of_the_tree(name: str, mark: str, work: Path) -> None:
    (work.parents[1] / mark).mkdir()
    write(work.parents[1], name)

    assert limit() == (3, f"../../{name}")


def test_a_root_may_be_marked_by_a_file(work: Path) -> None:
    (work.parents[0] / ".git").write_text("gitdir: elsewhere")
    write(work.parents[0], "imgscope.toml")

    assert limit() == (3, "../imgscope.toml")


def test_above_the_root_nothing_is_looked_at(root: Path) -> None:
    write(root.parent, "imgscope.toml")

    assert found() is None


def test_without_a_root_only_the_working_directory_is_looked_at(work: Path) -> None:
    write(work.parent, "imgscope.toml")

    assert found() is None


def test_in_the_root_itself_nothing_above_is_looked_at(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root.parent, "imgscope.toml")
    monkeypatch.chdir(root)

    assert found() is None


def test_the_nearest_file_decides_whatever_its_name(root: Path, work: Path) -> None:
    write(root, "imgscope.toml", 9)
    write(work.parent, "pyproject.toml", 5)

    assert limit() == (5, "../pyproject.toml")


def test_a_file_of_dive_is_only_looked_for_here(root: Path, work: Path) -> None:
    write(root, ".dive-ci")
    assert found() is None

    write(work, ".dive-ci")
    assert found()

    write(root, "imgscope.toml")
    assert limit() == (3, "../../imgscope.toml")


def test_a_file_that_says_nothing_decides_too(root: Path, work: Path) -> None:
    write(root, "imgscope.toml")
    write(work, ".dive-ci")
    (work / "imgscope.toml").write_text("")
    configured = gather({}, None)

    assert (configured.file, configured.basis, configured.dive) == ("imgscope.toml", Basis.DEFAULTS, None)


@pytest.mark.parametrize(
    "text", ["", "[project]\nname = 'x'\n", "[tool]\nother = 'imgscope'\n", "tool = 'imgscope'\n", "what [is] this?"]
)
def test_a_pyproject_without_our_table_is_passed_over(text: str, root: Path, work: Path) -> None:
    write(root, "imgscope.toml")
    (work / "pyproject.toml").write_text(text)

    assert limit() == (3, "../../imgscope.toml")
    assert refused("pyproject.toml").what == "there is no table [tool.imgscope]"


def test_a_pyproject_with_our_table_ends_the_search_though_it_is_empty(root: Path, work: Path) -> None:
    write(root, "imgscope.toml")
    (work / "pyproject.toml").write_text("[tool.imgscope]\n")

    assert found() == ProjectFile("pyproject.toml")


def test_a_table_that_is_none_is_an_error(work: Path) -> None:
    (work / "pyproject.toml").write_text("[tool]\nimgscope = 3\n")

    assert refused("pyproject.toml").what == "tool.imgscope: it is not a table"


def test_a_pyproject_that_speaks_of_us_must_be_right(work: Path) -> None:
    (work / "pyproject.toml").write_text("[tool.imgscope.gate]\nmax-layers = three\n")

    with pytest.raises(SettingsError, match=r"pyproject.toml: not valid TOML: Invalid value \(at line 2"):
        found()


def test_a_file_that_is_named_is_the_only_one(root: Path, work: Path) -> None:
    write(work, "imgscope.toml", 5)
    write(root, "pyproject.toml", 7)
    configured = gather({}, "../../pyproject.toml")

    assert configured.file == "../../pyproject.toml"
    assert configured.settings.max_layers
    assert configured.settings.max_layers.limit == 7


@pytest.mark.parametrize("name", ["ci.toml", "imgscope.conf", "rules"])
def test_a_file_of_any_other_name_is_ours(name: str, work: Path) -> None:
    (work / name).write_text(GATE.format(3))

    assert named(name).source["max-layers", "limit"].origin == name


@pytest.mark.parametrize("name", [".dive-ci", "app.dive-ci", "rules.yml", "rules.yaml"])
def test_a_name_tells_that_a_file_is_dives(name: str, work: Path) -> None:
    (work / name).write_text(DIVE.format("20MB"))
    dive = named(name).dive

    assert dive
    assert dive.highest_wasted_bytes.limit == 20_000_000


@pytest.mark.parametrize("name", ["missing.toml", "pyproject.toml", ".dive-ci", "no/such/directory", ""])
def test_a_file_that_is_named_must_be_there(name: str) -> None:
    assert refused(name).what == "no such file"
    with pytest.raises(SettingsError):
        gather({}, name)


def test_paths_in_a_file_are_relative_to_it_and_those_of_options_are_not(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "imgscope.toml").write_text('[gate]\nbaseline = "b.json"\nbase = "base.tar"\n')
    here = gather({}, None).settings
    assert (here.baseline, here.base) == (os.path.join("..", "..", "b.json"), os.path.join("..", "..", "base.tar"))

    monkeypatch.setenv("IMGSCOPE_BASE", "base.tar")
    given = gather({"baseline": "b.json"}, None).settings
    assert (given.baseline, given.base) == ("b.json", "base.tar")


def test_limits_are_exact(work: Path) -> None:
    (work / "imgscope.toml").write_text("[gate]\nmax-wasted-percent = 0.1\n")
    rule = gather({}, None).settings.max_wasted_percent

    assert rule
    assert rule.limit == Fraction(1, 10)


def test_nothing_in_the_environment_of_a_ci_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = gather({}, None)
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "IMGSCOPE_CONFIG", "IMGSCOPE_LOG"):
        monkeypatch.setenv(name, "true")

    assert gather({}, None) == before


def test_the_places_that_are_looked_at_are_told_up_to_the_one_that_is_used(root: Path, work: Path) -> None:
    (work / "pyproject.toml").write_text("")
    write(work.parent, ".imgscope.toml")
    write(root, "imgscope.toml")

    assert [(path, file is not None) for path, file in search()] == [
        ("imgscope.toml", False),
        (".imgscope.toml", False),
        ("pyproject.toml", False),
        ("../imgscope.toml", False),
        ("../.imgscope.toml", True),
    ]


def test_where_nothing_is_found_the_last_place_is_dives() -> None:
    assert [path for path, _ in search()] == list(CONTENT)


@pytest.mark.parametrize("name", list(CONTENT))
def test_a_directory_in_a_files_place_is_an_error(name: str, work: Path) -> None:
    (work / name).mkdir()

    with pytest.raises(SettingsError, match=r"not a regular file|permission denied"):
        found()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
@pytest.mark.parametrize("name", list(CONTENT))
def test_a_pipe_in_a_files_place_is_an_error_and_not_waited_for(name: str, work: Path) -> None:
    os.mkfifo(work / name)

    with pytest.raises(SettingsError, match="not a regular file"):
        found()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("name", list(CONTENT))
def test_a_link_to_nothing_is_an_error_and_no_missing_file(name: str, work: Path) -> None:
    (work / name).symlink_to("nowhere")

    with pytest.raises(SettingsError, match=f"{name}: no such file"):
        found()


@pytest.mark.parametrize("name", list(CONTENT))
def test_a_file_that_may_not_be_read_is_an_error(name: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    write(work, name)
    monkeypatch.setattr("imgscope.sources.files.os.open", forbidden)

    with pytest.raises(SettingsError, match=f"{name}: permission denied"):
        found()


@pytest.mark.parametrize("name", list(CONTENT))
def test_a_file_of_more_than_a_mebibyte_is_an_error(name: str, work: Path) -> None:
    (work / name).write_bytes(b"#" * 2 * LARGEST)

    assert refused(name).what == "larger than 1 MiB"


def test_a_mebibyte_is_read(work: Path) -> None:
    (work / "imgscope.toml").write_bytes(b"#" * LARGEST)

    assert found() == ProjectFile("imgscope.toml")


@pytest.mark.parametrize("name", list(CONTENT))
def test_text_that_is_not_utf8_is_an_error(name: str, work: Path) -> None:
    (work / name).write_bytes(b"[gate]\n# \xff")

    error = refused(name)
    assert error.what == "not UTF-8 text (byte 0xff at 9)"
    assert error.hint == "save it as UTF-8"


@pytest.mark.parametrize("name", list(CONTENT))
def test_a_byte_order_mark_is_passed_over(name: str, work: Path) -> None:
    path = write(work, name)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert read(name)
    assert not text_of(name).startswith("\ufeff")


def test_a_working_directory_that_is_gone_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> str:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("imgscope.cli.projectfile.os.getcwd", gone)

    with pytest.raises(SettingsError, match="the working directory: no such file"):
        found()
