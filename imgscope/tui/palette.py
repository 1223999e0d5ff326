"""The command palette: every action, every layer, every theme, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from imgscope.tui.actions import ACTIONS
from imgscope.tui.wording import instruction

if TYPE_CHECKING:
    from imgscope.tui.app import ImgscopeApp

Command = tuple[str, str, Callable[[], object]]
_SHOWN = 20
_EXPLAINED = 0.5
_PATH = 0.4


class Commands(Provider):
    """Finds commands for what was typed, and paths to go to."""

    @property
    def _imgscope(self) -> ImgscopeApp:
        return cast("ImgscopeApp", self.app)

    def _commands(self) -> Iterator[Command]:
        app = self._imgscope
        for action in ACTIONS:
            if hasattr(app, f"do_{action.id}") or app.main.can(action):
                yield action.label, f"{action.help}  {app.keys_text(action.id)}", partial(app.action_perform, action.id)
        desk = app.desk
        if desk.opened:
            for layer in desk.opened.image.layers:
                wish = replace(desk.wish, layer=layer.index)
                text = instruction(desk.opened.image, layer.index)
                yield f"layer {layer.index}", text, partial(app.main.go, wish, None)
        for name in sorted(app.available_themes):
            yield f"theme {name}", "colours", partial(app.choose_theme, name)

    async def discover(self) -> Hits:
        """What is there before anything was typed."""
        for name, text, run in self._commands():
            yield DiscoveryHit(_lines(Content(name), text), run, name)

    async def search(self, query: str) -> Hits:
        """What fits."""
        matcher = self.matcher(query)
        for name, text, run in self._commands():
            # Letters scattered over an explanation say nothing: it counts where it has the words as they stand.
            score = max(matcher.match(name), _EXPLAINED * (query.lower() in text.lower()))
            if score:
                yield Hit(score, _lines(matcher.highlight(name), text), run, name)
        for path, text, run in self._imgscope.main.paths_like(query, _SHOWN):
            yield Hit(_PATH, _lines(Content(path), text), run, path)


def _lines(name: Content, text: str) -> Content:
    """A command and what it does. The palette would take a plain string for markup, and texts come from the image."""
    return Content.assemble(name, "\n", (text, "dim"))
