"""The interface on large images: how soon it is usable, and what a key costs. Run it as a script; it prints a table.

    python -m tests.benchmarks.interface [--rows 1000000] [--files 200000] [IMAGE …]

Whole processes run in a pseudo terminal and are timed to what they paint; keys are timed in this process, in CPU.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

import imgscope
from imgscope.limits import DEFAULT_LIMITS
from imgscope.settings import Column, Preferences, Sort, UserSettings
from imgscope.tui.app import ImgscopeApp
from imgscope.tui.doors import Choice, Doors, Offer
from imgscope.units import SizeStyle
from tests.benchmarks import synthetic
from tests.benchmarks.measure import ME, no_cache, painted

_BARE = "from textual.app import App\nclass A(App): pass\nA().run()"


def timed(command: list[str]) -> float:
    """Wall seconds of a whole process."""
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def whole_processes(image: Path, runs: int) -> None:
    """First paint and usable, beside the report and a bare Textual application, taking turns."""
    found: dict[str, list[float]] = {name: [] for name in ("bare", "first", "documents", "usable", "report")}
    for _ in range(runs):
        found["bare"].append(painted([sys.executable, "-c", _BARE], r"\x1b\[\?1049h.*\x1b\[\d+;\d+H")[1])
        first, documents = painted([*ME, "explore", *no_cache(), str(image)], "Instruction")
        found["first"].append(first)
        found["documents"].append(documents)
        found["usable"].append(painted([*ME, "explore", *no_cache(), str(image)], "efficiency|wasted .*%")[1])
        found["report"].append(timed([*ME, "report", "--json", "-q", *no_cache(), str(image)]))
    middle = {name: median(values) for name, values in found.items()}
    print(f"\n{image.name}, whole processes, median of {runs} (seconds, and minimum)")
    for name, values in found.items():
        print(f"  {name:<10} {middle[name]:7.2f} {min(values):7.2f}")
    print(f"  documents painted / bare application  {middle['documents'] / middle['bare']:.2f}")
    print(f"  usable / report                       {middle['usable'] / middle['report']:.2f}   (at most 1.5)")


def doors(path: Path) -> Doors:
    """An image without the command line."""

    def offer(_: object) -> Offer:
        return Offer((Choice("bench", "", lambda: imgscope.open_image(str(path))),), 0, ask=False)

    def none(*_: Any) -> Any:
        raise NotImplementedError

    return Doors(str(path), DEFAULT_LIMITS, offer, none, none, lambda _: None, none, none)


def application(path: Path) -> ImgscopeApp:
    """The application on an image, with the settings that nobody changed."""
    columns = (Column.MODE, Column.OWNER, Column.SIZE, Column.SHARE)
    preferences = Preferences("imgscope-dark", False, SizeStyle.DECIMAL, Sort.SIZE, columns, mouse=True)
    return ImgscopeApp(doors(path), UserSettings(), preferences)


async def keys(path: Path) -> None:
    """CPU milliseconds of keys, and memory over the loaded analysis."""
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    app = application(path)
    async with app.run_test(size=(120, 36)) as pilot:
        while app.desk.browser is None:
            await pilot.pause(0.1)
        await pilot.pause(0.3)
        main = app.main
        entries = len(app.desk.browser.fs.node_of)
        before = _resident()

        async def cost(label: str, most: str, repeat: int, act: Callable[[], Awaitable[object]]) -> None:
            values = []
            for _ in range(repeat):
                started = time.process_time()
                await act()
                await main.workers.wait_for_complete()
                await pilot.pause()
                values.append(1000 * (time.process_time() - started))
            print(f"  {label:<44} {median(values):9.1f} {min(values):9.1f}   {most}")

        print(f"\n{path.name}: {entries:,} entries, CPU milliseconds, median and minimum")
        await cost("nothing (what the harness costs)", "", 20, pilot.pause)
        await cost("expand all", "500", 3, lambda: _then(main.files.do_expand_all))
        print(f"  rows: {main.files.count():,}")
        await cost("cursor down", "5", 100, lambda: _then(main.files.do_down))
        await cost("key down, through the harness", "", 30, lambda: pilot.press("j"))
        await cost("page down", "15", 50, lambda: _then(main.files.do_page_down))
        await cost("end, home", "", 10, lambda: _then(main.files.do_bottom, main.files.do_top))
        await cost("sort by name", "1000", 1, lambda: _then(main.do_sort_name))
        await cost("sort by size, all open", "1000", 1, lambda: _then(main.do_sort_size))
        await cost("first keystroke of a filter (names are joined)", "", 1, lambda: _filter(main, "z"))
        for text in ("f", "77", "777", "7777.py", "*.py", "d3/d4", "re:77.*9"):
            await cost(f"filter {text}", "200", 3, lambda text=text: _filter(main, text))  # type: ignore[misc]
        await cost("filter away", "", 1, lambda: _filter(main, ""))
        await cost("layer below", "", 1, lambda: _then(main.do_previous_layer))
        await cost("layer above", "", 1, lambda: _then(main.do_next_layer))
        gc.unfreeze()
        gc.collect()
        print(
            f"  memory over the loaded analysis: {(_resident() - before) / entries:.0f} bytes an entry   (at most 250)"
        )


async def _then(*acts: Callable[[], object]) -> None:
    for act in acts:
        act()


async def _filter(main: Any, text: str) -> None:
    main._filter_now(text)


def _resident() -> int:
    """Bytes in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def made(directory: str, files: int) -> Path:
    """An image of two layers."""
    return synthetic.image(Path(directory) / f"bench{files}.tar", synthetic.rewritten(files))


def main() -> None:
    """Make images where none are given, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("images", nargs="*", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        images = [made(directory, given.files)] if given.files else []
        for image in images + given.images:
            whole_processes(image, given.runs)
        if given.rows:
            asyncio.run(keys(made(directory, given.rows)))


if __name__ == "__main__":
    main()
