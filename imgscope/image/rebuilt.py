"""The history of an image as the instructions of a Dockerfile: what builders made of them, undone.

Docker's old builder, BuildKit, buildah and podman, and kaniko each write instructions down in their own way; what
others write (jib, ko, nix, bazel, a commit by hand) is no instruction and is kept as what it is. Nothing an entry holds
can become another line: each instruction is one logical line, or a here-document with an end of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from shlex import split

from imgscope.escaping import inert
from imgscope.image.goquoted import json_strings, pairs, plain_list, strings
from imgscope.oci.config import ContainerConfig, History

KEYWORDS = (
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD"),
    *("RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
)
_SHELLS = re.compile(
    r"(?:/bin/(?:ba|a|da)?sh(?: -[a-z]+(?: pipefail)?)* -[a-z]*c|cmd /S /C"
    r"|powershell(?:\.exe)?(?: -[A-Za-z]+(?: \w+)?)*? -[Cc]ommand)(?=\s|\Z)"
)
_ARGUMENTS = re.compile(r"\|([0-9]{1,4})\s+")
_NEW_SHELL = re.compile(r"([^\[\]]{1,1000}?) #\(nop\) +SHELL \[\1\]\Z")
"""SHELL is written down with the shell that it sets before it."""
_KEYWORD = re.compile(r"([A-Z]+)(?:\s+|\Z)")
_CHECKSUMS = re.compile(r"((?:--[a-z]+=\S+ )*)((?:(?:file|dir|multi):\S+ )+)in (.+)\Z", re.DOTALL)
_FLAGS = re.compile(r"(?:--[a-z][a-z-]*(?:=\S*)?(?:\s+|\Z))*")
_MARKS = re.compile(r"(?<!\S)\d*<<(?!<)")
"""Where a here-document may begin: with a word."""
_HEREDOC = re.compile(r"(?<!\S)\d*<<-?([\"']?)([A-Za-z_]\w*)\1(?!\S)")
_QUOTES = re.compile(r"[\"'\\`$]")
_BARE = re.compile(r"[\w./:@%+,=~-]+\Z", re.ASCII)
_PORT = re.compile(r"[0-9]+(?:-[0-9]+)?(?:/[a-z]+)?\Z")
_HEALTH = re.compile(r"""&\{(\[.*\]) ((?:"[0-9a-zµ.]+" )+)'([^']{1,12}|\\')'\}\Z""", re.DOTALL)
_BLANKS = re.compile(r"(?<=[ \t])[ \t]+(?=[^ \t#])")
_CONTROLS = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_DURATIONS = {
    3: ("interval", "timeout", "start-period"),
    4: ("interval", "timeout", "start-period", "start-interval"),
}
GUESSED = "run without a shell: where its words end is a guess"
NO_CONTENT = "what was copied from the Dockerfile itself is in the layer, not in the history"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One history entry. ``keyword`` is empty where it is none that a Dockerfile has; ``text`` is then what it says."""

    keyword: str
    text: str
    """As it stands in a file behind the keyword, escaped; lines of a here-document behind the first."""
    notes: tuple[str, ...] = ()
    """What builders wrote in place of what was in the file, and what is a guess; escaped."""

    @property
    def lines(self) -> list[str]:
        """Lines of a Dockerfile; of what is no instruction none."""
        return f"{self.keyword} {self.text}".split("\n") if self.keyword else []


def rebuild(history: Sequence[History], config: ContainerConfig) -> list[Instruction]:
    """Each entry of a history as an instruction."""
    builder = _Builder(config, _is_docker(history))
    return [builder.instruction(entry) for entry in history]


def _is_docker(history: Sequence[History]) -> bool:
    """Whether the old builder of Docker was at work: it sets two blanks where buildah sets one."""
    return any(re.search(r"#\(nop\)  [A-Z]", entry.created_by[:4096]) for entry in history)


class _NoInstructionError(Exception):
    """An entry looks like an instruction and is none."""


@dataclass(slots=True)
class _Builder:
    """What is known so far. ``shell`` is what SHELL was set to."""

    config: ContainerConfig
    docker: bool
    shell: list[str] = field(default_factory=lambda: ["/bin/sh", "-c"])

    def instruction(self, entry: History) -> Instruction:
        """One entry."""
        try:
            return self._instruction(entry)
        except _NoInstructionError:
            return Instruction("", _one_line(entry.created_by.strip() or entry.comment.strip()))

    def _instruction(self, entry: History) -> Instruction:
        text = entry.created_by.strip()
        buildkit = entry.comment.startswith("buildkit.") or text.endswith("# buildkit")
        text = text.removesuffix("# buildkit").rstrip()
        without = self._without_nop(text)
        if without is not None:
            blanks, text = without
            written = blanks == 1 and not (self.docker and text.startswith("WORKDIR "))
            return self._other(*_parts(text), written=written)
        keyword, rest = _parts(text)
        if keyword == "RUN" and buildkit:
            return self._run(rest, flags=False)
        if keyword:
            if keyword == "RUN":
                return _shell_form(keyword, rest, flags=True)
            return self._other(keyword, rest, written=not buildkit)
        if text.startswith("|") or self._shell_of(text):
            return self._run(text, flags=not self.docker)
        if self.docker and not entry.empty_layer and not entry.comment and " " in text:
            return self._run(text, flags=False)
        raise _NoInstructionError

    def _without_nop(self, text: str) -> tuple[int, str] | None:
        """What follows ``SHELL #(nop)``, and how many blanks are between them."""
        setting = _NEW_SHELL.match(text)
        shell = setting[1] if setting else self._shell_of(text)
        rest = text[len(shell) :].lstrip()
        if not shell or not rest.startswith("#(nop)"):
            return None
        rest = rest.removeprefix("#(nop)")
        return len(rest) - len(rest.lstrip()), rest.lstrip()

    def _shell_of(self, text: str) -> str:
        """The shell that a text begins with; empty where there is none."""
        for words in (self.shell, self.config.shell):
            shell = " ".join(words)
            if shell and (text == shell or text.startswith(f"{shell} ")):
                return shell
        match = _SHELLS.match(text)
        return match[0] if match else ""

    def _run(self, text: str, *, flags: bool) -> Instruction:
        """What was run, without build arguments and shell. ``flags``: it is as it was written, with options."""
        text, arguments = self._without_arguments(text)
        notes = (f"build arguments: {_one_line(arguments)}",) if arguments else ()
        shell = self._shell_of(text)
        if shell:
            return _shell_form("RUN", text[len(shell) :].strip(), flags=flags, notes=notes)
        words = [word for word in text.split(" ") if word]
        if not words:
            raise _NoInstructionError
        return Instruction("RUN", _json(words), (*notes, GUESSED))

    def _without_arguments(self, text: str) -> tuple[str, str]:
        """``|2 A=1 B=two words SHELL …`` → the rest, and the arguments. Values may hold blanks: the shell ends them."""
        arguments = _ARGUMENTS.match(text)
        if not arguments:
            return text, ""
        start = arguments.end()
        places = [text.find(f" {' '.join(self.shell)} ", start - 1)]
        inside = re.compile(rf"(?<=\s){_SHELLS.pattern}").search(text, start - 1)
        places.append(inside.start() - 1 if inside else -1)
        found = [place for place in places if place >= start - 1]
        if found:
            return text[min(found) + 1 :], text[start : min(found)].strip()
        words = text[start:].split(" ")
        number = int(arguments[1])
        return " ".join(words[number:]), " ".join(words[:number])

    def _other(self, keyword: str, text: str, *, written: bool) -> Instruction:
        """Any instruction but RUN. ``written``: it is as it was written, and not what the builder made of it."""
        if not text or keyword in ("", "RUN"):
            raise _NoInstructionError
        if keyword in ("ADD", "COPY"):
            return _copied(keyword, text)
        if keyword == "SHELL":
            self.shell = json_strings(text) or strings(text) or plain_list(text, ())
            return Instruction(keyword, _json(self.shell))
        if keyword == "ONBUILD" and _MARKS.search(text):
            raise _NoInstructionError
        if keyword in ("MAINTAINER", "ONBUILD") or (written and _is_as_written(keyword, text)):
            return Instruction(keyword, _line(text))
        if keyword in ("CMD", "ENTRYPOINT"):
            return self._command(keyword, text)
        return Instruction(keyword, self._value(keyword, text))

    def _value(self, keyword: str, text: str) -> str:
        """What stands behind a keyword, written so that it is read as what it is."""
        match keyword:
            case "ENV":
                return _pairs(text, dict(_pair(item) for item in self.config.env))
            case "LABEL":
                return _pairs(text, self.config.labels)
            case "ARG":
                return _pairs(text, {}) if "=" in text else _line(text)
            case "EXPOSE":
                return _ports(text)
            case "VOLUME":
                return _json(json_strings(text) or plain_list(text, self.config.volumes))
            case "HEALTHCHECK":
                return self._healthcheck(text)
        return _line(text.replace("\\", "\\\\").replace("$", "\\$"))

    def _command(self, keyword: str, text: str) -> Instruction:
        words = json_strings(text)
        words = strings(text) if words is None else words
        if words is None:
            return _shell_form(keyword, text, flags=True)
        if len(words) == len(self.shell) + 1 and words[:-1] == self.shell and _is_plain(words[-1]):
            return Instruction(keyword, words[-1])
        return Instruction(keyword, _json(words))

    def _healthcheck(self, text: str) -> str:
        r"""``&{["CMD" "a"] "5s" "1s" "0s" '\x02'}``, a Go structure, or as it was written."""
        match = _HEALTH.match(text)
        if not match:
            return _line(text)
        test, durations = strings(match[1]) or [], re.findall(r'"([^"]+)"', match[2])
        if test[:1] == ["NONE"]:
            return "NONE"
        names = _DURATIONS.get(len(durations))
        if names is None or len(test) < 2:
            raise _NoInstructionError
        options = [f"--{name}={value}" for name, value in zip(names, durations, strict=True) if value != "0s"]
        retries = _rune(match[3])
        options += [f"--retries={retries}"] if retries else []
        command = _json(test[1:])
        if test[0] == "CMD-SHELL" and _is_plain(test[1]):
            command = test[1]
        return " ".join([*options, "CMD", command])


def _is_as_written(keyword: str, text: str) -> bool:
    """Whether a text can be what stood in a file, and not what an early Docker made of it."""
    if keyword in ("ENV", "LABEL", "ARG"):
        try:
            words = split(text)
        except ValueError:
            return False
        return keyword == "ARG" or "=" not in words[0] or all("=" in word for word in words)
    return not text.startswith(("[", "map[", "&{")) or json_strings(text) is not None


def _parts(text: str) -> tuple[str, str]:
    """The keyword that a text begins with, or nothing, and what follows."""
    match = _KEYWORD.match(text)
    return (match[1], text[match.end() :].strip()) if match and match[1] in KEYWORDS else ("", text)


def _rune(text: str) -> int:
    r"""``'\x02'`` → 2: Go takes the number of retries for a character."""
    if len(text) == 1:
        return ord(text)
    match = re.fullmatch(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))", text)
    if not match:
        return 0
    code = match[1] or match[2] or match[3]
    return int(code, 16) if code else _CONTROLS.get(match[4], ord(match[4]))


def _shell_form(keyword: str, command: str, *, flags: bool, notes: tuple[str, ...] = ()) -> Instruction:
    """A command for the shell, on one line where it fits there, else in a here-document."""
    if not command:
        raise _NoInstructionError
    lines = [_shown(line) for line in command.split("\n")]
    options = (_FLAGS.match(command) or [""])[0] if flags else ""
    dashed = command.startswith("--") and not options
    if len(lines) > 1 and not dashed and _ends_itself(lines):
        return Instruction(keyword, "\n".join(lines), notes)
    if len(lines) == 1 and not dashed and not _MARKS.search(command) and not lines[0].endswith("\\"):
        return Instruction(keyword, _folded(lines[0]), notes)
    if keyword != "RUN":
        raise _NoInstructionError
    mark = _unlike(lines)
    return Instruction(keyword, "\n".join([f"<<{mark}", *lines, mark]), notes)


def _ends_itself(lines: list[str]) -> bool:
    """Whether the lines below the first are the here-documents that it begins, and nothing else.

    What is quoted in the first line could keep a mark from being one: then nobody can tell.
    """
    marks = _marks(lines[0])
    at = 1
    for mark in marks or ():
        at = next((number for number in range(at, len(lines)) if lines[number] == mark), len(lines)) + 1
    return bool(marks) and at == len(lines)


def _marks(line: str) -> list[str] | None:
    """The ends of the here-documents that a line begins; None where that is not certain."""
    found = list(_HEREDOC.finditer(line))
    certain = len(found) == len(_MARKS.findall(line)) and not _QUOTES.search(_HEREDOC.sub("", line))
    return [match[2] for match in found] if certain or not _MARKS.search(line) else None


def _unlike(lines: list[str]) -> str:
    """A mark that no line is."""
    taken = {line.strip() for line in lines}
    number = 0
    while (mark := f"EOF{number or ''}") in taken:
        number += 1
    return mark


def _copied(keyword: str, text: str) -> Instruction:
    """ADD or COPY; the old builder and buildah write checksums for what was copied."""
    checksums = _CHECKSUMS.match(text)
    if checksums:
        flags, sums, target = checksums[1], checksums[2].strip(), checksums[3].strip()
        source = target.rstrip("/").rpartition("/")[2] if sums.startswith("file:") and not target.endswith("/") else "."
        notes = (f"source: {_one_line(sums)}; its name is not known",)
        words = [source or ".", target]
        simple = all(_BARE.match(word) for word in words)
        return Instruction(keyword, _shown(flags) + (" ".join(words) if simple else _json(words)), notes)
    line = _line(text)
    marks = _marks(line)
    if marks is None:
        raise _NoInstructionError
    return Instruction(keyword, "\n".join([line, *marks]), (NO_CONTENT,) if marks else ())


def _pairs(text: str, known: dict[str, str]) -> str:
    found = pairs(text, known)
    if not found:
        raise _NoInstructionError
    return " ".join(f"{_quoted(name)}={_quoted(value) if value else ''}" for name, value in found)


def _pair(item: str) -> tuple[str, str]:
    name, _, value = item.partition("=")
    return name, value


def _ports(text: str) -> str:
    """``map[80/tcp:{}]``, ``[80/tcp 53/udp]`` or ``80``."""
    ports = text.removeprefix("map").strip("[]").replace(":{}", "").split()
    if not ports or not all(_PORT.match(port) for port in ports):
        raise _NoInstructionError
    return " ".join(ports)


def _quoted(text: str) -> str:
    """A name or value of ENV, LABEL or ARG: in quotes where it must be, and nothing in it a variable."""
    if _BARE.match(text):
        return text
    escaped = re.sub(r'([\\"$])', r"\\\1", text)
    return f'"{_shown(escaped)}"'


def _json(words: Sequence[str]) -> str:
    """Words as a JSON list, in ASCII and with nothing in it that means something to a terminal, a log or a parser."""
    text = json.dumps(list(words))
    for character, escaped in (("\x7f", "\\u007f"), ("##", "#\\u0023"), ("<<", "<\\u003c"), ("::", ":\\u003a")):
        text = text.replace(character, escaped)
    return text


def _is_plain(command: str) -> bool:
    """Whether a command is the same in the shell form, on one line."""
    return command == _shown(command).strip() != "" and command[0] not in "[-" and command[-1] != "\\"


def _line(text: str) -> str:
    """A text on one line that nothing continues. Raises _NoInstructionError."""
    shown = _one_line(text)
    if not shown or (shown.endswith("\\") and not shown.endswith("\\\\")):
        raise _NoInstructionError
    return shown


def _one_line(text: str) -> str:
    return _shown(text.replace("\n", "\\n"))


def _folded(line: str) -> str:
    """A long line as several, where it was so in the file: blanks that follow a blank were the next line's indentation.

    Read again, the parts make the same line, to the blank.
    """
    return _BLANKS.sub(lambda match: f"\\\n{match[0]}", line)


def _shown(line: str) -> str:
    """A line with what no terminal shall receive as escapes, but for tabs, and nothing that is a command in a log."""
    parts = line.split("\t")
    if not line.lstrip().startswith("::"):
        return "\t".join("::".join(map(inert, part.split("::"))) for part in parts)
    return "\t".join(map(inert, parts))
