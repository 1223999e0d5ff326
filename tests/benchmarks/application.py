"""What the large images have besides Debian's packages: a made-up application, and what its builds leave behind.

    python3 application.py source DIRECTORY      the source tree, for COPY
    python3 application.py packages DIRECTORY    11,630 packages, 302,000 entries, run inside the image

Always the same bytes. It runs on whatever Python the image has, so it needs nothing but that.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

_WORDS = ("layer", "digest", "blob", "manifest", "config", "entry", "header", "whiteout", "owner", "mode", "size")
PACKAGES = 11_630


def text(chance: random.Random, size: int) -> bytes:
    """Lines of words: they compress as source does."""
    words = chance.choices(_WORDS, k=size // 6 + 1)
    lines = (" ".join(words[start : start + 9]) for start in range(0, len(words), 9))
    return "\n".join(f"{number} {line}" for number, line in enumerate(lines)).encode()[:size]


def put(path: Path, data: bytes) -> None:
    """A file, with its directories."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def source(root: Path) -> None:
    """Modules, pictures, a bundle, what version control keeps, and a file that should not be there."""
    chance = random.Random(7)
    for number in range(200):
        body = "".join(f"def work{each}(x):\n    return x * {each + number}\n\n\n" for each in range(60))
        put(root / f"web/part{number % 20:02}/module{number:03}.py", body.encode())
    for number in range(300):
        put(
            root / f"static/img/{number:03}.png", b"\x89PNG\r\n\x1a\n" + chance.randbytes(chance.randint(2_000, 60_000))
        )
        put(root / f".git/objects/{number % 256:02x}/{chance.getrandbits(152):038x}", chance.randbytes(3_000))
    put(root / "static/bundle.js", text(chance, 3_000_000))
    put(root / "static/bundle.js.map", text(chance, 9_000_000))
    put(root / "naïve/Größe.txt", b"x\n" * 500)
    put(root / ".env", b"DB_PASSWORD=made-up\n")


def packages(root: Path) -> None:
    """Packages as a package manager for scripts leaves them: many, small, deep, and some of them twice."""
    shared = text(random.Random(11), 24_000)
    for number in range(PACKAGES):
        chance = random.Random(number)
        home = root / f"scope{number // 366:02}/package-{number:05}"
        put(home / "package.json", b'{"name": "package-%05d", "version": "1.0.%d"}\n' % (number, number % 10))
        put(home / "README.md", text(chance, chance.randint(500, 9_000)))
        put(home / "LICENSE", shared[:1_100])
        for module in range(9):
            put(home / f"lib/{module}.js", text(chance, chance.randint(200, 14_000)))
            put(home / f"lib/{module}.d.ts", text(chance, chance.randint(100, 2_500)))
        put(home / "node_modules/helper/index.js", shared[: 2_000 + number % 3])


def main() -> None:
    """Write what is asked for."""
    {"source": source, "packages": packages}[sys.argv[1]](Path(sys.argv[2]))


if __name__ == "__main__":
    main()
