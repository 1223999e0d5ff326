"""The history of an image as the instructions of a Dockerfile: what builders made of them, undone.

Docker's old builder, BuildKit, buildah and podman, and kaniko each write instructions down in their own way; what
others write (jib, ko, nix, bazel, a commit by hand) is no instruction and is kept as what it is. Nothing an entry holds
can become another line: each instruction is one logical line, or a here-document with an end of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from shlex import split

from imgscope.image.dockerlines import (
    NoInstructionError,
    is_bare,
    is_plain,
    json_list,
    line,
    marks,
    one_line,
    quoted,
    shell_form,
)
from imgscope.image.goquoted import NEXT, json_strings, pairs, plain_list, strings
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
_CHECKSUMS = re.compile(r"((?:(?:file|dir|multi):\S+ )+)in (.+)\Z", re.DOTALL)
_KIND = re.compile(r"(?:file|dir|multi):")
_PORT = re.compile(r"[0-9]+(?:-[0-9]+)?(?:/[a-z]+)?\Z")
_HEALTH = re.compile(r"""&\{(\[.*\]) ((?:"[0-9a-zµ.]+" )+)'([^']{1,12}|\\')'\}\Z""", re.DOTALL)
_CONTROLS = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_DURATIONS = {
    3: ("interval", "timeout", "start-period"),
    4: ("interval", "timeout", "start-period", "start-interval"),
}
_LONGEST_NAME = 256
_LONGEST_WRITTEN = 1 << 16
"""Characters that a person writes into one instruction: reading words one by one takes long."""
GUESSED = "run without a shell: where its words end is a guess"
FROM_CONFIG = "from the config: the history does not tell of it"
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


def on_build(config: ContainerConfig) -> list[Instruction]:
    """What ONBUILD left in a config: BuildKit does not write it into the history."""
    built = _Builder(config, docker=False)
    entries = (History(created_by=f"ONBUILD {text}") for text in config.on_build)
    return [replace(built.instruction(entry), notes=(FROM_CONFIG,)) for entry in entries]


def _is_docker(history: Sequence[History]) -> bool:
    """Whether the old builder of Docker was at work: it sets two blanks where buildah sets one."""
    return any(re.search(r"#\(nop\)  [A-Z]", entry.created_by[:4096]) for entry in history)


@dataclass(slots=True)
class _Builder:
    """What is known so far. ``shell`` is what SHELL was set to."""

    config: ContainerConfig
    docker: bool
    shell: list[str] = field(default_factory=lambda: ["/bin/sh", "-c"])
    arguments: dict[str, str] = field(default_factory=dict)
    """Build arguments so far, with what was set in the file."""

    def instruction(self, entry: History) -> Instruction:
        """One entry."""
        try:
            return self._instruction(entry)
        except NoInstructionError:
            return Instruction("", one_line(entry.created_by.strip() or entry.comment.strip()))

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
                return Instruction(keyword, shell_form(rest, run=True, flags=True))
            return self._other(keyword, rest, written=not buildkit)
        if text.startswith("|") or self._shell_of(text):
            return self._run(text, flags=not self.docker)
        if self.docker and not entry.empty_layer and not entry.comment and " " in text:
            return self._run(text, flags=False)
        raise NoInstructionError

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
        notes = (f"build arguments: {one_line(arguments)}",) if arguments else ()
        shell = self._shell_of(text)
        if shell:
            return Instruction("RUN", shell_form(text[len(shell) :].strip(), run=True, flags=flags), notes)
        words = [word for word in text.split(" ") if word]
        if not words:
            raise NoInstructionError
        return Instruction("RUN", json_list(words), (*notes, GUESSED))

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
        return self._counted(text, start, int(arguments[1]))

    def _counted(self, text: str, at: int, number: int) -> tuple[str, str]:
        """The same where no shell ends them: by their number, and by what ARG said that they are."""
        begin, more = at, True
        for left in range(number, 0, -1):
            name = text[at : max(text.find("=", at, at + _LONGEST_NAME), at)]
            value = self.arguments.get(name)
            if value is not None and text.startswith(f"{name}={value} ", at):
                at += len(name) + len(value) + 2
                continue
            following = NEXT.search(text, at) if more and left > 1 else None
            more = following is not None  # looked for once: where there is none, none is further on
            end = following.start() if following else text.find(" ", at)
            at = end + 1 if end >= 0 else len(text)
        return text[at:], text[begin:at].strip()

    def _other(self, keyword: str, text: str, *, written: bool) -> Instruction:
        """Any instruction but RUN. ``written``: it is as it was written, and not what the builder made of it."""
        if not text or keyword in ("", "RUN"):
            raise NoInstructionError
        if keyword in ("ADD", "COPY"):
            return _copied(keyword, text)
        if keyword == "SHELL":
            self.shell = json_strings(text) or strings(text) or plain_list(text, ())
            return Instruction(keyword, json_list(self.shell))
        if keyword == "ARG":
            text = self._new_arguments(text)
        if keyword == "ONBUILD" and marks(text) != []:
            raise NoInstructionError
        if keyword in ("MAINTAINER", "ONBUILD") or (written and _is_as_written(keyword, text)):
            return Instruction(keyword, line(text))
        if keyword in ("CMD", "ENTRYPOINT"):
            return self._command(keyword, text)
        return Instruction(keyword, self._value(keyword, text))

    def _new_arguments(self, text: str) -> str:
        """What ARG adds; buildah writes the names of all that there are, each time."""
        known, names = set(self.arguments), text.split()
        if "=" in text:
            self.arguments.update(pairs(text, {}) or ())
            return text
        self.arguments.update(dict.fromkeys(names, ""))
        return " ".join(name for name in names if name not in known or len(names) == 1)

    def _value(self, keyword: str, text: str) -> str:
        """What stands behind a keyword, written so that it is read as what it is."""
        match keyword:
            case "ENV":
                return _pairs(text, dict(_pair(item) for item in self.config.env))
            case "LABEL":
                return _pairs(text, self.config.labels)
            case "ARG":
                return _pairs(text, {}) if "=" in text else line(text)
            case "EXPOSE":
                return _ports(text)
            case "VOLUME":
                return json_list(json_strings(text) or plain_list(text, self.config.volumes))
            case "HEALTHCHECK":
                return self._healthcheck(text)
        return line(text.replace("\\", "\\\\").replace("$", "\\$"))

    def _command(self, keyword: str, text: str) -> Instruction:
        words = json_strings(text)
        words = strings(text) if words is None else words
        if words is None:
            return Instruction(keyword, shell_form(text, run=False, flags=True))
        if len(words) == len(self.shell) + 1 and words[:-1] == self.shell and is_plain(words[-1]):
            return Instruction(keyword, words[-1])
        return Instruction(keyword, json_list(words))

    def _healthcheck(self, text: str) -> str:
        r"""``&{["CMD" "a"] "5s" "1s" "0s" '\x02'}``, a Go structure, or as it was written."""
        match = _HEALTH.match(text)
        if not match:
            return line(text)
        test, durations = strings(match[1]) or [], re.findall(r'"([^"]+)"', match[2])
        if test[:1] == ["NONE"]:
            return "NONE"
        names = _DURATIONS.get(len(durations))
        if names is None or len(test) < 2:
            raise NoInstructionError
        options = [f"--{name}={value}" for name, value in zip(names, durations, strict=True) if value != "0s"]
        retries = _rune(match[3])
        options += [f"--retries={retries}"] if retries else []
        command = json_list(test[1:])
        if test[0] == "CMD-SHELL" and is_plain(test[1]):
            command = test[1]
        return " ".join([*options, "CMD", command])


def _is_as_written(keyword: str, text: str) -> bool:
    """Whether a text can be what stood in a file, and not what an early Docker made of it."""
    if keyword in ("ENV", "LABEL", "ARG"):
        if len(text) > _LONGEST_WRITTEN:
            return False
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


def _checksums(text: str) -> tuple[list[str], re.Match[str] | None]:
    """Options, and the checksums with the target behind them; Docker may leave out the blank between them."""
    kind = _KIND.search(text)
    flags = text[: kind.start()].split() if kind else []
    if kind is None or not all(flag.startswith("--") and "=" in flag for flag in flags):
        return [], None
    return flags, _CHECKSUMS.match(text, kind.start())


def _copied(keyword: str, text: str) -> Instruction:
    """ADD or COPY; the old builder and buildah write checksums for what was copied."""
    flags, checksums = _checksums(text)
    if checksums:
        sums, target = checksums[1].strip(), checksums[2].strip()
        source = target.rstrip("/").rpartition("/")[2] if sums.startswith("file:") and not target.endswith("/") else "."
        notes = (f"source: {one_line(sums)}; its name is not known",)
        words = [source or ".", target]
        simple = all(map(is_bare, words))
        return Instruction(keyword, " ".join([*map(line, flags), *(words if simple else [json_list(words)])]), notes)
    ends = marks(text)
    if ends is None:
        raise NoInstructionError
    return Instruction(keyword, "\n".join([line(text), *ends]), (NO_CONTENT,) if ends else ())


def _pairs(text: str, known: dict[str, str]) -> str:
    found = pairs(text, known)
    if not found:
        raise NoInstructionError
    return " ".join(f"{quoted(name)}={quoted(value) if value else ''}" for name, value in found)


def _pair(item: str) -> tuple[str, str]:
    name, _, value = item.partition("=")
    return name, value


def _ports(text: str) -> str:
    """``map[80/tcp:{}]``, ``[80/tcp 53/udp]`` or ``80``."""
    ports = text.removeprefix("map").strip("[]").replace(":{}", "").split()
    if not ports or not all(_PORT.match(port) for port in ports):
        raise NoInstructionError
    return " ".join(ports)
