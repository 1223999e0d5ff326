"""The group of commands: names and one-line helps; a command's module is imported when it is chosen."""

from __future__ import annotations

import os
import re
import sys
from difflib import get_close_matches
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from imgscope import __version__

SECTIONS = {
    "Look": {
        "explore": "Look into an image: layers, files, waste, contents, a map; the default at a terminal.",
        "report": "What each layer holds and wastes, why, and which instruction is to blame.",
        "layers": "Digests, compression and sizes of the layers.",
        "history": "The build steps with the sizes of their layers, as docker history.",
        "files": "The final filesystem, or the entries of one layer.",
        "waste": "Every file that travels for nothing, and what hid it.",
        "packages": "Packages and the bytes they own in every layer, and bytes of no package.",
        "images": "The images in a file, as docker images lists them.",
        "inspect": "An image's config and the digests of its layers, like docker image inspect.",
    },
    "Ask": {
        "advice": "What the image could do without, what that would save, and how to write it instead.",
        "blame": "Which layer did what to a path, and what became of its bytes.",
        "find": "Search names, attributes and contents, what later layers hid too.",
        "dockerfile": "The Dockerfile of an image, as far as its history tells.",
    },
    "Compare": {
        "diff": "How two images differ, or two layers of one: paths, and what the config makes run.",
        "shared": "What images have in common: layers, bases, and the bytes that they need together.",
    },
    "Judge": {
        "check": "Judge images: exit with 1 where they waste more than rules allow.",
        "verify": "Whether every byte is what the documents say.",
        "config": "The settings of check: shown, checked, or made from a .dive-ci.",
    },
    "Take out": {
        "cat": "The content of one file, as any layer left it.",
        "extract": "Files, directories or the whole filesystem, written to disk or as a tar.",
    },
    "More": {
        "cache": "What earlier looks left on disk: shown, or removed.",
        "schema": "The JSON Schema of a document.",
    },
}
"""Commands by what they are for, each with its line in ``--help``."""
COMMANDS = {name: line for commands in SECTIONS.values() for name, line in commands.items()}
EXPLORE, REPORT = "explore", "report"
"""What ``imgscope IMAGE`` means at a terminal, and everywhere else."""
_FOR_TEXT = (
    "--json",
    "--format",
    "--top",
    "-o",
    "--output",
    "--no-trunc",
    "--color",
    "-q",
    "--quiet",
    "-v",
    "--verbose",
)
"""Options that make sense for a report only: who gives one wants that."""

_BARE_WORD = re.compile(r"[A-Za-z]+\Z")
"""What could be meant as a command; a dot, slash, colon or dash makes it a file or an image's name."""


class LazyGroup(click.Group):
    """Knows its commands by name; a first word that is none of them is taken as an image."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"imgscope.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in ``--help``, without importing anything."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, or files: the first word may be an image."""
        return super().shell_complete(ctx, incomplete) or [CompletionItem(incomplete, type="file")]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """``imgscope [OPTIONS] IMAGE`` opens the interface at a terminal, and writes a report elsewhere."""
        if args == ["help"]:
            args = ["--help"]
        first = next((word for word in args if word == "-" or not word.startswith("-")), None)
        if first is not None and first not in COMMANDS and self._is_image(first):
            args = [_default(args), *args]
        return super().parse_args(ctx, args)

    @staticmethod
    def _is_image(word: str) -> bool:
        """Anything but a mistyped command; a name that is no file will be told so by the command."""
        looks_like_a_path = not _BARE_WORD.match(word)
        return looks_like_a_path or os.path.exists(word) or not get_close_matches(word, COMMANDS, cutoff=0.7)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest name for a mistyped one."""
        if args and args[0] not in COMMANDS:
            near = get_close_matches(args[0], COMMANDS, n=1, cutoff=0.7)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"{args[0]!r} is neither a file nor a command.{hint}", ctx)
        return super().resolve_command(ctx, args)


def _default(args: list[str]) -> str:
    """What an image alone means: the interface where a person sits at a terminal that can show it, else a report."""
    for_text = any(word.partition("=")[0] in _FOR_TEXT for word in args)
    streams = (sys.stdout, sys.stderr)
    terminal = all(stream and stream.isatty() for stream in streams) and os.environ.get("TERM", "") not in ("", "dumb")
    return EXPLORE if terminal and not for_text and not os.environ.get("CI") else REPORT


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="imgscope IMAGE explores at a terminal, and reports where output goes elsewhere or CI is set. IMAGE is a "
    "saved image: a file, a directory, or - for standard input (docker save NAME | imgscope -).",
)
@click.version_option(__version__, prog_name="imgscope")
def cli() -> None:
    """See inside saved container images: which layer put which file there, and what travels for nothing."""
