"""What whole processes need, beside well-known tools and the targets: prints Markdown.

    tests/benchmarks/images.sh DIRECTORY
    python -m tests.benchmarks.table --images DIRECTORY [--quick] [start mid big interface growth]

Each figure is the median of three runs with the files in the page cache. ``--quick`` runs everything once, without
dive and without the largest images of the curves. Ratios within one run travel to other machines, seconds do not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.benchmarks import others, synthetic
from tests.benchmarks.curves import CURVES, TIMES, Curve, Point, measured, times
from tests.benchmarks.measure import ME, Command, Cost, cost, machine, no_cache, painted, usual, warm
from tests.benchmarks.targets import Target, targets

_FORMS = ("docker", "oci-gz", "oci-zstd")


@dataclass
class Bench:
    """Where images are, where scratch may be written, and what was found so far."""

    images: Path
    scratch: Path
    runs: int
    quick: bool
    found: dict[str, Cost] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    """What is no cost of a process: entries of an image, seconds to a paint, bytes an entry."""

    def me(self, *arguments: str | Path, cache: bool = False) -> Command:
        """A command of ours; without ``cache`` a first look."""
        fresh = () if cache else no_cache()
        shown = " ".join(each.name if isinstance(each, Path) else each for each in (*arguments, *fresh))
        environment = {"IMGSCOPE_CACHE_DIR": str(self.scratch / "cache")}
        return Command(f"`imgscope {shown}`", [*ME, *arguments, *fresh], environment)

    def report(self, image: Path) -> Command:
        """What all figures of an image are about: a first look, all of it, and no text made pretty."""
        return self.me("report", "--json", "-q", image)

    def row(self, key: str, command: Command) -> None:
        """Measure, keep, and print."""
        self.found[key] = each = usual(command, self.runs)
        print(f"| {command.shown} | {each.cpu:.2f} | {each.wall:.2f} | {each.peak / (1 << 20):.0f} |", flush=True)


def head(title: str) -> None:
    """A section with a table of costs."""
    print(f"\n## {title}\n\n| command | CPU s | wall s | peak MiB |\n|---|---|---|---|", flush=True)


def small_image(bench: Bench) -> Path:
    """A thousand entries, a megabyte."""
    return synthetic.image(bench.scratch / "small-1MB.tar", synthetic.one_layer(1_000))


def start(bench: Bench) -> None:
    """What it takes to begin, on nothing and on little."""
    head("Start")
    image = small_image(bench)
    bench.row("python", Command("`python -c pass`", [sys.executable, "-c", "pass"]))
    bench.row("version", Command("`imgscope --version`", [*ME, "--version"]))
    bench.row("help", Command("`imgscope --help`", [*ME, "--help"]))
    bench.row("small", bench.me("report", image))


def every_form(bench: Bench, name: str) -> None:
    """An image in each form that is there."""
    for form in _FORMS:
        path = bench.images / f"{name}-{form}.tar"
        if path.exists():
            looks(bench, path, name, form)


def looks(bench: Bench, image: Path, name: str, form: str) -> None:
    """One file: what others need, and what we do."""
    warm(image)
    head(f"{name}, {form}")
    unpacked = bench.scratch / "layers"
    unpacked.mkdir()
    for key, command in others.on_layers(others.layers(image, unpacked)):
        bench.row(f"{image.stem} {key}", command)
    shutil.rmtree(unpacked)
    # dive copies the tree for each whiteout: with big it does not come to an end.
    for key, command in others.on_image(image, bench.scratch) if name == "mid" else ():
        if not (bench.quick and key == "dive"):
            bench.row(f"{image.stem} {key}", command)
    bench.row(f"{image.stem} report", bench.report(image))
    bench.row(f"{image.stem} check", bench.me("check", "--json", "-q", "--exit-zero", image))
    if no_cache():
        again = bench.me("report", "--json", "-q", image, cache=True)
        cost(again)
        bench.row(f"{image.stem} again", Command(f"{again.shown}, a second look", again.arguments, again.environment))
    bench.numbers[f"{image.stem} entries"] = _entries(bench, image)


def _entries(bench: Bench, image: Path) -> int:
    said = subprocess.run(bench.report(image).arguments, stdout=subprocess.PIPE, check=True).stdout
    return int(json.loads(said)["totals"]["entries"])


def interface(bench: Bench) -> None:
    """The terminal UI: its first paint, and the tree painted."""
    image = bench.images / "mid-docker.tar"
    if not image.exists():
        return
    print("\n## Terminal UI, mid\n\n| what is painted | wall s |\n|---|---|")
    arguments = [str(each) for each in bench.me("explore", image).arguments]
    for key, wanted in {"documents": "Instruction", "tree": "efficiency|wasted .*%"}.items():
        bench.numbers[f"paint {key}"] = median(painted(arguments, wanted)[1] for _ in range(bench.runs))
        print(f"| {key} | {bench.numbers[f'paint {key}']:.2f} |", flush=True)


def growth(bench: Bench) -> None:
    """The curves. What a report on next to nothing costs is not counted."""
    print(f"\n## Growth: {TIMES} times the work, how many times the CPU\n\nEach without the cost of a start.\n")
    print("| what grows | size: CPU s, peak MiB | … | … | times |\n|---|---|---|---|---|")
    begin = usual(bench.report(small_image(bench)), bench.runs).cpu
    for curve in CURVES:
        points = list(measured(curve, bench.report, bench.scratch, bench.runs, quick=bench.quick))
        small, large = points[-2:]
        grown = times(small.cost, large.cost, begin)
        if grown:
            bench.numbers[f"{curve.what} times"] = grown
        _one_entry(bench, curve, small, large)
        cells = [f"{each.size:,}: {each.cost.cpu:.2f}, {each.cost.peak / (1 << 20):.0f}" for each in points]
        cells += [""] * (3 - len(points))
        cells.append(f"{grown:.1f}" if grown else "too little to tell")
        print(f"| {curve.what} | {' | '.join(cells)} |", flush=True)


def _one_entry(bench: Bench, curve: Curve, small: Point, large: Point) -> None:
    if curve is CURVES[0]:
        bench.found["largest"] = large.cost
        bench.numbers["entries of largest"] = large.size
        bench.numbers["bytes an entry"] = (large.cost.peak - small.cost.peak) / (large.size - small.size)


PARTS: dict[str, Callable[[Bench], None]] = {
    "start": start,
    "mid": lambda bench: every_form(bench, "mid"),
    "big": lambda bench: every_form(bench, "big"),
    "interface": interface,
    "growth": growth,
}


def judged(found: Iterator[Target]) -> None:
    """The targets beside what was measured."""
    print("\n## Targets\n\n| what | target | measured | met |\n|---|---|---|---|")
    for target in found:
        measured_, met = "not measured", ""
        if target.measured is not None:
            measured_, met = target.unit.format(target.measured) + target.beside, "yes" if target.met else "**no**"
        print(f"| {target.what} | ≤ {target.unit.format(target.most)} | {measured_} | {met} |")


def title(bench: Bench) -> None:
    """On what, when, and with what else going on."""
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    nothing = cost(Command("true", ["true"])).peak / (1 << 20)
    print(f"# Performance, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n")
    print(f"{machine()}; {platform.system()} {platform.release()}; Python {platform.python_version()}; load {load}.")
    print(f"Runs each: {bench.runs}. No peak is measured below {nothing:.0f} MiB.")
    if not no_cache():
        print("There is no cache in this version: no second look.")
    missing = [each for each in ("dive", "skopeo", "bsdtar", "igzip", "gzip", "zstd") if not shutil.which(each)]
    if missing:
        print(f"Not on the PATH: {', '.join(missing)}.")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True, help="where images.sh put them")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all, where none is named")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    if not given.images.is_dir():
        parser.error(f"no directory {given.images}: tests/benchmarks/images.sh makes one")
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(given.images, Path(scratch), 1 if given.quick else 3, given.quick)
        title(bench)
        for name, part in PARTS.items():
            if name in given.parts or not given.parts:
                part(bench)
        judged(targets(bench.found, bench.numbers))


if __name__ == "__main__":
    main()
