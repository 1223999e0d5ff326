"""``imgscope advice``, and what a report has of it."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from imgscope.report.json import schema
from tests.advice.making import RUNS, case
from tests.build import d, docker_files, f, layout_files, w, write_tar
from tests.conftest import Cli

FIXTURES = Path(__file__).parents[2] / "fixtures"
APT = "var/lib/apt/lists/deb_Packages"
BAD = case(
    [f("etc/os-release", "ID=debian"), f("usr/share/doc/bash/README", "x" * 500)],
    [f(APT, "x" * 700_000), f("usr/bin/tool", "x" * 300_000), f("root/.cache/pip/http/a", "x" * 400_000)],
    [w(APT), f("usr/lib/gcc/cc1", "x" * 600_000)],
    [f("srv/app/main.py", "x" * 500_000), f("srv/app/.env", "TOKEN=x"), f("srv/app/.git/HEAD", "x" * 200_000)],
    [f("srv/app/main.py", "x" * 500_000, mode=0o755)],
    made_by=[
        "/bin/sh -c #(nop) ADD file:0 in /",
        "RUN apt-get update && pip install app",
        "|1 NPM_TOKEN=hunter2 /bin/sh -c rm -rf /var/lib/apt/lists/*",
        "COPY . /srv/app",
        "RUN chmod 755 /srv/app/main.py",
    ],
    config={"Cmd": ["/srv/app/main.py"], "Env": ["API_TOKEN=hunter2"]},
    tags=("example/app:latest",),
)
"""An image built as badly as can be."""
CLEAN = case(
    [f("etc/os-release", "ID=debian"), f("usr/share/doc/bash/README", "x" * 500), d("tmp", mode=0o1777)],
    [f("usr/bin/tool", "x" * 300_000), d("var/lib/apt/lists")],
    [f("srv/app/main.py", "x" * 500_000, mode=0o755, uid=1000)],
    config={
        **RUNS,
        "Env": ["PATH=/usr/bin", "GPG_KEY=AB12"],
        "Labels": {f"org.opencontainers.image.{name}": "x" for name in ("source", "revision", "licenses")},
    },
)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return write_tar(docker_files(BAD.spec), tmp_path / "bad.tar")


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    return write_tar(docker_files(CLEAN.spec), tmp_path / "clean.tar")


def test_an_image_built_badly_is_told_all_that_is_bad(bad: Path, cli: Cli) -> None:
    found = {(one["id"], one["group"], one["bytes"]) for one in cli("advice", "--json", bad).json["advice"]}

    assert found == {
        ("package-caches", "waste", 700_000),
        ("metadata-copies", "waste", 500_000),
        ("build-tools", "contents", 600_000),
        ("package-caches", "contents", 400_000),
        ("version-control", "contents", 200_000),
        ("documentation", "contents", 500),
        ("secret-settings", "security", 0),
        ("secrets", "security", 0),
        ("root-user", "security", 0),
        ("labels", "hygiene", 0),
        ("latest-tag", "hygiene", 0),
    }


def test_a_clean_image_is_told_nothing(clean: Path, cli: Cli) -> None:
    result = cli("advice", clean)

    assert result.code == 0
    assert result.out.splitlines()[-1] == "nothing to advise; 1 small or doubtful one with --all"
    assert "Advice" not in cli("report", clean).out


@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
def test_no_value_of_a_secret_is_shown(format_: str, bad: Path, cli: Cli) -> None:
    printed = cli("advice", "--format", format_, *(["--all"] if format_ != "json" else []), bad).out

    assert "API_TOKEN" in printed.replace("\\", "")
    assert "NPM_TOKEN" in printed.replace("\\", "")
    assert "hunter2" not in printed


def test_text_is_ranked_in_its_groups(bad: Path, cli: Cli) -> None:
    lines = cli("advice", bad).out.splitlines()
    heads = [line.strip() for line in lines if line.startswith("  ") and not line.startswith("   ")]

    assert [line for line in lines if line[:1].isalpha()][:3] == [
        "Waste: 1.2MB, 1.2MB as stored",
        "Contents: 1.2MB, 1.2MB as stored",
        "Security",
    ]
    assert heads[:5] == [
        "package-caches  saves 700kB",
        "metadata-copies  saves 500kB",
        "build-tools  saves 600kB",
        "package-caches  saves 400kB",
        "version-control  saves 200kB",
    ]


def test_what_is_small_or_doubtful_is_shown_with_all(bad: Path, cli: Cli) -> None:
    assert "labels" not in cli("advice", bad).out
    assert "labels (low confidence)" in cli("advice", "--all", bad).out
    assert "documentation  saves 500B (low confidence)" in cli("advice", "--all", bad).out


def test_rules_and_sizes_are_chosen(bad: Path, cli: Cli) -> None:
    def ids(*options: str) -> list[str]:
        return [one["id"] for one in cli("advice", "--json", *options, bad).json["advice"]]

    assert ids("--rule", "package-caches") == ["package-caches", "package-caches"]
    assert ids("--rule", "package-caches", "--min-size", "500kB") == ["package-caches"]
    assert "package-caches" not in ids("--skip", "package-caches")
    assert ids("--rule", "secrets", "--min-size", "1GB") == ["secrets"]


def test_a_rule_that_is_none_is_wrong_usage(bad: Path, cli: Cli) -> None:
    result = cli("advice", "--rule", "secret", bad)

    assert result.code == 2
    assert "Did you mean 'secrets'?" in result.err
    assert cli("advice", "--skip", "zzz", bad).code == 2


def test_estimates(bad: Path, cli: Cli) -> None:
    document = cli("advice", "--json", bad).json
    report = cli("report", "--json", bad).json
    estimates, totals = document["estimates"], report["totals"]

    assert estimates["content_bytes"] == totals["content_bytes"]
    assert estimates["squashed_bytes"] == totals["live_bytes"]
    assert estimates["advised_bytes"] == totals["content_bytes"] - 2_400_000
    assert all(one["content_bytes_without"] == totals["content_bytes"] - one["bytes"] for one in document["advice"])


def test_what_is_saved_in_transfer_goes_by_the_ratio_of_the_layer(tmp_path: Path, cli: Cli) -> None:
    packed = write_tar(layout_files(BAD.spec), tmp_path / "packed.tar")
    rows = {(one["id"], one["bytes"]): one for one in cli("advice", "--json", packed).json["advice"]}
    layer = cli("report", "--json", packed).json["layers"][1]

    saved = rows["package-caches", 700_000]["stored_bytes"]
    assert saved == 700_000 * layer["stored_bytes"] // layer["tar_bytes"]
    assert 0 < saved < 100_000


def test_the_document_is_what_its_type_says(bad: Path, cli: Cli) -> None:
    printed = cli("schema", "advice").json

    jsonschema.Draft202012Validator.check_schema(printed)
    jsonschema.Draft202012Validator(printed).validate(cli("advice", "--json", bad).json)


def test_a_report_has_the_advice_without_its_paths(bad: Path, cli: Cli) -> None:
    report = cli("report", "--json", bad).json
    advice = cli("advice", "--json", bad).json["advice"]

    jsonschema.Draft202012Validator(schema()).validate(report)
    assert report["advice"] == [{name: value for name, value in one.items() if name != "paths"} for one in advice]
    assert "advice" not in cli("report", "--json", "--no-advice", bad).json


@pytest.mark.parametrize("format_", ["text", "markdown"])
def test_a_report_tells_the_best_of_it(format_: str, bad: Path, cli: Cli) -> None:
    printed = cli("report", "--format", format_, bad).out
    advice = printed[printed.index("Advice") :]

    assert advice.count("700kB") == 1 + (format_ == "markdown")
    assert "API" in advice
    assert "latest" not in advice
    assert "Advice" not in cli("report", "--no-advice", "--format", format_, bad).out


def test_duplicates_are_looked_for_only_when_asked(tmp_path: Path, cli: Cli) -> None:
    twice = case([f("a", "x" * 200_000), f("b", "x" * 200_000)])
    image = write_tar(docker_files(twice.spec), tmp_path / "twice.tar")

    assert "duplicates" not in cli("advice", image).out
    assert "duplicates  saves 200kB" in cli("advice", "--duplicates", image).out


def test_a_damaged_image_is_told_what_was_read(tmp_path: Path, cli: Cli) -> None:
    files = docker_files(BAD.spec)
    name = next(name for name, data in files.items() if data == BAD.spec.layers[3])
    files[name] = b"\1" * 2048
    result = cli("advice", write_tar(files, tmp_path / "damaged.tar"))

    assert result.code == 3
    assert "package-caches  saves 700kB" in result.out
    assert result.out.endswith("INCOMPLETE: not all of the image could be read; there may be more\n")


def test_json_loads_neither_rich_nor_globs() -> None:
    from tests.test_floors import loaded_by

    loaded = loaded_by("advice", "--json", str(FIXTURES / "docker-archive-causes.tar"))

    assert not loaded & {"rich", "textual", "humanize", "pathspec"}


def test_a_report_counts_what_it_leaves_out_as_advice_shows_it(bad: Path, cli: Cli) -> None:
    def findings(*options: str) -> int:
        return int(cli("advice", *options, bad).out.splitlines()[-1].split()[0])

    shown = cli("report", bad).out.partition("\nAdvice\n")[2].splitlines()
    more, others = findings() - (len(shown) - 1) // 2, findings("--all") - findings()

    assert shown[-1] == f"{more} findings more: imgscope advice; {others} small or doubtful: imgscope advice --all"
