"""Themes: dark, light and high contrast; the terminal's own colours come with Textual.

What layers did is told by a sign first and a colour second. The colours are those of Okabe and Ito, which people who
see colours differently can tell apart: the pale ones on dark ground, darker kin of them on light.
"""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

_DARK = {
    "added": "#2FC79A",
    "modified": "#E69F00",
    "removed": "#F0803C",
    "opaque": "#E08BBA",
    "link": "#56B4E9",
    "wasted": "#F0803C",
    "live": "#56B4E9",
    "cursor": "#2C4A6B",
    "blurred": "#2A2F3A",
}
_LIGHT = {
    "added": "#00694B",
    "modified": "#8A5A00",
    "removed": "#B34700",
    "opaque": "#97376F",
    "link": "#005A8C",
    "wasted": "#B34700",
    "live": "#005A8C",
    "cursor": "#BFD9F2",
    "blurred": "#E3E7EC",
}

DARK = Theme(
    name="imgscope-dark",
    primary="#56B4E9",
    secondary="#7A8CA3",
    accent="#E69F00",
    warning="#E69F00",
    error="#F0803C",
    success="#2FC79A",
    foreground="#D8DEE6",
    background="#11151C",
    surface="#161B24",
    panel="#1D2430",
    dark=True,
    variables=_DARK,
)
LIGHT = Theme(
    name="imgscope-light",
    primary="#005A8C",
    secondary="#5A6B7D",
    accent="#8A5A00",
    warning="#8A5A00",
    error="#B34700",
    success="#00694B",
    foreground="#1B222B",
    background="#FFFFFF",
    surface="#FAFBFC",
    panel="#EEF1F5",
    dark=False,
    variables=_LIGHT,
)
CONTRAST = Theme(
    name="imgscope-contrast",
    primary="#FFFF00",
    secondary="#FFFFFF",
    accent="#00FFFF",
    warning="#FFD000",
    error="#FF8040",
    success="#00FF80",
    foreground="#FFFFFF",
    background="#000000",
    surface="#000000",
    panel="#202020",
    dark=True,
    text_alpha=1.0,
    variables={**_DARK, "added": "#00FF80", "modified": "#FFD000", "removed": "#FF8040", "opaque": "#FF80FF",
               "link": "#00FFFF", "wasted": "#FF8040", "live": "#00FFFF", "cursor": "#0050C0", "blurred": "#404040"},
)  # fmt: skip
OWN = (DARK, LIGHT, CONTRAST)
DEFAULTS = _DARK
"""For themes that are not ours."""
PLAIN = {
    "added": "ansi_green",
    "modified": "ansi_yellow",
    "removed": "ansi_red",
    "opaque": "ansi_magenta",
    "link": "ansi_cyan",
    "wasted": "ansi_red",
    "live": "ansi_cyan",
    "cursor": "ansi_blue",
    "blurred": "ansi_bright_black",
}
"""For the terminal's own colours."""
CYCLE = (DARK.name, LIGHT.name, CONTRAST.name, "ansi-dark", "ansi-light")
DEFAULT = DARK.name


_ROLES: dict[str, tuple[str | None, str]] = {
    "plain": (None, ""),
    "dim": ("dim", ""),
    "strong": (None, "bold"),
    "header": ("dim", "bold"),
    "size": (None, ""),
    "bar": ("live", ""),
    "bar-wasted": ("wasted", ""),
    "bar-removed": ("removed", ""),
    "fold": ("dim", ""),
    "directory": (None, "bold"),
    "link": ("link", ""),
    "added": ("added", ""),
    "modified": ("modified", ""),
    "removed": ("removed", ""),
    "gone": ("removed", "strike"),
    "opaque": ("opaque", ""),
    "wasted": ("wasted", ""),
    "warning": ("warning", "bold"),
    "error": ("error", "bold"),
    "instruction": (None, ""),
}
"""By role of a cell: a colour of the theme, and what goes with it."""
_DIM = 0.6


def role_styles(app: App[object]) -> dict[str, Style]:
    """The style of every role, and of the ground of the cursor in a pane with the focus and one without."""
    names = ("foreground", "background", "warning", "error", *_DARK)
    colours = tuple((name, app.theme_variables[name]) for name in names)
    return _styles(colours, bool(app.no_color))


@lru_cache(maxsize=8)
def _styles(colours: tuple[tuple[str, str], ...], no_colour: bool) -> dict[str, Style]:
    colour = {name: Color.parse(value) for name, value in colours}
    found = {role: _style(colour, name, more) for role, (name, more) in _ROLES.items()}
    if no_colour:  # where there is no colour to tell the cursor by
        found["cursor"], found["blurred"] = Style.parse("reverse bold"), Style.parse("underline")
    else:
        found["cursor"] = Style(bgcolor=colour["cursor"].rich_color, bold=True)
        found["blurred"] = Style(bgcolor=colour["blurred"].rich_color)
    return found


def _style(colour: dict[str, Color], name: str | None, more: str) -> Style:
    style = Style.parse(more) if more else Style.null()
    if name == "dim":
        if colour["foreground"].ansi is not None:  # the terminal's own colours cannot be mixed
            return style + Style(dim=True)
        return style + Style(color=colour["background"].blend(colour["foreground"], _DIM).rich_color)
    return style if name is None else style + Style(color=colour[name].rich_color)


def names() -> list[str]:
    """All themes, ours first."""
    return [*(theme.name for theme in OWN), *BUILTIN_THEMES]


def variables(theme: Theme) -> dict[str, str]:
    """The names that the style sheet uses, for any theme."""
    if theme.name in {own.name for own in OWN}:
        return {}
    return PLAIN if theme.ansi else (_DARK if theme.dark else _LIGHT)
