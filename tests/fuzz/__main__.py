"""``python -m tests.fuzz [--seconds N] [TARGET …]``."""

from __future__ import annotations

import argparse
import base64
import importlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("tar", "documents", "compression", "image", "settings")
HANGS_AFTER = 20
MEMORY_MIB = 2048


def main() -> int:
    """Fuzz; 0 if nothing crashed or atheris is missing, 1 if something did."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Feed imgscope what nobody would write.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"some of {', '.join(NAMES)}; all by default")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (%(default)s)")
    parser.add_argument("--input", metavar="BASE64", help="try this one input, with the traceback")
    parser.add_argument("--child", metavar="DIRECTORY", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    unknown = set(chosen.targets) - set(NAMES)
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if chosen.input is not None:
        return _once(chosen.targets, base64.b64decode(chosen.input))
    if importlib.util.find_spec("atheris") is None:
        print("skipped, nothing was fuzzed: atheris is not installed (dependency group fuzz)", file=sys.stderr)
        return 0
    if chosen.child:
        _fuzz(chosen.targets[0], Path(chosen.child), chosen.seconds)
    return max([_run(target, chosen.seconds) for target in chosen.targets or NAMES])


def _once(targets: list[str], data: bytes) -> int:
    from tests.fuzz.harness import TARGETS

    for target in targets or NAMES:
        TARGETS[target](data)
    return 0


def _run(target: str, seconds: int) -> int:
    """One target in a process of its own, which libFuzzer takes over; tell how often it ran, and what broke it."""
    from tests.fuzz.seeds import write_seeds

    with tempfile.TemporaryDirectory(prefix="imgscope-fuzz-") as name:
        directory = Path(name)
        (directory / "crashes").mkdir()
        write_seeds(target, directory / "corpus")
        command = [sys.executable, "-m", "tests.fuzz", "--child", name, "--seconds", str(seconds), target]
        environment = {**os.environ, "TMPDIR": name}
        done = subprocess.run(
            command, stderr=subprocess.PIPE, text=True, errors="replace", check=False, env=environment
        )
        crashes = sorted((directory / "crashes").iterdir())
        runs = re.findall(r"(?:^Done |^stat::number_of_executed_units:\s*|^#)(\d+)\s", done.stderr, re.MULTILINE)
        count = max(map(int, runs), default=0)
        print(f"{target}: {count} executions, {len(crashes)} crashes", flush=True)
        for crash in crashes:
            print(f"  {crash.name}: {base64.b64encode(crash.read_bytes()).decode()}")
        if done.returncode:
            print(done.stderr[-6000:], file=sys.stderr)
        return 1 if crashes or done.returncode else 0


def _fuzz(target: str, directory: Path, seconds: int) -> None:
    """Hand the process over to libFuzzer; does not return."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["imgscope"]):
        harness = importlib.import_module("tests.fuzz.harness")
    options = {
        "max_total_time": seconds,
        "timeout": HANGS_AFTER,
        "rss_limit_mb": MEMORY_MIB,
        "max_len": 32 << 10,
        "artifact_prefix": f"{directory / 'crashes'}/",
        "dict": directory / "words",
        "print_final_stats": 1,
    }
    arguments = [sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(directory / "corpus")]
    atheris.Setup(arguments, harness.TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
