"""The pages of the documentation, README.md and docs/*.md, as tests read them: sections, tables, code and links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
README = "README.md"
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / README, *sorted((ROOT / "docs").glob("*.md")))
}
"""The text of each page, by its path from the root of the repository."""

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_SHOWN = re.compile(r"^```sh\n([^\n]+)\n```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LEFT_OUT = re.compile(r"^ …\n", re.MULTILINE)


def prose(text: str) -> str:
    """A text with as many spaces in the place of code blocks, so that places in it stay what they are."""
    return _BLOCK.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text)


def blocks(text: str, language: str) -> list[str]:
    """The code blocks in a language."""
    return [body for name, body in _BLOCK.findall(text) if name == language]


def sections(page: str) -> dict[str, str]:
    """By anchor, as GitHub makes them of headings: the text below one, smaller headings included; ``""`` is all."""
    text = PAGES[page]
    found = list(_HEADING.finditer(prose(text)))
    texts = {"": text}
    for number, heading in enumerate(found):
        ends = (other.start() for other in found[number + 1 :] if len(other[1]) <= len(heading[1]))
        name = re.sub(r"[^\w\- ]", "", heading[2].lower()).replace(" ", "-")
        again = sum(re.fullmatch(rf"{re.escape(name)}(-\d+)?", anchor) is not None for anchor in texts)
        texts[f"{name}-{again}" if again else name] = text[heading.end() : next(ends, None)]
    return texts


def section(page: str, anchor: str) -> str:
    """The text below a heading."""
    return sections(page)[anchor]


def links(page: str) -> list[str]:
    """Where the links and pictures of a page lead to, as it is written."""
    return _LINK.findall(prose(PAGES[page]))


def target(page: str, link: str) -> tuple[str, str]:
    """Where a link leads to: a path from the root of the repository, and an anchor or nothing."""
    path, _, anchor = link.partition("#")
    parts: list[str] = []
    for part in (PurePosixPath(page).parent / path).parts if path else PurePosixPath(page).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts), anchor


def tables(page: str) -> Iterator[list[list[str]]]:
    """The tables of a page, row by row, cell by cell; what stands between the first row and the second is left out."""
    for table in re.findall(r"(?:^\|.*\|\n)+", prose(PAGES[page]) + "\n", re.MULTILINE):
        rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines()]
        yield [rows[0], *rows[2:]]


def table(*header: str) -> list[list[str]]:
    """The rows of the one table, wherever it stands, whose first row begins with these cells."""
    (found,) = (rows[1:] for page in PAGES for rows in tables(page) if rows[0][: len(header)] == list(header))
    return found


@dataclass(frozen=True, slots=True)
class Example:
    """A command, and what the page says that it prints."""

    page: str
    line: str
    shown: str

    @property
    def arguments(self) -> list[str]:
        """What follows the name of the program."""
        return shlex.split(self.line.rpartition("&&")[2], comments=True)[1:]

    @property
    def code(self) -> int:
        """The exit code that a comment promises."""
        promised = re.search(r"# exit code (\d+)", self.line)
        return int(promised[1]) if promised else 0

    def fits(self, printed: str) -> bool:
        """Whether just that was printed, but for the lines in whose place `` …`` stands."""
        return re.fullmatch(r"(?:.*\n)*?".join(map(re.escape, _LEFT_OUT.split(self.shown))), printed) is not None

    def anew(self, printed: str) -> str:
        """What the page should show: as many lines as it does, of each part from the line on that it began with."""
        lines, parts = printed.splitlines(keepends=True), [part.splitlines() for part in _LEFT_OUT.split(self.shown)]
        if len(parts) == 1:
            return printed
        starts = [lines.index(f"{part[0]}\n") if part else len(lines) for part in parts]
        ends = [start + len(part) for start, part in zip(starts[:-1], parts, strict=False)]
        return " …\n".join("".join(lines[start:end]) for start, end in zip(starts, [*ends, None], strict=True))

    def write(self, shown: str) -> None:
        """Put another output into the page."""
        path = ROOT / self.page
        block = f"```sh\n{self.line}\n```\n\n```text\n"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f"{block}{self.shown}```", f"{block}{shown}```"), encoding="utf-8")


def examples() -> list[Example]:
    """All of them that can be repeated in a checkout, which ``app.tar`` is not in."""
    found = (Example(page, *shown) for page, text in PAGES.items() for shown in _SHOWN.findall(text))
    return [example for example in found if "app.tar" not in example.line]


def commands(page: str) -> list[list[str]]:
    """The words behind ``imgscope`` of each call of it in blocks for a shell or for CI, up to a pipe or the like."""
    lines = (line for name, body in _BLOCK.findall(PAGES[page]) if name in ("sh", "yaml") for line in body.splitlines())
    found = []
    for line in lines:
        words = shlex.shlex(line.strip().removeprefix("- "), posix=True, punctuation_chars="|;&<>")
        words.whitespace_split = True
        call = list(words)
        if call[:1] == ["imgscope"]:
            end = next((number for number, word in enumerate(call) if set(word) <= set("|;&<>")), None)
            found.append(call[1:end])
    return found
