"""Makes the picture of the HTML report in the README: ``python docs/page.py``, in the repository, where chromium is.

Browsers draw letters differently from version to version, so no test holds the picture to the page.
"""

from __future__ import annotations

import sys
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the browser is driven as the tests do

IMAGE = "docker-archive-buildkit.tar"
SIZE = (1200, 1130)
# The middle of the page is left out: what is above it and the map below it are on one picture.
ARRANGE = """
for (const id of ["advice", "layers", "waste", "history", "config"]) document.getElementById(id).hidden = true;
for (const one of document.querySelectorAll("#summary h3, #summary .scroll, #summary .facts, #map .scroll, #map h3")) {
  one.hidden = true;
}
document.querySelector("#inside button").click();
"""


def main() -> None:
    """Write it beside this file."""
    from imgscope.cli.run import run
    from tests.report.html.browser import browsing

    with TemporaryDirectory() as directory, chdir(ROOT / "fixtures"), browsing() as browser:
        page = Path(directory) / "page.html"
        run(["report", "--format", "html", "-q", "-o", str(page), IMAGE])
        browser.look(*SIZE)
        browser.open(page)
        browser.run(ARRANGE)
        browser.run("document.querySelector('#tiles .tile').blur(); scrollTo(0, 0)")
        (Path(__file__).parent / "page.png").write_bytes(browser.picture())


if __name__ == "__main__":
    main()
