"""Layering: the actions that go from layer to layer, and from a layer's changes to what all up to it make."""

from __future__ import annotations

from dataclasses import replace

from imgscope.tui.actions import key_text
from imgscope.tui.lens import Mode
from imgscope.tui.screens.showing import Showing
from imgscope.tui.widgets.layers_pane import LayersPane

_ANY_SIZE = 1 << 40


class Layering(Showing):
    """Layers, and how they are looked at."""

    _keys: dict[str, tuple[str, ...]]
    _end_told: str = ""
    """The end that was spoken of since the last step: a key that is held says it once."""

    def layer_highlighted(self) -> None:
        """The cursor is on another layer: show that one."""
        place = self.query_one(LayersPane).place
        if place and place.layer is not None and place.layer != self.desk.wish.layer:
            self._to_layer(place.layer)

    def _to_layer(self, layer: int) -> None:
        if 0 <= layer < self.desk.layers:
            self._end_told = ""
            self.wish_for(replace(self.desk.wish, layer=layer))
            self.peek(most=_ANY_SIZE)
            self.query_one(LayersPane).select(layer)

    def do_previous_layer(self) -> None:
        """To the layer below."""
        layer = self.desk.wish.layer
        if layer > 0:
            self._to_layer(layer - 1)
        else:
            self._tell_end("bottom", "next_layer", "goes up")

    def do_next_layer(self) -> None:
        """To the layer above."""
        layer = self.desk.wish.layer
        if layer < self.desk.layers - 1:
            self._to_layer(layer + 1)
        else:
            self._tell_end("top", "previous_layer", "goes down")

    def _tell_end(self, end: str, other_way: str, goes: str) -> None:
        """That there is no layer any further, and which key leads back."""
        if self._end_told == end or not self.desk.layers:
            return
        self._end_told = end
        keys = self._keys[other_way] if self.desk.layers > 1 else ()
        back = f"; {key_text(keys[0], ascii_only=self.desk.look.ascii)} {goes}" if keys else ""
        self.notify(f"the {end if self.desk.layers > 1 else 'only'} layer{back}", timeout=2, markup=False)

    def do_aggregate(self) -> None:
        """Show the layer's changes, or all layers up to it."""
        aggregated = self.desk.wish.mode is Mode.AGGREGATED
        self._look_through(Mode.CHANGES if aggregated else Mode.AGGREGATED)

    def do_aggregate_on(self) -> None:
        """All layers up to this one."""
        self._look_through(Mode.AGGREGATED)

    def do_aggregate_off(self) -> None:
        """Show the layer only."""
        self._look_through(Mode.CHANGES)

    def _look_through(self, mode: Mode) -> None:
        self.wish_for(replace(self.desk.wish, mode=mode))
