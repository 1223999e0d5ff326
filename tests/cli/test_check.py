"""``imgscope check``: rules in, a verdict and an exit code out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from imgscope.gate.catalogue import RULES, Takes
from imgscope.report.verdicts.registry import FORMATS
from tests.build import Spec, d, docker_files, f, layer, layout_files, w, write_tar
from tests.conftest import Cli

ARGUMENTS = {
    Takes.BYTES: ["0"],
    Takes.PERCENT: ["0"],
    Takes.RATIO: ["1"],
    Takes.COUNT: ["0"],
    Takes.GLOBS: ["*"],
    Takes.BUDGETS: ["*=0"],
    Takes.GROWTH: ["+0"],
    Takes.SWITCH: [],
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory without settings, and no variables that would be some."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    for rule in RULES:
        monkeypatch.delenv(rule.variable, raising=False)


@pytest.fixture
def wasteful(tmp_path: Path) -> Path:
    """4,000 bytes, of which a removed directory's 3,000 are waste."""
    layers = [layer(d("a"), f("a/x", "x" * 3000), f("b", "y" * 1000)), layer(w("a"))]
    return write_tar(docker_files(Spec(layers)), tmp_path / "wasteful.tar")


@pytest.fixture
def thrifty(tmp_path: Path) -> Path:
    """1,000 bytes and no waste."""
    return write_tar(docker_files(Spec([layer(f("b", "y" * 1000))])), tmp_path / "thrifty.tar")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """An image one layer of which is not there."""
    files = layout_files(Spec([layer(f("a", "1")), layer(f("b", "2"))]))
    manifest = json.loads(files[_manifest(files)])
    del files["blobs/sha256/" + manifest["layers"][0]["digest"].partition(":")[2]]
    return write_tar(files, tmp_path / "broken.tar")


def _manifest(files: dict[str, bytes]) -> str:
    digest: str = json.loads(files["index.json"])["manifests"][0]["digest"]
    return "blobs/sha256/" + digest.partition(":")[2]


def test_without_rules_the_defaults_hold_and_are_named(cli: Cli, wasteful: Path, thrifty: Path) -> None:
    assert cli("check", thrifty).code == 0
    failed = cli("check", wasteful)

    assert failed.code == 1
    assert "defaults" in failed.out
    assert "min-efficiency" in failed.out
    assert "a/x" in failed.out


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_is_an_option_and_a_variable(
    rule: object, cli: Cli, wasteful: Path, thrifty: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from imgscope.gate.catalogue import Rule

    assert isinstance(rule, Rule)
    cli("check", thrifty, "--write-baseline", "base.json", "--exit-zero")
    beside = ["--baseline", "base.json"] if rule.id.startswith(("growth", "no-new")) else []
    if rule.id.startswith("growth"):  # beside which new waste would be judged too
        beside.append("--no-no-new-waste")
    if rule.id == "integrity":  # which alone leaves the defaults in charge
        beside = ["--max-files", "9"]
    by_option = cli("check", wasteful, "--json", f"--{rule.id}", *ARGUMENTS[rule.takes], *beside)
    monkeypatch.setenv(rule.variable, (ARGUMENTS[rule.takes] or ["true"])[0])
    by_variable = cli("check", wasteful, "--json", *beside)

    (judged,) = [one for one in by_option.json["images"][0]["rules"] if one["id"] == rule.id]
    (again,) = [one for one in by_variable.json["images"][0]["rules"] if one["id"] == rule.id]
    assert judged["origin"] == f"--{rule.id}"
    assert again["origin"] == rule.variable
    assert {**judged, "origin": ""} == {**again, "origin": ""}
    assert by_option.code == by_variable.code == (0 if judged["passed"] else 1)


def test_the_short_form_takes_bytes_and_percent(cli: Cli, wasteful: Path) -> None:
    assert cli("check", wasteful, "--max-wasted", "3kB").code == 0
    assert cli("check", wasteful, "--max-wasted", "2999B").code == 1
    assert cli("check", wasteful, "--max-wasted", "75%").code == 0
    assert cli("check", wasteful, "--max-wasted", "74.99%").code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--max-wasted", "lots"],
        ["--max-wasted-bytes", "1e9"],
        ["--max-wasted-bytes", "-1"],
        ["--max-wasted-percent", "nan"],
        ["--min-efficiency", "101%"],
        ["--max-wasted-bytes", ""],
        ["--max-layers", "1" + "0" * 400],
        ["--ignore", "a"],
        ["--reason", "b"],
        ["--ignore", "a", "--ignore", "b", "--ignore", "c", "--reason", "1", "--reason", "2"],
        ["--warn", "no-such-rule"],
        ["--report", "sarif"],
        ["--report", "pdf=out.pdf"],
        ["--base", "7"],
        ["--base", "sha256:" + "0" * 64],
        ["--base", "missing.tar"],
        ["--baseline", "missing.json"],
        ["--max-wasted-percent", "101%"],
        ["--config", "missing.toml"],
        ["--growth-size", "+5%"],
        ["--exit-code", "0"],
        ["--dockerfile", "missing"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_with_one_line(arguments: list[str], cli: Cli, thrifty: Path) -> None:
    result = cli("check", thrifty, *arguments)

    assert result.code == 2
    assert result.err.startswith("error: ")
    assert len(result.err.splitlines()) <= 2


def test_the_verdict_has_the_shape_that_is_promised(cli: Cli, wasteful: Path) -> None:
    document = cli("check", wasteful, "--json", "--max-wasted", "1kB").json
    image = document["images"][0]
    rule = image["rules"][0]

    assert set(document) >= {"schema_version", "passed", "complete", "images"}
    assert set(image) >= {"path", "passed", "complete", "error", "rules", "totals"}
    assert {key: rule[key] for key in ("id", "level", "limit", "value", "unit", "passed")} == {
        "id": "max-wasted-bytes",
        "level": "error",
        "limit": 1000,
        "value": 3000,
        "unit": "bytes",
        "passed": False,
    }
    assert rule["worst"][0]["path"] == "a/x"
    assert rule["worst"][0]["bytes"] == 3000
    assert rule["worst"][0]["instruction"] == "RUN step 1"


def test_exit_codes_of_a_violation_can_be_chosen(cli: Cli, wasteful: Path, broken: Path) -> None:
    assert cli("check", wasteful, "--exit-zero").code == 0
    assert cli("check", wasteful, "--exit-code", "9").code == 9
    assert cli("check", broken, "--exit-zero").code == 3
    assert cli("check", broken, "--exit-code", "9").code == 3


def test_what_is_not_complete_never_passes(cli: Cli, broken: Path) -> None:
    result = cli("check", broken, "--json", "--max-layers", "99")

    assert result.code == 3
    assert result.json["passed"] is False
    assert result.json["images"][0]["complete"] is False


def test_several_images_have_a_verdict_each(cli: Cli, wasteful: Path, thrifty: Path, broken: Path) -> None:
    both = cli("check", wasteful, thrifty, "--json")
    three = cli("check", wasteful, broken, thrifty, "--json")
    missing = cli("check", thrifty, "no-such.tar", "--json")

    assert [image["passed"] for image in both.json["images"]] == [False, True]
    assert both.code == 1
    assert three.code == 3
    assert missing.code == 3
    assert "no-such.tar" in missing.json["images"][1]["error"]
    assert missing.json["images"][0]["passed"] is True


def test_a_bug_in_one_image_does_not_keep_others_from_being_judged(
    wasteful: Path, thrifty: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from imgscope.cli.run import run
    from imgscope.gate.judge import judge as real

    def failing(subject: object, *arguments: object, **more: object) -> object:
        if getattr(subject, "path", "") == str(wasteful):
            raise ZeroDivisionError
        return real(subject, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("imgscope.cli.judging.judge", failing)
    code = run(["check", str(wasteful), str(thrifty), "--json"])
    out, err = capfd.readouterr()

    assert code == 4
    assert [image["passed"] for image in json.loads(out)["images"]] == [False, True]
    assert "this is a bug" in err


def test_reports_are_written_beside_and_do_not_change_the_verdict(cli: Cli, wasteful: Path, tmp_path: Path) -> None:
    reports = [f"--report={format_}={tmp_path / format_}" for format_ in FORMATS]
    result = cli("check", wasteful, *reports)

    assert result.code == 1
    assert "FAIL" in result.out
    for format_ in FORMATS:
        assert (tmp_path / format_).read_text(), format_
    assert cli("check", wasteful, "--format", "sarif").out == (tmp_path / "sarif").read_text()


def test_a_summary_is_added_to_and_other_reports_are_replaced(cli: Cli, thrifty: Path, tmp_path: Path) -> None:
    for _ in range(2):
        reports = (f"--report=github-summary={tmp_path / 's'}", f"--report=markdown={tmp_path / 'm'}")
        cli("check", thrifty, *reports)

    assert (tmp_path / "s").read_text() == 2 * (tmp_path / "m").read_text()


def test_a_report_that_cannot_be_written_is_2_and_the_others_are(cli: Cli, thrifty: Path, tmp_path: Path) -> None:
    result = cli("check", thrifty, f"--report=json={tmp_path / 'no' / 'x'}", f"--report=csv={tmp_path / 'y'}")

    assert result.code == 2
    assert (tmp_path / "y").exists()
    assert "PASS" in result.out


def test_output_is_the_same_for_the_same_input(cli: Cli, wasteful: Path) -> None:
    for format_ in FORMATS:
        assert cli("check", wasteful, "--format", format_).out == cli("check", wasteful, "--format", format_).out


def test_a_variable_such_as_ci_changes_nothing(cli: Cli, wasteful: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cli("check", wasteful, "--json")
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "DIVE_CI"):
        monkeypatch.setenv(name, "true")

    assert cli("check", wasteful, "--json").out == before.out


def test_a_baseline_is_written_compared_with_and_kept_for_other_images(cli: Cli, tmp_path: Path) -> None:
    first, second = (
        write_tar(docker_files(Spec([layer(f("x", data))], tags=(tag,))), tmp_path / data)
        for data, tag in (("1", "registry:5000/team/one:7"), ("2", "two:7"))
    )
    assert cli("check", first, "--write-baseline", "base.json").err == "wrote: base.json\n"
    cli("check", second, "--write-baseline", "base.json")

    assert set(json.loads(Path("base.json").read_text())["images"]) == {"registry:5000/team/one", "two"}
    assert cli("check", second, first, "--baseline", "base.json").code == 0


def test_images_of_one_name_cannot_share_a_baseline(cli: Cli, wasteful: Path, thrifty: Path) -> None:
    assert cli("check", wasteful, thrifty, "--write-baseline", "base.json").code == 2
    assert not Path("base.json").exists()


def test_a_baseline_that_is_only_being_written_is_nothing_to_measure_against(cli: Cli, thrifty: Path) -> None:
    Path("imgscope.toml").write_text('[gate.growth]\nbaseline = "base.json"\nwasted = "+1MB"\n')

    assert cli("check", thrifty).code == 2
    first = cli("check", thrifty, "--write-baseline", "base.json")
    assert first.code == 0
    assert "there is no baseline yet" in first.out
    assert cli("check", thrifty).code == 0


def test_a_baseline_that_is_none_is_wrong_usage(cli: Cli, thrifty: Path) -> None:
    Path("notes.txt").write_text("no baseline")
    result = cli("check", thrifty, "--baseline", "notes.txt")

    assert result.code == 2
    assert "neither a baseline nor an image" in result.err
    assert cli("check", thrifty, "--baseline-strict").code == 2


def test_a_size_written_with_a_blank_is_told_of(cli: Cli, thrifty: Path) -> None:
    result = cli("check", "--max-wasted", "20", "MB", thrifty)

    assert result.code == 2
    assert "as in 20MB" in result.err


def test_bytes_and_percent_can_both_be_given_shortly(cli: Cli, wasteful: Path) -> None:
    result = cli("check", wasteful, "--max-wasted", "2kB", "--max-wasted", "80%", "--json")

    assert [rule["passed"] for rule in result.json["images"][0]["rules"][:2]] == [False, True]


def test_what_wastes_most_is_told_by_instruction(cli: Cli, wasteful: Path) -> None:
    result = cli("check", wasteful, "--max-wasted", "0")
    (blame,) = cli("check", wasteful, "--json").json["images"][0]["blames"]

    assert "RUN step 1" in result.out.partition("What to change")[2]
    assert (blame["instruction"], blame["cause"], blame["bytes"], blame["paths"]) == ("RUN step 1", "deleted", 3000, 1)
    assert blame["written_by"] == [{"layer": 0, "instruction": "RUN step 0", "bytes": 3000}]


def test_new_waste_fails_against_a_baseline_and_old_waste_does_not(cli: Cli, tmp_path: Path) -> None:
    def image(*removed: str) -> Path:
        layers = [layer(f("x", "x" * 30), f("y", "y" * 40)), layer(*(w(name) for name in removed))]
        return write_tar(docker_files(Spec(layers)), tmp_path / "app.tar")

    cli("check", image("x"), "--write-baseline", "base.json")

    assert cli("check", image("x"), "--baseline", "base.json").code == 0
    failed = cli("check", image("x", "y"), "--baseline", "base.json", "--json")
    assert failed.code == 1
    (rule,) = [one for one in failed.json["images"][0]["rules"] if one["id"] == "no-new-waste"]
    assert [one["path"] for one in rule["worst"]] == ["y"]
    assert cli("check", image(), "--baseline", "base.json").code == 0
    assert cli("check", image(), "--baseline", "base.json", "--baseline-strict").code == 1


def test_a_baseline_is_never_written_over_an_image(cli: Cli, thrifty: Path) -> None:
    before = thrifty.read_bytes()

    assert cli("check", thrifty, "--write-baseline", thrifty).code == 2
    assert thrifty.read_bytes() == before


def test_an_image_serves_as_a_baseline(cli: Cli, wasteful: Path, thrifty: Path) -> None:
    result = cli("check", wasteful, "--baseline", thrifty, "--growth-wasted", "+1kB", "--json")

    assert result.code == 1
    growth = result.json["images"][0]["growth"]
    assert growth["totals"][0] == {"name": "wasted_bytes", "before": 0, "after": 3000, "grown": 3000}


def test_an_incomplete_image_is_no_baseline(cli: Cli, broken: Path, thrifty: Path) -> None:
    assert cli("check", broken, "--write-baseline", "base.json").code == 3
    assert not Path("base.json").exists()
    assert cli("check", thrifty, "--baseline", broken).code != 0


def test_a_base_leaves_its_layers_out(cli: Cli, wasteful: Path, tmp_path: Path) -> None:
    base = [layer(d("a"), f("a/x", "x" * 3000), f("b", "y" * 1000)), layer(w("a"))]
    own = write_tar(docker_files(Spec([*base, layer(f("app", "z" * 10))])), tmp_path / "own.tar")

    assert cli("check", own, "--max-wasted", "0").code == 1
    for named in (wasteful, "2"):
        result = cli("check", own, "--max-wasted", "0", "--base", named, "--json")
        assert result.code == 0
        assert result.json["images"][0]["base_layers"] == 2


def test_ignored_paths_need_a_reason_and_are_told(cli: Cli, wasteful: Path) -> None:
    result = cli("check", wasteful, "--max-wasted", "0", "--ignore", "a/**", "--reason", "known since May")

    assert result.code == 0
    assert "known since May" in result.out
    assert "3kB" in result.out


def test_a_rule_can_be_made_a_warning(cli: Cli, wasteful: Path) -> None:
    result = cli("check", wasteful, "--max-wasted", "0", "--warn", "max-wasted-bytes")

    assert result.code == 0
    assert "WARN" in result.out


def test_a_dive_file_drives_the_gate_with_dives_own_numbers(cli: Cli, wasteful: Path) -> None:
    Path(".dive-ci").write_text("rules:\n  highestWastedBytes: 0B\n  highestUserWastedPercent: disabled\n")

    result = cli("check", wasteful)

    assert result.code == 0
    assert "highestWastedBytes" in result.out
    assert "3kB" in result.out


def test_a_file_of_settings_is_found_and_an_option_wins(cli: Cli, wasteful: Path) -> None:
    Path("imgscope.toml").write_text('[gate]\nmax-wasted-bytes = { limit = "1kB", message = "clean up" }\n')

    by_file = cli("check", wasteful)
    by_option = cli("check", wasteful, "--max-wasted-bytes", "1MB")

    assert by_file.code == 1
    assert "clean up" in by_file.out
    assert by_option.code == 0


def test_the_gate_loads_neither_textual_nor_rich(wasteful: Path) -> None:
    program = (
        "import sys\nfrom imgscope.cli.run import run\nrun(sys.argv[1:])\n"
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    for format_ in FORMATS:
        command = [sys.executable, "-c", program, "check", "--format", format_, str(wasteful)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert not set(done.stderr.splitlines()[-1].split()) & {"textual", "rich", "yaml", "pathspec"}, format_


def test_help_names_every_rule_and_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom imgscope.cli.run import run\nrun(['check', '--help'])\n"
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert all(f"--{rule.id}" in done.stdout for rule in RULES)
    assert not set(done.stderr.split()) & {"pydantic", "textual", "rich", "humanize", "yaml", "pathspec"}


def test_no_output_is_written_over_what_is_read(cli: Cli, thrifty: Path) -> None:
    cli("check", thrifty, "--write-baseline", "base.json")
    Path("imgscope.toml").write_text("[gate]\nmax-layers = 9\n")
    before = {path: path.read_bytes() for path in (thrifty, Path("base.json"), Path("imgscope.toml"))}

    for path in before:
        result = cli("check", thrifty, "--baseline", "base.json", f"--report=json={path}")
        assert result.code == 2
        assert "would be written over" in result.err
    assert {path: path.read_bytes() for path in before} == before


def test_two_outputs_never_share_a_file(cli: Cli, thrifty: Path) -> None:
    assert cli("check", thrifty, "--report=json=x", "--report=csv=./x").code == 2
    assert cli("check", thrifty, "-o", "x", "--report=json=x").code == 2
    assert cli("check", thrifty, "--json", "--report=github=-").code == 2
    assert cli("check", thrifty, "--report=github=-").code == 0
    assert not Path("x").exists()


def test_a_pattern_that_would_take_for_ever_is_said_to(cli: Cli, tmp_path: Path) -> None:
    path = "/".join(["a"] * 2000)
    image = write_tar(docker_files(Spec([layer(f(path, "1"))])), tmp_path / "i.tar")
    result = cli("check", image, "--forbidden-path", "**/a/**/a/**/a/**/a/**/b")

    assert result.code == 2
    assert "takes too long" in result.err
    assert cli("check", image, "--forbidden-path", "*a*a*a*a*b").code == 0


def test_what_is_too_large_is_hardly_a_dockerfile(cli: Cli, thrifty: Path) -> None:
    Path("Dockerfile").write_bytes(b"#" * ((1 << 20) + 1))
    result = cli("check", thrifty, "--dockerfile", "Dockerfile")

    assert result.code == 2
    assert result.err == "error: Dockerfile: larger than 1 MiB\nhint: this is hardly a Dockerfile\n"
