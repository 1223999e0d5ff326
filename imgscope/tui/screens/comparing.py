"""Comparing: what must be read to know whether a path's content changed is read while its details are shown."""

from __future__ import annotations

from functools import partial

from textual.worker import Worker, get_current_worker

from imgscope.errors import ImgscopeError
from imgscope.progress import Cancelled
from imgscope.tui.lens import Lens
from imgscope.tui.screens.showing import Showing
from imgscope.tui.wording import Words


class Comparing(Showing):
    """Settles the doubts of the details."""

    def selected(self) -> tuple[Lens, int] | None:
        """The path that is selected, and how it is looked at."""
        raise NotImplementedError

    def tell(self) -> None:
        """Details of what the cursor is on, once it rests."""
        raise NotImplementedError

    def settle_doubts(self) -> None:
        """Have the versions of the selected path compared, where that was not done as they were read."""
        found, words = self.selected(), self.desk.words
        if found and words and words.unsure(found[1]):
            work = partial(self._compare, words, found[1])
            self.run_worker(work, thread=True, exclusive=True, group="compare", exit_on_error=False)

    def _compare(self, words: Words, node: int) -> None:
        """In a thread."""
        worker, doors = get_current_worker(), self.desk.doors
        try:
            words.compare(node, doors.limits, _While(worker), doors.cache)
        except Cancelled:
            return
        except ImgscopeError:
            words.leave(node)
        except Exception as error:  # noqa: BLE001 - in a thread nobody else would hear of it
            self.app.call_from_thread(self.host.fail, error)
            return
        self.app.call_from_thread(self.tell)


class _While:
    """Lets work go on while it is wanted."""

    def __init__(self, worker: Worker[object]) -> None:
        self._worker = worker

    def begin(self, label: str, total: int) -> None:
        """Details do not say how far it is."""

    def advance(self, amount: int) -> None:
        """Raises Cancelled once something else is looked at."""
        if self._worker.is_cancelled:
            raise Cancelled
