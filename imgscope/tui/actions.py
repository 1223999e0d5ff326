"""Everything a person can do, in one table.

Bindings, footer, help, palette, the settings file's names and the table of keys in docs/explore.md are made of it.

An action's id is the name of the method that does it: ``do_ID`` of the pane that has the focus, or of the main screen.
Every combination with Ctrl has a twin without, because tmux, flow control and macOS take some of them away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LISTS = ("advice", "diff", "found")
ROWS = ("layers", "files", "wasted", "history", *LISTS)
TREES = ("files", "wasted")


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. ``keys`` are Textual's names, the first is the one that is shown."""

    id: str
    keys: tuple[str, ...]
    label: str
    """For the footer."""
    help: str
    panes: tuple[str, ...] = ()
    """Panes that it is for; none means all."""
    footer: int = 0
    """Place in the footer from the left; 0 is not in it."""


ACTIONS = (
    Action("up", ("up", "k"), "up", "one row up", (*ROWS, "preview", "map", "config", "details")),
    Action("down", ("down", "j"), "down", "one row down", (*ROWS, "preview", "map", "config", "details")),
    Action("left", ("left", "h"), "close", "close the directory, or go to the one above", (*TREES, "preview", "map")),
    Action("right", ("right", "l"), "open", "open the directory, or go to its first child", (*TREES, "preview", "map")),
    Action("page_up", ("pageup", "u"), "page up", "one page up", (*ROWS, "preview", "config", "details")),
    Action("page_down", ("pagedown", "d"), "page down", "one page down", (*ROWS, "preview", "config", "details")),
    Action("top", ("home", "g"), "top", "to the first row", (*ROWS, "preview", "config", "details")),
    Action("bottom", ("end", "G"), "bottom", "to the last row", (*ROWS, "preview", "config", "details")),
    Action("next_pane", ("tab",), "pane", "to the next pane", footer=1),
    Action("previous_pane", ("shift+tab",), "pane back", "to the previous pane"),
    Action("fold", ("space",), "fold", "open or close the directory or group", TREES, footer=2),
    Action(
        "choose",
        ("enter",),
        "go",
        "open, close, preview; from what is listed to the file",
        (*ROWS, "map"),
        footer=3,
    ),
    Action("collapse_all", ("E", "ctrl+@", "ctrl+space"), "fold all", "close all directories", TREES),
    Action("expand_all", ("W",), "unfold all", "open all directories", TREES),
    Action("sort_size", ("s",), "size", "sort by size; again turns the order round", TREES, footer=4),
    Action("sort_name", ("n",), "name", "sort by name; again turns the order round", TREES),
    Action("sort_count", ("C",), "count", "sort by number of items", TREES),
    Action("sort_mtime", ("M",), "mtime", "sort by time of change", TREES),
    Action("sort_next", ("ctrl+o", "S"), "next order", "sort by the next of size, name, count and time", TREES),
    Action("filter", ("slash", "ctrl+f"), "filter", "narrow to what matches, as you type; search a text", footer=5),
    Action("find", ("f",), "find", "jump to what matches, and leave the rest in view", (*TREES, *LISTS, "preview")),
    Action("find_next", ("full_stop", "f3"), "next", "to the next match", (*TREES, *LISTS, "preview")),
    Action("find_previous", ("comma", "shift+f3"), "previous", "to the previous match", (*TREES, *LISTS, "preview")),
    Action("show_added", ("plus", "ctrl+a"), "added", "show or hide what the layer added", ("files",)),
    Action("show_removed", ("minus", "ctrl+r"), "removed", "show or hide what the layer removed", ("files",)),
    Action("show_same", ("equals_sign", "ctrl+u"), "unchanged", "show or hide what the layer left alone", ("files",)),
    Action("show_modified", ("tilde",), "modified", "show or hide what the layer modified", ("files",)),
    Action("columns", ("c", "ctrl+b"), "columns", "fewer or more columns", ("files",)),
    Action("aggregate", ("a",), "layer/all", "this layer's changes, or all layers up to it", footer=6),
    Action("aggregate_on", ("ctrl+a", "A"), "all", "all layers up to this one", ("layers",)),
    Action("aggregate_off", ("ctrl+l", "L"), "layer", "this layer's changes only", ("layers",)),
    Action("waste_only", ("w",), "waste only", "only what travels for nothing, or everything again", footer=7),
    Action("group", ("b",), "group", "group waste by cause, by directory, or not at all", ("wasted",), footer=4),
    Action("previous_layer", ("left_square_bracket",), "layer down", "to the layer below"),
    Action("next_layer", ("right_square_bracket",), "layer up", "to the layer above"),
    Action("info", ("i",), "info", "all that is known of the layer or file", footer=8),
    Action("view", ("v",), "view", "preview the file as it is in this layer", (*TREES, "diff", "found"), footer=9),
    Action("leave", ("backspace",), "up", "out of the directory, in the map", ("map",)),
    Action(
        "extract",
        ("x", "ctrl+e"),
        "extract",
        "write the file or directory to disk",
        (*TREES, "preview", "map", "diff", "found"),
        10,
    ),
    Action("copy", ("y",), "copy", "copy the path or digest (through the terminal)", footer=11),
    Action("copy_menu", ("Y",), "copy …", "copy path, digest, instruction or JSON"),
    Action("layers", ("0",), "layers", "to the layers"),
    Action("files", ("1",), "files", "to the files"),
    Action("wasted", ("2",), "wasted", "to what travels for nothing"),
    Action("history", ("3",), "history", "to the build steps"),
    Action("preview", ("4",), "preview", "to the content of the file"),
    Action("map", ("5",), "map", "to the map of where the bytes are"),
    Action("config", ("6",), "config", "to how the image runs"),
    Action("advice", ("7",), "advice", "to what the image could do without"),
    Action("diff", ("8",), "differences", "to what has changed since another image; asks for that first"),
    Action("found", ("9",), "found", "to what was found in contents; asks for a pattern first"),
    Action("search", ("F",), "search", "find a regular expression in what files hold, live and hidden"),
    Action("compare", ("D",), "compare", "what has changed since another image, of this file or any other"),
    Action("zoom", ("z",), "zoom", "this pane alone, or all again"),
    Action("images", ("o",), "images", "choose another image or platform of the file"),
    Action("warnings", ("exclamation_mark",), "warnings", "what is odd about the image"),
    Action("theme", ("t",), "theme", "the next theme"),
    Action("palette", ("colon", "ctrl+p"), "commands", "every command by name, layers and paths too", footer=13),
    Action("screenshot", ("ctrl+s", "P"), "picture", "save the screen as an SVG"),
    Action(
        "back",
        ("escape",),
        "back",
        "a step back: stop reading, to the list, clear the filter, to where a jump began; never quits",
    ),
    Action("help", ("question_mark", "f1"), "help", "the keys of this pane, and all others", footer=12),
    Action("quit", ("q", "ctrl+q", "ctrl+c"), "quit", "leave", footer=14),
    Action("quit_print", ("Q",), "quit, path", "leave, and print the path"),
)
IDS = tuple(action.id for action in ACTIONS)

_ARROWS = ("up", "down", "left", "right")
_NAMES = {
    "question_mark": "?", "slash": "/", "colon": ":", "full_stop": ".", "comma": ",", "plus": "+", "minus": "-",
    "equals_sign": "=", "tilde": "~", "left_square_bracket": "[", "right_square_bracket": "]", "exclamation_mark": "!",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn", "space": "Space",
    "enter": "Enter", "escape": "Esc", "tab": "Tab", "backspace": "Backspace", "home": "Home", "end": "End",
}  # fmt: skip


def key_text(key: str, *, ascii_only: bool = False) -> str:
    """A key as a person knows it: ``Ctrl+F``, ``?``, ``PgUp``."""
    *modifiers, last = key.split("+")
    if ascii_only and last in _ARROWS:
        shown = last.capitalize()
    else:
        is_upper = bool(modifiers) or (last[0] == "f" and last[1:].isdigit())
        shown = _NAMES.get(last) or (last.upper() if is_upper else last)
    return "+".join([*(part.capitalize() for part in modifiers), shown])


_ALWAYS = "ctrl+c"
"""Leaves, whatever the settings say of other keys, unless it was given to something else."""


def effective(changes: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Keys by action, with what the settings file changed; no keys where it unbound one."""
    found = {action.id: action.keys for action in ACTIONS}
    for id_, keys in changes.items():
        found[id_] = tuple(key for key in keys.split(",") if key)
    if not any(_ALWAYS in keys for keys in found.values()):
        found["quit"] += (_ALWAYS,)
    return found


def conflicts(keys: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Sentences about keys that two actions of one pane share."""
    seen: dict[tuple[str, str], str] = {}
    found: list[str] = []
    for action in ACTIONS:
        for key in keys[action.id]:
            for pane in action.panes or PANES:
                other = seen.setdefault((pane, key), action.id)
                if other != action.id:
                    found.append(f"{key_text(key)} is both {other} and {action.id} in {pane}")
    return list(dict.fromkeys(found))


PANES = (*ROWS, "preview", "map", "config", "details")


def applies(action: Action, pane: str) -> bool:
    """Whether an action is for a pane."""
    return not action.panes or pane in action.panes


def for_footer(pane: str) -> list[Action]:
    """What the footer offers in a pane, most useful first."""
    shown: Iterable[Action] = (action for action in ACTIONS if action.footer and applies(action, pane))
    return sorted(shown, key=lambda action: action.footer)
