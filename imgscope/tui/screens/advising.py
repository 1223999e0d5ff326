"""Advising: the tab of advice, which is thought of in a thread once someone looks at it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on

from imgscope.filesystem.rootfs import ROOT
from imgscope.inspection import Inspection
from imgscope.tui.reading import answering
from imgscope.tui.screens.showing import Showing
from imgscope.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from imgscope.tui.advice_rows import AdviceRows
    from imgscope.tui.widgets.advice_pane import AdvicePane


class Advising(Showing):
    """Shows advice, and goes to what it is about."""

    _thinking: Inspection | None = None
    """What advice is being thought of for."""

    @property
    def advice(self) -> AdvicePane:
        """The list of findings; it is there once the tab was shown."""
        from imgscope.tui.widgets.advice_pane import AdvicePane

        return self.query_one(AdvicePane)

    def do_advice(self) -> None:
        """To the advice."""
        self.show_tab("advice")

    def show_advice(self) -> None:
        """What is known, or have it found out."""
        inspection = self.desk.inspection
        if inspection is None:
            self.advice.wait("known once all layers are read")
        elif self.desk.advice is not None:
            self.advice.show(self.desk.advice)
        elif self._thinking is not inspection:
            self._thinking = inspection
            self.advice.wait("looking for what could be saved, which may take a moment")
            work = partial(self._think, inspection)
            self.run_worker(work, thread=True, group="advice", exit_on_error=False)

    def _think(self, inspection: Inspection) -> None:
        """In a thread."""
        from imgscope.tui.advice_rows import AdviceRows

        try:
            with answering():
                advised = self.desk.doors.advise(inspection)
                rows = AdviceRows(advised, self.desk.look)
        except Exception as error:  # noqa: BLE001 - in a thread nobody else would hear of it
            self.app.call_from_thread(self.host.fail, error)
        else:
            failed = [f"{warning.where}: {warning.message}" for warning in advised.warnings]
            self.app.call_from_thread(self._thought, inspection, rows, failed)

    def _thought(self, inspection: Inspection, rows: AdviceRows, failed: list[str]) -> None:
        if inspection is not self.desk.inspection:
            return
        self.desk.advice = rows
        for sentence in failed:
            self.notify(sentence, title="advice", severity="warning", markup=False)
        if self.query("#advice"):
            self.show_advice()
            self.said()
            self.filter_again()

    @on(RowList.Chosen)
    def _finding_chosen(self, event: RowList.Chosen) -> None:
        """Enter on a finding: to the first of its paths, in the layer at fault."""
        if event.rows.id != "advice" or self.advice.list is None:
            return
        position = self.advice.cursor
        finding, top = self.advice.list.at(position), self.advice.list.top(position)
        if finding is None:
            return
        node = self._node(top[0].path) if top else None
        if node is not None:
            self.to_path(node, finding.layer)
        elif finding.layer is not None:
            self.to_path(None, finding.layer)
        else:
            self.notify("it is about the image, and no path of it", timeout=2)

    def _node(self, path: bytes) -> int | None:
        """The node of a path; None where there is none."""
        children, node = self.filesystem().rootfs.children, ROOT
        for part in filter(None, path.split(b"/")):
            found = children.get(node, {}).get(part)
            if found is None:
                return None
            node = found
        return node
