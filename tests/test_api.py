"""The functions for Python tell what the commands tell, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import imgscope
from imgscope import ImgscopeError, Inspection, api
from imgscope.advice import registry
from imgscope.errors import ArchiveError, LimitError, SettingsError, SourceError
from imgscope.image.opened import ImageWarning
from imgscope.questions import advising
from imgscope.report.json import document
from tests.build import Spec, docker_files, f, layer, write_tar
from tests.conftest import Cli

FIXTURES = Path(__file__).parent.parent / "fixtures"
CAUSES = FIXTURES / "docker-archive-causes.tar"
IMAGES = ["docker-archive-causes.tar", "skopeo-ocizstd-causes.tar", "docker-export-causes.tar", "umoci-oci-inserted"]


def plain(value: Any) -> Any:
    """As a reader of JSON would have it."""
    whole = value if isinstance(value, Mapping) else {"rows": value}
    read = json.loads(document(whole))
    return read if isinstance(value, Mapping) else read["rows"]


def inspected(path: Path, ask: Callable[[Inspection], Any]) -> Any:
    with api.open_image(str(path)) as opened:
        return plain(ask(api.inspect(opened)))


# The name of a function, what it is asked, the command's arguments, and the key of its JSON; none for all of it.
SAME: dict[str, tuple[Callable[[Inspection], Any], list[str], str | None]] = {
    "report": (api.report, ["report"], None),
    "layers": (api.layers, ["layers"], "layers"),
    "history": (api.history, ["history"], "history"),
    "waste": (api.waste, ["waste"], "waste"),
    "files": (lambda one: list(api.files(one)), ["files"], "files"),
    "files of a layer": (lambda one: list(api.files(one, layer=0)), ["files", "--layer", "0"], "files"),
    "find": (lambda one: api.find(one, api.Query()), ["find"], None),
    "find some": (
        lambda one: api.find(one, api.Query(name="*.bin", state="hidden", content="a", sort="size", top=3)),
        ["find", "--name", "*.bin", "--state", "hidden", "--content", "a", "--sort", "size", "--top", "3"],
        None,
    ),
    "find secrets": (lambda one: api.find(one, api.Query(secrets=True)), ["find", "--secrets"], None),
    "packages": (api.packages, ["packages"], None),
    "packages of a layer": (
        lambda one: api.packages(one, by="name", layer=0, unowned=True),
        ["packages", "--by", "name", "--layer", "0", "--unowned"],
        None,
    ),
    "advice": (api.advice, ["advice"], None),
    "advice on duplicates": (lambda one: api.advice(one, duplicates=True), ["advice", "--duplicates"], None),
    "dockerfile": (api.dockerfile, ["dockerfile"], "dockerfile"),
}


@pytest.mark.parametrize("asked", SAME)
@pytest.mark.parametrize("name", IMAGES)
def test_a_function_tells_what_its_command_does(name: str, asked: str, cli: Cli) -> None:
    ask, arguments, key = SAME[asked]
    told = cli(arguments[0], "--json", FIXTURES / name, *arguments[1:]).json

    assert inspected(FIXTURES / name, ask) == (told if key is None else told[key])


@pytest.mark.parametrize("paths", [["srv/mode.bin"], ["/srv", "*.bin", "srv/owned/a.bin"]])
def test_blame_is_that_of_the_command(paths: list[str], cli: Cli) -> None:
    assert inspected(CAUSES, lambda one: api.blame(one, *paths)) == cli("blame", "--json", CAUSES, *paths).json["blame"]


def test_a_check_is_that_of_the_command_but_for_where_rules_come_from(cli: Cli, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[gate]\nmax-wasted-percent = 1.5\nmax-layers = { limit = 3, level = "warn" }\n')
    told = cli("check", "--json", "--config", rules, CAUSES).json["images"][0]
    found = inspected(
        CAUSES, lambda one: api.check(one, {"max-wasted-percent": 1.5, "max-layers": {"limit": 3, "level": "warn"}})
    )

    assert {rule.pop("origin") for rule in found["rules"]} == {"rules", ""}
    assert {rule.pop("origin") for rule in told["rules"]} == {str(rules), ""}
    assert found == told


def test_a_check_without_rules_is_that_of_the_defaults(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    assert inspected(CAUSES, api.check) == cli("check", "--json", CAUSES).json["images"][0]


@pytest.mark.parametrize("base", [2, "2"])
def test_layers_of_a_base_are_not_judged(
    base: int | str, cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    told = cli("check", "--json", "--max-wasted-percent-own", "1", "--base", "2", CAUSES).json["images"][0]
    found = inspected(CAUSES, lambda one: api.check(one, {"max-wasted-percent-own": 1}, base=base))

    assert [(rule["id"], rule["value"]) for rule in found["rules"]] == [
        (rule["id"], rule["value"]) for rule in told["rules"]
    ]
    assert found["base_layers"] == told["base_layers"] == 2


def test_an_image_is_its_own_base_and_its_own_baseline() -> None:
    with api.open_image(str(CAUSES)) as opened:
        one = api.inspect(opened)
        verdict = api.check(one, {"max-layers": 99}, base=opened, baseline=one)

    assert verdict["base_layers"] == len(opened.image.layers)
    assert verdict["growth"]
    assert verdict["growth"]["waste"] == []
    assert [rule["id"] for rule in verdict["rules"]] == ["max-layers", "no-new-waste", "integrity"]


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, []),
        ({"mtime": True, "paths": ["/srv"]}, ["--mtime", "--path", "/srv"]),
        ({"packages": True, "show_secrets": True}, ["--packages", "--show-secrets"]),
    ],
)
def test_a_diff_is_that_of_the_command(options: dict[str, Any], arguments: list[str], cli: Cli) -> None:
    other = FIXTURES / "docker-archive-commit.tar"
    with api.open_image(str(CAUSES)) as first, api.open_image(str(other)) as second:
        found = plain(api.diff(api.inspect(first), api.inspect(second), **options))

    assert found == cli("diff", "--json", CAUSES, other, *arguments).json


@pytest.mark.parametrize("name", ["docker-archive-two.tar", "podman-oci-platforms", "docker-archive-causes.tar"])
def test_what_is_shared_is_that_of_the_command(name: str, cli: Cli) -> None:
    with api.open_images(str(FIXTURES / name)) as images:
        found = plain(api.shared(images))

    assert found == cli("shared", "--json", FIXTURES / name).json["shared"]


@pytest.mark.parametrize("layer", [None, 2])
def test_a_file_is_read_as_cat_writes_it(layer: int | None, cli: Cli, tmp_path: Path) -> None:
    cli("cat", *([] if layer is None else ["--layer", str(layer)]), "-o", tmp_path / "f", CAUSES, "etc/motd")
    with api.open_image(str(CAUSES)) as opened:
        one = api.inspect(opened)

        assert api.read(one, "/etc/motd", layer=layer) == (tmp_path / "f").read_bytes()
        assert b"".join(api.stream(one, "etc/motd", layer=layer)) == (tmp_path / "f").read_bytes()


def test_an_extraction_tells_and_writes_what_the_command_does(cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "target"
    told = cli("extract", "--json", "-o", target, CAUSES, "etc", "srv/owned").json["extract"]
    (target).rename(tmp_path / "other")
    found = inspected(CAUSES, lambda one: api.extract(one, str(target), ["etc", "srv/owned"]))

    assert found == told
    written, others = (
        {path.relative_to(top): path.read_bytes() for path in top.rglob("*") if path.is_file()}
        for top in (target, tmp_path / "other")
    )
    assert written == others != {}


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda one: api.read(one, "nowhere"), SettingsError, "nowhere: not in the image"),
        (lambda one: api.read(one, "etc"), SettingsError, "etc: is a directory"),
        (lambda one: api.read(one, "etc/motd", layer=99), SettingsError, "layer 99: the image has layers 0 to 18"),
        (lambda one: api.read(one, "srv/mode.bin", most=5999), LimitError, "the file has 6000 bytes, more than 5999"),
        (lambda one: api.stream(one, "nowhere"), SettingsError, "nowhere: not in the image"),
        (lambda one: api.files(one, "nowhere"), SettingsError, "nowhere: not in the image"),
        (lambda one: api.files(one, layer=-1), SettingsError, "layer -1: the image has layers 0 to 18"),
        (lambda one: api.blame(one, "etc/mot"), SettingsError, "etc/mot: no layer has such a path"),
        (lambda one: api.find(one, api.Query(size="much")), SettingsError, "--size: "),
        (lambda one: api.find(one, api.Query(layer=19)), SettingsError, "layer 19: "),
        (lambda one: api.find(one, api.Query(sort="age")), SettingsError, "--sort: age is none of path, size, layer"),  # type: ignore[arg-type]
        (lambda one: api.packages(one, by="age"), SettingsError, "packages are not sorted by age"),  # type: ignore[arg-type]
        (lambda one: api.find(one, api.Query(content="(")), SettingsError, "--content: "),
        (lambda one: api.packages(one, layer=19), SettingsError, "layer 19: "),
        (lambda one: api.packages(one, types=["floppy"]), SettingsError, "there are no packages of type floppy"),
        (
            lambda one: api.check(one, {"max-layer": 1}),
            SettingsError,
            "rules: gate.max-layer: there is no such setting",
        ),
        (lambda one: api.check(one, {"base": "x.tar"}), SettingsError, "rules: base is no rule"),
        (lambda one: api.check(one, base=99), SettingsError, "the base cannot have 99 layers"),
        (lambda one: api.diff(one, one, paths=["!a"]), SettingsError, "--path: "),
        (lambda one: api.diff(one, one, paths=["a"], packages=True), SettingsError, "packages are of all files"),
        (lambda one: api.extract(one, "t", ["nowhere"]), SettingsError, "nowhere: not in the image"),
    ],
)
def test_what_is_wrong_is_an_error_of_ours(
    ask: Callable[[Inspection], object], error: type[ImgscopeError], words: str
) -> None:
    with api.open_image(str(CAUSES)) as opened:
        one = api.inspect(opened)

        with pytest.raises(error) as raised:
            ask(one)

    assert str(raised.value).startswith(words)


def test_an_image_that_was_closed_says_so() -> None:
    with api.open_image(CAUSES) as opened:
        one = api.inspect(opened)

    with pytest.raises(SourceError, match="closed before it was read"):
        api.read(one, "etc/motd")


def test_one_path_may_be_given_alone_and_files_as_path_objects(tmp_path: Path) -> None:
    with api.open_images(CAUSES) as (opened,):
        one = api.inspect(opened)

        assert api.extract(one, tmp_path / "target", "etc")["target"] == str(tmp_path / "target")
        assert [path.name for path in (tmp_path / "target").iterdir()] == ["etc"]
        assert plain(api.diff(one, one, paths="etc"))["paths"] == []
        assert api.packages(one, types="deb")["packages"][:] == []


@pytest.mark.parametrize("open_", [api.open_image, lambda path: api.open_images(path).__enter__()])
def test_what_cannot_be_opened_is_an_error_of_ours(open_: Callable[[str], object], tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        open_(str(tmp_path / "nowhere.tar"))


def test_of_several_images_those_that_are_wanted_are_opened() -> None:
    with api.open_images(str(FIXTURES / "docker-archive-two.tar"), image="two-b") as images:
        names = [one.image.tags for one in images]

    assert names == [("localhost/two-b:1", "localhost/two-b:latest")]


def test_an_image_that_is_damaged_answers_with_what_could_be_read(tmp_path: Path) -> None:
    path = write_tar(docker_files(Spec([layer(f("a", "x")), b"?" * 2048])), tmp_path / "image.tar")

    with api.open_image(str(path)) as opened:
        one = api.inspect(opened)

        assert not one.complete
        assert [row["path"] for row in api.files(one)] == ["a"]
        assert not api.check(one)["passed"]
        assert not api.advice(one)["complete"]
        with pytest.raises(ArchiveError):
            api.files(one, layer=1)
        with pytest.raises(SettingsError, match="the baseline could not be read in full"):
            api.check(one, baseline=one)


def test_a_rule_that_fails_is_a_warning_of_python(monkeypatch: pytest.MonkeyPatch) -> None:
    failing = list(registry.RULES), [ImageWarning("rule", "it fails", "ours")]
    monkeypatch.setattr(advising, "all_rules", lambda: failing)

    with pytest.warns(RuntimeWarning, match="ours: it fails"):
        inspected(CAUSES, api.advice)


def test_without_rules_of_ones_own_there_are_no_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        inspected(CAUSES, api.report)


def test_all_that_the_package_offers_is_there() -> None:
    assert [name for name in imgscope.__all__ if not hasattr(imgscope, name)] == []
    assert imgscope.open_images is api.open_images
    assert [name for name in api.__all__ if not getattr(api, name).__doc__] == []


def test_the_functions_need_neither_rich_nor_click() -> None:
    program = "import imgscope, sys; before = 'imgscope.api' in sys.modules; imgscope.api; print(before, *sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    before, *loaded = done.stdout.split()

    assert before == "False"
    assert not {name.split(".")[0] for name in loaded} & {"rich", "textual", "humanize", "click", "pathspec"}
